/** The pack that ships, compiled to JSON at build time: start-up parses no YAML and reads only what a screen needs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pack } from './pack.ts';

/** What `index.json` of a compiled pack says. */
export interface CompiledIndex {
  readonly flows: Readonly<Record<string, { readonly area: string; readonly platforms: readonly string[] }>>;
  readonly tables: readonly string[];
}

/** Opens the compiled pack in `dir` (written by scripts/build.mjs). Throws where the index is missing: a broken install. */
export function openCompiledPack(dir: string): Pack {
  const cache = new Map<string, unknown>();
  const read = <T>(name: string): T | undefined => {
    if (!cache.has(name)) cache.set(name, readJson(join(dir, name)));
    return cache.get(name) as T | undefined;
  };
  const index = read<CompiledIndex>('index.json');
  if (!index) throw new Error(`compiled pack missing in ${dir}`);
  const known = (id: string) => Object.hasOwn(index.flows, id);
  return {
    flowIds: Object.keys(index.flows),
    flow: (id) => (known(id) ? read(`flows/${id}.json`) : undefined),
    symptom: (id) => (known(id) ? index.flows[id] : undefined),
    flowWords: (lang, id) => (known(id) ? read(`locales/${lang}/flows/${id}.json`) : undefined),
    symptomWords: (lang) => read(`locales/${lang}/symptoms.json`) ?? {},
    signatures: () => read('signatures.json') ?? [],
    tableIds: index.tables,
    table: (id) => (index.tables.includes(id) ? read(`tables/${id}.json`) : undefined),
    tableWords: (lang, id) => (index.tables.includes(id) ? read(`locales/${lang}/kb/${id}.json`) : undefined),
    sources: () => read('sources.json') ?? {},
    coverage: () => read('coverage.json') ?? {},
  };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
