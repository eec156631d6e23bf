/** What the case machine carries along, what it can be told, and the one way its log grows. */
import type { FactName, Language } from '../pack/vocabulary.ts';
import type { Permission } from '../run/plan.ts';
import type { CaseEvent, CaseEventBody, Looking, RankedMatch } from './events.ts';
import { applyEvent, type CaseState, foldCase, type NextOf } from './state.ts';
import type { CaseWorld } from './world.ts';

/** What a person does, through a screen, plain text or the command line. */
export type CaseInput =
  | {
      readonly type: 'paste';
      readonly text: string;
      readonly via: 'paste' | 'pipe' | 'typed' | 'file';
      readonly cut: boolean;
    }
  | { readonly type: 'choose'; readonly flow: string; readonly by: 'match' | 'list' | 'argument' }
  | { readonly type: 'answer'; readonly answer: string }
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'undo'; readonly to?: number }
  | {
      readonly type: 'learn';
      readonly name: FactName;
      readonly value: string;
      readonly from?: 'person' | 'picked';
    }
  | { readonly type: 'look'; readonly looking: Looking }
  | { readonly type: 'probe' }
  | { readonly type: 'permit'; readonly permission: Permission; readonly running: 'always' | 'never' }
  | { readonly type: 'run'; readonly line: string; readonly permission: Permission }
  | { readonly type: 'cancel' }
  | { readonly type: 'follow' }
  | { readonly type: 'stay' }
  | { readonly type: 'speak'; readonly language: Language }
  | { readonly type: 'start-over' };

export interface CaseContext {
  readonly world: CaseWorld;
  readonly next: NextOf;
  readonly events: readonly CaseEvent[];
  readonly state: CaseState;
  /** The text being matched. */
  readonly text: string;
  /** Whose text it is: the person's or a command's. */
  readonly heard: 'person' | 'command';
  /** The command being run. */
  readonly command: { readonly line: string; readonly permission: Permission } | undefined;
  /** A match that a text at a step pointed to, offered to follow. */
  readonly offer: Offer | undefined;
}

/** Another symptom, and what the text that pointed to it tells: it belongs to that one, and is learned on the way there. */
export interface Offer {
  readonly match: RankedMatch;
  readonly facts: readonly CaseEventBody[];
}

/** An input, and the case that it comes to. */
export interface Received {
  readonly context: CaseContext;
  readonly event: CaseInput;
}

/** Appends events to the log and folds them in. */
export function recorded(context: CaseContext, bodies: readonly CaseEventBody[]): Partial<CaseContext> {
  let { events, state } = context;
  const added: CaseEvent[] = [];
  for (const body of bodies) {
    const event = { ...body, seq: state.seq + 1, at: context.world.now().toISOString() } as CaseEvent;
    context.world.record(event);
    added.push(event);
    state =
      event.type === 'answer-undone'
        ? foldCase([...events, ...added], context.next)
        : applyEvent(state, event, context.next);
  }
  events = [...events, ...added];
  return { events, state };
}

/** The step the case stands at, with its file data. */
export function here(context: CaseContext) {
  const at = context.state.at;
  const state = at && context.world.pack.flow(at.flow)?.states[at.state];
  return at && state ? { ...at, data: state } : undefined;
}
