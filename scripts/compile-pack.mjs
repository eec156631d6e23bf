// Compiles the pack at `root` into JSON files of the size a screen needs.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readPackFolder, symptomWordsOf } from '../src/pack/folder.ts';
import { LANGUAGES } from '../src/pack/vocabulary.ts';

export function compilePack(root, out) {
  const pack = readPackFolder(root);
  if (pack.faults.length) {
    const [{ file, line, column, at, message }] = pack.faults;
    throw new Error(`${file}:${line}:${column} ${at} ${message}\nMend it there and build again.`);
  }
  const write = (name, data) => {
    const path = join(out, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(data));
  };
  write('index.json', {
    flows: Object.fromEntries([...pack.flows].map(([id, { area, platforms }]) => [id, { area, platforms }])),
    tables: [...pack.tables.keys()],
  });
  for (const [id, flow] of pack.flows) write(`flows/${id}.json`, withoutSamples(flow));
  write('signatures.json', [...pack.signatures.values()].map(bareSignatures));
  for (const [id, table] of pack.tables) write(`tables/${id}.json`, table);
  write('sources.json', pack.sources);
  write('coverage.json', pack.coverage);
  for (const lang of LANGUAGES) {
    const words = pack.flowWords.get(lang);
    write(`locales/${lang}/symptoms.json`, symptomWordsOf(words));
    for (const [id, own] of words) write(`locales/${lang}/flows/${id}.json`, own);
    for (const [id, own] of pack.tableWords.get(lang)) write(`locales/${lang}/kb/${id}.json`, own);
    for (const name of ['ui', 'errors']) {
      write(
        `locales/${lang}/${name}.json`,
        JSON.parse(readFileSync(join(root, 'locales', lang, `${name}.json`), 'utf8')),
      );
    }
  }
}

/** Samples prove patterns in the tests; the program never reads them. */
function withoutSamples(flow) {
  return JSON.parse(JSON.stringify(flow, (key, value) => (key === 'sample' ? undefined : value)));
}

/** The texts a signature must match are what a paste is compared with; those it must not match are for the tests. */
function bareSignatures({ flow, signatures }) {
  return {
    flow,
    signatures: signatures.map(({ not: _, overlaps: __, ...rest }) => ({ ...rest, not: [] })),
  };
}
