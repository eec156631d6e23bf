/** The program's own words: every id in every language, the same placeholders, every word used. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flatten } from '../../src/lint/words.ts';
import { LANGUAGES } from '../../src/pack/vocabulary.ts';
import { ROOT } from '../project.ts';

type Namespace = 'ui' | 'errors';
const load = (lang: string, ns: Namespace) =>
  flatten(JSON.parse(readFileSync(join(ROOT, 'locales', lang, `${ns}.json`), 'utf8')));
const PLURAL = /_(zero|one|two|few|many|other)$/;
const base = (key: string) => key.replace(PLURAL, '');
const placeholders = (text: string) =>
  [...new Set([...text.matchAll(/\{\{\s*([\w-]+)/g)].map((m) => m[1]))].sort();

const source = `${readAll(join(ROOT, 'src'))}${readFileSync(join(ROOT, 'scripts/build.mjs'), 'utf8')}`;

function readAll(dir: string): string {
  return readdirSync(dir, { withFileTypes: true })
    .map((e) => (e.isDirectory() ? readAll(join(dir, e.name)) : readFileSync(join(dir, e.name), 'utf8')))
    .join('\n');
}

/** Keys that are put together in code: their prefix stands in the source as a template. */
function isUsed(key: string): boolean {
  if (source.includes(`'${key}'`) || source.includes(`\`${key}\``)) return true;
  const parts = key.split('.');
  for (let cut = parts.length - 1; cut > 0; cut--) {
    if (source.includes(`\`${parts.slice(0, cut).join('.')}.\${`)) return true;
  }
  // Prefixes that a local helper adds: `t('start.text')` in program.ts means cli.start.text.
  return parts[0] === 'cli' && source.includes(`'${parts.slice(1).join('.')}'`);
}

describe.each(['ui', 'errors'] as const)('%s words', (ns) => {
  const english = load('en', ns);

  it.each(LANGUAGES)('of %s have every id with the same placeholders', (lang) => {
    const own = load(lang, ns);
    expect([...new Set([...own.keys()].map(base))].sort()).toEqual(
      [...new Set([...english.keys()].map(base))].sort(),
    );
    for (const [key, text] of own) {
      const twin = english.get(key) ?? english.get(`${base(key)}_other`);
      expect(placeholders(text), `${lang} ${key}`).toEqual(placeholders(twin ?? ''));
      expect(text.trim() === '' && key !== 'prompt.busy', `${lang} ${key} is empty`).toBe(false);
    }
    const categories = new Intl.PluralRules(lang).resolvedOptions().pluralCategories;
    for (const key of own.keys()) {
      if (!PLURAL.test(key)) continue;
      for (const category of categories)
        expect(own.has(`${base(key)}_${category}`), `${lang} ${base(key)}_${category}`).toBe(true);
    }
  });

  it.each(LANGUAGES.filter((l) => l !== 'en'))('of %s are translated, not copied', (lang) => {
    const same = [...load(lang, ns)].filter(
      ([key, text]) => text === english.get(key) && /[a-z]{4,} [a-z]{3,} [a-z]{3,}/i.test(text),
    );
    expect(same.map(([key]) => key)).toEqual([]);
  });

  it('are all used', () => {
    const keys = [...new Set([...english.keys()].map(base))];
    const unused =
      ns === 'ui'
        ? keys.filter((key) => !isUsed(key))
        : [...new Set(keys.map((key) => key.split('.')[0]!))].filter(
            (id) => !source.includes(`'${id}'`) && id !== 'bug',
          );
    expect(unused).toEqual([]);
  });
});
