/** What the program asks of a pack, whether compiled at build time or read from a folder. */
import type { Coverage, FlowFile, FlowWords, SignatureFile, Sources, Table, TableWords } from './schema.ts';
import type { Language } from './vocabulary.ts';

/** The part of a flow's words that lists and matching need. */
export interface SymptomWords {
  readonly title: string;
  readonly summary: string;
  readonly says: readonly string[];
}

/** Nested words of one namespace as they stand in a locale file. */
export type WordTree = { readonly [key: string]: string | WordTree };

/**
 * Reads are lazy and synchronous: a screen loads only the few small files it shows. Nothing is ever validated
 * here; the compiler and the folder reader have done so. Each returns `undefined` where the pack has no such thing.
 */
export interface Pack {
  readonly flowIds: readonly string[];
  flow(id: string): FlowFile | undefined;
  /** The area and platforms of each flow without loading it. */
  symptom(id: string): { readonly area: string; readonly platforms: readonly string[] } | undefined;
  flowWords(lang: Language, id: string): FlowWords | undefined;
  symptomWords(lang: Language): Readonly<Record<string, SymptomWords>>;
  signatures(): readonly SignatureFile[];
  readonly tableIds: readonly string[];
  table(id: string): Table | undefined;
  tableWords(lang: Language, id: string): TableWords | undefined;
  sources(): Sources;
  coverage(): Coverage;
}
