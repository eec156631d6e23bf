/**
 * Lines to records. A record is one log line or entry with what belongs to it: its stack frames, wrapped text,
 * the body of a YAML or JSON document. Works line by line, so that a stream needs no more than one record.
 */
import { accessLogFields, decodeAccessLog } from '../access-log/entry.ts';
import { cleanLine, plainTwin } from '../clean.ts';
import { containerFields, yamlContainers } from './containers.ts';
import { containerOfEvent, type Part, PodReader } from './described.ts';
import { type LineShape, readLine } from './lines.ts';
import { bareRow, type Columns, columnsOf, rowFields } from './rows.ts';

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
        this.#columns = columnsOf(shape.columns, line);
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
    const fields = bareRow(line);
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
    const described = parts.flatMap(({ container }) => container ?? []);
    this.#emit({
      kind,
      line: this.#line,
      lines,
      fields:
        kind === 'access' && lines.length > 1
          ? accessFields(lines.join(glue))
          : {
              ...(fields ?? documentFields(lines)),
              ...containerFields([...described, ...yamlContainers(lines)]),
            },
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
