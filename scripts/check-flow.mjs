// Checks one symptom with all its files (or all of them): node scripts/check-flow.mjs [<symptom> …]
import { runWithProjectNode } from './project-node.mjs';

if (!runWithProjectNode(import.meta.filename ?? new URL(import.meta.url).pathname)) {
  const { readPackFolder } = await import('../src/pack/folder.ts');
  const { lintPack } = await import('../src/lint/lint.ts');
  const { LANGUAGES } = await import('../src/pack/vocabulary.ts');
  const pack = readPackFolder(process.cwd());
  const wanted = process.argv.slice(2);
  const ids = wanted.length ? wanted : [...pack.flows.keys()];
  const { readFileSync } = await import('node:fs');
  const planned = new Set(JSON.parse(readFileSync(new URL('./symptoms.json', import.meta.url), 'utf8')));
  const findings = lintPack(pack, { flows: planned, probes: undefined, languages: LANGUAGES });
  let bad = false;
  for (const id of ids) {
    const own = findings.filter((f) => new RegExp(`(^|/)${id}\\.(yaml|json)$`).test(f.file));
    if (!pack.flows.has(id) && !own.length)
      own.push({ file: `flows/${id}.yaml`, at: '', message: 'is missing' });
    if (!pack.signatures.has(id) && !own.some((f) => f.file.includes('signatures'))) {
      own.push({ file: `kb/signatures/${id}.yaml`, at: '', message: 'is missing' });
    }
    for (const f of own) console.log(`${f.file} ${f.at}: ${f.message}`);
    const flow = pack.flows.get(id);
    if (!own.length) {
      const states = Object.values(flow.states);
      console.log(
        `ok ${id}: ${states.length} states, ${states.filter((s) => s.type === 'fix').length} fixes`,
      );
    } else bad = true;
  }
  process.exit(bad ? 1 : 0);
}
