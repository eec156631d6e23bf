/** The state of a case: a fold over its events. Pure, so that resume, undo, report and screen agree by construction. */
import type { FactName, Language, Outcome } from '../pack/vocabulary.ts';
import { isFactName } from '../pack/vocabulary.ts';
import type { Permission } from '../run/plan.ts';
import type { AnsweredBy, CaseEvent, FactSource, Looking, RankedMatch, Running } from './events.ts';

/** One question that was answered; `seq` is the event that answered it, the handle for undo. */
export interface AnsweredStep {
  readonly seq: number;
  readonly flow: string;
  readonly state: string;
  readonly answer: string;
  readonly by: AnsweredBy;
  readonly evidence: readonly string[];
}

export interface KnownFact {
  readonly value: string;
  readonly from: FactSource;
  readonly place: string;
}

export interface CaseState {
  readonly id: string;
  readonly language: Language;
  readonly looking: Looking;
  readonly running: Readonly<Record<Permission, Running>>;
  /** Everything pasted so far, oldest first. */
  readonly pastes: readonly string[];
  readonly matches: readonly RankedMatch[];
  readonly nearest: readonly { readonly flow: string; readonly saying: string }[];
  readonly facts: Readonly<Partial<Record<FactName, KnownFact>>>;
  readonly answered: readonly AnsweredStep[];
  /** Where the case stands now; `undefined` before a symptom is chosen. */
  readonly at: { readonly flow: string; readonly state: string } | undefined;
  /** The step to which the person went back: it is asked again even where a fact would answer it. */
  readonly askAgain: boolean;
  /** The probe that already looked at this step, so that it is not started twice. */
  readonly probed: readonly string[];
  /** The fact without which the last probe could not look; that probe looks again once it is known. */
  readonly wanted: FactName | undefined;
  readonly end:
    | { readonly outcome: Outcome; readonly flow: string; readonly state: string | undefined }
    | undefined;
  readonly seq: number;
}

export const EMPTY_CASE: CaseState = {
  id: '',
  language: 'en',
  looking: 'unasked',
  running: { run: 'unasked', exec: 'unasked' },
  pastes: [],
  matches: [],
  nearest: [],
  facts: {},
  answered: [],
  at: undefined,
  askAgain: false,
  probed: [],
  wanted: undefined,
  end: undefined,
  seq: 0,
};

/** Where an answer leads: given by the caller, since only flows know. `undefined` for a state or answer that is gone. */
export type NextOf = (
  flow: string,
  state: string,
  answer: string,
) => { readonly flow: string; readonly state: string } | undefined;

/** Folds a whole log. Events after an undo's target are forgotten, except what was pasted and decided about looking. */
export function foldCase(events: readonly CaseEvent[], next: NextOf): CaseState {
  let state = EMPTY_CASE;
  for (const event of events) {
    if (event.type === 'answer-undone') {
      const before = foldCase(
        events.filter((e) => e.seq < event.to),
        next,
      );
      state = {
        ...before,
        language: state.language,
        looking: state.looking,
        running: state.running,
        pastes: state.pastes,
        facts: { ...before.facts, ...factsOfPerson(state.facts) },
        askAgain: true,
        seq: event.seq,
      };
    } else {
      state = applyEvent(state, event, next);
    }
  }
  return state;
}

/** One event on a state; undo needs the whole log and is handled by foldCase. */
export function applyEvent(state: CaseState, event: CaseEvent, next: NextOf): CaseState {
  return { ...change(state, event, next), seq: event.seq };
}

function change(state: CaseState, event: CaseEvent, next: NextOf): CaseState {
  switch (event.type) {
    case 'case-opened':
      return { ...state, id: event.id, language: event.language };
    case 'text-pasted':
      return { ...state, pastes: [...state.pastes, event.text] };
    case 'symptoms-matched':
      return { ...state, matches: event.matches, nearest: event.nearest };
    case 'fact-learned':
      if (!isFactName(event.name)) return state;
      return {
        ...state,
        facts: { ...state.facts, [event.name]: { value: event.value, from: event.from, place: event.place } },
        ...(event.name === state.wanted ? { wanted: undefined, probed: state.probed.slice(0, -1) } : {}),
      };
    case 'fact-wanted':
      return isFactName(event.name) ? { ...state, wanted: event.name } : state;
    case 'flow-entered':
      return {
        ...state,
        at: { flow: event.flow, state: event.state },
        end: undefined,
        askAgain: false,
        probed: [],
        wanted: undefined,
      };
    case 'answer-given': {
      const { seq, flow, state: step, answer, by, evidence } = event;
      return {
        ...state,
        answered: [...state.answered, { seq, flow, state: step, answer, by, evidence }],
        at: next(flow, step, answer) ?? state.at,
        askAgain: false,
        probed: [],
        wanted: undefined,
      };
    }
    case 'probe-started':
      return { ...state, probed: [...state.probed, event.probe], wanted: undefined };
    case 'probe-failed':
      return event.failure === 'missing-fact' && isFactName(event.detail)
        ? { ...state, wanted: event.detail }
        : state;
    case 'looking-decided':
      return { ...state, looking: event.looking };
    case 'running-decided':
      return { ...state, running: { ...state.running, [event.permission]: event.running } };
    case 'language-changed':
      return { ...state, language: event.language };
    case 'case-ended':
      return { ...state, end: { outcome: event.outcome, flow: event.flow, state: event.state } };
    default:
      return state;
  }
}

/** Facts the person typed or picked survive an undo: nothing they typed is lost. */
function factsOfPerson(facts: CaseState['facts']): CaseState['facts'] {
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => isOfPerson(fact)));
}

/** What a person said of their own case stands above what a text says. */
export function isOfPerson(fact: KnownFact): boolean {
  return fact.from === 'person' || fact.from === 'picked';
}

/** The values alone, as readers and commands need them. */
export function factValues(state: CaseState): Partial<Record<FactName, string>> {
  return Object.fromEntries(Object.entries(state.facts).map(([name, fact]) => [name, fact.value]));
}
