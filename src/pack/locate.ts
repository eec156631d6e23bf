/** Where in a data file a finding stands: a linter names the key, an editor wants the line. */
import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What findings leave out at the front of a path: states of a flow, signatures and entries of a list. */
const ROOTS = ['', 'states', 'signatures', 'entries'];

/**
 * The place of `at`, a dotted path (`which-alert.on.unknown`), a state, or the id of a signature or an entry. As much
 * of it as there is: a missing key stands at its parent. Lines and columns count from 1.
 */
export function locate(text: string, at: string): Place {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const path = at === '' ? [] : at.split('.');
  let best: { readonly depth: number; readonly offset: number } = { depth: 0, offset: 0 };
  for (const root of ROOTS) {
    const start = root === '' ? doc.contents : doc.get(root, true);
    const found = isNode(start) ? follow(start, path) : undefined;
    if (found && found.depth > best.depth) best = found;
  }
  const { line, col } = lines.linePos(best.offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function follow(start: Node, path: readonly string[]): { depth: number; offset: number } {
  let node: unknown = start;
  let offset = start.range?.[0] ?? 0;
  let depth = 0;
  for (const segment of path) {
    const next = childOf(node, segment);
    if (!next) break;
    offset = next.offset;
    node = next.node;
    depth++;
  }
  return { depth, offset };
}

function childOf(node: unknown, segment: string): { node: unknown; offset: number } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === segment) as
      | Pair<Node, unknown>
      | undefined;
    return pair && { node: pair.value, offset: pair.key.range?.[0] ?? 0 };
  }
  if (!isSeq(node)) return undefined;
  const item = /^\d+$/.test(segment)
    ? node.items[Number(segment)]
    : node.items.find((one) => isMap(one) && one.get('id') === segment);
  return isNode(item) ? { node: item, offset: item.range?.[0] ?? 0 } : undefined;
}
