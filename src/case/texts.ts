/** Texts that are matched: how they enter the log, and what the matcher's report becomes. */
import { isFactName } from '../pack/vocabulary.ts';
import { type CaseContext, type Received, recorded } from './context.ts';
import type { CaseEventBody, RankedMatch } from './events.ts';
import { isOfPerson } from './state.ts';
import type { MatchReport } from './world.ts';

/** Confidence from which a text said at a step is offered as another symptom. */
const OFFER_FROM = 0.5;

/** The text is the next to be matched, whether it was pasted or said at a step. */
export function recordPaste({ context, event }: Received): Partial<CaseContext> {
  if (event.type !== 'paste' && event.type !== 'say') return {};
  const paste: CaseEventBody =
    event.type === 'paste'
      ? { type: 'text-pasted', text: event.text, via: event.via, cut: event.cut }
      : { type: 'text-pasted', text: event.text, via: 'typed', cut: false };
  return { ...recorded(context, [paste]), text: event.text, heard: 'person' };
}

/** What a paste tells, and which symptoms it is like. */
export function matchEvents(context: CaseContext, report: MatchReport): CaseEventBody[] {
  const { matches, nearest, records } = report;
  return [...factEvents(context, report), { type: 'symptoms-matched', matches, nearest, records }];
}

/** A text said at a step: what it tells is learned, unless it points to another symptom, which is offered with it. */
export function recordUnderstood(context: CaseContext, report: MatchReport): Partial<CaseContext> {
  const match = offerOf(context, report);
  const facts = factEvents(context, report);
  return match ? { offer: { match, facts } } : { ...recorded(context, facts), offer: undefined };
}

/** Facts of a text: a fact the person typed or picked stands above it. */
function factEvents(context: CaseContext, report: MatchReport): CaseEventBody[] {
  return report.facts
    .filter(({ name }) => {
      const known = isFactName(name) ? context.state.facts[name] : undefined;
      return !known || !isOfPerson(known);
    })
    .map(
      ({ name, value, place }): CaseEventBody => ({
        type: 'fact-learned',
        name,
        value,
        from: 'paste',
        place,
      }),
    );
}

/** Another symptom that a text said at a step points to more than to the one at hand. */
function offerOf(context: CaseContext, report: MatchReport): RankedMatch | undefined {
  const here = context.state.at?.flow;
  const other = report.matches.find((m) => m.flow !== here && m.score >= OFFER_FROM);
  return report.matches[0]?.flow === here ? undefined : other;
}

/** Of a command's output the log holds the head already. */
export function recordNotUnderstood({ context }: Pick<Received, 'context'>): Partial<CaseContext> {
  return recorded(context, [
    context.heard === 'command'
      ? { type: 'text-not-understood', text: '', from: 'command' }
      : { type: 'text-not-understood', text: context.text },
  ]);
}
