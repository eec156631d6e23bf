import { describe, expect, it } from 'vitest';
import { createActor, waitFor } from 'xstate';
import type { CaseInput } from '../../src/case/context.ts';
import type { CaseEvent } from '../../src/case/events.ts';
import { caseMachine } from '../../src/case/machine.ts';
import { factValues } from '../../src/case/state.ts';
import type { CaseWorld, ProbeReport } from '../../src/case/world.ts';
import { testWorld } from '../world.ts';

function startCase(world: CaseWorld, events?: readonly CaseEvent[]) {
  const actor = createActor(caseMachine, {
    input: { world, id: 'test', language: 'en', ...(events ? { events } : {}) },
  });
  actor.start();
  const at = () => actor.getSnapshot().context.state.at?.state;
  const rests = () =>
    waitFor(
      actor,
      (s) => !s.matches('matching') && !s.matches('understanding') && !s.matches({ stepping: 'probing' }),
      { timeout: 5000 },
    );
  const send = async (input: CaseInput) => {
    actor.send(input);
    return rests();
  };
  return { actor, send, at, rests };
}

const paste = (text: string): CaseInput => ({ type: 'paste', text, via: 'paste', cut: false });
const choose = (flow: string): CaseInput => ({ type: 'choose', flow, by: 'match' });
const answer = (id: string): CaseInput => ({ type: 'answer', answer: id });
const say = (text: string): CaseInput => ({ type: 'say', text });

describe('a case', () => {
  it('matches a paste, steps through the chosen flow and ends with the outcome', async () => {
    const world = testWorld();
    const { actor, send } = startCase(world);
    expect((await send(paste('no coffee ns=kitchen'))).value).toBe('choosing');
    await send(choose('no-coffee'));
    await send(answer('no'));
    await send(answer('fixed'));
    const { value, context } = actor.getSnapshot();
    expect(value).toBe('ended');
    expect(context.state.end).toEqual({ outcome: 'fixed', flow: 'no-coffee', state: undefined });
    expect(factValues(context.state)).toEqual({ namespace: 'kitchen' });
    expect(world.log.map((e) => e.type)).toEqual([
      'case-opened',
      'text-pasted',
      'fact-learned',
      'symptoms-matched',
      'flow-entered',
      'answer-given',
      'answer-given',
      'case-ended',
    ]);
    expect(world.log.map((e) => e.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('takes the next problem as a case of its own, without the facts of the last, with its permissions', async () => {
    const world = testWorld();
    const { actor, send } = startCase(world);
    await send(paste('no coffee ns=kitchen'));
    await send(choose('no-coffee'));
    await send({ type: 'look', looking: 'never' });
    await send(answer('no'));
    await send(answer('fixed'));
    await send(paste('no water'));
    const { value, context } = actor.getSnapshot();
    expect(value).toBe('choosing');
    expect(context.state).toMatchObject({ id: 'test-2', facts: {}, answered: [], looking: 'never' });
    expect(context.state.pastes).toEqual(['no water']);
    expect(context.events.map((e) => e.type)).toEqual([
      'case-opened',
      'looking-decided',
      'text-pasted',
      'symptoms-matched',
    ]);
    expect(world.log.slice(-4)).toEqual(context.events);
  });

  it('lets what was pasted earlier answer a step, with the line as evidence and the fact it names', async () => {
    const { actor, send, at } = startCase(testWorld());
    await send(paste('coffee is gone\nLED red off\n'));
    await send(choose('no-coffee'));
    expect(at()).toBe('plug-in');
    const { state } = actor.getSnapshot().context;
    expect(state.answered[0]).toMatchObject({ answer: 'no', by: 'paste', evidence: ['LED red off'] });
    expect(factValues(state)).toEqual({ pod: 'red' });
  });

  it('takes pasted output as an answer only at the step that asked for it', async () => {
    const { send, at, actor } = startCase(testWorld());
    await send(choose('no-coffee'));
    await send(say('LED red on'));
    expect(at()).toBe('has-water');
    expect(actor.getSnapshot().context.state.answered[0]).toMatchObject({ by: 'output' });
  });

  it('understands an answer in the person’s own words', async () => {
    const { send, at, actor } = startCase(testWorld());
    await send(choose('no-coffee'));
    await send(say('it is dark'));
    expect(at()).toBe('plug-in');
    expect(actor.getSnapshot().context.state.answered[0]).toMatchObject({ answer: 'no', by: 'own-words' });
  });

  it('offers to follow new evidence of another symptom without losing this one', async () => {
    const { send, at, actor } = startCase(testWorld());
    await send(choose('no-coffee'));
    expect((await send(say('by the way the water is gone too'))).value).toBe('offering');
    await send({ type: 'stay' });
    expect(at()).toBe('has-power');
    await send(say('really, no water'));
    await send({ type: 'follow' });
    expect(actor.getSnapshot().context.state.at).toEqual({ flow: 'no-water', state: 'is-tap-open' });
  });

  it('learns from such evidence on the way to its symptom, and not where the person stays', async () => {
    const { send, actor } = startCase(testWorld());
    const namespace = () => actor.getSnapshot().context.state.facts.namespace?.value;
    await send({ type: 'paste', text: 'no coffee ns=kitchen', via: 'paste', cut: false });
    await send(choose('no-coffee'));
    expect(namespace()).toBe('kitchen');
    await send(say('the water is gone ns=cellar'));
    expect(namespace()).toBe('kitchen');
    await send({ type: 'stay' });
    expect(namespace()).toBe('kitchen');
    await send(say('the water is gone ns=cellar'));
    await send({ type: 'follow' });
    expect(namespace()).toBe('cellar');
  });

  it('says that it does not understand, keeps the text, and asks on', async () => {
    const world = testWorld();
    const { send, at } = startCase(world);
    await send(choose('no-coffee'));
    await send(say('xyzzy plugh'));
    expect(at()).toBe('has-power');
    expect(world.log.at(-1)).toMatchObject({ type: 'text-not-understood', text: 'xyzzy plugh' });
  });

  it('undoes the last answer, then any earlier one, over the border of a flow', async () => {
    const { send, at, actor } = startCase(testWorld());
    await send(choose('no-coffee'));
    await send(answer('yes'));
    await send(answer('no'));
    expect(actor.getSnapshot().context.state.at).toEqual({ flow: 'no-water', state: 'is-tap-open' });
    await send({ type: 'undo' });
    expect(actor.getSnapshot().context.state.at).toEqual({ flow: 'no-coffee', state: 'has-water' });
    await send(answer('no'));
    await send(answer('yes'));
    const first = actor.getSnapshot().context.state.answered[0]!;
    await send({ type: 'undo', to: first.seq });
    expect(at()).toBe('has-power');
    expect(actor.getSnapshot().context.state.answered).toEqual([]);
  });

  it('asks a step again after undo even where a fact would answer it', async () => {
    const { send, at } = startCase(testWorld());
    await send(paste('coffee\nLED red off'));
    await send(choose('no-coffee'));
    await send({ type: 'undo' });
    expect(at()).toBe('has-power');
    await send(answer('yes'));
    expect(at()).toBe('has-water');
  });

  it('resumes from its log alone, in the middle of a step', async () => {
    const world = testWorld();
    const { send } = startCase(world);
    await send(paste('coffee'));
    await send(choose('no-coffee'));
    await send(answer('no'));
    const again = startCase(testWorld(), world.log);
    expect(again.at()).toBe('plug-in');
    await again.send(answer('not-fixed'));
    expect(again.at()).toBe('has-water');
  });
});

describe('a probe', () => {
  const seen: ProbeReport = {
    kind: 'answer',
    answer: 'no',
    evidence: [
      { object: 'Pod kitchen/machine', field: 'status', value: 'off', time: '2026-11-20T03:00:00Z' },
    ],
    facts: { pod: 'machine' },
  };

  it('does not look before the person said yes', async () => {
    let looked = 0;
    const { send, at } = startCase(
      testWorld({
        probe: async () => {
          looked += 1;
          return seen;
        },
      }),
    );
    await send(choose('no-coffee'));
    expect([at(), looked]).toEqual(['has-power', 0]);
    await send({ type: 'look', looking: 'always' });
    expect([at(), looked]).toEqual(['plug-in', 1]);
  });

  it('logs what it saw and answers the step', async () => {
    const world = testWorld({ probe: async () => seen });
    const { send } = startCase(world);
    await send({ type: 'look', looking: 'always' });
    await send(choose('no-coffee'));
    expect(world.log.find((e) => e.type === 'probe-answered')).toMatchObject({
      probe: 'power',
      evidence: seen.evidence,
    });
    expect(world.log.find((e) => e.type === 'answer-given')).toMatchObject({ by: 'probe', answer: 'no' });
  });

  it.each(['forbidden', 'unreachable', 'timed-out', 'not-collected', 'ambiguous'] as const)(
    'falls back to asking when it is %s, and says why',
    async (failure) => {
      const world = testWorld({
        probe: async () => ({ kind: 'failure', failure, detail: 'pods', evidence: [] }),
      });
      const { send, at, actor } = startCase(world);
      await send({ type: 'look', looking: 'always' });
      await send(choose('no-coffee'));
      expect(at()).toBe('has-power');
      expect(actor.getSnapshot().matches({ stepping: 'asking' })).toBe(true);
      expect(world.log.at(-1)).toMatchObject({ type: 'probe-failed', failure });
    },
  );

  it('falls back to asking when it throws', async () => {
    const world = testWorld({ probe: () => Promise.reject(new Error('boom')) });
    const { send, at } = startCase(world);
    await send({ type: 'look', looking: 'always' });
    await send(choose('no-coffee'));
    expect(at()).toBe('has-power');
    expect(world.log.at(-1)).toMatchObject({ type: 'probe-failed', failure: 'failed', detail: 'boom' });
  });

  it('is aborted when the person cancels', async () => {
    let aborted = false;
    const world = testWorld({
      probe: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(signal.reason);
          });
        }),
    });
    const { actor, at } = startCase(world);
    actor.send({ type: 'look', looking: 'always' });
    actor.send(choose('no-coffee'));
    expect(actor.getSnapshot().matches({ stepping: 'probing' })).toBe(true);
    actor.send({ type: 'cancel' });
    expect(aborted).toBe(true);
    expect(at()).toBe('has-power');
    expect(world.log.at(-1)).toMatchObject({ type: 'probe-failed', failure: 'cancelled' });
  });
});
