/** Rows of the tables that kubectl and top print: cells under their column's name, also where the head was cut off. */

/** A row whose head was cut off, as `| grep` does; undefined where nothing tells what its cells are. */
export function bareRow(line: string): { [name: string]: string } | undefined {
  return isPodRow(line) ? podFields(line) : (topFields(line) ?? processFields(line));
}

/** A column's name in lower case and without its unit: `external-ip`, `memory` for `MEMORY(bytes)`. */
const nameOf = (column: string): string => column.toLowerCase().replace(/\((?:cores|bytes)\)$/, '');

/** Columns of the table being read, and where each begins: unknown where the head was written with tabs. */
export interface Columns {
  readonly names: readonly string[];
  readonly starts: readonly number[] | undefined;
}

export function columnsOf(names: readonly string[], head: string): Columns {
  return { names, starts: startsOf(names, head) };
}

function startsOf(names: readonly string[], head: string): readonly number[] | undefined {
  if (head.includes('\t')) return undefined;
  let from = 0;
  return names.map((name) => {
    const start = head.indexOf(name, from);
    from = start + name.length;
    return start;
  });
}

/** What kubectl writes in a cell that has nothing to show, where it writes anything. */
const EMPTY = '<none>';

/** Cells by the place of their column's head: undefined where the row does not stand in the columns. */
function alignedCells(starts: readonly number[], line: string, filled: number): string[] | undefined {
  if (line.includes('\t')) return undefined;
  const cells: string[] = [];
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i]!;
    if (start > 0 && start < line.length && line[start - 1] !== ' ') return undefined;
    cells.push(line.slice(start, starts[i + 1]).trim() || EMPTY);
  }
  return cells.filter((cell) => cell !== EMPTY).length === filled ? cells : undefined;
}

/** Cells of a table's row under their column's name. */
export function rowFields({ names: columns, starts }: Columns, line: string): { [name: string]: string } {
  const wide = line.trim().split(/\s{2,}|\t/);
  const words = wide.length === columns.length ? wide : line.trim().split(/\s+/);
  const fields: { [name: string]: string } = {};
  const aligned = (filled: number): readonly string[] | undefined =>
    starts === undefined || wide.length === columns.length ? undefined : alignedCells(starts, line, filled);
  const cells = aligned(wide.length) ?? (words.length === columns.length ? words : aligned(words.length));
  // An empty cell that no column tells shifts the rest; then only those counted from the right can be trusted.
  if (cells !== undefined) {
    columns.forEach((column, i) => {
      fields[nameOf(column)] = cells[i]!;
    });
  } else if (words.length < columns.length) {
    fields[nameOf(columns[0]!)] = words[0]!;
    for (let back = 1; back <= words.length - 1; back++) {
      fields[nameOf(columns[columns.length - back]!)] = words[words.length - back]!;
    }
  }
  if (fields.cpu !== undefined && fields.memory !== undefined)
    fields.load = loadOf(fields.cpu, fields.memory);
  return fields;
}

/** From here on a row of `kubectl top` is worth a look; below, it stands there because its neighbour is. */
const MUCH_MEMORY = 256;
const MUCH_CPU = 500;
const MEBIBYTES: Readonly<{ [unit: string]: number }> = { K: 1 / 1024, M: 1, G: 1024 };

function loadOf(cpu: string, memory: string): string {
  const used = /^(\d{1,12})([KMG])i$/.exec(memory);
  const isMuch = used !== null && Number(used[1]) * MEBIBYTES[used[2]!]! >= MUCH_MEMORY;
  const millicores = cpu.endsWith('m') ? Number(cpu.slice(0, -1)) : Number(cpu) * 1000;
  return isMuch || millicores >= MUCH_CPU ? 'high' : 'low';
}

/** A row of `kubectl top pods`, with or without the pod's container, whose header was cut off. */
function topFields(line: string): { [name: string]: string } | undefined {
  if (line.length > 300 || !line.endsWith('i')) return undefined;
  const words = line.trim().split(/\s+/);
  const memory = words.at(-1)!;
  const cpu = words.at(-2);
  const name = words.at(-3);
  if (words.length > 5 || !/^\d{1,9}[KMG]i$/.test(memory) || !/^\d{1,9}m?$/.test(cpu ?? '')) return undefined;
  if (!/^[a-z][a-z0-9.-]{1,250}$/.test(name ?? '')) return undefined;
  return { name: name!, cpu: cpu!, memory, load: loadOf(cpu!, memory) };
}

/** A row of `top` in a container or on a machine: pid, user, …, state, CPU and memory in per cent, time, command. */
function processFields(line: string): { [name: string]: string } | undefined {
  if (line.length > 400 || !line.includes(':')) return undefined;
  const words = line.trim().split(/\s+/);
  if (words.length < 12 || words.length > 16 || !/^[RSDZIT]$/.test(words[7]!)) return undefined;
  if (!/^\**\d{1,9}$/.test(words[0]!) || !/^\d{1,9}:\d\d/.test(words[10]!)) return undefined;
  if (!/^\d{1,5}\.\d$/.test(words[8]!) || !/^\d{1,3}\.\d$/.test(words[9]!)) return undefined;
  return { process: words[11]!, state: words[7]!, 'cpu-percent': words[8]!, 'memory-percent': words[9]! };
}

/** A row of `kubectl get pods` whose header was cut off, as `| grep` does: its cells tell what they are. */
const POD_ROW =
  /^\s{0,40}(?:[a-z0-9][a-z0-9-]{0,62}\s{1,60})?([a-z0-9][a-z0-9.-]{2,120})\s{1,90}(\d{1,2}\/\d{1,2})\s{1,20}([A-Z][A-Za-z]{3,40}|Init:[A-Za-z0-9/]{3,30})\s{1,20}(\d{1,6})(?: \([^)]{1,20}\))?\s{1,20}(?:\d{1,6}[dhmsy]){1,3}(?:\s|$)/;

const isPodRow = (line: string): boolean => line.length < 600 && POD_ROW.test(line);

function podFields(line: string): { [name: string]: string } {
  const [, name, ready, status, restarts] = POD_ROW.exec(line)!;
  return { name: name!, ready: ready!, status: status!, restarts: restarts! };
}
