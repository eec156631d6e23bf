/** Turns a flow file into a pure statechart: questions, answers, ends. No side effects, no context. */
import { type AnyStateMachine, setup } from 'xstate';
import type { FlowFile } from '../pack/schema.ts';
import { answersOf } from './answers.ts';
import { machineKey } from './targets.ts';

/** The only event of a flow machine: the current question was answered. */
export interface AnswerEvent {
  readonly type: `answer.${string}`;
}

export function answerEvent(answer: string): AnswerEvent {
  return { type: `answer.${answer}` };
}

/**
 * The machine of a flow. Its state keys are the file's state names plus one final state for each end
 * (`end:fixed`) and each link (`flow:<symptom>`) that is reached. A target that does not exist throws here,
 * naming the state; the linter reports it earlier with file and line.
 */
export function flowMachine(flow: FlowFile): AnyStateMachine {
  const outside = new Set<string>();
  const states: Record<string, object> = {};
  for (const [name, state] of Object.entries(flow.states)) {
    if (state.type === 'end') {
      states[name] = { type: 'final' };
      continue;
    }
    const on: Record<string, { target: string }> = {};
    for (const [answer, target] of Object.entries(answersOf(state))) {
      const key = machineKey(target);
      if (key !== target) outside.add(key);
      on[`answer.${answer}`] = { target: key };
    }
    states[name] = { on };
  }
  for (const key of outside) states[key] = { type: 'final' };
  return setup({ types: { events: {} as AnswerEvent } }).createMachine({
    id: flow.id,
    initial: flow.initial,
    states,
  } as never) as unknown as AnyStateMachine;
}
