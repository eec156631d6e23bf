/** Tables of codes and messages: words in every language, flows that exist, coverage that points at something. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PackFolder } from '../pack/folder.ts';
import { LANGUAGES } from '../pack/vocabulary.ts';
import type { Finding, LintWorld } from './lint.ts';

export function lintTables(pack: PackFolder, world: LintWorld): Finding[] {
  const findings: Finding[] = [];
  const hasFlow = (id: string) => pack.flows.has(id) || world.flows.has(id);
  for (const [name, table] of pack.tables) {
    const file = `kb/tables/${name}.yaml`;
    const say = (at: string, message: string) => findings.push({ file, at, message });
    if (table.table !== name) say('table', `is "${table.table}" but the file is named ${name}.yaml`);
    for (const source of table.sources)
      if (!pack.sources[source]) say('sources', `"${source}" is not in kb/sources.yaml`);
    const ids = new Set<string>();
    for (const entry of table.entries) {
      if (ids.has(entry.id)) say(entry.id, 'the id stands twice');
      ids.add(entry.id);
      for (const flow of [entry.flow, ...(entry.also ?? [])])
        if (!hasFlow(flow)) say(entry.id, `no pack has the symptom "${flow}"`);
      if (entry.state && !pack.flows.get(entry.flow)?.states[entry.state])
        say(entry.id, `${entry.flow} has no state "${entry.state}"`);
    }
    for (const lang of LANGUAGES) {
      const words = pack.tableWords.get(lang)?.get(name);
      const wordsFile = `locales/${lang}/kb/${name}.json`;
      if (!words) findings.push({ file: wordsFile, at: '', message: 'is missing or broken' });
      for (const id of words ? ids : [])
        if (!words![id]) findings.push({ file: wordsFile, at: id, message: 'words are missing' });
      for (const id of Object.keys(words ?? {}))
        if (!ids.has(id)) findings.push({ file: wordsFile, at: id, message: 'the table has no such entry' });
    }
  }
  for (const [row, target] of Object.entries(pack.coverage)) {
    const [kind, owner, part] = target.split('/') as [string, string?, string?];
    const exists =
      kind === 'none' ||
      kind === 'ui' ||
      (kind === 'docs' && existsSync(join(pack.root, 'docs', owner!))) ||
      (kind === 'flow' && pack.flows.get(owner!)?.states[part!] !== undefined) ||
      (kind === 'kb' && pack.tables.get(owner!)?.entries.some((entry) => entry.id === part));
    if (!exists)
      findings.push({
        file: 'kb/coverage.yaml',
        at: row,
        message: `points at ${target}, which does not exist`,
      });
  }
  return findings;
}
