/** What one cluster can show of a mesh of several: istiod's view of the others, its own Services, network and policies. */
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../src/probe/probe.ts';
import { answerOf, ask, brokenObjects, type Objects } from './asking.ts';

const NOW = new Date('2026-11-20T10:00:00Z');
const CLOCK = { gitVersion: 'v1.31.0', date: NOW };
const CART = { namespace: 'shop', service: 'cart', 'client-namespace': 'web', 'client-pod': 'web-1' };
const istiod = (env: object[] = []) => ({
  metadata: { name: 'istiod-1', namespace: 'istio-system', labels: { app: 'istiod' } },
  spec: { containers: [{ name: 'discovery', env }] },
  status: { phase: 'Running' },
});
const brokenAll = (...names: (readonly [string, string])[]) => brokenObjects(names);

describe('remote-clusters', () => {
  const SEEN = ['none', 'not-synced', 'unhealthy', 'healthy'];
  const run = (lines: readonly string[], env: object[] = []) =>
    answerOf(
      'remote-clusters',
      {},
      {
        version: CLOCK,
        objects: { pods: [istiod(env)] },
        logs: { 'istio-system/istiod-1/discovery': lines.join('\n') },
      },
      SEEN,
    );
  const watch = (time: string, cluster = 'east', words = 'failed to list *v1.Pod: Unauthorized') =>
    `2026-11-20T${time}.000000Z\terror\twatch error in cluster ${cluster}: ${words}`;
  const unsynced = (time: string) =>
    `2026-11-20T${time}.000000Z\terror\tremote cluster east failed to sync after 30s`;

  it.each<[string, string[]]>([
    ['its watches fail again and again', [watch('09:58:00'), watch('09:58:40')]],
    ['it did not become ready in time', [unsynced('09:55:00')]],
  ])('says not-synced where %s', async (_, lines) => {
    expect(await run(lines)).toBe('not-synced');
  });

  it.each<[string, string[], object[]?]>([
    ['one failure', [watch('09:58:00')]],
    ['failures of an hour ago', [watch('08:58:00'), watch('08:58:40'), unsynced('08:58:00')]],
    ['watches that only ended', [watch('09:58:00', 'east', 'EOF'), watch('09:58:40', 'east', 'EOF')]],
    ['the cluster istiod runs in', [watch('09:58:00', 'Kubernetes'), watch('09:58:40', 'Kubernetes')]],
    [
      'that cluster under a name of its own',
      [watch('09:58:00', 'west'), watch('09:58:40', 'west')],
      [{ name: 'CLUSTER_ID', value: 'west' }],
    ],
    ['a quiet log', ['2026-11-20T09:58:00.000000Z\tinfo\tads\tPush']],
  ])('leaves %s to the person', async (_, lines, env) => {
    expect(await run(lines, env)).toBeUndefined();
  });

  it('reads nothing into broken objects', async () => {
    expect(await ask('remote-clusters', {}, { objects: brokenAll(['istio-system', 'istiod-1']) })).toEqual(
      [],
    );
  });
});

describe('shared-service', () => {
  const WHY = ['no-secret', 'no-service', 'versions', 'hidden'];
  const service = (annotations: object = {}) => ({
    metadata: { name: 'cart', namespace: 'shop', annotations },
    spec: { ports: [{ port: 80 }] },
  });
  const config = (mesh: string) => ({
    configmaps: [{ metadata: { name: 'istio', namespace: 'istio-system' }, data: { mesh } }],
  });
  const sidecar = (hosts: string[]) => ({
    'sidecars.networking.istio.io': [
      { metadata: { name: 'default', namespace: 'web' }, spec: { egress: [{ hosts }] } },
    ],
  });
  const run = (objects: Objects, facts: Facts = CART) =>
    answerOf(
      'shared-service',
      facts,
      {
        objects: {
          services: [service()],
          namespaces: [{ metadata: { name: 'shop', labels: { mesh: 'on' } } }],
          pods: [
            {
              metadata: { name: 'web-1', namespace: 'web' },
              spec: { containers: [{ name: 'web' }, { name: 'istio-proxy' }] },
            },
          ],
          ...config('accessLogFile: ""'),
          ...objects,
        },
      },
      WHY,
    );
  const selecting = (value: string) => config(`discoverySelectors:\n- matchLabels: { mesh: "${value}" }\n`);

  it.each<[string | undefined, string, Objects]>([
    ['no-service', 'it is not here', { services: [] }],
    ['hidden', 'istiod does not read its namespace', selecting('off')],
    [
      'hidden',
      'it is for its own namespace',
      { services: [service({ 'networking.istio.io/exportTo': '.' })] },
    ],
    ['hidden', 'the Sidecar of the caller leaves it out', sidecar(['./*', 'istio-system/*'])],
    [undefined, 'istiod reads its namespace', selecting('on')],
    [
      undefined,
      'it is for the caller',
      { services: [service({ 'networking.istio.io/exportTo': 'pay, web' })] },
    ],
    [undefined, 'the Sidecar lets it in', sidecar(['shop/*'])],
    [undefined, 'nothing hides it', {}],
  ])('%s where %s', async (expected, _, objects) => {
    expect(await run(objects)).toBe(expected);
  });

  it('does not guess who calls', async () => {
    const facts = { namespace: 'shop', service: 'cart' };
    expect(
      await run({ ...sidecar(['./*']), services: [service({ 'networking.istio.io/exportTo': '.' })] }, facts),
    ).toBeUndefined();
  });

  it('reads nothing into broken objects', async () => {
    const objects = brokenAll(['shop', 'cart'], ['web', 'web-1']);
    expect(await ask('shared-service', CART, { objects })).toEqual([]);
  });
});

describe('east-west-gateway', () => {
  const KIND = ['same-network', 'different', 'no-address', 'not-labelled'];
  const NETWORK = 'topology.istio.io/network';
  const gateway = (address?: string, over: object = {}) => ({
    metadata: { name: 'istio-eastwestgateway', namespace: 'istio-system', labels: { [NETWORK]: 'n1' } },
    spec: { type: 'LoadBalancer', selector: { istio: 'eastwestgateway' }, ...over },
    status: { loadBalancer: address ? { ingress: [{ ip: address }] } : {} },
  });
  const run = (services: object[], labels: object | undefined = { [NETWORK]: 'n1' }) =>
    answerOf(
      'east-west-gateway',
      {},
      {
        objects: {
          services,
          namespaces: [
            {
              metadata: {
                name: 'istio-system',
                labels: { 'kubernetes.io/metadata.name': 'istio-system', ...labels },
              },
            },
          ],
        },
      },
      KIND,
    );

  it('sees a gateway without an address', async () => {
    expect(await run([gateway()])).toBe('no-address');
    expect(await run([gateway('192.0.2.7')])).toBeUndefined();
    expect(await run([gateway(), gateway('192.0.2.7')])).toBeUndefined();
    expect(await run([gateway(undefined, { type: 'NodePort' })])).toBeUndefined();
  });

  it('sees a network without a name, where there is a gateway between networks', async () => {
    expect(await run([gateway('192.0.2.7')], {})).toBe('not-labelled');
    expect(await run([], {})).toBeUndefined();
  });

  it('reads nothing into broken objects', async () => {
    const objects = brokenAll(['istio-system', 'istio-eastwestgateway'], ['istio-system', 'istio-system']);
    expect(await ask('east-west-gateway', {}, { objects })).toEqual([]);
  });
});

describe('remote-control-plane', () => {
  const DIFFERS = ['missing', 'same-policies', 'remote', 'modes', 'versions'];
  const injector = (clientConfig: object) => ({
    metadata: { name: 'istio-sidecar-injector', labels: { app: 'sidecar-injector' } },
    webhooks: [{ name: 'namespace.sidecar-injector.istio.io', clientConfig }],
  });
  const byUrl = (host: string) => injector({ url: `https://${host}/inject/cluster/east/net/n1` });
  const byService = injector({ service: { name: 'istiod', namespace: 'istio-system' } });
  const service = (selector?: object) => ({
    metadata: { name: 'istiod', namespace: 'istio-system' },
    spec: { ports: [{ port: 15012 }], ...(selector ? { selector } : {}) },
  });
  const run = (webhook: object, more: Objects = {}) =>
    answerOf(
      'remote-control-plane',
      {},
      { objects: { 'mutatingwebhookconfigurations.admissionregistration.k8s.io': [webhook], ...more } },
      DIFFERS,
    );

  it('sees an injector in another cluster and no istiod in this one', async () => {
    expect(await run(byUrl('192.0.2.7:15017'))).toBe('remote');
    expect(await run(byService, { services: [service()] })).toBe('remote');
  });

  it.each<[string, object, Objects]>([
    ['an istiod of its own', byUrl('192.0.2.7:15017'), { pods: [istiod()] }],
    ['an istiod that is scaled down', byService, { 'deployments.apps': [istiod()], services: [service()] }],
    ['a Service with pods of its own', byService, { services: [service({ app: 'istiod' })] }],
    ['a Service that is not there', byService, {}],
    ["Google's control plane", byUrl('meshconfig.googleapis.com'), {}],
    ['no mesh at all', { metadata: { name: 'policy' }, webhooks: [] }, {}],
  ])('leaves %s to the person', async (_, webhook, more) => {
    expect(await run(webhook, more)).toBeUndefined();
  });

  it('reads nothing into broken objects', async () => {
    const objects = brokenAll(['istio-system', 'istio-sidecar-injector'], ['istio-system', 'istiod']);
    expect(await ask('remote-control-plane', {}, { objects })).toEqual([]);
  });
});
