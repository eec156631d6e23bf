/** How a case begins, ends, and makes room for the next one. */
import type { Language } from '../pack/vocabulary.ts';
import { type CaseContext, type Received, recorded } from './context.ts';
import type { CaseEvent, CaseEventBody } from './events.ts';
import { nextOf, outcomeOf } from './next.ts';
import { EMPTY_CASE, foldCase } from './state.ts';
import type { CaseWorld } from './world.ts';

export interface CaseStart {
  readonly world: CaseWorld;
  readonly id: string;
  readonly language: Language;
  /** The log of a case to resume; a new case begins without. */
  readonly events?: readonly CaseEvent[];
}

/** A new case has its first event recorded; a resumed one stands where its log ends. */
export function openCase({ world, id, language, events }: CaseStart): CaseContext {
  const next = nextOf(world.pack);
  const base: CaseContext = {
    world,
    next,
    events: [],
    state: EMPTY_CASE,
    text: '',
    heard: 'person',
    command: undefined,
    offer: undefined,
  };
  if (events?.length) return { ...base, events, state: foldCase(events, next) };
  const { version } = world;
  return { ...base, ...recorded(base, [{ type: 'case-opened', id, version, language }]) };
}

/**
 * The next problem is a case of its own, since the namespace and Service of the last one would be filled into its
 * commands. Only what the person is and allowed stays: the language, looking, running.
 */
export function recordNewCase({ context }: Pick<Received, 'context'>): Partial<CaseContext> {
  const { language, looking, running } = context.state;
  const { world } = context;
  const empty: CaseContext = { ...context, events: [], state: EMPTY_CASE };
  const permissions = (['run', 'exec'] as const).flatMap((permission): CaseEventBody[] => {
    const decided = running[permission];
    return decided === 'unasked' ? [] : [{ type: 'running-decided', permission, running: decided }];
  });
  return {
    ...recorded(empty, [
      { type: 'case-opened', id: world.newId(), version: world.version, language },
      ...(looking === 'unasked' ? [] : [{ type: 'looking-decided' as const, looking }]),
      ...permissions,
    ]),
    text: '',
    offer: undefined,
    command: undefined,
  };
}

/** Where the case stands at an end. */
export function recordEnd({ context }: Pick<Received, 'context'>): Partial<CaseContext> {
  const at = context.state.at!;
  const { outcome, state } = outcomeOf(context.world.pack, at.flow, at.state)!;
  return recorded(context, [{ type: 'case-ended', outcome, flow: at.flow, state }]);
}
