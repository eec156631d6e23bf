/** What has to be true for the case machine to take a way; it tries the ways of a state from the first to the last. */
import { here, type Received } from './context.ts';
import { outcomeOf } from './next.ts';
import { canProbe, isWaiting } from './probing.ts';
import { outputReading, ownAnswer, readingOf } from './readings.ts';

/** Named for what they ask; the way itself checks nothing again. */
export const GUARDS = {
  atStep: ({ context }: Received) => context.state.at !== undefined,
  atEnd: ({ context }: Received) => {
    const at = context.state.at;
    return at !== undefined && outcomeOf(context.world.pack, at.flow, at.state) !== undefined;
  },
  canRead: ({ context }: Received) => readingOf(context) !== undefined,
  canProbe: ({ context }: Received) => canProbe(context) && context.state.looking === 'always',
  mayProbe: ({ context }: Received) => canProbe(context) || isWaiting(context),
  isWanted: ({ context, event }: Received) =>
    event.type === 'learn' && event.name === context.state.wanted && isWaiting(context),
  isAnswer: ({ context, event }: Received) => {
    const step = here(context);
    if (event.type !== 'answer' || !step) return false;
    return context.next(step.flow, step.state, event.answer) !== undefined;
  },
  isFlow: ({ context, event }: Received) =>
    event.type === 'choose' && context.world.pack.flow(event.flow) !== undefined,
  mayRun: ({ context, event }: Received) =>
    event.type === 'run' &&
    context.world.run !== undefined &&
    context.state.running.run !== 'never' &&
    context.state.running[event.permission] !== 'never',
  isUndecided: ({ context }: Received) => context.state.end?.outcome === 'undecided',
  canUndo: ({ context }: Received) => context.state.answered.length > 0,
  isOutput: ({ context, event }: Received) =>
    event.type === 'say' && outputReading(context, event.text) !== undefined,
  isOwnWords: ({ context, event }: Received) =>
    event.type === 'say' && ownAnswer(context, event.text) !== undefined,
  hasMatches: ({ context }: Received) => context.state.matches.length > 0,
};
