/** What a session prints: each event once, and the place where the case rests, whenever it would read differently. */
import type { CaseEvent } from '../case/events.ts';
import { type CaseState, foldCase } from '../case/state.ts';
import { type Block, blocksOf } from '../case/transcript.ts';
import type { Printed, SceneKind } from './session-view.ts';
import type { Standing } from './standing.ts';

export interface Printing {
  /** Everything printed so far; only ever grows. */
  readonly printed: readonly Printed[];
  print(...printed: readonly Printed[]): void;
  /** Prints the blocks of new events, and returns these. */
  printEvents(): readonly CaseEvent[];
  /** Prints where the case stands, once it rests, if that is not what was printed last. */
  printPlace(): void;
  /** Tells the place that was printed last from every other. */
  lastPlace(): string;
}

/** `hint`: what is printed below the commands of a place; `undefined` where there is nothing to say. */
export function createPrinting(
  { context, state, words, place, scene }: Standing,
  hint: () => string | undefined,
): Printing {
  const { pack } = context().world;
  const printed: Printed[] = [];
  let seen = 0;
  let opening: CaseEvent | undefined;
  let lastPlace = '';
  /** The place that was printed last and is not answered yet. */
  let shown = '';

  /** An answer under its own question repeats neither the question nor the fix; elsewhere it needs them. */
  const unseen = (blocks: readonly Block[], event: CaseEvent): Block[] => {
    if (event.type !== 'answer-given' || placeName(event) !== shown) return [...blocks];
    shown = '';
    return blocks
      .filter(({ kind }) => kind !== 'place')
      .map((block) => (block.kind === 'answered' ? { ...block, ask: '' } : block));
  };

  const printEvents = () => {
    const { events } = context();
    // Another case has begun.
    if (events[0] !== opening) {
      opening = events[0];
      seen = 0;
      lastPlace = '';
      shown = '';
    }
    const fresh = events.slice(seen);
    let before = seen === 0 ? undefined : foldCase(events.slice(0, seen), context().next);
    for (const event of fresh) {
      before ??= foldCase([], context().next);
      printed.push(...unseen(blocksOf(event, before, pack, words()), event));
      before = foldCase(events.slice(0, event.seq), context().next);
    }
    seen = events.length;
    return fresh;
  };
  const printPlace = () => {
    const now = scene();
    const key = placeKey(now);
    if (now === 'busy' || key === lastPlace) return;
    lastPlace = key;
    if (now === 'matches') printed.push({ kind: 'matches', state: state() });
    const view = place();
    if ((now === 'step' || now === 'fix' || now === 'end') && view) {
      printed.push({ kind: 'place', view });
      shown = placeName(state().at);
      const text = hint();
      if (text !== undefined) printed.push({ kind: 'note', tone: 'plain', text, details: [] });
    }
  };
  /** Changes when what is printed of the current place would read differently. */
  const placeKey = (now: SceneKind) => {
    const { at, language, facts, matches, pastes, askAgain, answered } = state();
    if (now === 'matches') return JSON.stringify([now, language, matches, pastes.length]);
    if (now === 'step' || now === 'fix' || now === 'end')
      return JSON.stringify([now, at, language, facts, askAgain, answered.length]);
    return lastPlace;
  };

  return {
    printed,
    print: (...more) => void printed.push(...more),
    printEvents,
    printPlace,
    lastPlace: () => lastPlace,
  };
}

const placeName = (at: CaseState['at']) => (at ? `${at.flow}/${at.state}` : '');
