/** When an application's calls are refused, told from its own log: at its start, later, or not to be said. */
import { describe, expect, it } from 'vitest';
import { ask, brokenObjects } from './asking.ts';

const START = '2026-11-20T08:00:00Z';
const NOON = new Date('2026-11-20T12:00:00Z');
const at = (time: string, text: string) => `2026-11-20T${time}Z ${text}`;
const REFUSED = 'dial tcp 10.8.1.7:8080: connect: connection refused';
const early = at('08:00:03', REFUSED);
const late = at('10:31:00', REFUSED);
const fine = at('08:00:09', 'listening');

interface Parts {
  readonly lines: readonly string[];
  readonly previous?: readonly string[];
  readonly lastState?: object;
  readonly now?: Date | undefined;
}

function run({ lines, previous, lastState, ...rest }: Parts) {
  const now = 'now' in rest ? rest.now : NOON;
  const pod = {
    metadata: { name: 'cart-1', namespace: 'shop' },
    spec: { containers: [{ name: 'cart' }, { name: 'istio-proxy' }] },
    status: {
      phase: 'Running',
      containerStatuses: [
        { name: 'cart', state: { running: { startedAt: START } }, ...(lastState ? { lastState } : {}) },
      ],
    },
  };
  return ask(
    'refused-calls',
    { namespace: 'shop', pod: 'cart-1' },
    {
      objects: { pods: [pod] },
      logs: {
        'shop/cart-1/cart': lines.join('\n'),
        'shop/cart-1/istio-proxy': late,
        ...(previous ? { 'shop/cart-1/cart/previous': previous.join('\n') } : {}),
      },
      version: { gitVersion: 'v1.33.1', date: now },
    },
  );
}

describe('refused-calls', () => {
  it.each<[string[], string, Parts]>([
    [['at-start'], 'refused in its first seconds only', { lines: [early, fine] }],
    [['always'], 'refused hours later', { lines: [fine, late] }],
    [['always'], 'refused then and now', { lines: [early, fine, late] }],
    [[], 'refused after some minutes', { lines: [at('08:03:00', REFUSED)] }],
    [[], 'never refused', { lines: [fine] }],
    [[], 'a log without times', { lines: [REFUSED, 'listening'] }],
    [[], 'times without a zone', { lines: [`2026-11-20 08:00:03 ${REFUSED}`] }],
    [['at-start'], 'a zone of its own', { lines: [`2026-11-20 15:00:03,120+07:00 ${REFUSED}`] }],
    [['at-start'], 'a time on the line before', { lines: [at('08:00:03', 'panic'), `  ${REFUSED}`] }],
    [[], 'a pod that has just begun', { lines: [early], now: new Date('2026-11-20T08:00:40Z') }],
    [[], 'no clock', { lines: [early], now: undefined }],
    [[], 'a log whose start is gone', { lines: [early, ...Array.from({ length: 1999 }, () => fine)] }],
  ])('%j: %s', async (expected, _what, parts) => {
    expect(await run(parts)).toEqual(expected);
  });

  it('takes a run that was refused and ended at once for the start, where the next one works', async () => {
    const ended = (finishedAt: string) => ({
      terminated: { exitCode: 1, startedAt: '2026-11-20T07:59:40Z', finishedAt },
    });
    const parts = { lines: [fine], previous: [REFUSED] };
    expect(await run({ ...parts, lastState: ended('2026-11-20T07:59:43Z') })).toEqual(['at-start']);
    expect(await run({ ...parts, lastState: ended('2026-11-20T08:59:43Z') })).toEqual([]);
    expect(await run({ lines: [fine], previous: [fine], lastState: ended('2026-11-20T07:59:43Z') })).toEqual(
      [],
    );
  });

  it('reads nothing into other shapes', async () => {
    const objects = brokenObjects([['shop', 'cart-1']]);
    const logs = { 'shop/cart-1/': late };
    expect(await ask('refused-calls', { namespace: 'shop', pod: 'cart-1' }, { objects, logs })).toEqual([]);
  });
});
