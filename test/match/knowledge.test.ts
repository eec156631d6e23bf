/** What every signature and every saying promises, checked over the whole knowledge that ships. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMatcher } from '../../src/match/index.ts';
import { loadKnowledge } from './knowledge.ts';

const knowledge = loadKnowledge();
const matcher = createMatcher(knowledge);
const firstThree = (text: string) =>
  matcher
    .match(text)
    .matches.slice(0, 3)
    .map(({ flow }) => flow);
const signatures = knowledge.signatures.flatMap(({ flow, signatures }) =>
  signatures.map((signature) => ({ flow, ...signature })),
);

describe('the signatures', () => {
  it.each(signatures.map((one) => [one.id, one] as const))('%s finds its own texts', (_, one) => {
    for (const text of one.match) {
      const found = matcher.match(text).matches.find(({ flow }) => flow === one.flow);
      expect(found?.signatures ?? [], text).toContain(one.id);
      expect(firstThree(text), text).toContain(one.flow);
    }
  });

  it.each(signatures.map((one) => [one.id, one] as const))('%s leaves near misses alone', (_, one) => {
    for (const text of one.not)
      expect(
        matcher.match(text).matches.flatMap(({ signatures: found }) => found),
        text,
      ).not.toContain(one.id);
  });

  it('know the texts of other symptoms only where both have a claim on them', () => {
    const meant = new Set(
      readFileSync(join(import.meta.dirname, 'overlaps.txt'), 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#')),
    );
    const found = new Set<string>();
    for (const owner of signatures)
      for (const text of owner.match)
        for (const { flow, signatures: hits } of matcher.match(text).matches)
          if (flow !== owner.flow) for (const id of hits) found.add(`${id} on ${owner.id}`);
    const surprising = [...found].filter((pair) => !meant.has(pair)).sort();
    const outdated = [...meant].filter((pair) => !found.has(pair)).sort();
    expect({ surprising, outdated }).toEqual({ surprising: [], outdated: [] });
  });
});

describe('the sayings', () => {
  it.each(knowledge.sayings.map((entry) => [entry.lang, entry.flow, entry] as const))(
    '%s: %s is among the first three for each of its sayings',
    (_lang, _flow, entry) => {
      for (const saying of entry.says) expect(firstThree(saying), saying).toContain(entry.flow);
    },
  );
});

describe('what people write who never saw the sayings', () => {
  const lines = readFileSync(join(import.meta.dirname, 'descriptions.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t') as [string, string]);
  it.each(lines)('%s: %s', (flow, text) => {
    expect(firstThree(text)).toContain(flow);
  });
});

describe('texts that are about something else', () => {
  const texts = readFileSync(join(import.meta.dirname, 'unrelated.txt'), 'utf8').split('\n---\n');
  it.each(texts.map((text) => [text.split('\n')[0]!, text] as const))('%s belongs to no flow', (_, text) => {
    expect(matcher.match(text).matches.map(({ flow }) => flow)).toEqual([]);
  });
});
