/** Lays packs over one another: a later pack adds symptoms and may replace one of an earlier pack whole. */
import type { Pack } from './pack.ts';

/** The packs in order of precedence, the last one first asked. */
export function mergePacks(packs: readonly Pack[]): Pack {
  if (packs.length === 1) return packs[0]!;
  const latestFirst = [...packs].reverse();
  const first = <T>(ask: (pack: Pack) => T | undefined): T | undefined => {
    for (const pack of latestFirst) {
      const answer = ask(pack);
      if (answer !== undefined) return answer;
    }
    return undefined;
  };
  const owner = (id: string) => latestFirst.find((pack) => pack.symptom(id));
  return {
    flowIds: [...new Set(packs.flatMap((pack) => pack.flowIds))],
    flow: (id) => owner(id)?.flow(id),
    symptom: (id) => owner(id)?.symptom(id),
    flowWords: (lang, id) => owner(id)?.flowWords(lang, id),
    symptomWords: (lang) => Object.assign({}, ...packs.map((pack) => pack.symptomWords(lang))),
    signatures: () => {
      const byFlow = new Map(packs.flatMap((pack) => pack.signatures()).map((file) => [file.flow, file]));
      return [...byFlow.values()];
    },
    tableIds: [...new Set(packs.flatMap((pack) => pack.tableIds))],
    table: (id) => first((pack) => pack.table(id)),
    tableWords: (lang, id) => first((pack) => pack.tableWords(lang, id)),
    sources: () => Object.assign({}, ...packs.map((pack) => pack.sources())),
    coverage: () => Object.assign({}, ...packs.map((pack) => pack.coverage())),
  };
}
