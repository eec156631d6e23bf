/** What a person decides in a case: a symptom, an answer, the way back, a fact, what unmesh may do, the language. */
import { type CaseContext, type Received, recorded } from './context.ts';
import { answerGiven } from './readings.ts';
import type { CaseState } from './state.ts';

/** A symptom, entered at its first step. */
export function recordChoice({ context, event }: Received): Partial<CaseContext> {
  if (event.type !== 'choose') return {};
  const { initial } = context.world.pack.flow(event.flow)!;
  return recorded(context, [{ type: 'flow-entered', flow: event.flow, state: initial, by: event.by }]);
}

/** Enters the symptom that was offered, with what its text told. */
export function recordFollow({ context }: Pick<Received, 'context'>): Partial<CaseContext> {
  const { match, facts } = context.offer!;
  const { flow } = match;
  const { initial } = context.world.pack.flow(flow)!;
  return {
    ...recorded(context, [...facts, { type: 'flow-entered', flow, state: initial, by: 'match' }]),
    offer: undefined,
  };
}

/** An answer to the current step. */
export function recordAnswer({ context, event }: Received): Partial<CaseContext> {
  return event.type === 'answer' ? recorded(context, answerGiven(context, event.answer, 'person', [])) : {};
}

/** Takes an answer back, and with it all later ones; `to` is the number of its event. */
export function recordUndo({ context, event }: Received): Partial<CaseContext> {
  if (event.type !== 'undo') return {};
  const to = event.to ?? lastAsked(context.state);
  return to === undefined ? {} : recorded(context, [{ type: 'answer-undone', to }]);
}

/** A fact that was typed or picked. */
export function recordFact({ context, event }: Received): Partial<CaseContext> {
  if (event.type !== 'learn') return {};
  const { name, value, from = 'person' } = event;
  return recorded(context, [{ type: 'fact-learned', name, value, from, place: '' }]);
}

/** Whether unmesh may look in the cluster. */
export function recordLooking({ context, event }: Received): Partial<CaseContext> {
  return event.type === 'look'
    ? recorded(context, [{ type: 'looking-decided', looking: event.looking }])
    : {};
}

/** Whether unmesh may run commands of that permission. */
export function recordPermit({ context, event }: Received): Partial<CaseContext> {
  if (event.type !== 'permit') return {};
  const { permission, running } = event;
  return recorded(context, [{ type: 'running-decided', permission, running }]);
}

/** The language from here on. */
export function recordLanguage({ context, event }: Received): Partial<CaseContext> {
  return event.type === 'speak'
    ? recorded(context, [{ type: 'language-changed', language: event.language }])
    : {};
}

/** The answer an undo without a target takes back: the last one the person gave, else the last one at all. */
function lastAsked(state: CaseState): number | undefined {
  const byPerson = state.answered.findLast((step) => step.by === 'person' || step.by === 'own-words');
  return (byPerson ?? state.answered.at(-1))?.seq;
}
