/** What a case cannot do itself (matching, looking, running), and what it asks of each and gets back. */
import type { Pack } from '../pack/pack.ts';
import type { FactName, Language } from '../pack/vocabulary.ts';
import type { ListReport, ListRequest } from '../probe/run-list.ts';
import type { Permission } from '../run/plan.ts';
import type { RunReport } from '../run/run-command.ts';
import type { CaseEvent, ProbeEvidence, ProbeFailure, RankedMatch } from './events.ts';

/** What the matcher says of a text, as the case needs it. */
export interface MatchReport {
  readonly matches: readonly RankedMatch[];
  readonly nearest: readonly { readonly flow: string; readonly saying: string }[];
  readonly facts: readonly { readonly name: string; readonly value: string; readonly place: string }[];
  readonly records: { readonly total: number; readonly noise: number };
}

/** What a probe brings back. */
export type ProbeReport =
  | {
      readonly kind: 'answer';
      readonly answer: string;
      readonly evidence: readonly ProbeEvidence[];
      /** Where it was seen, if not in the cluster itself. */
      readonly source?: 'snapshot';
      readonly facts: Readonly<Partial<Record<FactName, string>>>;
    }
  | {
      readonly kind: 'failure';
      readonly failure: ProbeFailure;
      readonly detail: string;
      readonly evidence: readonly ProbeEvidence[];
    };

export interface ProbeRequest {
  readonly probe: string;
  readonly flow: string;
  readonly state: string;
  readonly answers: readonly string[];
  readonly facts: Readonly<Partial<Record<FactName, string>>>;
  readonly signal: AbortSignal;
}

/** A command line of a step, its facts filled in, and the permission it is run with. */
export interface RunRequest {
  readonly line: string;
  readonly permission: Permission;
  readonly signal: AbortSignal;
}

/** What the case cannot do itself; given from outside, so that tests and resume choose their own. */
export interface CaseWorld {
  readonly pack: Pack;
  readonly version: string;
  match(text: string, language: Language, signal: AbortSignal): Promise<MatchReport>;
  /** `undefined` where no cluster and no snapshot can be looked at. */
  probe: ((request: ProbeRequest) => Promise<ProbeReport>) | undefined;
  /** The list that a fact can be picked from; absent where facts are only typed. */
  list?: ((request: ListRequest) => Promise<ListReport>) | undefined;
  /** Runs a step's own command, where that is possible; it decides again whether the line may be run at all. */
  readonly run?: ((request: RunRequest) => Promise<RunReport>) | undefined;
  /** Understands a sentence as one of the answers, `undefined` when unsure. */
  ownWords(text: string, flow: string, state: string, language: Language): string | undefined;
  /** Called for each event as it happens, before anything else reacts to it; a `case-opened` begins another case. */
  record(event: CaseEvent): void;
  /** The id of the next case, where a person goes on to another problem. */
  newId(): string;
  now(): Date;
}
