/** What answers a step without its choices: known facts, what was pasted, a command's output, a sentence. */
import { isStep } from '../flow/answers.ts';
import { type Reading, readFacts, readOutput } from '../flow/readers.ts';
import { type CaseContext, here, type Received, recorded } from './context.ts';
import type { AnsweredBy, CaseEventBody } from './events.ts';
import { factValues } from './state.ts';

/** A reading that answers the current step without asking: from facts first, then from what was pasted before. */
export function readingOf(context: CaseContext): { reading: Reading; by: AnsweredBy } | undefined {
  const step = here(context);
  if (!step || !isStep(step.data) || context.state.askAgain) return undefined;
  const fact = readFacts(step.data.read, factValues(context.state));
  if (fact) return { reading: fact, by: 'fact' };
  for (const text of context.state.pastes.toReversed()) {
    const reading = readOutput(step.data.read, text, 'paste');
    if (reading) return { reading, by: 'paste' };
  }
  return undefined;
}

/** A reading of text given at this very step. */
export function outputReading(context: CaseContext, text: string): Reading | undefined {
  const step = here(context);
  if (!step || step.data.type === 'end') return undefined;
  const readers = step.data.type === 'fix' ? step.data.verify.read : step.data.read;
  return readOutput(readers, text, 'output');
}

/** The answer a sentence means at the current step; never for a text too long to be an answer. */
export function ownAnswer(context: CaseContext, text: string): string | undefined {
  const at = context.state.at;
  if (!at || text.length > 200 || text.includes('\n')) return undefined;
  return context.world.ownWords(text, at.flow, at.state, context.state.language);
}

/** The answer to the step where the case stands, which must be at one. */
export function answerGiven(
  context: CaseContext,
  answer: string,
  by: AnsweredBy,
  evidence: readonly string[],
): CaseEventBody[] {
  const at = context.state.at!;
  return [{ type: 'answer-given', flow: at.flow, state: at.state, answer, by, evidence }];
}

/** `place`: the probe or the line that told them. */
export function factsLearned(
  facts: Readonly<Partial<Record<string, string>>>,
  from: 'probe' | 'output',
  place: string,
): CaseEventBody[] {
  return Object.entries(facts).flatMap(([name, value]) =>
    value === undefined ? [] : [{ type: 'fact-learned' as const, name, value, from, place }],
  );
}

/** The facts of a reading, then its answer. */
export function readingEvents(context: CaseContext, reading: Reading, by: AnsweredBy): CaseEventBody[] {
  const { answer, evidence, facts } = reading;
  return [...factsLearned(facts, 'output', evidence), ...answerGiven(context, answer, by, [evidence])];
}

/** Where `readingOf` answers. */
export function recordReading({ context }: Pick<Received, 'context'>): Partial<CaseContext> {
  const { reading, by } = readingOf(context)!;
  return recorded(context, readingEvents(context, reading, by));
}

/** A `say` that `outputReading` reads. */
export function recordOutput({ context, event }: Received): Partial<CaseContext> {
  if (event.type !== 'say') return {};
  return recorded(context, [
    { type: 'text-pasted', text: event.text, via: 'paste', cut: false },
    ...readingEvents(context, outputReading(context, event.text)!, 'output'),
  ]);
}

/** A `say` that `ownAnswer` understands. */
export function recordOwnWords({ context, event }: Received): Partial<CaseContext> {
  return event.type === 'say'
    ? recorded(context, answerGiven(context, ownAnswer(context, event.text)!, 'own-words', [event.text]))
    : {};
}
