/** The shapes the matcher takes and answers with. Lines are 1-based in the decoded paste; ranges are [start, end). */
import type { SignatureFile, Table } from '../pack/schema.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1';

/** A typed value found in the paste, with the place it was read from. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly from: {
    readonly line: number;
    readonly start: number;
    readonly end: number;
    readonly text: string;
  };
}

/** A line that decided, sanitised and clipped, and what in it decided. */
export interface EvidenceLine {
  readonly line: number;
  readonly text: string;
  readonly ranges: readonly (readonly [number, number])[];
  /** A signature's id, `code` for a code of a table, `saying`, or `likeness` (words shared with the flow's known texts). */
  readonly why: string;
}

export interface Match {
  readonly flow: string;
  /** 0..1, calibrated: of the answers given with 0.9, nine in ten are right. */
  readonly score: number;
  readonly evidence: readonly EvidenceLine[];
  readonly signatures: readonly string[];
}

export interface NearestSaying {
  readonly flow: string;
  readonly saying: string;
  readonly lang: string;
}

export interface MatchResult {
  /** Ranked, at or above the threshold; empty means no flow knows this. */
  readonly matches: readonly Match[];
  /** Offered when `matches` is empty. */
  readonly nearest: readonly NearestSaying[];
  /** One per name, right or absent. */
  readonly facts: readonly Fact[];
  readonly records: { readonly total: number; readonly noise: number };
  /** Bytes of UTF-8; `total` is undefined while a stream's length is not known. */
  readonly read: { readonly bytes: number; readonly total: number | undefined; readonly truncated: boolean };
  readonly encoding: Encoding;
  /** Several errors in one paste: each flow with the lines that are its own. */
  readonly independent: readonly { readonly flow: string; readonly lines: readonly number[] }[];
}

export interface FlowSayings {
  readonly flow: string;
  readonly lang: string;
  readonly title: string;
  readonly summary: string;
  readonly says: readonly string[];
}

export interface MatchKnowledge {
  readonly signatures: readonly SignatureFile[];
  readonly sayings: readonly FlowSayings[];
  /** Codes that `unmesh explain` knows: one of them alone is a paste too. */
  readonly tables?: readonly Table[];
}

export interface StreamOptions {
  /** Called after each chunk with the bytes read so far. */
  onProgress?(bytes: number): void;
  readonly signal?: AbortSignal;
}

export interface Matcher {
  match(text: string): MatchResult;
  /** Reads with bounded memory. Rejects with the signal's reason when aborted. */
  matchStream(chunks: AsyncIterable<Uint8Array>, opts?: StreamOptions): Promise<MatchResult>;
}
