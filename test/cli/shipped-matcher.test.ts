/** The program that ships answers as the matcher does that tests and bench measure: the build leaves nothing out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMatcher } from '../../src/match/index.ts';
import { loadKnowledge } from '../match/knowledge.ts';
import { ROOT } from '../project.ts';
import { unmesh } from './run.ts';

const knowledge = loadKnowledge();
/** Every second sample, each without its last word: known in part, so that likeness has a say. */
const texts = knowledge.signatures
  .flatMap(({ signatures }) => signatures.flatMap(({ match }) => match))
  .filter((_, i) => i % 2 === 0)
  .map((text) => text.slice(0, text.lastIndexOf(' ') + 1 || text.length));

interface Line {
  readonly id: string;
  readonly matches: readonly { readonly flow: string; readonly score: number }[];
}

describe('the matcher of the built program', () => {
  it('ranks as the one of the sources, score by score', () => {
    const input = texts.map((text, i) => JSON.stringify({ id: String(i), text })).join('\n');
    const { out, code } = unmesh(['match', '--jsonl'], { input });
    expect(code).toBe(0);
    const answers = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    expect(answers.length).toBeGreaterThan(300);
    const matcher = createMatcher(knowledge);
    const rounded = ({ flow, score }: Line['matches'][number]) => `${flow} ${score.toFixed(3)}`;
    const own = texts.map((text) => matcher.match(text).matches.map(rounded));
    expect(answers.map(({ matches }) => matches.map(rounded))).toEqual(own);
  });

  it('gives the README the picture that it shows', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const line = /^\[2024-\S+ "GET \/cart.*$/m.exec(readme)![0];
    const shown = [...readme.matchAll(/^ {2}(\S.*?) {2}[a-z ]+ · (\d+)%$/gm)].map(
      ([, title, per]) => `${per}% ${title}`,
    );
    const { out } = unmesh(['match', '-'], { input: line });
    const told = [...out.matchAll(/^(\d+%) {2}\S+ {2}(.*?) {2}\(/gm)].map(
      ([, per, title]) => `${per} ${title}`,
    );
    expect(shown).toHaveLength(3);
    expect(shown).toEqual(told.slice(0, 3));
  });
});
