/** The project as tests see it: its root and the pack that ships, read from its source files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createWords, type WordsFactory } from '../src/i18n/words.ts';
import { packOfFolder, readPackFolder } from '../src/pack/folder.ts';
import type { Pack } from '../src/pack/pack.ts';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

export const shippedFolder = readPackFolder(ROOT);

let pack: Pack | undefined;
export function shippedPack(): Pack {
  pack ??= packOfFolder(shippedFolder);
  return pack;
}

export function shippedWords(of: Pack = shippedPack()): WordsFactory {
  return createWords(of, (lang, ns) =>
    JSON.parse(readFileSync(join(ROOT, 'locales', lang, `${ns}.json`), 'utf8')),
  );
}
