/**
 * YAML documents. A list as kubectl prints it (`items:` and `- ` in the first column) is cut into its items by their
 * indentation, so that items no probe asks for are never parsed and a broken one spoils nothing else.
 * Aliases are refused: no tool of Kubernetes writes them, and a few of them can stand for gigabytes.
 */
import { load } from 'js-yaml';
import type { KubeObject } from '../reader.ts';
import { type Document, documentOf, type ListEnd, type Wanted } from './documents.ts';
import { isRecord } from './field.ts';
import { MAX_ITEMS, tooLarge } from './limits.ts';

/** A document that is no list as kubectl prints it; larger ones are refused. Characters. */
const MAX_DOCUMENT = 16 * 1024 * 1024;
/** Parsed as a whole: one object. An object of a cluster is at most 1.5 MiB (etcd). Characters. */
const MAX_ITEM = 8 * 1024 * 1024;
const MAX_DEPTH = 100;

export function* yamlDocuments(
  text: string,
  wanted: Wanted,
  onFault: (reason: string) => void,
): Generator<Document> {
  let documents = 0;
  for (const [from, to] of documentBounds(text)) {
    if (++documents > MAX_ITEMS) throw tooLarge('items', MAX_ITEMS);
    const parts = listParts(text, from, to);
    if (parts) {
      yield listDocument(text, parts, wanted, onFault);
      continue;
    }
    if (to - from > MAX_DOCUMENT) {
      onFault(`a document of ${to - from} characters that is no list`);
      continue;
    }
    const document = documentOf(parse(text.slice(from, to), onFault));
    if (document) yield document;
  }
}

/** From and to of each document: they are parted by `---` in the first column. */
function* documentBounds(text: string): Generator<readonly [number, number]> {
  const mark = /^(?:---|\.\.\.)(?=\s|$)[^\n]*$/gm;
  let from = 0;
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    if (text.slice(from, found.index).trim() !== '') yield [from, found.index];
    from = mark.lastIndex;
  }
  if (from < text.length) yield [from, text.length];
}

interface ListParts {
  /** From and to of each item; it begins with its dash. */
  readonly items: readonly (readonly [number, number])[];
  /** Everything but the items: a few lines. */
  readonly rest: string;
}

/** `undefined` for a document that is no list in kubectl's shape. */
function listParts(text: string, from: number, to: number): ListParts | undefined {
  const head = /^items:[ \t]*\r?$/m.exec(text.slice(from, Math.min(to, from + 4096)));
  if (!head) return undefined;
  let here = from + head.index + head[0].length + 1;
  if (!text.startsWith('- ', here)) return undefined;
  const rest = [text.slice(from, from + head.index)];
  const starts: number[] = [];
  const items: (readonly [number, number])[] = [];
  for (let inItems = true; here < to; ) {
    const newline = text.indexOf('\n', here);
    const next = newline < 0 || newline >= to ? to : newline + 1;
    const sign = text[here];
    if (inItems && sign === '-' && text[here + 1] === ' ') {
      const last = starts.at(-1);
      if (last !== undefined) items.push([last, here]);
      starts.push(here);
      if (starts.length > MAX_ITEMS) throw tooLarge('items', MAX_ITEMS);
    } else if (sign !== ' ' && sign !== '\n' && sign !== '\r' && sign !== '#') {
      const last = starts.at(-1);
      if (inItems && last !== undefined) items.push([last, here]);
      inItems = false;
    }
    if (!inItems) rest.push(text.slice(here, next));
    else if (next >= to) items.push([starts.at(-1)!, to]);
    here = next;
  }
  return { items, rest: rest.join('') };
}

function listDocument(
  text: string,
  { items, rest }: ListParts,
  wanted: Wanted,
  onFault: (reason: string) => void,
): Document {
  let isWhole = true;
  return {
    type: 'list',
    items: {
      *[Symbol.iterator]() {
        for (const [from, to] of items) {
          const item = readItem(text.slice(from, to), wanted, onFault);
          if (item) yield item;
          else isWhole = false;
        }
      },
    },
    end: (): ListEnd => {
      const value = rest.length > MAX_ITEM ? undefined : parse(rest, onFault);
      const field = (name: string) =>
        isRecord(value) && typeof value[name] === 'string' ? (value[name] as string) : '';
      // kubectl writes `kind` behind the items: where it is missing, the text broke off.
      return {
        apiVersion: field('apiVersion'),
        kind: field('kind'),
        isWhole: isWhole && field('kind') !== '',
      };
    },
  };
}

function readItem(item: string, wanted: Wanted, onFault: (reason: string) => void): KubeObject | undefined {
  const apiVersion = /^(?:- | {2})apiVersion: (\S+)\r?$/m.exec(item)?.[1];
  const kind = /^(?:- | {2})kind: (\S+)\r?$/m.exec(item)?.[1];
  if (apiVersion !== undefined && kind !== undefined && !wanted(apiVersion, kind)) {
    const namespace = /^ {4}namespace: (\S+)\r?$/m.exec(item)?.[1];
    return { apiVersion, kind, metadata: { ...(namespace ? { namespace } : {}) } };
  }
  const value = parse(` ${withoutBulk(item.slice(1), kind)}`, onFault);
  return isRecord(value) ? value : undefined;
}

/** Without the blocks that are most of the text and that no probe reads. */
function withoutBulk(item: string, kind: string | undefined): string {
  const dropped: string[] = [];
  if (kind !== 'Namespace') dropped.push('    managedFields:');
  if (kind === 'CustomResourceDefinition') dropped.push('      schema:');
  if (!dropped.some((mark) => item.includes(`\n${mark}`))) return item;
  const kept: string[] = [];
  let skipping: string | undefined;
  for (const line of item.split('\n')) {
    if (skipping !== undefined) {
      const indent = skipping.length;
      const isInside =
        line.startsWith(`${skipping} `) || line.startsWith(`${skipping}- `) || line.trim() === '';
      if (indent > 0 && isInside) continue;
      skipping = undefined;
    }
    const mark = dropped.find((one) => line.trimEnd() === one);
    if (mark) skipping = mark.slice(0, mark.length - mark.trimStart().length);
    else kept.push(line);
  }
  return kept.join('\n');
}

function parse(text: string, onFault: (reason: string) => void): unknown {
  if (text.length > MAX_DOCUMENT) {
    onFault(`a document of ${text.length} characters`);
    return undefined;
  }
  try {
    const value = load(text, { maxAliases: 0, maxDepth: MAX_DEPTH });
    // Strings of a parser are slices that hold on to the whole text; those of JSON are their own.
    return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
  } catch (error) {
    onFault(error instanceof Error ? error.message.split('\n')[0]! : String(error));
    return undefined;
  }
}
