import { describe, expect, it } from 'vitest';
import { transition } from 'xstate';
import { answersOf } from '../../src/flow/answers.ts';
import { fill, missingFacts, withDefaults } from '../../src/flow/fill.ts';
import { answerEvent, flowMachine } from '../../src/flow/machine.ts';
import { enumeratePaths } from '../../src/flow/paths.ts';
import { readFacts, readOutput } from '../../src/flow/readers.ts';
import { parseTarget } from '../../src/flow/targets.ts';
import type { FlowFile, Reader } from '../../src/pack/schema.ts';
import { smallPack } from '../small-pack.ts';

const coffee = smallPack.flow('no-coffee')!;

describe('a flow as a machine', () => {
  it('steps purely from answer to end', () => {
    const machine = flowMachine(coffee);
    const [first] = [machine.resolveState({ value: 'has-power', context: {} })];
    const [fix] = transition(machine, first, answerEvent('no'));
    expect(fix.value).toBe('plug-in');
    const [end] = transition(machine, fix, answerEvent('fixed'));
    expect([end.value, end.status]).toEqual(['end:fixed', 'done']);
  });

  it('keeps an unknown answer from moving it', () => {
    const machine = flowMachine(coffee);
    const state = machine.resolveState({ value: 'has-power', context: {} });
    expect(state.can(answerEvent('perhaps'))).toBe(false);
  });

  it('throws for a target that does not exist', () => {
    const broken = {
      ...coffee,
      states: { ...coffee.states, 'has-water': { on: { yes: 'nowhere', unknown: 'end.undecided' } } },
    };
    expect(() => flowMachine(broken as FlowFile)).toThrow(/nowhere/);
  });

  it('offers every fix to be handed over', () => {
    expect(answersOf(coffee.states['plug-in']!)).toEqual({
      fixed: 'end.fixed',
      'not-fixed': 'has-water',
      'handed-over': 'end.cause-found',
    });
  });

  it('reads targets', () => {
    expect(parseTarget('flow.a-b.c-d')).toEqual({ to: 'flow', flow: 'a-b', state: 'c-d' });
    expect(parseTarget('end.fixed')).toEqual({ to: 'end', outcome: 'fixed' });
    expect(parseTarget('step')).toEqual({ to: 'state', state: 'step' });
  });
});

describe('the paths of a flow', () => {
  it('reach every state and every end', () => {
    const paths = enumeratePaths(coffee);
    expect(paths.unreachable).toEqual([]);
    expect(paths.trapped).toEqual([]);
    expect([...paths.ends].sort()).toEqual([
      'end:cause-found',
      'end:fixed',
      'end:undecided',
      'flow:no-water',
    ]);
    expect(paths.walks.get('plug-in')).toEqual(['no']);
  });

  it('show a state that nothing leads to and one that never ends', () => {
    const trap = {
      ...coffee,
      states: {
        ...coffee.states,
        lost: { on: { a: 'lost', b: 'end.fixed', unknown: 'lost' } },
        'has-water': { on: { yes: 'has-water', no: 'has-water', unknown: 'has-water' } },
      },
    } as FlowFile;
    const paths = enumeratePaths(trap);
    expect(paths.unreachable).toEqual(['lost']);
    expect(paths.trapped).toEqual(['has-water']);
  });
});

describe('readers', () => {
  const readers: Reader[] = [
    { fact: 'flag', in: ['UF'], answer: 'uf' },
    { fact: 'details', match: 'TLS_error', answer: 'tls' },
    { match: '(?P<istio_namespace>[a-z-]+)/istiod', answer: 'found', sample: 'x/istiod', paste: true },
    { match: 'none', answer: 'none', sample: 'none' },
  ];

  it('read known facts first, without regard to case', () => {
    expect(readFacts(readers, { flag: 'uf' })).toMatchObject({
      answer: 'uf',
      evidence: 'flag=uf',
      by: 'fact',
    });
    expect(readFacts(readers, { details: 'x{TLS_error:|1:}' })).toMatchObject({ answer: 'tls' });
    expect(readFacts(readers, { code: '503' })).toBeUndefined();
  });

  it('read output with its line as evidence and the facts it names', () => {
    const reading = readOutput(readers, 'first\nseen mesh-system/istiod ok\nlast', 'output');
    expect(reading).toEqual({
      answer: 'found',
      evidence: 'seen mesh-system/istiod ok',
      by: 'output',
      facts: { 'istio-namespace': 'mesh-system' },
    });
  });

  it('read earlier pastes only where the reader says so', () => {
    expect(readOutput(readers, 'none', 'paste')).toBeUndefined();
    expect(readOutput(readers, 'none', 'output')).toMatchObject({ answer: 'none' });
  });

  it('stay linear on hostile text', () => {
    const hostile: Reader[] = [{ match: '(a+)+$', answer: 'x', sample: 'a' }];
    expect(readOutput(hostile, `${'a'.repeat(200_000)}!`, 'output')).toBeUndefined();
  });
});

describe('filling in facts', () => {
  it('shows what is unknown as a placeholder', () => {
    expect(fill('kubectl get pod {{pod}} -n {{namespace}}', { namespace: 'shop' })).toBe(
      'kubectl get pod <pod> -n shop',
    );
    expect(missingFacts('{{pod}} {{namespace}} {{pod}}', { namespace: 'shop' })).toEqual(['pod']);
  });

  it('knows the control plane’s namespace from the platform, unless told otherwise', () => {
    expect(withDefaults({})['istio-namespace']).toBe('istio-system');
    expect(withDefaults({ platform: 'aks' })['istio-namespace']).toBe('aks-istio-system');
    expect(withDefaults({ platform: 'aks', 'istio-namespace': 'mesh' })['istio-namespace']).toBe('mesh');
  });
});
