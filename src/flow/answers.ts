/** The answers of a state, those written in the file and those every state has. */
import type { StateFile, StepState } from '../pack/schema.ts';

/** A step has no `type` in most files. */
export function isStep(state: StateFile): state is StepState {
  return state.type === undefined || state.type === 'step';
}

/**
 * Answer id -> target, in the order they are shown. A step ends with `unknown`;
 * a fix always offers `handed-over`: someone else applies it, and the case ends with the cause found.
 */
export function answersOf(state: StateFile): Readonly<Record<string, string>> {
  if (state.type === 'end') return {};
  if (state.type === 'fix') {
    const { fixed, 'not-fixed': notFixed, 'handed-over': handedOver = 'end.cause-found' } = state.on;
    return { fixed, 'not-fixed': notFixed, 'handed-over': handedOver };
  }
  const { unknown, ...rest } = state.on;
  return unknown === undefined ? rest : { ...rest, unknown };
}
