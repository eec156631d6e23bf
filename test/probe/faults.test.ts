/** Faults that are injected for a test: on which routes they stand, and whom they can reach. */
import { describe, expect, it } from 'vitest';
import { answerOf, ask, brokenObjects } from './asking.ts';
import type { MemoryCluster } from './memory-reader.ts';

const SEEN = ['retries-ignored', 'timeout-ignored', 'no-fault', 'fewer-faults'];
const WHY = ['no-sidecar', 'gateway', 'headers', 'tcp-or-grpc', 'not-applied'];
const CART = { namespace: 'shop', service: 'cart' };
const WEB = { ...CART, 'client-pod': 'web-1', 'client-namespace': 'shop' };
const GATE = { ...CART, gateway: 'gw', 'gateway-namespace': 'istio-ingress' };

const abort = (value?: number) => ({
  fault: { abort: { httpStatus: 500, ...(value === undefined ? {} : { percentage: { value } }) } },
});
const delay = { fault: { delay: { fixedDelay: '5s', percentage: { value: 100 } } } };
const retries = { retries: { attempts: 5, perTryTimeout: '1s' } };
const timeout = { timeout: '2s' };
const to = { route: [{ destination: { host: 'cart' } }] };

interface State {
  readonly http?: readonly object[];
  readonly spec?: object;
  readonly port?: object;
  readonly client?: readonly string[];
  readonly annotations?: object;
}

const state = ({
  http = [],
  spec = {},
  port = {},
  client = ['web', 'istio-proxy'],
  annotations = {},
}: State) =>
  ({
    objects: {
      'virtualservices.networking.istio.io': [
        { metadata: { name: 'cart', namespace: 'shop' }, spec: { hosts: ['cart'], http, ...spec } },
      ],
      services: [
        {
          metadata: { name: 'cart', namespace: 'shop' },
          spec: { ports: [{ port: 80, name: 'http', ...port }] },
        },
      ],
      pods: [
        {
          metadata: { name: 'web-1', namespace: 'shop', annotations },
          spec: { containers: client.map((name) => ({ name })) },
        },
      ],
    },
  }) satisfies MemoryCluster;

describe('what a fault test shows', () => {
  const run = (one: State, facts: object = WEB) => answerOf('fault-routes', { ...facts }, state(one), SEEN);

  it.each<[string | undefined, State]>([
    ['retries-ignored', { http: [{ ...abort(50), ...retries, ...to }] }],
    ['timeout-ignored', { http: [{ ...delay, ...timeout, ...to }] }],
    ['no-fault', { http: [{ ...abort(0), ...retries, ...to }] }],
    ['no-fault', { http: [{ ...abort(50), ...retries, ...to }], client: ['web'] }],
    [undefined, { http: [{ ...abort(50), ...to }] }],
    [undefined, { http: [{ ...abort(50), retries: { attempts: 0 }, ...to }] }],
    [undefined, { http: [{ ...delay, timeout: '0s', ...to }] }],
    [undefined, { http: [{ ...delay, ...retries, ...to }] }],
    [
      undefined,
      {
        http: [
          { ...abort(50), ...to },
          { ...retries, ...to },
        ],
      },
    ],
    [undefined, { http: [{ ...retries, ...to }] }],
    [
      undefined,
      {
        http: [
          { ...abort(50), ...retries, ...to },
          { ...delay, ...timeout, ...to },
        ],
      },
    ],
  ])('%s: %j', async (expected, one) => {
    expect(await run(one)).toBe(expected);
  });

  it('leaves the rules of other services alone', async () => {
    const other = { hosts: ['pay'] };
    expect(await run({ http: [{ ...abort(50), ...retries, ...to }], spec: other })).toBeUndefined();
  });
});

describe('why a fault does not reach the caller', () => {
  const run = (one: State, facts: object = WEB) => answerOf('fault-routes', { ...facts }, state(one), WHY);
  const http = [{ ...abort(50), ...to }];

  it.each<[string | undefined, string, State, object?]>([
    ['no-sidecar', 'the caller has no proxy', { http, client: ['web'] }],
    ['gateway', 'the rule is for sidecars only', { http }, GATE],
    ['not-applied', 'the rule is for a gateway only', { http, spec: { gateways: ['istio-ingress/public'] } }],
    ['not-applied', 'no rule of this host has a fault', { http: [to] }],
    ['tcp-or-grpc', 'the port is TCP', { http, port: { name: 'tcp-cart' } }],
    ['headers', 'its share is zero', { http: [{ ...abort(0), ...to }] }],
    [
      undefined,
      'a proxy of ambient mode',
      { http, client: ['web'], annotations: { 'ambient.istio.io/redirection': 'enabled' } },
    ],
    [undefined, 'a rule for both', { http, spec: { gateways: ['mesh', 'istio-ingress/public'] } }, GATE],
    [undefined, 'nothing in the way', { http }],
    [undefined, 'a share that is not written', { http: [{ ...abort(), ...to }] }],
  ])('%s: %s', async (expected, _, one, facts) => {
    expect(await run(one, facts)).toBe(expected);
  });
});

it('reads no fault into broken objects', async () => {
  const names = [
    ['shop', 'cart'],
    ['shop', 'web-1'],
  ] as const;
  expect(await ask('fault-routes', WEB, { objects: brokenObjects(names) })).toEqual(['not-applied']);
});
