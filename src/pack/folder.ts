/** Reads a pack from its folder: every file validated, faults collected with their place. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { z } from 'zod';
import { EXIT, UserError } from '../errors.ts';
import type { Pack, SymptomWords } from './pack.ts';
import { type FileFault, parseFile, sentenceOf } from './parse.ts';
import {
  coverageSchema,
  type FlowFile,
  type FlowWords,
  flowSchema,
  flowWordsSchema,
  type SignatureFile,
  signatureFileSchema,
  sourcesSchema,
  type Table,
  type TableWords,
  tableSchema,
  tableWordsSchema,
} from './schema.ts';
import { LANGUAGES, type Language } from './vocabulary.ts';

/** Everything a pack's folder holds, validated file by file. */
export interface PackFolder {
  readonly root: string;
  readonly flows: ReadonlyMap<string, FlowFile>;
  readonly flowWords: ReadonlyMap<Language, ReadonlyMap<string, FlowWords>>;
  readonly signatures: ReadonlyMap<string, SignatureFile>;
  readonly tables: ReadonlyMap<string, Table>;
  readonly tableWords: ReadonlyMap<Language, ReadonlyMap<string, TableWords>>;
  readonly sources: z.infer<typeof sourcesSchema>;
  readonly coverage: z.infer<typeof coverageSchema>;
  readonly faults: readonly FileFault[];
  /** Files and folders that lie where data is expected and are not read, because of their names. */
  readonly unread: readonly string[];
}

/** Whether there is nothing in it that a pack can hold. */
export function isEmpty({ flows, flowWords, signatures, tables, tableWords, faults }: PackFolder): boolean {
  const words = [...flowWords.values(), ...tableWords.values()];
  return [flows, signatures, tables, ...words].every(({ size }) => size === 0) && faults.length === 0;
}

/** A pack of more files than this is a mistake (someone's home directory), not a pack. */
const MAX_FILES = 5_000;

/**
 * Reads `root`; never throws for a broken file (see `faults`), only where `root` is no readable folder.
 * Links are not followed: a pack from outside must not read files that are not its own.
 */
export function readPackFolder(root: string): PackFolder {
  try {
    readdirSync(root);
  } catch (cause) {
    throw new UserError('pack-unreadable', { path: root }, EXIT.environment, cause);
  }
  const faults: FileFault[] = [];
  let count = 0;
  const load = <S extends z.ZodType>(folder: string, ending: string, schema: S): Map<string, z.infer<S>> => {
    const found = new Map<string, z.infer<S>>();
    for (const path of filesOf(join(root, folder), ending)) {
      if (++count > MAX_FILES)
        throw new UserError('pack-too-large', { path: root, files: MAX_FILES }, EXIT.environment);
      const result = parseFile(relative(root, path), readFileSync(path, 'utf8'), schema);
      if (result.ok) found.set(basename(path, ending), result.value);
      else faults.push(...result.faults);
    }
    return found;
  };
  const one = <S extends z.ZodType>(folder: string, name: string, schema: S, empty: z.infer<S>): z.infer<S> =>
    [...load(folder, name, schema).values()][0] ?? empty;
  const perLanguage = <S extends z.ZodType>(folder: string, schema: S) =>
    new Map(LANGUAGES.map((lang) => [lang, load(join('locales', lang, folder), '.json', schema)] as const));

  return {
    root,
    flows: load('flows', '.yaml', flowSchema),
    flowWords: perLanguage('flows', flowWordsSchema),
    signatures: load('kb/signatures', '.yaml', signatureFileSchema),
    tables: load('kb/tables', '.yaml', tableSchema),
    tableWords: perLanguage('kb', tableWordsSchema),
    sources: one('kb', 'sources.yaml', sourcesSchema, {}),
    coverage: one('kb', 'coverage.yaml', coverageSchema, {}),
    faults,
    unread: unreadIn(root),
  };
}

/** A `.yml` beside the `.yaml` files, a language that unmesh does not speak: their authors think they are used. */
function unreadIn(root: string): string[] {
  const strange = (folder: string, isKnown: (name: string) => boolean) =>
    namesIn(join(root, folder))
      .filter((name) => !/^(?:\.|readme)/i.test(name) && !isKnown(name))
      .sort()
      .map((name) => join(folder, name));
  const ending = (end: string) => (name: string) => name.endsWith(end);
  const languages: readonly string[] = LANGUAGES;
  return [
    ...strange('flows', ending('.yaml')),
    ...strange('kb', (name) => ['sources.yaml', 'coverage.yaml', 'signatures', 'tables'].includes(name)),
    ...strange('kb/signatures', ending('.yaml')),
    ...strange('kb/tables', ending('.yaml')),
    ...strange('locales', (name) => languages.includes(name)),
    ...LANGUAGES.flatMap((lang) => [
      ...strange(`locales/${lang}/flows`, ending('.json')),
      ...strange(`locales/${lang}/kb`, ending('.json')),
    ]),
  ];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The plain files directly in `folder` whose names end so, sorted; a missing folder has none. */
function filesOf(folder: string, ending: string): string[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => lstatSync(path).isFile());
}

/** A folder as a Pack; throws the first fault, so that a person is told which file to mend. */
export function packOfFolder(folder: PackFolder): Pack {
  const first = folder.faults[0];
  if (first) {
    const { file, line, column } = first;
    throw new UserError(
      'pack-file-broken',
      { file, line, column, message: sentenceOf(first) },
      EXIT.environment,
    );
  }
  return {
    flowIds: [...folder.flows.keys()],
    flow: (id) => folder.flows.get(id),
    symptom: (id) => folder.flows.get(id),
    flowWords: (lang, id) => folder.flowWords.get(lang)?.get(id),
    symptomWords: (lang) => symptomWordsOf(folder.flowWords.get(lang)),
    signatures: () => [...folder.signatures.values()],
    tableIds: [...folder.tables.keys()],
    table: (id) => folder.tables.get(id),
    tableWords: (lang, id) => folder.tableWords.get(lang)?.get(id),
    sources: () => folder.sources,
    coverage: () => folder.coverage,
  };
}

/** Titles, summaries and sayings of all flows of one language. */
export function symptomWordsOf(
  words: ReadonlyMap<string, FlowWords> | undefined,
): Record<string, SymptomWords> {
  return Object.fromEntries(
    [...(words ?? [])].map(([id, { title, summary, says }]) => [id, { title, summary, says }]),
  );
}
