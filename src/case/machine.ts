/**
 * The case machine: it matches, lets the person choose, asks step by step, lets readers and probes answer, undoes and
 * ends. It acts only through its actors and its log; the questions themselves live in the pure flow machines.
 */
import { assign, enqueueActions, fromPromise, setup } from 'xstate';
import { isStep } from '../flow/answers.ts';
import { type Reading, readFacts, readOutput } from '../flow/readers.ts';
import type { Pack } from '../pack/pack.ts';
import { type FactName, isFactName, type Language } from '../pack/vocabulary.ts';
import { isListed } from '../probe/fact-lists.ts';
import type { ListReport, ListRequest } from '../probe/run-list.ts';
import type { Permission } from '../run/plan.ts';
import type { RunFailure, RunReport } from '../run/run-command.ts';
import { redact } from '../text/redact.ts';
import type {
  AnsweredBy,
  CaseEvent,
  CaseEventBody,
  Looking,
  ProbeEvidence,
  ProbeFailure,
  RankedMatch,
} from './events.ts';
import { nextOf, outcomeOf } from './next.ts';
import {
  applyEvent,
  type CaseState,
  EMPTY_CASE,
  factValues,
  foldCase,
  isOfPerson,
  type NextOf,
} from './state.ts';

/** What the matcher says of a text, as the case needs it. */
export interface MatchReport {
  readonly matches: readonly RankedMatch[];
  readonly nearest: readonly { readonly flow: string; readonly saying: string }[];
  readonly facts: readonly { readonly name: string; readonly value: string; readonly place: string }[];
  readonly records: { readonly total: number; readonly noise: number };
}

/** What a probe brings back. */
export type ProbeReport =
  | {
      readonly kind: 'answer';
      readonly answer: string;
      readonly evidence: readonly ProbeEvidence[];
      /** Where it was seen, if not in the cluster itself. */
      readonly source?: 'snapshot';
      readonly facts: Readonly<Partial<Record<FactName, string>>>;
    }
  | {
      readonly kind: 'failure';
      readonly failure: ProbeFailure;
      readonly detail: string;
      readonly evidence: readonly ProbeEvidence[];
    };

export interface ProbeRequest {
  readonly probe: string;
  readonly flow: string;
  readonly state: string;
  readonly answers: readonly string[];
  readonly facts: Readonly<Partial<Record<FactName, string>>>;
  readonly signal: AbortSignal;
}

/** A command line of a step, its facts filled in, and the permission it is run with. */
export interface RunRequest {
  readonly line: string;
  readonly permission: Permission;
  readonly signal: AbortSignal;
}

/** What the case cannot do itself; given from outside, so that tests and resume choose their own. */
export interface CaseWorld {
  readonly pack: Pack;
  readonly version: string;
  match(text: string, language: Language, signal: AbortSignal): Promise<MatchReport>;
  /** `undefined` where no cluster and no snapshot can be looked at. */
  probe: ((request: ProbeRequest) => Promise<ProbeReport>) | undefined;
  /** The list that a fact can be picked from; absent where facts are only typed. */
  list?: ((request: ListRequest) => Promise<ListReport>) | undefined;
  /** Runs a step's own command, where that is possible; it decides again whether the line may be run at all. */
  readonly run?: ((request: RunRequest) => Promise<RunReport>) | undefined;
  /** Understands a sentence as one of the answers, `undefined` when unsure. */
  ownWords(text: string, flow: string, state: string, language: Language): string | undefined;
  /** Called for each event as it happens, before anything else reacts to it; a `case-opened` begins another case. */
  record(event: CaseEvent): void;
  /** The id of the next case, where a person goes on to another problem. */
  newId(): string;
  now(): Date;
}

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
  readonly offer: RankedMatch | undefined;
}

/** Confidence from which a text said at a step is offered as another symptom. */
const OFFER_FROM = 0.5;

/** Appends events to the log and folds them in. */
function recorded(context: CaseContext, bodies: readonly CaseEventBody[]): Partial<CaseContext> {
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
function here(context: CaseContext) {
  const at = context.state.at;
  const state = at && context.world.pack.flow(at.flow)?.states[at.state];
  return at && state ? { ...at, data: state } : undefined;
}

/** A reading that answers the current step without asking: from facts first, then from what was pasted before. */
function readingOf(context: CaseContext): { reading: Reading; by: AnsweredBy } | undefined {
  const step = here(context);
  if (!step || !isStep(step.data) || context.state.askAgain) return undefined;
  const fact = readFacts(step.data.read, factValues(context.state));
  if (fact) return { reading: fact, by: 'fact' };
  for (const text of context.state.pastes.toReversed()) {
    const reading = readOutput(step.data.read, text, 'paste');
    if (reading) return { reading, by: 'paste' };
  }
  return undefined;
}

/** A reading of text given at this very step. */
function outputReading(context: CaseContext, text: string): Reading | undefined {
  const step = here(context);
  if (!step || step.data.type === 'end') return undefined;
  const readers = step.data.type === 'fix' ? step.data.verify.read : step.data.read;
  return readOutput(readers, text, 'output');
}

function answerGiven(
  context: CaseContext,
  answer: string,
  by: AnsweredBy,
  evidence: readonly string[],
): CaseEventBody[] {
  const at = context.state.at!;
  return [{ type: 'answer-given', flow: at.flow, state: at.state, answer, by, evidence }];
}

function factsLearned(
  facts: Readonly<Partial<Record<string, string>>>,
  from: 'probe' | 'output',
  place: string,
): CaseEventBody[] {
  return Object.entries(facts).flatMap(([name, value]) =>
    value === undefined ? [] : [{ type: 'fact-learned' as const, name, value, from, place }],
  );
}

/** Facts of a paste: a fact the person typed or picked stands above it. */
function matchEvents(context: CaseContext, report: MatchReport): CaseEventBody[] {
  const facts = report.facts
    .filter(({ name }) => {
      const known = isFactName(name) ? context.state.facts[name] : undefined;
      return !known || !isOfPerson(known);
    })
    .map(
      ({ name, value, place }): CaseEventBody => ({
        type: 'fact-learned',
        name,
        value,
        from: 'paste',
        place,
      }),
    );
  const { matches, nearest, records } = report;
  return [...facts, { type: 'symptoms-matched', matches, nearest, records }];
}

export const caseMachine = setup({
  types: {
    context: {} as CaseContext,
    input: {} as { world: CaseWorld; id: string; language: Language; events?: readonly CaseEvent[] },
    events: {} as CaseInput,
  },
  actors: {
    match: fromPromise<MatchReport, { context: CaseContext }>(({ input: { context }, signal }) =>
      context.world.match(context.text, context.state.language, signal),
    ),
    run: fromPromise<RunReport, { context: CaseContext }>(({ input: { context }, signal }) =>
      context.world.run!({ ...context.command!, signal }),
    ),
    probe: fromPromise<ProbeReport, { context: CaseContext }>(({ input: { context }, signal }) => {
      const step = here(context)!;
      const data = step.data as { probe: string; on: Record<string, string> };
      return context.world.probe!({
        probe: data.probe,
        flow: step.flow,
        state: step.state,
        answers: Object.keys(data.on),
        facts: factValues(context.state),
        signal,
      });
    }),
  },
  guards: {
    atStep: ({ context }) => context.state.at !== undefined,
    atEnd: ({ context }) => {
      const at = context.state.at;
      return at !== undefined && outcomeOf(context.world.pack, at.flow, at.state) !== undefined;
    },
    canRead: ({ context }) => readingOf(context) !== undefined,
    canProbe: ({ context }) => canProbe(context) && context.state.looking === 'always',
    mayProbe: ({ context }) => canProbe(context) || isWaiting(context),
    isWanted: ({ context, event }) =>
      event.type === 'learn' && event.name === context.state.wanted && isWaiting(context),
    isAnswer: ({ context, event }) => {
      const step = here(context);
      if (event.type !== 'answer' || !step) return false;
      return context.next(step.flow, step.state, event.answer) !== undefined;
    },
    isFlow: ({ context, event }) =>
      event.type === 'choose' && context.world.pack.flow(event.flow) !== undefined,
    mayRun: ({ context, event }) =>
      event.type === 'run' &&
      context.world.run !== undefined &&
      context.state.running.run !== 'never' &&
      context.state.running[event.permission] !== 'never',
    isUndecided: ({ context }) => context.state.end?.outcome === 'undecided',
    canUndo: ({ context }) => context.state.answered.length > 0,
    isOutput: ({ context, event }) =>
      event.type === 'say' && outputReading(context, event.text) !== undefined,
    isOwnWords: ({ context, event }) => event.type === 'say' && ownAnswer(context, event.text) !== undefined,
    hasMatches: ({ context }) => context.state.matches.length > 0,
  },
  actions: {
    recordPaste: assign(({ context, event }) => {
      if (event.type !== 'paste' && event.type !== 'say') return {};
      const paste: CaseEventBody =
        event.type === 'paste'
          ? { type: 'text-pasted', text: event.text, via: event.via, cut: event.cut }
          : { type: 'text-pasted', text: event.text, via: 'typed', cut: false };
      return { ...recorded(context, [paste]), text: event.text, heard: 'person' };
    }),
    recordChoice: assign(({ context, event }) => {
      if (event.type !== 'choose') return {};
      const { initial } = context.world.pack.flow(event.flow)!;
      return recorded(context, [{ type: 'flow-entered', flow: event.flow, state: initial, by: event.by }]);
    }),
    recordAnswer: assign(({ context, event }) =>
      event.type === 'answer' ? recorded(context, answerGiven(context, event.answer, 'person', [])) : {},
    ),
    recordReading: assign(({ context }) => {
      const { reading, by } = readingOf(context)!;
      return recorded(context, [
        ...factsLearned(reading.facts, 'output', reading.evidence),
        ...answerGiven(context, reading.answer, by, [reading.evidence]),
      ]);
    }),
    recordOutput: assign(({ context, event }) => {
      if (event.type !== 'say') return {};
      const reading = outputReading(context, event.text)!;
      return recorded(context, [
        { type: 'text-pasted', text: event.text, via: 'paste', cut: false },
        ...factsLearned(reading.facts, 'output', reading.evidence),
        ...answerGiven(context, reading.answer, 'output', [reading.evidence]),
      ]);
    }),
    recordOwnWords: assign(({ context, event }) =>
      event.type === 'say'
        ? recorded(context, answerGiven(context, ownAnswer(context, event.text)!, 'own-words', [event.text]))
        : {},
    ),
    recordNotUnderstood: assign(({ context }) =>
      recorded(context, [
        context.heard === 'command'
          ? { type: 'text-not-understood', text: '', from: 'command' }
          : { type: 'text-not-understood', text: context.text },
      ]),
    ),
    recordUndo: assign(({ context, event }) => {
      if (event.type !== 'undo') return {};
      const to = event.to ?? lastAsked(context.state);
      return to === undefined ? {} : recorded(context, [{ type: 'answer-undone', to }]);
    }),
    recordFact: assign(({ context, event }) =>
      event.type === 'learn'
        ? recorded(context, [
            {
              type: 'fact-learned',
              name: event.name,
              value: event.value,
              from: event.from ?? 'person',
              place: '',
            },
          ])
        : {},
    ),
    recordLooking: assign(({ context, event }) =>
      event.type === 'look' ? recorded(context, [{ type: 'looking-decided', looking: event.looking }]) : {},
    ),
    recordPermit: assign(({ context, event }) =>
      event.type === 'permit'
        ? recorded(context, [
            { type: 'running-decided', permission: event.permission, running: event.running },
          ])
        : {},
    ),
    recordCommandStart: assign(({ context, event }) => {
      if (event.type !== 'run') return {};
      const { line, permission } = event;
      const step = here(context)!;
      return {
        ...recorded(context, [{ type: 'command-started', line, flow: step.flow, state: step.state }]),
        command: { line, permission },
      };
    }),
    recordLanguage: assign(({ context, event }) =>
      event.type === 'speak'
        ? recorded(context, [{ type: 'language-changed', language: event.language }])
        : {},
    ),
    recordProbeStart: assign(({ context }) => {
      const step = here(context)!;
      const { probe } = step.data as { probe: string };
      return recorded(context, [{ type: 'probe-started', probe, flow: step.flow, state: step.state }]);
    }),
    recordEnd: assign(({ context }) => {
      const at = context.state.at!;
      const { outcome, state } = outcomeOf(context.world.pack, at.flow, at.state)!;
      return recorded(context, [{ type: 'case-ended', outcome, flow: at.flow, state }]);
    }),
    recordFollow: assign(({ context }) => {
      const flow = context.offer!.flow;
      const { initial } = context.world.pack.flow(flow)!;
      return {
        ...recorded(context, [{ type: 'flow-entered', flow, state: initial, by: 'match' }]),
        offer: undefined,
      };
    }),
    dropOffer: assign({ offer: undefined }),
    recordNewCase: assign(({ context }) => newCase(context)),
  },
}).createMachine({
  id: 'case',
  context: ({ input }) => {
    const next = nextOf(input.world.pack);
    const base: CaseContext = {
      world: input.world,
      next,
      events: [],
      state: EMPTY_CASE,
      text: '',
      heard: 'person',
      command: undefined,
      offer: undefined,
    };
    if (input.events?.length) {
      return { ...base, events: input.events, state: foldCase(input.events, next) };
    }
    const { version } = input.world;
    return {
      ...base,
      ...recorded(base, [{ type: 'case-opened', id: input.id, version, language: input.language }]),
    };
  },
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
          actions: enqueueActions(({ context, event, enqueue }) => {
            const here = context.state.at?.flow;
            const other = event.output.matches.find((m) => m.flow !== here && m.score >= OFFER_FROM);
            const same = event.output.matches[0]?.flow === here;
            enqueue.assign({ offer: same ? undefined : other });
            enqueue.assign(({ context: c }) =>
              recorded(
                c,
                matchEvents(c, event.output).filter((e) => e.type === 'fact-learned'),
              ),
            );
          }),
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

/**
 * The next problem is a case of its own, since the namespace and Service of the last one would be filled into its
 * commands. Only what the person is and allowed stays: the language, looking, running.
 */
function newCase(context: CaseContext): Partial<CaseContext> {
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

/** The probe of the current step, where unmesh may look. */
function probeHere({ world, state }: CaseContext): string | undefined {
  const data = state.at && world.pack.flow(state.at.flow)?.states[state.at.state];
  if (!data || !isStep(data) || !world.probe) return undefined;
  return state.looking === 'never' || state.askAgain ? undefined : data.probe;
}

function canProbe(context: CaseContext): boolean {
  const probe = probeHere(context);
  return probe !== undefined && !context.state.probed.includes(probe);
}

/** The probe has been started and waits for a fact. */
function isWaiting(context: CaseContext): boolean {
  return probeHere(context) !== undefined && context.state.wanted !== undefined;
}

/** The fact that a probe lacks, where the person can pick it. */
function wantedBy({ world }: CaseContext, report: ProbeReport): FactName | undefined {
  if (report.kind !== 'failure' || report.failure !== 'missing-fact' || !world.list) return undefined;
  return isListed(report.detail) ? report.detail : undefined;
}

function factWanted(context: CaseContext, name: FactName): CaseEventBody {
  return { type: 'fact-wanted', name, probe: context.state.probed.at(-1) ?? '' };
}

/** The answer a sentence means at the current step; never for a text too long to be an answer. */
function ownAnswer(context: CaseContext, text: string): string | undefined {
  const at = context.state.at;
  if (!at || text.length > 200 || text.includes('\n')) return undefined;
  return context.world.ownWords(text, at.flow, at.state, context.state.language);
}

function probeEvents(context: CaseContext, report: ProbeReport): CaseEventBody[] {
  const probe = context.state.probed.at(-1) ?? '';
  if (report.kind === 'failure') {
    const { failure, detail, evidence } = report;
    return [{ type: 'probe-failed', probe, failure, detail, evidence }];
  }
  const { answer, evidence, facts, source = 'probe' } = report;
  return [
    ...factsLearned(facts, 'probe', probe),
    { type: 'probe-answered', probe, answer, evidence },
    ...answerGiven(
      context,
      answer,
      source,
      evidence.map((e) => `${e.object} ${e.field}: ${e.value}`),
    ),
  ];
}

/** Of a command's output the log keeps as much as helps to remember what was seen. Characters. */
const HEAD = 4_000;

function commandEvent(report: RunReport): CaseEventBody {
  const { argv } = report;
  if (report.kind === 'failed')
    return { type: 'command-failed', argv, failure: report.failure, detail: redact(report.detail) };
  const { exitCode, output } = report;
  // Redacted before it is cut, so that no half of a secret is left at the end.
  const head = redact(output.slice(0, 4 * HEAD)).slice(0, HEAD);
  const lines = output.split('\n').filter((line) => line.trim() !== '').length;
  return { type: 'command-ended', argv, exitCode, head, lines };
}

/** What a command's output answers at the current step, exactly as if the person had pasted it. */
function commandEvents(context: CaseContext, report: RunReport): CaseEventBody[] {
  const reading = commandReading(context, report);
  return [
    commandEvent(report),
    ...(reading
      ? [
          ...factsLearned(reading.facts, 'output', reading.evidence),
          ...answerGiven(context, reading.answer, 'output', [reading.evidence]),
        ]
      : []),
  ];
}

function commandFailed(failure: RunFailure, detail: string): CaseEventBody {
  return { type: 'command-failed', argv: [], failure, detail };
}

function commandReading(context: CaseContext, report: RunReport): Reading | undefined {
  return report.kind === 'ran' ? outputReading(context, report.output) : undefined;
}

function probeError(context: CaseContext, error: unknown): CaseEventBody {
  const probe = context.state.probed.at(-1) ?? '';
  const detail = error instanceof Error ? error.message : String(error);
  return { type: 'probe-failed', probe, failure: 'failed', detail, evidence: [] };
}

function probeCancelled(context: CaseContext): CaseEventBody {
  const probe = context.state.probed.at(-1) ?? '';
  return { type: 'probe-failed', probe, failure: 'cancelled', detail: '', evidence: [] };
}

/** The answer an undo without a target takes back: the last one the person gave, else the last one at all. */
function lastAsked(state: CaseState): number | undefined {
  const byPerson = state.answered.findLast((step) => step.by === 'person' || step.by === 'own-words');
  return (byPerson ?? state.answered.at(-1))?.seq;
}
