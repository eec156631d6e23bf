/** Where a case stands, as a session needs it: the scene, the step and its words, and whether unmesh may look. */
import { type Actor, createActor } from 'xstate';
import type { CaseContext, CaseInput } from '../case/context.ts';
import type { CaseStart } from '../case/lifetime.ts';
import { caseMachine } from '../case/machine.ts';
import type { CaseState } from '../case/state.ts';
import { type PlaceView, viewOf } from '../case/view.ts';
import type { Words, WordsFactory } from '../i18n/words.ts';
import type { SceneKind } from './session-view.ts';

export interface Standing {
  context(): CaseContext;
  state(): CaseState;
  words(): Words;
  /** What is to be read at the current step; `undefined` before a symptom is chosen. */
  place(): PlaceView | undefined;
  scene(): SceneKind;
  /** What keeps the scene busy. */
  task(): 'matching' | 'probing' | 'running';
  /** The step has a probe that may look now. */
  mayLook(): boolean;
  send(input: CaseInput): void;
  /** Begins; `listener` is told of each change. */
  start(listener: () => void): void;
  stop(): void;
}

/** The case does nothing before it is started. */
export function createStanding(begin: CaseStart, factory: WordsFactory): Standing {
  const { world } = begin;
  const actor: Actor<typeof caseMachine> = createActor(caseMachine, { input: begin });
  const context = (): CaseContext => actor.getSnapshot().context;
  const state = () => context().state;
  const words = () => factory.words(state().language);
  const place = (): PlaceView | undefined => {
    const at = state().at;
    return at ? viewOf(world.pack, words(), state(), at.flow, at.state) : undefined;
  };
  const scene = (): SceneKind => {
    const snapshot = actor.getSnapshot();
    if (snapshot.matches('empty')) return 'paste';
    if (snapshot.matches('choosing')) return 'matches';
    if (snapshot.matches('offering')) return 'offer';
    if (snapshot.matches('ended')) return 'end';
    if (snapshot.matches({ stepping: 'asking' })) {
      const view = place();
      if (view?.kind === 'fix') return 'fix';
      return needsConsent() ? 'consent' : 'step';
    }
    return 'busy';
  };
  const canLook = () => {
    const view = place();
    return (
      view?.kind === 'step' && view.probe !== undefined && world.probe !== undefined && !state().askAgain
    );
  };
  const needsConsent = () => state().looking === 'unasked' && canLook();
  const mayLook = () =>
    canLook() &&
    state().looking !== 'never' &&
    (state().wanted !== undefined || !state().probed.includes((place() as { probe: string }).probe));

  const task = () => {
    const snapshot = actor.getSnapshot();
    if (snapshot.matches({ stepping: 'running' })) return 'running';
    return snapshot.matches({ stepping: 'probing' }) ? 'probing' : 'matching';
  };

  return {
    context,
    state,
    words,
    place,
    scene,
    task,
    mayLook,
    send: (input) => actor.send(input),
    start: (listener) => {
      actor.subscribe(listener);
      actor.start();
    },
    stop: () => void actor.stop(),
  };
}
