/** Turns known facts and pasted output into an answer of a step. Patterns run in linear time (RE2). */
import { RE2JS } from 're2js';
import type { Reader } from '../pack/schema.ts';
import { type FactName, isFactName } from '../pack/vocabulary.ts';

export type FactValues = Readonly<Partial<Record<FactName, string>>>;

/** What a reader made of its input: the answer, the text it rests on, and facts it learned on the way. */
export interface Reading {
  readonly answer: string;
  /** The decisive piece of the text, or `fact=value`. */
  readonly evidence: string;
  readonly by: 'fact' | 'output';
  readonly facts: FactValues;
}

/** Output longer than this is cut for reading; a command's output that a person pastes is far shorter. Characters. */
export const MAX_READ = 1_000_000;

const compiled = new Map<string, RE2JS>();

/** Compiles once per pattern. Throws RE2JSSyntaxException for a pattern RE2 does not know; the linter reports it. */
export function pattern(source: string): RE2JS {
  let found = compiled.get(source);
  if (!found) {
    found = RE2JS.compile(source);
    compiled.set(source, found);
  }
  return found;
}

/** The first reader whose fact is known and fits. */
export function readFacts(readers: readonly Reader[] | undefined, facts: FactValues): Reading | undefined {
  for (const reader of readers ?? []) {
    if (!('fact' in reader)) continue;
    const value = facts[reader.fact];
    if (value === undefined) continue;
    const fits =
      'in' in reader
        ? reader.in.some((wanted) => wanted.toLowerCase() === value.toLowerCase())
        : pattern(reader.match).matcher(value).find();
    if (fits) return { answer: reader.answer, evidence: `${reader.fact}=${value}`, by: 'fact', facts: {} };
  }
  return undefined;
}

/**
 * The first reader that fits the text. `scope` is `output` for text pasted at this very step and `paste` for
 * what was pasted earlier, where only readers marked `paste: true` may speak.
 */
export function readOutput(
  readers: readonly Reader[] | undefined,
  text: string,
  scope: 'output' | 'paste',
): Reading | undefined {
  const input = text.length > MAX_READ ? text.slice(0, MAX_READ) : text;
  for (const reader of readers ?? []) {
    if ('fact' in reader) continue;
    if (scope === 'paste' && !reader.paste) continue;
    const re = pattern(reader.match);
    const matcher = re.matcher(input);
    if (!matcher.find()) continue;
    return {
      answer: reader.answer,
      evidence: evidenceOf(input, matcher.start(), matcher.end()),
      by: 'output',
      facts: namedFacts(re, matcher),
    };
  }
  return undefined;
}

function namedFacts(re: RE2JS, matcher: ReturnType<RE2JS['matcher']>): FactValues {
  const facts: Partial<Record<FactName, string>> = {};
  for (const group of Object.keys(re.namedGroups())) {
    const name = group.replaceAll('_', '-');
    const value = matcher.group(group);
    if (value && isFactName(name)) facts[name] = value;
  }
  return facts;
}

/** A long line is cut around what decided. Characters kept before and after it. */
const AROUND = 90;

/** The lines a match touches, three at most: evidence is shown beside the answer. */
function evidenceOf(text: string, start: number, end: number): string {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const next = text.indexOf('\n', Math.max(end - 1, start));
  const stop = next === -1 ? text.length : next;
  const left = start - from > AROUND ? start - AROUND : from;
  const right = stop - end > AROUND ? end + AROUND : stop;
  const cut = `${left > from ? '…' : ''}${text.slice(left, right)}${right < stop ? '…' : ''}`;
  return cut
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 3)
    .join('\n');
}
