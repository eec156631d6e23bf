/** Finds entries of the tables: by their code, by a message they stand for, by the codes that stand in a text. */
import type { Pack } from '../pack/pack.ts';
import type { Table } from '../pack/schema.ts';
import { matchTemplate, type TemplateHit } from './template.ts';

export type TableEntry = Table['entries'][number];

/** One entry with the table it stands in and, for a message, what its placeholders stood for. */
export interface FoundEntry {
  readonly table: string;
  readonly entry: TableEntry;
  readonly hit?: TemplateHit;
}

/** More text than this holds nothing more to explain. Characters. */
export const EXPLAIN_LIMIT = 200_000;

const key = (code: string) => code.trim().toLowerCase().replaceAll('_', ' ');
/** Codes that name themselves wherever they stand: analyzer and Kiali codes, Google's conditions, TLS reasons. */
const SELF_NAMING = /\b[A-Z]{2,6}\d{4}\b|\b[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+\b/g;

export interface TableIndex {
  /** Entries whose code, alias or id is `text`. */
  byCode(text: string): FoundEntry[];
  /** Entries of one table whose code or alias is `text`. */
  inTable(table: string, text: string): FoundEntry[];
  /** Entries whose message stands in `text`, most specific first. */
  byMessage(text: string): FoundEntry[];
  /** Entries whose self-naming code stands somewhere in `text`. */
  within(text: string): FoundEntry[];
  /** Every code and alias, for the nearest ones to an unknown one. */
  readonly codes: readonly string[];
}

export function indexTables(pack: Pack): TableIndex {
  const all: FoundEntry[] = pack.tableIds.flatMap((table) =>
    (pack.table(table)?.entries ?? []).map((entry) => ({ table, entry })),
  );
  const named = new Map<string, FoundEntry[]>();
  for (const found of all) {
    for (const name of new Set(namesOf(found.entry).map(key)))
      named.set(name, [...(named.get(name) ?? []), found]);
  }
  const byCode = (text: string) => [...(named.get(key(text)) ?? [])].sort(byRetirement);
  return {
    byCode,
    inTable: (table, text) => byCode(text).filter((found) => found.table === table),
    byMessage: (text) =>
      all
        .flatMap((found) => {
          const hits = messagesOf(found.entry).flatMap((template) => {
            const hit = matchTemplate(template, text);
            return hit ? [{ ...found, hit }] : [];
          });
          return hits.slice(0, 1);
        })
        .sort((a, b) => fixedLength(b.entry) - fixedLength(a.entry)),
    within: (text) => [
      ...new Set([...text.matchAll(SELF_NAMING)].slice(0, 200).flatMap(([code]) => byCode(code))),
    ],
    codes: all.flatMap(({ entry }) => [entry.code, ...(entry.aliases ?? [])].filter((c) => c !== undefined)),
  };
}

function namesOf({ id, code, aliases }: TableEntry): string[] {
  return [id, ...(code === undefined ? [] : [code]), ...(aliases ?? [])];
}

/** Aliases of an entry with a message are further wordings of it; a code with blanks is a wording too. */
function messagesOf({ code, template, aliases }: TableEntry): string[] {
  const wordings =
    template === undefined
      ? []
      : [template, ...(aliases ?? []).filter((a) => code === undefined || a.includes(' '))];
  return code?.includes(' ') ? [...wordings, code] : wordings;
}

const fixedLength = ({ template }: TableEntry) => template?.length ?? 0;
const byRetirement = (a: FoundEntry, b: FoundEntry) =>
  Number(a.entry.retired ?? false) - Number(b.entry.retired ?? false);
