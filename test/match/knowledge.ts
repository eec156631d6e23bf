/** What the pack at the root of the repository knows, as the matcher takes it. */
import { join } from 'node:path';
import type { MatchKnowledge } from '../../src/match/index.ts';
import { readPackFolder } from '../../src/pack/folder.ts';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Broken files of others are left out here; the content tests name them. */
export function loadKnowledge(root: string = ROOT): MatchKnowledge {
  const pack = readPackFolder(root);
  return {
    signatures: [...pack.signatures.values()],
    sayings: [...pack.flowWords].flatMap(([lang, flows]) =>
      [...flows].map(([flow, { title, summary, says }]) => ({ flow, lang, title, summary, says })),
    ),
    tables: [...pack.tables.values()],
  };
}
