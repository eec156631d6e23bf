/** A probe that lacks a fact: it waits for it, and looks again by itself as soon as it is known. */
import { describe, expect, it } from 'vitest';
import { createActor, waitFor } from 'xstate';
import type { CaseInput } from '../../src/case/context.ts';
import type { CaseEvent } from '../../src/case/events.ts';
import { caseMachine } from '../../src/case/machine.ts';
import { factValues } from '../../src/case/state.ts';
import type { ProbeRequest } from '../../src/case/world.ts';
import type { FactName } from '../../src/pack/vocabulary.ts';
import { testWorld } from '../world.ts';

/** A case at the step with a probe that needs `need`; `hasLists` says whether facts can be picked. */
function startCase(need: FactName, hasLists: boolean, events?: readonly CaseEvent[]) {
  const asked: ProbeRequest['facts'][] = [];
  const world = testWorld({
    probe: async ({ facts }) => {
      asked.push(facts);
      return facts[need] === undefined
        ? { kind: 'failure', failure: 'missing-fact', detail: need, evidence: [] }
        : { kind: 'answer', answer: 'no', evidence: [], facts: {} };
    },
    ...(hasLists ? { list: async () => ({ kind: 'options', options: [] }) } : {}),
  });
  const actor = createActor(caseMachine, {
    input: { world, id: 'test', language: 'en', ...(events ? { events } : {}) },
  });
  actor.start();
  const state = () => actor.getSnapshot().context.state;
  const send = async (input: CaseInput) => {
    actor.send(input);
    await waitFor(actor, (s) => !s.matches({ stepping: 'probing' }), { timeout: 5000 });
  };
  return { actor, world, asked, state, send };
}

const choose: CaseInput = { type: 'choose', flow: 'no-coffee', by: 'match' };
const look = (looking: 'always' | 'ask' | 'never'): CaseInput => ({ type: 'look', looking });
const learn = (name: FactName, from: 'person' | 'picked'): CaseInput => ({
  type: 'learn',
  name,
  value: 'shop',
  from,
});

describe('a probe that lacks a fact', () => {
  it('waits for it to be picked, then looks again and answers', async () => {
    const { world, asked, state, send } = startCase('namespace', true);
    await send(look('always'));
    await send(choose);
    expect(state()).toMatchObject({ at: { state: 'has-power' }, wanted: 'namespace' });
    await send(learn('namespace', 'picked'));
    expect(asked).toEqual([{}, { namespace: 'shop' }]);
    expect(state()).toMatchObject({ at: { state: 'plug-in' }, wanted: undefined });
    expect(world.log.map(({ type }) => type).slice(3)).toEqual([
      'probe-started',
      'fact-wanted',
      'fact-learned',
      'probe-started',
      'probe-answered',
      'answer-given',
    ]);
    expect(world.log.find(({ type }) => type === 'fact-learned')).toMatchObject({ from: 'picked' });
  });

  it('says so and waits as well where nothing can be picked', async () => {
    const { world, asked, state, send } = startCase('host', true);
    await send(look('always'));
    await send(choose);
    expect(world.log.at(-1)).toMatchObject({ type: 'probe-failed', failure: 'missing-fact', detail: 'host' });
    await send(learn('host', 'person'));
    expect(asked).toHaveLength(2);
    expect(state().at).toMatchObject({ state: 'plug-in' });
  });

  it('says so where there are no lists', async () => {
    const { world, send } = startCase('namespace', false);
    await send(look('always'));
    await send(choose);
    expect(world.log.at(-1)).toMatchObject({ type: 'probe-failed', failure: 'missing-fact' });
  });

  it('does not look again for another fact, nor after the person said never', async () => {
    const { asked, state, send } = startCase('namespace', true);
    await send(look('always'));
    await send(choose);
    await send(learn('pod', 'person'));
    expect(asked).toHaveLength(1);
    await send(look('never'));
    await send(learn('namespace', 'person'));
    expect(asked).toHaveLength(1);
    expect(state()).toMatchObject({ at: { state: 'has-power' }, facts: { namespace: { from: 'person' } } });
  });

  it('looks again when it is asked for each time', async () => {
    const { asked, send } = startCase('namespace', true);
    await send(choose);
    await send(look('ask'));
    expect(asked).toHaveLength(0);
    await send({ type: 'probe' });
    await send({ type: 'probe' });
    expect(asked).toHaveLength(2);
    await send(learn('namespace', 'picked'));
    expect(asked).toHaveLength(3);
  });

  it('waits still when the case is resumed', async () => {
    const before = startCase('namespace', true);
    await before.send(look('always'));
    await before.send(choose);
    const { asked, state, send } = startCase('namespace', true, before.world.log);
    expect(state()).toMatchObject({ at: { state: 'has-power' }, wanted: 'namespace' });
    await send(learn('namespace', 'picked'));
    expect(asked).toEqual([{ namespace: 'shop' }]);
    expect(state().at).toMatchObject({ state: 'plug-in' });
  });

  it('keeps what was picked over an undo and over what a text says', async () => {
    const { state, send, actor } = startCase('namespace', true);
    await send(look('always'));
    await send(choose);
    await send(learn('namespace', 'picked'));
    await send({ type: 'undo' });
    expect(factValues(state())).toEqual({ namespace: 'shop' });
    await send({ type: 'paste', text: 'no coffee ns=bank', via: 'paste', cut: false });
    await waitFor(actor, (s) => !s.matches('understanding'), { timeout: 5000 });
    expect(factValues(state())).toEqual({ namespace: 'shop' });
  });
});
