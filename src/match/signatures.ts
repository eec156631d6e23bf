/** All signatures of a pack, compiled once: which of them does a record carry? */
import type { SignatureFile } from '../pack/schema.ts';
import { AhoCorasick } from './aho-corasick.ts';
import { compileGlob, type Glob, matchGlob, type Spans } from './glob.ts';

export interface CompiledSignature {
  readonly id: string;
  readonly flow: string;
  readonly score: number;
  readonly any: readonly Glob[];
  readonly all: readonly Glob[];
  readonly none: readonly Glob[];
  /** Indexes into the pack's contexts; at least one must be seen in the paste. Empty: no sign needed. */
  readonly context: readonly number[];
  readonly fields: readonly { readonly name: string; readonly globs: readonly FieldGlob[] }[];
}

/** A pattern for a field's value; `-` and the like, without letters, means exactly that value. */
type FieldGlob = Glob | { readonly exact: string };

/** A signature found in a text: where its patterns stand, and how many characters of it they know. */
export interface Hit {
  readonly signature: number;
  readonly spans: Spans;
  readonly size: number;
}

type Fields = Readonly<{ [name: string]: string }>;

/** Longest literal the automaton knows; longer ones are found by their rarest part. */
const WINDOW = 12;

export class SignatureIndex {
  readonly signatures: readonly CompiledSignature[];
  readonly contexts: readonly Glob[];
  readonly #automaton: AhoCorasick;
  /** For each literal of the automaton: the signatures it may trigger, and the contexts. */
  readonly #triggers: readonly {
    readonly signatures: readonly number[];
    readonly contexts: readonly number[];
  }[];
  /** Signatures that ask for fields only, by the words of the field that says most. */
  readonly #fieldTriggers: readonly FieldTrigger[];
  /** Those whose fields have no words to look for. */
  readonly #fieldAlways: readonly number[];
  readonly #stamp: Int32Array;
  readonly #tried: Int32Array;
  readonly #touched: number[] = [];
  #turn = 0;

  constructor(files: readonly SignatureFile[]) {
    const contexts = new Map<string, number>();
    const contextGlobs: Glob[] = [];
    const globs = (sources: readonly string[] | undefined): Glob[] =>
      (sources ?? []).map(compileGlob).filter((glob) => glob !== undefined);
    this.signatures = files.flatMap((file) =>
      file.signatures.map((signature) => ({
        id: signature.id,
        flow: file.flow,
        score: signature.score,
        // The longest that matches counts, so the longest is tried first.
        any: globs(signature.any).sort((a, b) => b.size - a.size),
        all: globs(signature.all),
        none: globs(signature.none),
        context: globs(signature.context).map((glob) => {
          const known = contexts.get(glob.source);
          if (known !== undefined) return known;
          contexts.set(glob.source, contextGlobs.length);
          return contextGlobs.push(glob) - 1;
        }),
        fields: Object.entries(signature.fields ?? {}).map(([name, sources]) => ({
          name,
          globs: sources.map((source) =>
            /[\p{L}\p{N}]/u.test(source) ? compileGlob(source)! : { exact: source },
          ),
        })),
      })),
    );
    this.contexts = contextGlobs;

    const rarity = trigramCounts(this.signatures, contextGlobs);
    const literals = new Map<string, { signatures: number[]; contexts: number[] }>();
    const triggersOf = (glob: Glob): { signatures: number[]; contexts: number[] } => {
      const literal = rarestWindow(glob, rarity);
      let entry = literals.get(literal);
      if (entry === undefined) {
        entry = { signatures: [], contexts: [] };
        literals.set(literal, entry);
      }
      return entry;
    };
    const fieldOnly: number[] = [];
    this.signatures.forEach((signature, at) => {
      if (signature.any.length > 0) for (const glob of signature.any) triggersOf(glob).signatures.push(at);
      else if (signature.all.length > 0) triggersOf(longest(signature.all)).signatures.push(at);
      else if (signature.fields.length > 0) fieldOnly.push(at);
    });
    contextGlobs.forEach((glob, at) => {
      triggersOf(glob).contexts.push(at);
    });
    const { triggers, always } = fieldTriggersOf(fieldOnly, this.signatures);
    this.#fieldTriggers = triggers;
    this.#fieldAlways = always;
    this.#triggers = [...literals.values()];
    this.#automaton = new AhoCorasick([...literals.keys()]);
    this.#stamp = new Int32Array(this.#triggers.length);
    this.#tried = new Int32Array(this.signatures.length);
  }

  /**
   * Signatures that a folded text carries. Contexts seen are marked in `seen`. `whole` is the folded record the
   * text is part of: `none` looks there.
   */
  find(text: string, fields: Fields, whole: string, seen: Uint8Array, found: (hit: Hit) => void): void {
    const turn = ++this.#turn;
    const stamp = this.#stamp;
    const touched = this.#touched;
    touched.length = 0;
    this.#automaton.scan(text, (literal) => {
      if (stamp[literal] === turn) return;
      stamp[literal] = turn;
      touched.push(literal);
    });
    if (touched.length === 0) return;
    const tried = this.#tried;
    for (const literal of touched) {
      const { signatures, contexts } = this.#triggers[literal]!;
      for (const context of contexts) {
        if (seen[context] === 0 && matchGlob(this.contexts[context]!, text) !== undefined) seen[context] = 1;
      }
      for (const at of signatures) {
        if (tried[at] === turn) continue;
        tried[at] = turn;
        const hit = this.#test(at, text, fields, whole);
        if (hit !== undefined) found(hit);
      }
    }
  }

  /** Signatures that ask for fields only. */
  findByFields(text: string, fields: Fields, found: (hit: Hit) => void): void {
    const turn = ++this.#turn;
    const tried = this.#tried;
    const attempt = (at: number): void => {
      if (tried[at] === turn) return;
      tried[at] = turn;
      const hit = this.#test(at, text, fields, text);
      if (hit !== undefined) found(hit);
    };
    for (const { name, automaton, signatures } of this.#fieldTriggers) {
      const value = fields[name];
      if (value === undefined || value === '-') continue;
      automaton.scan(value.toLowerCase(), (literal) => {
        for (const at of signatures[literal]!) attempt(at);
      });
    }
    for (const at of this.#fieldAlways) attempt(at);
  }

  #test(at: number, text: string, fields: Fields, whole: string): Hit | undefined {
    const signature = this.signatures[at]!;
    let size = 0;
    for (const field of signature.fields) {
      const value = fields[field.name];
      if (value === undefined) return undefined;
      const matched = matchField(field.globs, value);
      if (matched === 0) return undefined;
      size += matched;
    }
    const spans: number[] = [];
    if (signature.any.length > 0) {
      let known = 0;
      for (const glob of signature.any) {
        const where = matchGlob(glob, text);
        if (where === undefined) continue;
        spans.push(...where);
        known = glob.size;
        break;
      }
      if (known === 0) return undefined;
      size += known;
    }
    for (const glob of signature.all) {
      const where = matchGlob(glob, text);
      if (where === undefined) return undefined;
      spans.push(...where);
      size += glob.size;
    }
    for (const glob of signature.none) if (matchGlob(glob, whole) !== undefined) return undefined;
    return { signature: at, spans, size };
  }
}

/** One field of records, the words signatures look for in it, and which signatures each word may mean. */
interface FieldTrigger {
  readonly name: string;
  readonly automaton: AhoCorasick;
  readonly signatures: readonly (readonly number[])[];
}

/** Each signature under one of its fields: the one whose shortest pattern is longest. */
function fieldTriggersOf(
  ids: readonly number[],
  signatures: readonly CompiledSignature[],
): { triggers: FieldTrigger[]; always: number[] } {
  const byName = new Map<string, Map<string, number[]>>();
  const always: number[] = [];
  for (const at of ids) {
    let best: { name: string; literals: readonly string[]; size: number } | undefined;
    for (const { name, globs } of signatures[at]!.fields) {
      const literals = globs.map((glob) => ('exact' in glob ? '' : longestPiece(glob)));
      const size = Math.min(...literals.map((literal) => literal.length));
      if (size > (best?.size ?? 0)) best = { name, literals, size };
    }
    if (best === undefined) {
      always.push(at);
      continue;
    }
    const table = byName.get(best.name) ?? new Map<string, number[]>();
    byName.set(best.name, table);
    for (const literal of best.literals) table.set(literal, [...(table.get(literal) ?? []), at]);
  }
  const triggers = [...byName].map(([name, table]) => ({
    name,
    automaton: new AhoCorasick([...table.keys()]),
    signatures: [...table.values()],
  }));
  return { triggers, always };
}

const longestPiece = (glob: Glob): string =>
  glob.pieces.reduce((best, next) => (next.length > best.length ? next : best));

/** Length of the pattern that matches the value, 0 for none. */
function matchField(globs: readonly FieldGlob[], value: string): number {
  const folded = value.toLowerCase();
  for (const glob of globs) {
    if ('exact' in glob) {
      if (value === glob.exact || (glob.exact.includes('*') && value !== '' && value !== '-')) return 1;
    } else if (matchGlob(glob, folded) !== undefined) return glob.size + 4;
  }
  return 0;
}

function longest(globs: readonly Glob[]): Glob {
  return globs.reduce((best, glob) => (glob.size > best.size ? glob : best));
}

/** How often three characters stand together in the patterns, by a small hash. */
const GRAMS = 1 << 15;

function gramAt(text: string, at: number): number {
  return (text.charCodeAt(at) * 961 + text.charCodeAt(at + 1) * 31 + text.charCodeAt(at + 2)) & (GRAMS - 1);
}

function trigramCounts(signatures: readonly CompiledSignature[], contexts: readonly Glob[]): Uint32Array {
  const counts = new Uint32Array(GRAMS);
  const count = (glob: Glob): void => {
    for (const piece of glob.pieces) for (let i = 0; i + 3 <= piece.length; i++) counts[gramAt(piece, i)]!++;
  };
  for (const signature of signatures) {
    signature.any.forEach(count);
    signature.all.forEach(count);
  }
  contexts.forEach(count);
  return counts;
}

/** The part of a pattern that is least like the other patterns, so that few texts have to be tried in full. */
function rarestWindow(glob: Glob, counts: Uint32Array): string {
  const piece = longestPiece(glob);
  if (piece.length <= WINDOW) return piece;
  let best = 0;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let at = 0; at + WINDOW <= piece.length; at++) {
    let cost = 0;
    for (let i = at; i + 3 <= at + WINDOW; i++) cost += counts[gramAt(piece, i)]!;
    if (cost < bestCost) {
      bestCost = cost;
      best = at;
    }
  }
  return piece.slice(best, best + WINDOW);
}
