/** What proxy-status would say of a pod, as far as objects and its proxy's log show it. */
import { describe, expect, it } from 'vitest';
import { ask, brokenObjects, type Objects } from './asking.ts';

const cart = (containers: readonly string[], annotations: object = {}) => ({
  metadata: { name: 'cart-1', namespace: 'shop', annotations },
  spec: { containers: containers.map((name) => ({ name })) },
  status: { phase: 'Running' },
});
const meshed = cart(['app', 'istio-proxy']);
const deployment = (namespace = 'istio-system', replicas = 1) => ({
  metadata: { name: 'istiod', namespace, labels: { app: 'istiod' } },
  spec: { replicas },
});
const istiod = (state: object | undefined, name = 'istiod-1') => ({
  metadata: { name, namespace: 'istio-system', labels: { app: 'istiod' } },
  status: { phase: 'Running', containerStatuses: [{ name: 'discovery', ...(state ? { state } : {}) }] },
});
const CRASHED = { waiting: { reason: 'CrashLoopBackOff' } };
const RUNS = { running: { startedAt: '2026-11-20T08:00:00Z' } };
const REJECTED =
  '2026-11-20T08:14:03Z\twarning\tenvoy config\tgRPC config for type.googleapis.com/x.v3.Listener rejected: bad';

describe('sync-state', () => {
  const run = (pods: readonly object[], log = '', deployments: readonly object[] = [deployment()]) => {
    const objects: Objects = { pods, 'deployments.apps': deployments };
    const version = { gitVersion: 'v1.33.1', date: new Date('2026-11-20T08:20:00Z') };
    const logs = { 'shop/cart-1/istio-proxy': log };
    return ask('sync-state', { namespace: 'shop', pod: 'cart-1' }, { objects, logs, version });
  };

  it.each<[string[], string, object[]]>([
    [['no-answer'], 'istiod crashes', [meshed, istiod(CRASHED)]],
    [['no-answer'], 'istiod has no pod', [meshed]],
    [[], 'one of two runs', [meshed, istiod(CRASHED), istiod(RUNS, 'istiod-2')]],
    [[], 'a state that is not known', [meshed, istiod(undefined)]],
    [['not-listed'], 'a pod without a proxy', [cart(['app']), istiod(RUNS)]],
    [[], 'an ambient pod', [cart(['app'], { 'ambient.istio.io/redirection': 'enabled' }), istiod(RUNS)]],
  ])('%j: %s', async (expected, _what, pods) => {
    expect(await run(pods)).toEqual(expected);
  });

  it('hears a refusal from the proxy, and no answer for a mesh run from elsewhere', async () => {
    expect(await run([meshed, istiod(RUNS)], REJECTED)).toEqual(['rejected']);
    expect(await run([meshed], '', [])).toEqual([]);
    expect(await run([meshed], '', [deployment('istio-system', 0)])).toEqual([]);
    expect(await run([meshed], '', [deployment('other')])).toEqual([]);
  });

  it('reads nothing into other shapes', async () => {
    const objects = brokenObjects([['shop', 'cart-1']]);
    expect(await ask('sync-state', { namespace: 'shop', pod: 'cart-1' }, { objects })).toEqual([]);
  });
});
