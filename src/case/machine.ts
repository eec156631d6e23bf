/**
 * The case machine: it matches, lets the person choose, asks step by step, lets readers and probes answer, undoes and
 * ends. It acts only through its actors and its log; the questions themselves live in the pure flow machines.
 */
import { assign, fromPromise, setup } from 'xstate';
import type { RunReport } from '../run/run-command.ts';
import { commandEvents, commandFailed, commandReading, recordCommandStart } from './commands.ts';
import { type CaseContext, type CaseInput, recorded } from './context.ts';
import {
  recordAnswer,
  recordChoice,
  recordFact,
  recordFollow,
  recordLanguage,
  recordLooking,
  recordPermit,
  recordUndo,
} from './decisions.ts';
import { GUARDS } from './guards.ts';
import { type CaseStart, openCase, recordEnd, recordNewCase } from './lifetime.ts';
import {
  factWanted,
  probeCancelled,
  probeError,
  probeEvents,
  probeRequest,
  recordProbeStart,
  wantedBy,
} from './probing.ts';
import { recordOutput, recordOwnWords, recordReading } from './readings.ts';
import { matchEvents, recordNotUnderstood, recordPaste, recordUnderstood } from './texts.ts';
import type { MatchReport, ProbeReport } from './world.ts';

export const caseMachine = setup({
  types: {
    context: {} as CaseContext,
    input: {} as CaseStart,
    events: {} as CaseInput,
  },
  actors: {
    match: fromPromise<MatchReport, { context: CaseContext }>(({ input: { context }, signal }) =>
      context.world.match(context.text, context.state.language, signal),
    ),
    run: fromPromise<RunReport, { context: CaseContext }>(({ input: { context }, signal }) =>
      context.world.run!({ ...context.command!, signal }),
    ),
    probe: fromPromise<ProbeReport, { context: CaseContext }>(({ input: { context }, signal }) =>
      context.world.probe!(probeRequest(context, signal)),
    ),
  },
  guards: GUARDS,
  actions: {
    recordPaste: assign(recordPaste),
    recordChoice: assign(recordChoice),
    recordAnswer: assign(recordAnswer),
    recordReading: assign(recordReading),
    recordOutput: assign(recordOutput),
    recordOwnWords: assign(recordOwnWords),
    recordNotUnderstood: assign(recordNotUnderstood),
    recordUndo: assign(recordUndo),
    recordFact: assign(recordFact),
    recordLooking: assign(recordLooking),
    recordPermit: assign(recordPermit),
    recordCommandStart: assign(recordCommandStart),
    recordLanguage: assign(recordLanguage),
    recordProbeStart: assign(recordProbeStart),
    recordEnd: assign(recordEnd),
    recordFollow: assign(recordFollow),
    dropOffer: assign({ offer: undefined }),
    recordNewCase: assign(recordNewCase),
  },
}).createMachine({
  id: 'case',
  context: ({ input }) => openCase(input),
  initial: 'opening',
  on: {
    learn: { actions: 'recordFact' },
    speak: { actions: 'recordLanguage' },
    look: { actions: 'recordLooking' },
    permit: { actions: 'recordPermit' },
  },
  states: {
    /** Decides where a resumed or new case goes on. */
    opening: {
      always: [
        { guard: ({ context }) => context.state.end !== undefined, target: 'ended' },
        { guard: 'atStep', target: 'stepping' },
        { guard: 'hasMatches', target: 'choosing' },
        {
          guard: ({ context }) => context.state.pastes.length > 0,
          target: 'matching',
          actions: assign(({ context }) => ({ text: context.state.pastes.at(-1)! })),
        },
        { target: 'empty' },
      ],
    },
    empty: {
      on: {
        paste: { target: 'matching', actions: 'recordPaste' },
        choose: { guard: 'isFlow', target: 'stepping', actions: 'recordChoice' },
      },
    },
    matching: {
      invoke: {
        src: 'match',
        input: ({ context }) => ({ context }),
        onDone: {
          target: 'choosing',
          actions: assign(({ context, event }) => recorded(context, matchEvents(context, event.output))),
        },
        // The matcher is ours and pure: a fault in it is a bug, but the person can still choose from the list.
        onError: { target: 'choosing', actions: 'recordNotUnderstood' },
      },
      on: { cancel: 'choosing' },
    },
    choosing: {
      on: {
        paste: { target: 'matching', actions: 'recordPaste' },
        choose: { guard: 'isFlow', target: 'stepping', actions: 'recordChoice' },
        'start-over': { target: 'empty', actions: 'recordNewCase' },
      },
    },
    stepping: {
      initial: 'entering',
      on: {
        choose: { guard: 'isFlow', target: '.entering', actions: 'recordChoice' },
        paste: { target: 'understanding', actions: 'recordPaste' },
        undo: [{ guard: 'canUndo', target: '.entering', actions: 'recordUndo' }, { target: 'choosing' }],
        'start-over': { target: 'empty', actions: 'recordNewCase' },
      },
      states: {
        entering: {
          always: [
            { guard: 'atEnd', target: '#case.ended', actions: 'recordEnd' },
            { guard: 'canRead', target: 'entering', reenter: true, actions: 'recordReading' },
            { guard: 'canProbe', target: 'probing' },
            { target: 'asking' },
          ],
        },
        asking: {
          on: {
            answer: { guard: 'isAnswer', target: 'entering', actions: 'recordAnswer' },
            say: [
              { guard: 'isOutput', target: 'entering', actions: 'recordOutput' },
              { guard: 'isOwnWords', target: 'entering', actions: 'recordOwnWords' },
              { target: '#case.understanding', actions: 'recordPaste' },
            ],
            probe: { guard: 'mayProbe', target: 'probing' },
            look: { target: 'entering', actions: 'recordLooking' },
            run: { guard: 'mayRun', target: 'running', actions: 'recordCommandStart' },
            learn: [
              { guard: 'isWanted', target: 'probing', actions: 'recordFact' },
              { actions: 'recordFact' },
            ],
          },
        },
        probing: {
          entry: 'recordProbeStart',
          invoke: {
            src: 'probe',
            input: ({ context }) => ({ context }),
            onDone: [
              {
                guard: ({ context, event }) => wantedBy(context, event.output) !== undefined,
                target: 'asking',
                actions: assign(({ context, event }) =>
                  recorded(context, [factWanted(context, wantedBy(context, event.output)!)]),
                ),
              },
              {
                target: 'entering',
                actions: assign(({ context, event }) =>
                  recorded(context, probeEvents(context, event.output)),
                ),
              },
            ],
            onError: {
              target: 'entering',
              actions: assign(({ context, event }) => recorded(context, [probeError(context, event.error)])),
            },
          },
          on: {
            cancel: {
              target: 'asking',
              actions: assign(({ context }) => recorded(context, [probeCancelled(context)])),
            },
            answer: { guard: 'isAnswer', target: 'entering', actions: 'recordAnswer' },
          },
        },
        running: {
          invoke: {
            src: 'run',
            input: ({ context }) => ({ context }),
            onDone: [
              {
                guard: ({ context, event }) => commandReading(context, event.output) !== undefined,
                target: 'entering',
                actions: assign(({ context, event }) =>
                  recorded(context, commandEvents(context, event.output)),
                ),
              },
              {
                guard: ({ event }) => event.output.kind === 'ran',
                target: '#case.understanding',
                actions: assign(({ context, event }) => ({
                  ...recorded(context, commandEvents(context, event.output)),
                  text: event.output.kind === 'ran' ? event.output.output : '',
                  heard: 'command' as const,
                })),
              },
              {
                target: 'asking',
                actions: assign(({ context, event }) =>
                  recorded(context, commandEvents(context, event.output)),
                ),
              },
            ],
            onError: {
              target: 'asking',
              actions: assign(({ context, event }) =>
                recorded(context, [commandFailed('failed', String(event.error))]),
              ),
            },
          },
          on: {
            cancel: {
              target: 'asking',
              actions: assign(({ context }) => recorded(context, [commandFailed('cancelled', '')])),
            },
          },
        },
      },
    },
    /** Text at a step that was neither output nor an answer: is it evidence of another symptom? */
    understanding: {
      invoke: {
        src: 'match',
        input: ({ context }) => ({ context }),
        onDone: {
          target: 'weighing',
          actions: assign(({ context, event }) => recordUnderstood(context, event.output)),
        },
        onError: { target: 'stepping.asking', actions: 'recordNotUnderstood' },
      },
      on: { cancel: 'stepping.asking' },
    },
    weighing: {
      always: [
        { guard: ({ context }) => context.offer !== undefined, target: 'offering' },
        { guard: 'canRead', target: 'stepping' },
        { target: 'stepping.asking', actions: 'recordNotUnderstood' },
      ],
    },
    offering: {
      on: {
        follow: { target: 'stepping', actions: 'recordFollow' },
        stay: { target: 'stepping', actions: 'dropOffer' },
        cancel: { target: 'stepping', actions: 'dropOffer' },
      },
    },
    ended: {
      on: {
        undo: [{ guard: 'canUndo', target: 'stepping', actions: 'recordUndo' }],
        choose: { guard: 'isFlow', target: 'stepping', actions: 'recordChoice' },
        paste: [
          // What was missing is found after all: the case goes on with what is known.
          { guard: 'isUndecided', target: 'matching', actions: 'recordPaste' },
          { target: 'matching', actions: ['recordNewCase', 'recordPaste'] },
        ],
        'start-over': { target: 'empty', actions: 'recordNewCase' },
      },
    },
  },
});
