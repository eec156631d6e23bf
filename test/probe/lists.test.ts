/** The lists a person picks facts from: what stands in them, where they are read, how they fail. */
import { describe, expect, it } from 'vitest';
import type { ClusterReader } from '../../src/cluster/reader.ts';
import { LookError } from '../../src/cluster/reader.ts';
import { firstToPick, isListed, type ListedFact, readsOfLists } from '../../src/probe/fact-lists.ts';
import type { Facts } from '../../src/probe/probe.ts';
import { runList } from '../../src/probe/run-list.ts';
import { type MemoryCluster, memoryReader } from './memory-reader.ts';

const object = (name: unknown, namespace?: string, rest: object = {}, labels: object = {}) => ({
  ...rest,
  metadata: { name, ...(namespace ? { namespace } : {}), labels },
});

const list = (fact: ListedFact, facts: Facts, cluster: MemoryCluster) =>
  runList({ fact, facts, signal: new AbortController().signal }, async () => memoryReader(cluster));

const shown = async (fact: ListedFact, facts: Facts, cluster: MemoryCluster) => {
  const report = await list(fact, facts, cluster);
  if (report.kind === 'failure') throw new Error(report.detail);
  return report.options.map(({ value, trait }) => `${value} ${trait}`.trim());
};

describe('the list of a fact', () => {
  it('names the namespaces in order, each with what decides about the mesh', async () => {
    const namespaces = [
      object('shop', undefined, {}, { 'istio-injection': 'enabled', team: 'a' }),
      object('bank', undefined, {}, { 'istio.io/rev': '1-27' }),
      object('default'),
    ];
    expect(await shown('namespace', {}, { objects: { namespaces } })).toEqual([
      'bank istio.io/rev=1-27',
      'default',
      'shop istio-injection=enabled',
    ]);
  });

  it('holds the pods of the namespace, and those of the caller for the caller', async () => {
    const spec = { containers: [{ name: 'app' }, { name: 'istio-proxy' }] };
    const waits = { ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } } };
    const pods = [
      object('cart-1', 'shop', {
        spec,
        status: { phase: 'Running', containerStatuses: [{ ready: true }, { ready: true }] },
      }),
      object('cart-2', 'shop', {
        spec,
        status: { phase: 'Running', containerStatuses: [{ ready: true }, waits] },
      }),
      object('web-1', 'front', { spec, status: { phase: 'Pending' } }),
    ];
    const facts = { namespace: 'shop', 'client-namespace': 'front' };
    expect(await shown('pod', facts, { objects: { pods } })).toEqual([
      'cart-1 2/2 Running',
      'cart-2 1/2 CrashLoopBackOff',
    ]);
    expect(await shown('client-pod', facts, { objects: { pods } })).toEqual(['web-1 0/2 Pending']);
  });

  it('counts the native sidecar among the containers, as kubectl does', async () => {
    const pods = [
      object('cart-1', 'shop', {
        spec: {
          initContainers: [{ name: 'init' }, { name: 'istio-proxy', restartPolicy: 'Always' }],
          containers: [{ name: 'app' }],
        },
        status: {
          phase: 'Running',
          initContainerStatuses: [
            { name: 'init', ready: true },
            { name: 'istio-proxy', ready: true },
          ],
          containerStatuses: [{ name: 'app', ready: false }],
        },
      }),
    ];
    expect(await shown('pod', { namespace: 'shop' }, { objects: { pods } })).toEqual(['cart-1 1/2 Running']);
  });

  it('shows Deployments with their ready pods and Services with their ports', async () => {
    const objects = {
      'deployments.apps': [
        object('cart', 'shop', { spec: { replicas: 3 }, status: { readyReplicas: 1 } }),
        object('idle', 'shop', { spec: { replicas: 0 } }),
      ],
      services: [
        object('cart', 'shop', { spec: { type: 'ClusterIP', ports: [{ port: 80 }, { port: 9090 }] } }),
      ],
    };
    expect(await shown('workload', { namespace: 'shop' }, { objects })).toEqual(['cart 1/3', 'idle 0/0']);
    expect(await shown('service', { namespace: 'shop' }, { objects })).toEqual(['cart ClusterIP 80,9090']);
  });

  it('finds gateways by what their pods are, wherever they lie, and learns their namespace with them', async () => {
    const run = (name: string, namespace: string, labels: object, annotations: object = {}) =>
      object(name, namespace, { spec: { replicas: 1, template: { metadata: { labels, annotations } } } });
    const deployments = [
      run('istio-ingressgateway', 'istio-system', { istio: 'ingressgateway' }),
      run('edge', 'edge', { app: 'edge', istio: 'edge' }, { 'inject.istio.io/templates': 'gateway' }),
      run('web-istio', 'shop', { 'gateway.networking.k8s.io/gateway-name': 'web' }),
      run('waypoint', 'shop', {
        'gateway.networking.k8s.io/gateway-name': 'waypoint',
        'gateway.istio.io/managed': 'istio.io-mesh-controller',
      }),
      run('cart', 'shop', { app: 'cart' }),
    ];
    const cluster = { objects: { 'deployments.apps': deployments } };
    const report = await list('gateway', {}, cluster);
    expect(report).toMatchObject({
      kind: 'options',
      options: [
        { value: 'edge', facts: { 'gateway-namespace': 'edge' } },
        { value: 'istio-ingressgateway', facts: { 'gateway-namespace': 'istio-system' } },
        { value: 'web-istio', facts: { 'gateway-namespace': 'shop' } },
      ],
    });
    expect(await shown('gateway', { 'gateway-namespace': 'edge' }, cluster)).toEqual(['edge edge 0/1']);
  });

  it('is read for its namespace first where that is not known', () => {
    const knows =
      (...names: string[]) =>
      (name: string) =>
        names.includes(name);
    expect(firstToPick('pod', knows())).toBe('namespace');
    expect(firstToPick('pod', knows('namespace'))).toBe('pod');
    expect(firstToPick('client-pod', knows('namespace'))).toBe('client-namespace');
    expect(firstToPick('gateway', knows())).toBe('gateway');
    expect(isListed('url')).toBe(false);
    expect(isListed('toString')).toBe(false);
  });

  it('leaves out what is no name of Kubernetes, and cleans what stands beside a name', async () => {
    const namespaces = [
      object('\u001b[2Jevil'),
      object('a b'),
      object(7),
      object(undefined),
      {},
      object('ok', undefined, {}, { 'istio.io/rev': 'x\u001b[31m\u202e' }),
    ];
    const [only, ...rest] = await shown('namespace', {}, { objects: { namespaces } });
    expect(rest).toEqual([]);
    expect(only).toMatch(/^ok istio\.io\/rev=x/);
    expect(only).not.toMatch(/[\u001b\u202e]/);
  });

  it.each(['forbidden', 'unreachable', 'not-collected', 'failed'] as const)(
    'says why it is not there: %s',
    async (failure) => {
      const report = await list('namespace', {}, { failures: { namespaces: failure } });
      expect(report).toEqual({ kind: 'failure', failure, detail: `GET namespaces: ${failure}` });
    },
  );

  it('gives up when the time is over, and says that it was the time', async () => {
    const never = (signal: AbortSignal) =>
      new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(new LookError('cancelled', 'GET /api/v1/namespaces'))),
      );
    const open = async (signal: AbortSignal) => ({ list: () => never(signal) }) as unknown as ClusterReader;
    const { signal } = new AbortController();
    expect(await runList({ fact: 'namespace', facts: {}, signal }, open, 1)).toMatchObject({
      kind: 'failure',
      failure: 'timed-out',
    });
  });

  it('stops when it is cancelled', async () => {
    const stop = new AbortController();
    const open = async (signal: AbortSignal): Promise<ClusterReader> => {
      stop.abort();
      throw new LookError(signal.aborted ? 'cancelled' : 'failed', '');
    };
    const report = await runList({ fact: 'namespace', facts: {}, signal: stop.signal }, open);
    expect(report).toMatchObject({ kind: 'failure', failure: 'cancelled' });
  });

  it('reads nothing that it did not declare', async () => {
    const asked: string[] = [];
    const reader = memoryReader({});
    const open = async () => ({
      ...reader,
      list: async (...args: Parameters<ClusterReader['list']>) => {
        asked.push(args[0]);
        return reader.list(...args);
      },
    });
    for (const fact of ['namespace', 'pod', 'workload', 'service', 'gateway'] as const)
      await runList({ fact, facts: { namespace: 'shop' }, signal: new AbortController().signal }, open);
    expect([...new Set(asked)].sort()).toEqual([...readsOfLists()].sort());
  });
});
