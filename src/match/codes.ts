/** Codes of the tables: a paste that is one code and nothing else, and codes so marked that they stand out anywhere. */
import { fixedParts } from '../pack/message-template.ts';
import type { SignatureFile, Table } from '../pack/schema.ts';
import type { Fact, Match } from './types.ts';

/** Longest paste that can be one code. Characters. */
const LONGEST = 120;
/** What people put around a code: blanks, quotes, brackets, a stop. */
const AROUND = ' \t\r\n"\'`()[]{}<>.,:;!?';
/** `KIA0104`; of `IST0101` the signatures of the analyzer know more. */
const MARKED = /^(?!IST)[A-Z]{2,8}-?\d{3,5}$/;
/** Single words of a table of states are words of every other program as well. */
const isTelling = (code: string, table: string): boolean =>
  table === FLAGS || /[_\d.]/.test(code) || /[a-z][A-Z]/.test(code);

const FLAGS = 'response-flags';
/** A code names its symptom; which cause is behind it is asked in the flow. */
const SURE = 0.8;
const ALSO = 0.5;

interface Known {
  readonly flow: string;
  readonly also: readonly string[];
  /** The short name, where the code is a response flag. */
  readonly flag: string | undefined;
}

/** What the tables say of a paste that is one code. */
export class CodeIndex {
  readonly #known = new Map<string, Known>();

  constructor(tables: readonly Table[]) {
    for (const { table, entries } of tables)
      for (const { code, aliases = [], flow, also = [] } of entries)
        for (const name of [...(code === undefined ? [] : [code]), ...aliases])
          if (isTelling(name, table) && !this.#known.has(keyOf(name)))
            this.#known.set(keyOf(name), { flow, also, flag: table === FLAGS ? code : undefined });
  }

  /** `undefined` where the text is anything but one known code. */
  find(text: string): { readonly matches: readonly Match[]; readonly facts: readonly Fact[] } | undefined {
    if (text.length > LONGEST) return undefined;
    let [from, to] = [0, text.length];
    while (from < to && AROUND.includes(text[from]!)) from++;
    while (to > from && AROUND.includes(text[to - 1]!)) to--;
    const code = text.slice(from, to);
    const known = this.#known.get(keyOf(code));
    if (known === undefined) return undefined;
    const before = text.slice(0, from).split('\n');
    const start = before.at(-1)!.length;
    const at = { line: before.length, text: text.split('\n')[before.length - 1]!.trimEnd() };
    const end = start + code.length;
    const match = (flow: string, score: number): Match => ({
      flow,
      score,
      evidence: [{ ...at, ranges: [[start, end]], why: 'code' }],
      signatures: [],
    });
    return {
      matches: [match(known.flow, SURE), ...known.also.map((flow) => match(flow, ALSO))],
      facts:
        known.flag === undefined ? [] : [{ name: 'flag', value: known.flag, from: { ...at, start, end } }],
    };
  }
}

/** Two capitals are a flag, in small letters they are a word. */
function keyOf(code: string): string {
  return code.length <= 4 ? code : code.toLowerCase();
}

/** Shorter messages are sentences of other programs too. Characters. */
const TELLING_MESSAGE = 24;

/** A message as a pattern: what stands in a placeholder is left open. */
function globOf(template = ''): string[] {
  const parts = fixedParts(template);
  return parts.join('').length < TELLING_MESSAGE ? [] : [parts.join('*')];
}

/** Signatures for codes that stand out in any text, and for the messages that stand with them. */
export function signaturesOfCodes(tables: readonly Table[]): SignatureFile[] {
  return tables.flatMap(({ table, entries }) => {
    const marked = entries.filter(({ code }) => code !== undefined && MARKED.test(code));
    return [...Map.groupBy(marked, ({ flow }) => flow)].map(([flow, own]) => ({
      flow,
      signatures: [
        {
          id: table,
          any: own.flatMap(({ code, template }) => [code!, ...globOf(template)]),
          score: 0.86,
          match: [own[0]!.code!],
          not: [],
        },
      ],
    }));
  });
}
