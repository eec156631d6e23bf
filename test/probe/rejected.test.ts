/** Whether Envoy refuses the configuration, and with which reason, by its own log or by what it told istiod. */
import { describe, expect, it } from 'vitest';
import { ask, brokenObjects } from './asking.ts';

const meta = (name: string, namespace: string, labels: object = {}) => ({
  metadata: { name, namespace, labels },
  status: { phase: 'Running' },
});
const cart = { ...meta('cart-1', 'shop'), spec: { containers: [{ name: 'app' }, { name: 'istio-proxy' }] } };
const istiod = meta('istiod-1', 'istio-system', { app: 'istiod' });
const filter = (namespace: string) => ({ ...meta('lua', namespace), spec: {} });
const NOW = { gitVersion: 'v1.33.1', date: new Date('2026-11-20T08:20:00Z') };
const LISTENER = 'type.googleapis.com/envoy.config.listener.v3.Listener';
const refusal = (why: string, time = '08:14:03', by = 'delta') =>
  `2026-11-20T${time}.551207Z\twarning\tenvoy config\t${by} config for ${LISTENER} rejected: Error adding/updating listener(s) 0.0.0.0_8443: ${why}`;
const nack = (proxy: string, why = 'bad', time = '08:14:03') =>
  `2026-11-20T${time}.551207Z\twarn\tdelta\tADS:LDS: ACK ERROR ${proxy}-12 Internal:Error adding/updating listener(s) virtualInbound: ${why}`;
const FOO = "Didn't find a registered implementation for 'envoy.filters.http.foo'";

interface Parts {
  readonly proxy?: readonly string[];
  readonly istiod?: readonly string[];
  readonly filters?: readonly object[];
  readonly namespace?: string;
}

describe('rejected-config', () => {
  const run = ({ proxy = [], istiod: control = [], filters = [], namespace = 'shop' }: Parts) =>
    ask(
      'rejected-config',
      { namespace, pod: 'cart-1' },
      {
        objects: { pods: [cart, istiod], 'envoyfilters.networking.istio.io': filters },
        logs: {
          'shop/cart-1/istio-proxy': proxy.join('\n'),
          'istio-system/istiod-1/discovery': control.join('\n'),
        },
        version: NOW,
      },
    );

  it.each<[string[], string, Parts]>([
    [['envoy', 'envoyfilter'], 'an EnvoyFilter', { proxy: [refusal(FOO)], filters: [filter('shop')] }],
    [
      ['envoy', 'envoyfilter'],
      'one of the mesh',
      { proxy: [refusal(FOO)], filters: [filter('istio-system')] },
    ],
    [['envoy'], 'none that applies here', { proxy: [refusal(FOO)], filters: [filter('bank')] }],
    [
      ['envoy', 'conflict'],
      'a conflict',
      { proxy: [refusal('multiple filter chains with the same matching rules are defined')] },
    ],
    [
      ['envoy', 'certificate'],
      'a key',
      { proxy: [refusal('Failed to load private key from <inline>', '08:14:03', 'gRPC')] },
    ],
    [['envoy'], 'another reason', { proxy: [refusal('no such cluster')] }],
    [
      ['envoy', 'nack', 'conflict'],
      'what istiod heard',
      { istiod: [nack('cart-1.shop', 'duplicate listener')] },
    ],
    [[], 'a proxy of another namespace', { istiod: [nack('pay-1.bank')] }],
    [
      ['envoy', 'nack'],
      'any, asked for the mesh',
      { istiod: [nack('pay-1.bank')], namespace: 'istio-system' },
    ],
    [
      [],
      'a refusal of hours ago',
      { proxy: [refusal(FOO, '05:14:03')], istiod: [nack('cart-1.shop', 'x', '05:14:03')] },
    ],
    [[], 'quiet logs', {}],
  ])('%j: %s', async (expected, _what, parts) => {
    expect(await run(parts)).toEqual(expected);
  });

  it('reads nothing into other shapes', async () => {
    const objects = brokenObjects([['shop', 'cart-1']]);
    const logs = { 'istio-system//discovery': 'x', 'shop/cart-1/istio-proxy': refusal(FOO) };
    expect(await ask('rejected-config', { namespace: 'shop', pod: 'cart-1' }, { objects, logs })).toEqual([]);
  });
});
