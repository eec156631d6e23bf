/** Whether the proxy of a pod can count requests at all, as objects show it. */
import { describe, expect, it } from 'vitest';
import { ask, brokenObjects, type Objects } from './asking.ts';

const cart = (containers: readonly string[], more: object = {}) => ({
  metadata: { name: 'cart-1', namespace: 'shop', labels: { app: 'cart' }, ...more },
  spec: { containers: containers.map((name) => ({ name })) },
  status: { phase: 'Running' },
});
const meshed = cart(['app', 'istio-proxy']);
const telemetry = (metrics: readonly object[], namespace = 'shop', app?: string, name = 'metrics') => ({
  metadata: { name, namespace },
  spec: { metrics, ...(app ? { selector: { matchLabels: { app } } } : {}) },
});
const OFF = { providers: [{ name: 'prometheus' }], overrides: [{ disabled: true }] };
const ON = { providers: [{ name: 'prometheus' }] };
const override = (one: object) => ({ overrides: [one] });
const service = (port: object) => ({
  metadata: { name: 'cart', namespace: 'shop' },
  spec: { selector: { app: 'cart' }, ports: [{ port: 6379, ...port }] },
});

describe('metrics-exposed', () => {
  const run = (pod: object, telemetries: readonly object[] = [], more: Objects = {}) =>
    ask(
      'metrics-exposed',
      { namespace: 'shop', pod: 'cart-1', service: 'cart' },
      { objects: { pods: [pod], 'telemetries.telemetry.istio.io': telemetries, ...more } },
    );
  const off = ['none', 'switched-off'];

  it.each<[string[], string, object[]]>([
    [off, 'off for the mesh', [telemetry([OFF], 'istio-system')]],
    [off, 'off for the namespace', [telemetry([OFF])]],
    [
      off,
      'off for the pod, whatever the mesh says',
      [telemetry([ON], 'istio-system'), telemetry([OFF], 'shop', 'cart')],
    ],
    [
      off,
      'named in full',
      [
        telemetry([
          override({ disabled: true, match: { metric: 'ALL_METRICS', mode: 'CLIENT_AND_SERVER' } }),
        ]),
      ],
    ],
    [[], 'on again for the pod', [telemetry([OFF]), telemetry([ON], 'shop', 'cart')]],
    [[], 'off for another pod', [telemetry([OFF], 'shop', 'pay')]],
    [[], 'off in another namespace', [telemetry([OFF], 'bank')]],
    [[], 'one metric', [telemetry([override({ disabled: true, match: { metric: 'REQUEST_SIZE' } })])]],
    [[], 'one side', [telemetry([override({ disabled: true, match: { mode: 'CLIENT' } })])]],
    [[], 'another provider', [telemetry([{ ...OFF, providers: [{ name: 'otel' }] }])]],
    [[], 'only a tag', [telemetry([override({ tagOverrides: { x: { operation: 'REMOVE' } } })])]],
    [[], 'two for one scope', [telemetry([OFF]), telemetry([ON], 'shop', undefined, 'other')]],
    [[], 'none', []],
  ])('%j: %s', async (expected, _what, telemetries) => {
    expect(await run(meshed, telemetries)).toEqual(expected);
  });

  it('knows a pod without a proxy, and that ambient pods need none', async () => {
    expect(await run(cart(['app']))).toEqual(['no-sidecar']);
    expect(await run(cart(['app'], { annotations: { 'ambient.istio.io/redirection': 'enabled' } }))).toEqual(
      [],
    );
  });

  it('knows a port that is declared as bytes', async () => {
    expect(await run(meshed, [], { services: [service({ name: 'redis' })] })).toEqual(['not-http']);
    expect(await run(meshed, [], { services: [service({ name: 'http' })] })).toEqual([]);
  });

  it('reads nothing into other shapes', async () => {
    const objects = brokenObjects([['shop', 'cart-1']]);
    expect(await ask('metrics-exposed', { namespace: 'shop', pod: 'cart-1' }, { objects })).toEqual([]);
  });
});
