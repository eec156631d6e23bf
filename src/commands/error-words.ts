/** Words that must be there when nothing else is: for help, and for errors before a pack could be opened. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createWords, type Words } from '../i18n/words.ts';
import type { Pack } from '../pack/pack.ts';
import type { Language } from '../pack/vocabulary.ts';

const NO_PACK: Pack = {
  flowIds: [],
  flow: () => undefined,
  symptom: () => undefined,
  flowWords: () => undefined,
  symptomWords: () => ({}),
  signatures: () => [],
  tableIds: [],
  table: () => undefined,
  tableWords: () => undefined,
  sources: () => ({}),
  coverage: () => ({}),
};

export function errorWords(directory: string, language: Language): Words {
  const load = (lang: Language, namespace: string) =>
    JSON.parse(readFileSync(join(directory, 'locales', lang, `${namespace}.json`), 'utf8'));
  return createWords(NO_PACK, load).words(language);
}
