/** Where an answer leads, over the borders of flows. */
import { answersOf } from '../flow/answers.ts';
import { parseTarget } from '../flow/targets.ts';
import type { Pack } from '../pack/pack.ts';
import type { NextOf } from './state.ts';

/** Ends without words of their own stand as states named `end.<outcome>` of the flow that reached them. */
export function nextOf(pack: Pack): NextOf {
  return (flowId, stateName, answer) => {
    const state = pack.flow(flowId)?.states[stateName];
    const target = state && answersOf(state)[answer];
    if (!target) return undefined;
    const parsed = parseTarget(target);
    if (parsed.to === 'state') return { flow: flowId, state: parsed.state };
    if (parsed.to === 'end') return { flow: flowId, state: `end.${parsed.outcome}` };
    const linked = pack.flow(parsed.flow);
    // A team's pack may lead to a symptom that was renamed since: an honest end, not a question that will not go away.
    if (!linked) return { flow: flowId, state: 'end.undecided' };
    const isThere = parsed.state !== undefined && Object.hasOwn(linked.states, parsed.state);
    return { flow: parsed.flow, state: isThere ? parsed.state! : linked.initial };
  };
}

/** The outcome of a state that ends a case: a named end or `end.<outcome>`. */
export function outcomeOf(pack: Pack, flowId: string, stateName: string) {
  const target = parseTarget(stateName);
  if (target.to === 'end') return { outcome: target.outcome, state: undefined };
  const state = pack.flow(flowId)?.states[stateName];
  return state?.type === 'end' ? { outcome: state.outcome, state: stateName } : undefined;
}
