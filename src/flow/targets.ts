/** Reads a target as it stands in a flow file. */
import type { Outcome } from '../pack/vocabulary.ts';

export type Target =
  | { readonly to: 'state'; readonly state: string }
  | { readonly to: 'end'; readonly outcome: Outcome }
  | { readonly to: 'flow'; readonly flow: string; readonly state: string | undefined };

/** `end.fixed`, `flow.<symptom>`, `flow.<symptom>.<state>` or the name of a state. */
export function parseTarget(target: string): Target {
  const [head, second, third] = target.split('.');
  if (head === 'end' && second) return { to: 'end', outcome: second as Outcome };
  if (head === 'flow' && second) return { to: 'flow', flow: second, state: third };
  return { to: 'state', state: target };
}

/**
 * The key of a target in the flow's machine. Dots mean paths in a statechart, so ends and links get a colon:
 * `end:fixed`, `flow:mtls-conflict:first-step`.
 */
export function machineKey(target: string): string {
  return target.replaceAll('.', ':');
}
