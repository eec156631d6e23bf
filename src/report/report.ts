/** A case as a report: a fold over its events, in the reader's language. */
import type { CaseEvent } from '../case/events.ts';
import { nextOf } from '../case/next.ts';
import { type CaseState, foldCase } from '../case/state.ts';
import { givenLabel, headlineOf, type PlaceView, viewOf } from '../case/view.ts';
import type { Words } from '../i18n/words.ts';
import type { Pack } from '../pack/pack.ts';

export interface CaseReport {
  readonly id: string;
  readonly version: string;
  readonly opened: string;
  readonly pasted: readonly string[];
  readonly matched: readonly {
    readonly flow: string;
    readonly title: string;
    readonly score: number;
    readonly evidence: readonly string[];
  }[];
  readonly facts: readonly { readonly name: string; readonly value: string; readonly from: string }[];
  readonly steps: readonly {
    readonly flow: string;
    readonly state: string;
    readonly ask: string;
    readonly answer: string;
    readonly by: string;
    readonly evidence: readonly string[];
  }[];
  /** The fixes that were shown, as they stood, and where the case stands now. */
  readonly fixes: readonly PlaceView[];
  readonly end: PlaceView | undefined;
  readonly outcome: string | undefined;
}

export function reportOf(events: readonly CaseEvent[], pack: Pack, words: Words): CaseReport {
  const state: CaseState = foldCase(events, nextOf(pack));
  const opened = events.find((e) => e.type === 'case-opened');
  const fixes = state.answered
    .map((step) => viewOf(pack, words, state, step.flow, step.state))
    .filter((view): view is PlaceView => view?.kind === 'fix');
  return {
    id: state.id,
    version: opened?.type === 'case-opened' ? opened.version : '',
    opened: opened?.at ?? '',
    pasted: state.pastes,
    matched: state.matches.map(({ flow, score, evidence }) => ({
      flow,
      title: words.title(flow),
      score,
      evidence: evidence.map(({ text }) => text),
    })),
    facts: Object.entries(state.facts).map(([name, fact]) => ({ name, value: fact.value, from: fact.from })),
    steps: state.answered.map((step) => ({
      flow: step.flow,
      state: step.state,
      ask: headlineOf(words, state, step.flow, step.state),
      answer: givenLabel(pack, words, state, step.flow, step.state, step.answer),
      by: step.by,
      evidence: step.evidence,
    })),
    fixes,
    end: state.at ? viewOf(pack, words, state, state.at.flow, state.at.state) : undefined,
    outcome: state.end?.outcome,
  };
}
