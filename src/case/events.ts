/**
 * Everything that happens in a case is one of these events; a case is its log. The log on disk, the screen, plain
 * text, JSON and the report all read the same events. Fields are plain JSON: a log written today is read tomorrow.
 */
import type { Language, Outcome } from '../pack/vocabulary.ts';
import type { Permission } from '../run/plan.ts';
import type { RunFailure } from '../run/run-command.ts';

/** A line that decided something, with the character ranges in it that did. */
export interface EvidenceLine {
  readonly line: number;
  readonly text: string;
  readonly ranges: readonly (readonly [number, number])[];
  readonly why: string;
}

/** A symptom the text points to; `score` is a calibrated confidence from 0 to 1. */
export interface RankedMatch {
  readonly flow: string;
  readonly score: number;
  readonly evidence: readonly EvidenceLine[];
}

/** Who gave an answer. `own-words`: the person, in a sentence of their own. */
export type AnsweredBy = 'person' | 'own-words' | 'output' | 'paste' | 'fact' | 'probe' | 'snapshot';

/** What a probe saw: which object, which field, what stood there, when (ISO 8601). */
export interface ProbeEvidence {
  readonly object: string;
  readonly field: string;
  readonly value: string;
  readonly time: string;
}

/** Where a fact comes from. `picked`: the person chose it from a list of the cluster. */
export type FactSource = 'paste' | 'person' | 'picked' | 'probe' | 'output';

/** Why a probe could not answer. `absent` is a finding and never stands here. */
export type ProbeFailure =
  | 'forbidden'
  | 'unreachable'
  | 'timed-out'
  | 'not-collected'
  | 'ambiguous'
  | 'cancelled'
  | 'missing-fact'
  | 'failed';

/** May unmesh look in the cluster by itself? */
export const LOOKING = ['unasked', 'always', 'ask', 'never'] as const;
export type Looking = (typeof LOOKING)[number];

/** May unmesh run a step's command by itself? `run` and `exec` are decided apart. */
export type Running = 'unasked' | 'always' | 'never';

export type CaseEventBody =
  | {
      readonly type: 'case-opened';
      readonly id: string;
      readonly version: string;
      readonly language: Language;
    }
  | {
      readonly type: 'text-pasted';
      readonly text: string;
      readonly via: 'paste' | 'pipe' | 'typed' | 'file';
      readonly cut: boolean;
    }
  | {
      readonly type: 'symptoms-matched';
      readonly matches: readonly RankedMatch[];
      readonly nearest: readonly { readonly flow: string; readonly saying: string }[];
      readonly records: { readonly total: number; readonly noise: number };
    }
  | {
      readonly type: 'fact-learned';
      readonly name: string;
      readonly value: string;
      readonly from: FactSource;
      readonly place: string;
    }
  /** A probe needs a fact that the person can pick from a list. */
  | { readonly type: 'fact-wanted'; readonly name: string; readonly probe: string }
  | {
      readonly type: 'flow-entered';
      readonly flow: string;
      readonly state: string;
      readonly by: 'match' | 'list' | 'link' | 'argument';
    }
  | {
      readonly type: 'answer-given';
      readonly flow: string;
      readonly state: string;
      readonly answer: string;
      readonly by: AnsweredBy;
      readonly evidence: readonly string[];
    }
  | { readonly type: 'answer-undone'; readonly to: number }
  /** `command`: it is the output of a command that unmesh ran. */
  | { readonly type: 'text-not-understood'; readonly text: string; readonly from?: 'command' }
  | { readonly type: 'probe-started'; readonly probe: string; readonly flow: string; readonly state: string }
  | {
      readonly type: 'probe-answered';
      readonly probe: string;
      readonly answer: string;
      readonly evidence: readonly ProbeEvidence[];
    }
  | {
      readonly type: 'probe-failed';
      readonly probe: string;
      readonly failure: ProbeFailure;
      readonly detail: string;
      readonly evidence: readonly ProbeEvidence[];
    }
  | { readonly type: 'looking-decided'; readonly looking: Looking }
  | {
      readonly type: 'running-decided';
      readonly permission: Permission;
      readonly running: Exclude<Running, 'unasked'>;
    }
  | { readonly type: 'command-started'; readonly line: string; readonly flow: string; readonly state: string }
  | {
      readonly type: 'command-ended';
      readonly argv: readonly string[];
      readonly exitCode: number;
      /** The beginning of what it wrote, without secrets. */
      readonly head: string;
      /** How many lines it wrote in all. */
      readonly lines: number;
    }
  | {
      readonly type: 'command-failed';
      readonly argv: readonly string[];
      readonly failure: RunFailure;
      readonly detail: string;
    }
  | { readonly type: 'language-changed'; readonly language: Language }
  | {
      readonly type: 'case-ended';
      readonly outcome: Outcome;
      readonly flow: string;
      readonly state: string | undefined;
    }
  | { readonly type: 'case-interrupted'; readonly signal: string };

/** `seq` counts from 1 in a case; `at` is ISO 8601. */
export type CaseEvent = CaseEventBody & { readonly seq: number; readonly at: string };
