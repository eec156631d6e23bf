/** Each probe against recorded objects: the answer where the cluster shows it, none where it does not. */
import { afterEach, describe, expect, it } from 'vitest';
import type { ProbeReport } from '../../src/case/world.ts';
import { openLive } from '../../src/cluster/live.ts';
import { PROBES } from '../../src/probe/probes.ts';
import { runProbe } from '../../src/probe/run.ts';
import { type FakeCluster, fakeCluster } from '../cluster/server.ts';
import { shippedFolder } from '../project.ts';

let cluster: FakeCluster | undefined;
afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

type Facts = Record<string, string>;
async function look(
  probe: string,
  answers: readonly string[],
  facts: Facts,
  objects: Record<string, unknown>,
): Promise<ProbeReport> {
  cluster = await fakeCluster(
    Object.fromEntries(Object.entries(objects).map(([path, body]) => [path, { body }])),
  );
  const open = openLive({ kubeconfig: cluster.kubeconfig, context: undefined, env: {} });
  const request = { probe, flow: 'f', state: 's', answers, facts, signal: new AbortController().signal };
  return runProbe(request, async (signal) => open(signal));
}
const answer = (report: ProbeReport) =>
  report.kind === 'answer' ? report.answer : `${report.failure}: ${report.detail}`;

const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
const VALIDATING = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const injector = (over: object = {}) => ({
  metadata: {
    name: 'istio-sidecar-injector',
    labels: { app: 'sidecar-injector', 'istio.io/rev': 'default' },
  },
  webhooks: [
    {
      name: 'namespace.sidecar-injector.istio.io',
      namespaceSelector: {
        matchExpressions: [{ key: 'istio-injection', operator: 'In', values: ['enabled'] }],
      },
      objectSelector: {
        matchExpressions: [{ key: 'sidecar.istio.io/inject', operator: 'NotIn', values: ['false'] }],
      },
      failurePolicy: 'Fail',
      clientConfig: { caBundle: 'cm9vdA==', service: { name: 'istiod', namespace: 'istio-system' } },
      ...over,
    },
  ],
});
const namespace = (labels: Facts) => ({ metadata: { name: 'shop', labels } });

describe('injection-labels', () => {
  const answers = ['injected', 'no-label', 'pod-opt-out', 'namespace-off', 'no-webhook', 'several'];
  const state = (labels: Facts, webhooks: unknown[], pods: unknown[] = []) => ({
    '/api/v1/namespaces/shop': namespace(labels),
    [WEBHOOKS]: { items: webhooks },
    '/api/v1/namespaces/shop/pods': { items: pods },
  });
  it.each([
    ['injected', { 'istio-injection': 'enabled' }, [injector()]],
    ['no-label', {}, [injector()]],
    ['namespace-off', { 'istio-injection': 'disabled' }, [injector()]],
    ['no-webhook', { 'istio-injection': 'enabled' }, []],
    [
      'several',
      { 'istio-injection': 'enabled' },
      [injector(), { ...injector(), metadata: { name: 'istio-revision-tag-default' } }],
    ],
  ])('%s', async (expected, labels, webhooks) => {
    expect(
      answer(
        await look('injection-labels', answers, { namespace: 'shop' }, state(labels as Facts, webhooks)),
      ),
    ).toBe(expected);
  });

  it('sees the opt-out of the pod', async () => {
    const pod = {
      metadata: {
        name: 'cart-1',
        namespace: 'shop',
        labels: { app: 'cart', 'sidecar.istio.io/inject': 'false' },
      },
    };
    const report = await look(
      'injection-labels',
      answers,
      { namespace: 'shop', app: 'cart' },
      state({ 'istio-injection': 'enabled' }, [injector()], [pod]),
    );
    expect(answer(report)).toBe('pod-opt-out');
    expect(report.evidence.map(({ value }) => value)).toContain('false');
  });

  it('asks for the namespace it needs', async () => {
    expect(answer(await look('injection-labels', answers, {}, {}))).toBe('missing-fact: namespace');
  });
});

describe('webhooks', () => {
  it('finds an empty CA bundle', async () => {
    const objects = {
      [WEBHOOKS]: {
        items: [injector({ clientConfig: { service: { name: 'istiod', namespace: 'istio-system' } } })],
      },
      [VALIDATING]: { items: [] },
    };
    expect(answer(await look('webhook-ca-bundle', ['empty', 'differs', 'same'], {}, objects))).toBe('empty');
  });

  it('compares the bundle with the root of the mesh', async () => {
    const objects = {
      [WEBHOOKS]: { items: [injector()] },
      [VALIDATING]: { items: [] },
      '/api/v1/namespaces/istio-system/configmaps/istio-ca-root-cert': {
        data: { 'root-cert.pem': 'another root' },
      },
    };
    expect(answer(await look('webhook-ca-bundle', ['empty', 'differs', 'same'], {}, objects))).toBe(
      'differs',
    );
  });

  it.each([
    ['has-addresses', [{ addresses: ['10.0.0.1'], conditions: { ready: true } }]],
    ['no-addresses', []],
  ])('%s', async (expected, endpoints) => {
    const objects = {
      [WEBHOOKS]: { items: [injector()] },
      [VALIDATING]: { items: [] },
      '/api/v1/namespaces/istio-system/services/istiod': { metadata: { name: 'istiod' } },
      '/apis/discovery.k8s.io/v1/namespaces/istio-system/endpointslices': { items: [{ endpoints }] },
    };
    expect(
      answer(await look('webhook-service', ['has-addresses', 'no-addresses', 'other-revision'], {}, objects)),
    ).toBe(expected);
  });
});

describe('gateway-kinds', () => {
  const groups = (...names: string[]) => ({
    groups: names.map((name) => ({ name, versions: [{ version: 'v1' }] })),
  });
  it.each([
    ['several', ['networking.istio.io', 'gateway.networking.k8s.io']],
    ['istio-only', ['networking.istio.io']],
    ['gateway-api-only', ['gateway.networking.k8s.io']],
    ['none', []],
  ])('%s', async (expected, served) => {
    const objects = { '/apis': groups(...served) };
    const answers = ['several', 'istio-only', 'gateway-api-only', 'none'];
    expect(answer(await look('gateway-kinds', answers, {}, objects))).toBe(expected);
  });
});

describe('proxy-start-order', () => {
  const at = (second: number) => ({ running: { startedAt: `2026-11-20T03:00:0${second}Z` } });
  const pod = (app: number, proxy: number, extra: object = {}) => ({
    metadata: { name: 'cart-1', namespace: 'shop', labels: { app: 'cart' } },
    spec: { containers: [{ name: 'cart' }, { name: 'istio-proxy', ...extra }] },
    status: {
      containerStatuses: [
        { name: 'cart', ready: true, restartCount: 0, state: at(app) },
        { name: 'istio-proxy', ready: true, restartCount: 0, state: at(proxy) },
      ],
    },
  });
  const answers = ['app-first', 'proxy-late', 'held', 'native', 'after-ready'];
  const run = (one: object) =>
    look(
      'proxy-start-order',
      answers,
      { namespace: 'shop', app: 'cart' },
      { '/api/v1/namespaces/shop/pods': { items: [one] } },
    );

  it('sees that the application was first', async () => {
    expect(answer(await run(pod(1, 3)))).toBe('app-first');
  });

  it('sees that the application is held', async () => {
    const hook = { lifecycle: { postStart: { exec: { command: ['pilot-agent', 'wait'] } } } };
    expect(answer(await run(pod(3, 1, hook)))).toBe('held');
  });

  it('says that what it saw decides nothing', async () => {
    expect(answer(await run(pod(3, 1)))).toMatch(/^ambiguous: pod\/cart-1/);
  });
});

describe('failures', () => {
  it('forbidden falls back to asking, with the reason', async () => {
    cluster = await fakeCluster({
      '/api/v1/namespaces/shop': { status: 403, body: { message: 'namespaces "shop" is forbidden' } },
    });
    const open = openLive({ kubeconfig: cluster.kubeconfig, context: undefined, env: {} });
    const request = {
      probe: 'injection-labels',
      flow: 'f',
      state: 's',
      answers: ['injected'],
      facts: { namespace: 'shop' },
      signal: new AbortController().signal,
    };
    const report = await runProbe(request, async (signal) => open(signal));
    expect(report).toMatchObject({
      kind: 'failure',
      failure: 'forbidden',
      detail: expect.stringContaining('is forbidden'),
    });
  });
});

describe('the probes of the flows', () => {
  const steps = [...shippedFolder.flows].flatMap(([flow, file]) =>
    Object.entries(file.states).flatMap(([state, data]) =>
      'probe' in data && data.probe
        ? [{ at: `${flow}/${state}`, probe: data.probe, on: Object.keys(data.on) }]
        : [],
    ),
  );
  it.each(steps)('$probe can give an answer of $at', ({ probe, on }) => {
    expect(PROBES[probe]?.answers.filter((one) => on.includes(one)).length).toBeGreaterThan(0);
  });
});
