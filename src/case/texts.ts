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

/** Facts of a paste: a fact the person typed or picked stands above it. */
export function matchEvents(context: CaseContext, report: MatchReport): CaseEventBody[] {
  const facts = report.facts
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
  const { matches, nearest, records } = report;
  return [...facts, { type: 'symptoms-matched', matches, nearest, records }];
}

/** Another symptom that a text said at a step points to more than to the one at hand. */
export function offerOf(context: CaseContext, report: MatchReport): RankedMatch | undefined {
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
