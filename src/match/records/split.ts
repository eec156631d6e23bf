/**
 * Lines to records. A record is one log line or entry with what belongs to it: its stack frames, wrapped text,
 * the body of a YAML or JSON document. Works line by line, so that a stream needs no more than one record.
 */
import { accessLogFields, decodeAccessLog } from '../access-log.ts';
import { cleanLine, plainTwin } from '../clean.ts';
import { containerFields } from './containers.ts';
import { containerOfEvent, type Part, PodReader } from './described.ts';
import { type LineShape, readLine } from './lines.ts';

export type RecordKind =
  | 'access'
  | 'log'
  | 'event'
  | 'row'
  | 'command'
  | 'finding'
  | 'error'
  | 'text'
  | 'stack';

export interface Record {
  readonly kind: RecordKind;
  /** 1-based number of the first line. */
  readonly line: number;
  /** Sanitised lines. */
  readonly lines: readonly string[];
  /** Named fields a signature may ask for; empty when the record has none. */
  readonly fields: Readonly<{ [name: string]: string }>;
  /** Lines that are frames of a stack trace. */
  readonly frames: number;
  /** What stood between two lines before they were broken: nothing where a terminal cut them at its width. */
  readonly glue: '' | ' ';
  /** What a longer record describes one after another, the containers of a pod; absent when it has no parts. */
  readonly parts?: readonly Part[];
}

/** Lines a record may have; what follows begins a new one. */
const MAX_LINES = 80;
/** A longer line is cut into pieces of this many characters that overlap a little, so that work stays bounded. */
const PIECE = 16_384;
const OVERLAP = 512;

const NO_FIELDS: Record['fields'] = Object.freeze({});

export class RecordSplitter {
  readonly #emit: (record: Record) => void;
  #kind: RecordKind = 'text';
  #line = 0;
  #lines: string[] = [];
  #fields: { [name: string]: string } | undefined;
  #frames = 0;
  #columns: Columns | undefined;
  #number = 0;
  readonly #pods = new PodReader();

  constructor(emit: (record: Record) => void) {
    this.#emit = emit;
  }

  /** Takes the next line, without its line end; `goesOn` says that it continues the line before. */
  push(raw: string, goesOn = false): void {
    if (!goesOn) this.#number++;
    if (raw.length <= PIECE) {
      this.#take(cleanLine(raw));
      return;
    }
    for (let at = 0; at < raw.length; at += PIECE - OVERLAP) {
      this.#close();
      this.#take(cleanLine(raw.slice(at, at + PIECE)));
      if (at + PIECE >= raw.length) break;
    }
    this.#close();
  }

  end(): void {
    this.#close();
  }

  #take(line: string): void {
    const shape = readLine(plainTwin(line));
    switch (shape.kind) {
      case 'blank':
        this.#close();
        this.#columns = undefined;
        this.#pods.reset();
        return;
      case 'frame':
        if (this.#lines.length === 0) this.#open('stack', line, undefined);
        else this.#append(line);
        this.#frames++;
        return;
      case 'text':
        if (this.#columns !== undefined && this.#isRow(line)) {
          this.#open('row', line, rowFields(this.#columns, line));
          this.#close();
          return;
        }
        this.#columns = undefined;
        if (this.#takeBareRow(line)) return;
        if (this.#lines.length === 0 || this.#lines.length >= MAX_LINES) this.#open('text', line, undefined);
        else this.#append(line);
        return;
      case 'table':
        this.#open('text', line, undefined);
        this.#close();
        this.#columns = { names: shape.columns, starts: startsOf(shape.columns, line) };
        return;
      default:
        this.#columns = undefined;
        this.#open(shape.kind, line, fieldsOf(shape, line));
        if (shape.kind === 'event' && this.#fields!.name === undefined) {
          const pod = this.#pods.podOf(line);
          if (pod !== undefined) this.#fields!.name = pod;
        }
    }
  }

  /** A row whose header was cut off, as `| grep` does. */
  #takeBareRow(line: string): boolean {
    const fields = isPodRow(line) ? podFields(line) : (topFields(line) ?? processFields(line));
    if (fields === undefined) return false;
    this.#open('row', line, fields);
    this.#close();
    return true;
  }

  /** A row has at least two columns, or as many words as the header. */
  #isRow(line: string): boolean {
    const columns = this.#columns!.names;
    return line.trim().split(/\s{2,}|\t/).length >= 2 || line.trim().split(/\s+/).length >= columns.length;
  }

  #open(kind: RecordKind, line: string, fields: { [name: string]: string } | undefined): void {
    this.#close();
    this.#kind = kind;
    this.#line = this.#number;
    this.#lines = [line];
    this.#fields = fields;
  }

  #append(line: string): void {
    if (this.#lines.length >= MAX_LINES) this.#open(this.#kind, line, this.#fields);
    else this.#lines.push(line);
  }

  #close(): void {
    if (this.#lines.length === 0) return;
    const lines = this.#lines;
    const fields = this.#fields;
    const frames = this.#frames;
    const glue = glueOf(lines);
    this.#lines = [];
    this.#fields = undefined;
    this.#frames = 0;
    const kind = this.#kind;
    if (kind === 'command') this.#pods.reset();
    const isPrinted = kind === 'text' || kind === 'command';
    const parts = isPrinted ? this.#pods.read(lines) : [];
    this.#emit({
      kind,
      line: this.#line,
      lines,
      fields:
        kind === 'access' && lines.length > 1
          ? accessFields(lines.join(glue))
          : { ...(fields ?? documentFields(lines)), ...containerFields(lines) },
      frames,
      glue,
      ...(parts.length > 0 && { parts }),
    });
  }
}

/** Widths at which terminals cut a line in the middle of a word. */
const WIDTHS = new Set([80, 100, 120, 132, 160, 200]);

/** Lines of one length (but the last) were cut by a terminal; lines of people and chats end at a blank. */
function glueOf(lines: readonly string[]): '' | ' ' {
  const width = lines[0]!.length;
  if (lines.length < 2 || width < 60) return ' ';
  if (lines.length === 2 && !WIDTHS.has(width)) return ' ';
  for (let i = 1; i < lines.length - 1; i++) if (lines[i]!.length !== width) return ' ';
  return lines.at(-1)!.length <= width ? '' : ' ';
}

export function splitRecords(text: string): readonly Record[] {
  const records: Record[] = [];
  const splitter = new RecordSplitter((record) => records.push(record));
  for (const line of text.split(/\r\n|\r|\n/)) splitter.push(line);
  splitter.end();
  return records;
}

function fieldsOf(shape: LineShape, line: string): { [name: string]: string } | undefined {
  switch (shape.kind) {
    case 'access':
      return accessFields(line);
    case 'log': {
      const fields: { [name: string]: string } = {};
      if (shape.header.level !== undefined) fields.level = shape.header.level;
      if (shape.header.component !== undefined) fields.component = shape.header.component;
      return fields;
    }
    case 'event': {
      const fields: { [name: string]: string } = { reason: shape.reason, type: shape.type };
      if (shape.object !== undefined) {
        const slash = shape.object.indexOf('/');
        fields.kind = shape.object.slice(0, slash);
        fields.name = shape.object.slice(slash + 1);
      }
      const container = containerOfEvent(line);
      if (container !== undefined) fields.container = container;
      return fields;
    }
    case 'command':
      return { component: shape.program };
    case 'finding':
      return { component: 'istioctl', level: shape.level };
    case 'error':
      return shape.component === undefined
        ? { level: 'error' }
        : { level: 'error', component: shape.component };
    default:
      return undefined;
  }
}

function accessFields(line: string): { [name: string]: string } {
  const entry = decodeAccessLog(plainTwin(line));
  return entry === undefined ? {} : accessLogFields(entry);
}

/** A column's name in lower case and without its unit: `external-ip`, `memory` for `MEMORY(bytes)`. */
const nameOf = (column: string): string => column.toLowerCase().replace(/\((?:cores|bytes)\)$/, '');

/** Columns of the table being read, and where each begins: unknown where the head was written with tabs. */
interface Columns {
  readonly names: readonly string[];
  readonly starts: readonly number[] | undefined;
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
function rowFields({ names: columns, starts }: Columns, line: string): { [name: string]: string } {
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

/** Scalar keys of a YAML or JSON document that say what it is about. */
const DOCUMENT_KEYS =
  /^\s*(?:- )?"?(reason|type|status|kind|phase|state|code|level)"?\s{0,4}:\s{1,4}"?'?([\w.-]{1,80})/;

function documentFields(lines: readonly string[]): Record['fields'] {
  let fields: { [name: string]: string } | undefined;
  for (const line of lines) {
    if (line.length > 400 || !line.includes(':')) continue;
    const found = DOCUMENT_KEYS.exec(line);
    if (found === null) continue;
    fields ??= {};
    const name = found[1]!;
    const before = fields[name];
    fields[name] = before === undefined ? found[2]! : `${before} ${found[2]!}`;
  }
  return fields ?? NO_FIELDS;
}
