/** What to show of the state a case stands at: words with facts filled in. Screen, plain text and report share it. */
import { answersOf, isStep } from '../flow/answers.ts';
import { fill, missingFacts, withControlNamespace, withDefaults } from '../flow/fill.ts';
import type { FactValues } from '../flow/readers.ts';
import { answerLabel, type EndWords, type FixWords, type StepWords, type Words } from '../i18n/words.ts';
import type { Pack } from '../pack/pack.ts';
import type { Command, FixState, StateFile } from '../pack/schema.ts';
import type { FactName, Outcome } from '../pack/vocabulary.ts';
import { outcomeOf } from './next.ts';
import { type CaseState, factValues } from './state.ts';

export interface CommandView {
  readonly text: string;
  /** Facts that stand as `<name>` because nobody knows them yet. */
  readonly missing: readonly FactName[];
  /** The platforms it is for; empty where it is for all. */
  readonly platforms: readonly string[];
}

export interface AnswerView {
  readonly id: string;
  readonly label: string;
}

interface Located {
  readonly flow: string;
  readonly flowTitle: string;
  readonly state: string;
}

export interface StepView extends Located {
  readonly kind: 'step';
  readonly ask: string;
  readonly why: string;
  readonly howto: string;
  readonly commands: readonly CommandView[];
  readonly answers: readonly AnswerView[];
  readonly probe: string | undefined;
}

export interface FixStepView {
  readonly text: string;
  readonly command: CommandView | undefined;
  readonly yaml: string | undefined;
}

export interface FixView extends Located {
  readonly kind: 'fix';
  readonly title: string;
  readonly why: string;
  readonly steps: readonly FixStepView[];
  readonly verify: { readonly text: string; readonly commands: readonly CommandView[] };
  readonly warn: string | undefined;
  readonly answers: readonly AnswerView[];
}

export interface EndView extends Located {
  readonly kind: 'end';
  readonly outcome: Outcome;
  readonly title: string;
  readonly body: string;
  readonly commands: readonly CommandView[];
  /** For an undecided end: what is still unknown and how to find it out. */
  readonly unknown: readonly { readonly ask: string; readonly howto: string }[];
}

export type PlaceView = StepView | FixView | EndView;

/** The view of a state of a flow under the facts of a case; `undefined` where the pack no longer has it. */
export function viewOf(
  pack: Pack,
  words: Words,
  state: CaseState,
  flowId: string,
  stateName: string,
): PlaceView | undefined {
  const facts = withDefaults(factValues(state));
  const at = { flow: flowId, flowTitle: words.title(flowId), state: stateName };
  const end = outcomeOf(pack, flowId, stateName);
  if (end) return endView(pack, words, state, facts, at, end.outcome);
  const data = pack.flow(flowId)?.states[stateName];
  const own = words.flow(flowId)?.states[stateName];
  if (!data || !own) return undefined;
  const answers = Object.keys(answersOf(data)).map((id) => ({
    id,
    label: fill(answerLabel(words, data, own, id), facts),
  }));
  if (isStep(data)) {
    const { ask, why, howto } = own as StepWords;
    return {
      kind: 'step',
      ...at,
      ask: fill(ask, facts),
      why: fill(why, facts),
      howto: fill(howto, facts),
      commands: commandViews(data.commands, facts),
      answers,
      probe: data.probe,
    };
  }
  return { ...fixView(data as FixState, own as FixWords, facts, at), answers };
}

function fixView(data: FixState, own: FixWords, facts: FactValues, at: Located): Omit<FixView, 'answers'> {
  return {
    kind: 'fix',
    ...at,
    title: fill(own.title, facts),
    why: fill(own.why, facts),
    steps: data.steps.map((step) => ({
      text: fill(own.steps[step.id] ?? step.id, facts),
      command: step.command ? commandViews([step.command], facts)[0] : undefined,
      yaml: step.yaml ? fill(step.yaml, facts).trimEnd() : undefined,
    })),
    verify: { text: fill(own.verify, facts), commands: commandViews(data.verify.commands, facts) },
    warn: own.warn === undefined ? undefined : fill(own.warn, facts),
  };
}

function endView(
  pack: Pack,
  words: Words,
  state: CaseState,
  facts: FactValues,
  at: Located,
  outcome: Outcome,
): EndView {
  const data = pack.flow(at.flow)?.states[at.state];
  const own = words.flow(at.flow)?.states[at.state] as EndWords | undefined;
  const commands = data?.type === 'end' ? commandViews(data.commands, facts) : [];
  const unknown = outcome === 'undecided' ? unknownSteps(words, state, facts) : [];
  return {
    kind: 'end',
    ...at,
    outcome,
    title: own ? fill(own.title, facts) : words.t(`end.${outcome}.title`),
    body: own ? fill(own.body, facts) : words.t(`end.${outcome}.body`),
    commands: outcome === 'undecided' ? [...commands, bugReport(facts)] : commands,
    unknown,
  };
}

/** Steps answered "I don't know": the evidence that is missing. */
function unknownSteps(words: Words, state: CaseState, facts: FactValues) {
  return state.answered
    .filter((step) => step.answer === 'unknown')
    .flatMap((step) => {
      const own = words.flow(step.flow)?.states[step.state];
      return own && 'ask' in own ? [{ ask: fill(own.ask, facts), howto: fill(own.howto, facts) }] : [];
    });
}

/** A scoped bug report; an unscoped one takes very long on a large cluster. */
function bugReport(facts: FactValues): CommandView {
  const control = facts['istio-namespace'];
  const scope = ['{{namespace}}', ...(control ? [control] : [])].join(',');
  const text = `istioctl bug-report --istio-namespace ${control ?? 'istio-system'} --include ${scope}`;
  return { text: fill(text, facts), missing: missingFacts(text, facts), platforms: [] };
}

function commandViews(commands: readonly Command[] | undefined, facts: FactValues): CommandView[] {
  return (commands ?? [])
    .map((command) => (typeof command === 'string' ? { run: command, platforms: [] } : command))
    .filter(
      ({ platforms }) =>
        !facts.platform || !platforms.length || (platforms as string[]).includes(facts.platform),
    )
    .map(({ run, platforms }) => ({
      text: withControlNamespace(fill(run, facts).trimEnd(), facts),
      missing: missingFacts(run, facts),
      platforms,
    }));
}

/** The question or the fix's title of a state, for lists of what was answered. */
export function headlineOf(words: Words, state: CaseState, flowId: string, stateName: string): string {
  const own = words.flow(flowId)?.states[stateName];
  if (!own) return words.t(`end.${stateName.replace('end.', '')}.title`);
  return fill('ask' in own ? own.ask : own.title, withDefaults(factValues(state)));
}

/** The label of an answer that was given. */
export function givenLabel(
  pack: Pack,
  words: Words,
  state: CaseState,
  flowId: string,
  stateName: string,
  answer: string,
): string {
  const data: StateFile | undefined = pack.flow(flowId)?.states[stateName];
  const own = words.flow(flowId)?.states[stateName];
  if (!data) return answer;
  return fill(answerLabel(words, data, own, answer), withDefaults(factValues(state)));
}
