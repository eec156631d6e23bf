/** Parses and validates one data file; a fault is reported with file, line, column and what to do. */
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { EXIT, UserError } from '../errors.ts';

/** Where and what is wrong in a data file. Lines and columns count from 1. */
export interface FileFault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The dotted path of what is wrong; empty for the whole file. */
  readonly at: string;
  /** What to do about it, in English: for the authors of packs. */
  readonly message: string;
  /** For those who say it in other languages. */
  readonly kind: 'missing' | 'unknown-key' | 'date' | 'other';
}

export type ParseResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly FileFault[] };

/** A pack's file may be large by mistake or malice; no real one comes near this. Bytes. */
export const MAX_FILE_BYTES = 2_000_000;

/**
 * Parses YAML or JSON (a subset of YAML, so that both give positions) and validates it.
 * Aliases are refused: they can make a small file explode and no data file needs them.
 */
export function parseFile<S extends z.ZodType>(
  file: string,
  text: string,
  schema: S,
): ParseResult<z.infer<S>> {
  if (text.length > MAX_FILE_BYTES) {
    return fault(file, 1, 1, `the file is larger than ${MAX_FILE_BYTES} characters`);
  }
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number) => {
    const pos = lines.linePos(offset);
    return { line: Math.max(pos.line, 1), column: Math.max(pos.col, 1) };
  };
  const broken = doc.errors[0];
  if (broken) {
    const pos = at(broken.pos[0]);
    return fault(file, pos.line, pos.column, broken.message);
  }
  let data: unknown;
  try {
    data = doc.toJS({ maxAliasCount: 0 });
  } catch (error) {
    return fault(file, 1, 1, error instanceof Error ? error.message : String(error));
  }
  const checked = schema.safeParse(data);
  if (checked.success) return { ok: true, value: checked.data as z.infer<S> };
  const faults = checked.error.issues.flatMap(closest).map((issue) => {
    const pos = at(offsetOf(doc, issue.path));
    return { file, ...pos, at: issue.path.map(String).join('.'), ...told(issue.message) };
  });
  return { ok: false, faults };
}

/** The validator's sentences name types of JavaScript and say "Invalid input" first. */
function told(message: string): Pick<FileFault, 'kind' | 'message'> {
  const [, wanted, found] = /^Invalid input: expected (\w+), received (\w+)$/.exec(message) ?? [];
  if (wanted !== undefined) {
    const type = TYPES[wanted] ?? wanted;
    if (found === 'undefined') return { kind: 'missing', message: `is missing; write ${type} here` };
    const given = found === 'null' ? 'nothing' : (TYPES[found!] ?? found);
    return { kind: 'other', message: `must be ${type}, and is ${given}` };
  }
  const key = /^Unrecognized keys?: (.+)$/.exec(message)?.[1];
  if (key !== undefined) return { kind: 'unknown-key', message: `has no place for the key ${key}` };
  if (message === 'Invalid ISO date')
    return { kind: 'date', message: 'must be a day of the calendar, such as 2027-01-31' };
  return { kind: 'other', message };
}

const TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  number: 'a number',
  object: 'a mapping',
  record: 'a mapping',
  string: 'a text',
};

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * "Invalid input" is all that a union says of a value that fits none of its forms. What is missing from the form that
 * comes closest is what its author wants to know: the one with the fewest faults.
 */
function closest(issue: z.core.$ZodIssue): Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const forms = issue.errors.map((form) => form.flatMap(closest));
  const [nearest = []] = forms.sort((a, b) => a.length - b.length);
  return nearest.map(({ path, message }) => ({ path: [...issue.path, ...path], message }));
}

/** As parseFile, throwing the first fault as an error a person can act on. */
export function parseFileOrThrow<S extends z.ZodType>(file: string, text: string, schema: S): z.infer<S> {
  const result = parseFile(file, text, schema);
  if (result.ok) return result.value;
  const first = result.faults[0]!;
  throw new UserError(
    'pack-file-broken',
    { file: first.file, line: first.line, column: first.column, message: sentenceOf(first) },
    EXIT.environment,
  );
}

/** `states.a.on: is missing …` */
export function sentenceOf({ at, message }: Pick<FileFault, 'at' | 'message'>): string {
  return at === '' ? message : `${at}: ${message}`;
}

function fault(file: string, line: number, column: number, message: string): ParseResult<never> {
  return { ok: false, faults: [{ file, line, column, at: '', message, kind: 'other' }] };
}

/** The offset of the deepest node on the path that exists; a missing key is reported at its parent. */
function offsetOf(doc: ReturnType<typeof parseDocument>, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = depth === 0 ? doc.contents : doc.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
