/** Probes of the control plane, its surroundings and the cluster's own parts: each answer where the cluster shows it. */
import { describe, expect, it } from 'vitest';
import { RESOURCES } from '../../src/cluster/resources.ts';
import { PROBES } from '../../src/probe/probes.ts';
import { ask, BROKEN, pod } from './ask.ts';

const meta = (name: string, namespace?: string, more: object = {}) => ({
  metadata: { name, ...(namespace ? { namespace } : {}), ...more },
});
const istiodIn = (namespace: string, name = 'istiod', more: object = {}) => ({
  ...meta(name, namespace, { labels: { app: 'istiod' } }),
  ...more,
});

describe('platform', () => {
  const all = ['self', 'aks', 'gke'];
  const groups = { 'mesh.cloud.google.com': ['v1beta1'] };
  const google = [meta('asm-managed', 'istio-system')];
  const run = (answers: readonly string[], objects: object, served = {}, facts = {}) =>
    ask('platform', answers, facts, { objects, groups: served });

  it.each([
    ['self', { 'deployments.apps': [istiodIn('istio-system')] }, {}],
    [
      'aks',
      {
        namespaces: [meta('aks-istio-system')],
        'deployments.apps': [istiodIn('aks-istio-system', 'istiod-asm-1-27')],
      },
      {},
    ],
    ['gke', { 'controlplanerevisions.mesh.cloud.google.com': google }, groups],
    // Google's kinds without an object of theirs, and nothing at all, tell nothing.
    ['ambiguous', {}, groups],
    ['ambiguous', {}, {}],
    // A migration: the person knows which of the two is meant.
    [
      'ambiguous',
      { namespaces: [meta('aks-istio-system')], 'deployments.apps': [istiodIn('istio-system')] },
      {},
    ],
  ])('%s', async (expected, objects, served) => {
    expect(await run(all, objects, served)).toBe(expected);
    const managed = ['aks', 'gke'].includes(expected) ? 'managed' : expected;
    expect(await run(['self', 'managed'], objects, served)).toBe(managed);
  });

  it('sees an istiod of ours in another namespace than the one of the case', async () => {
    const objects = { 'deployments.apps': [istiodIn('istio-control')] };
    const answers = ['self', 'elsewhere', 'aks', 'gke'];
    expect(await run(answers, objects)).toBe('elsewhere');
    expect(await run(answers, objects, {}, { 'istio-namespace': 'istio-control' })).toBe('self');
  });
});

describe('entry-load-balancer', () => {
  const entry = (type = 'LoadBalancer') => ({
    ...meta('istio-ingressgateway', 'istio-system'),
    spec: { type, selector: { istio: 'ingressgateway' } },
    status: { loadBalancer: { ingress: [{ ip: '20.1.2.3' }] } },
  });
  const node = (providerID: string) => ({ ...meta('node-1'), spec: { providerID } });
  const ingress = (name: string, annotations: object, spec: object = {}) => ({
    ...meta('web', 'istio-system', { annotations }),
    spec: { rules: [{ http: { paths: [{ backend: { service: { name } } }] } }], ...spec },
  });
  const gce = { 'kubernetes.io/ingress.class': 'gce' };
  const gateway = (gatewayClassName: string) => ({ ...meta('front', 'edge'), spec: { gatewayClassName } });
  const route = (name: string) => ({
    ...meta('to-mesh', 'istio-system'),
    spec: { parentRefs: [{ name: 'front', namespace: 'edge' }], rules: [{ backendRefs: [{ name }] }] },
  });
  const behind = (className: string, name = 'istio-ingressgateway') => ({
    services: [entry('ClusterIP')],
    'gateways.gateway.networking.k8s.io': [gateway(className)],
    'httproutes.gateway.networking.k8s.io': [route(name)],
  });

  it.each<[string, object]>([
    ['aks-lb', { services: [entry()], nodes: [node('azure:///subscriptions/0/vm/0')] }],
    ['ambiguous', { services: [entry('ClusterIP')], nodes: [node('azure:///subscriptions/0/vm/0')] }],
    ['ambiguous', { services: [entry()], nodes: [node('gce://p/z/n')] }],
    [
      'gke-lb',
      {
        services: [entry('ClusterIP')],
        'ingresses.networking.k8s.io': [ingress('istio-ingressgateway', gce)],
      },
    ],
    [
      'gke-lb',
      {
        services: [entry('ClusterIP')],
        'ingresses.networking.k8s.io': [
          ingress(
            'other',
            {},
            {
              ingressClassName: 'gce-internal',
              defaultBackend: { service: { name: 'istio-ingressgateway' } },
            },
          ),
        ],
      },
    ],
    [
      'ambiguous',
      { services: [entry('ClusterIP')], 'ingresses.networking.k8s.io': [ingress('legacy', gce)] },
    ],
    [
      'ambiguous',
      {
        services: [entry()],
        'ingresses.networking.k8s.io': [
          ingress('istio-ingressgateway', { 'kubernetes.io/ingress.class': 'nginx' }),
        ],
      },
    ],
    ['gke-lb', behind('gke-l7-global-external-managed')],
    ['ambiguous', behind('gke-l7-global-external-managed', 'legacy')],
    ['ambiguous', behind('istio')],
  ])('%s', async (expected, objects) => {
    const groups = { 'gateway.networking.k8s.io': ['v1'] };
    expect(await ask('entry-load-balancer', ['gke-lb', 'aks-lb', 'client'], {}, { objects, groups })).toBe(
      expected,
    );
  });
});

describe('webhook-network', () => {
  const istiod = pod({ name: 'istiod-1', namespace: 'istio-system', labels: { app: 'istiod' } });
  const policy = (ingress: unknown, podSelector: object = {}, more: object = {}) => ({
    ...meta('istiod', 'istio-system'),
    spec: { podSelector, policyTypes: ['Ingress'], ingress, ...more },
  });
  const node = (providerID: string, ...types: string[]) => ({
    ...meta('node-1'),
    spec: { providerID },
    status: { addresses: types.map((type) => ({ type, address: '10.0.0.1' })) },
  });
  const run = (policies: readonly object[], nodes: readonly object[] = []) =>
    ask(
      'webhook-network',
      ['network-policy', 'gke-private', 'eks', 'overlay', 'other'],
      {},
      {
        objects: { pods: [istiod], 'networkpolicies.networking.k8s.io': policies, nodes },
      },
    );
  const xds = [{ ports: [{ port: 15012 }] }];

  it.each<[string, object[]]>([
    ['network-policy', [policy(xds)]],
    ['network-policy', [policy([], {}, { policyTypes: undefined })]],
    ['network-policy', [policy([{ ports: [{ port: 15017, protocol: 'UDP' }] }])]],
    // Policies add up: one that has the port is enough.
    ['ambiguous', [policy(xds), policy([{ ports: [{ port: 15017 }] }])]],
    ['ambiguous', [policy([{ ports: [{ port: 15010, endPort: 15017 }] }])]],
    ['ambiguous', [policy([{ ports: [{ port: 'https-webhook' }] }])]],
    ['ambiguous', [policy([{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }])]],
    ['ambiguous', [policy(xds, { matchLabels: { app: 'grafana' } })]],
    ['ambiguous', [policy(xds, {}, { policyTypes: ['Egress'] })]],
  ])('%s, by the policies on istiod', async (expected, policies) => {
    expect(await run(policies)).toBe(expected);
  });

  it.each([
    ['gke-private', node('gce://p/z/n', 'InternalIP', 'Hostname')],
    ['ambiguous', node('gce://p/z/n', 'InternalIP', 'ExternalIP')],
    ['eks', node('aws:///eu-central-1a/i-0f', 'InternalIP')],
    ['ambiguous', node('azure:///subscriptions/0', 'InternalIP')],
  ])('%s, by the nodes', async (expected, one) => {
    expect(await run([], [one])).toBe(expected);
    expect(await run([policy(xds)], [one])).toBe('network-policy');
  });
});

const PROBE_NAMES = ['platform', 'entry-load-balancer', 'webhook-network'];

describe('objects with missing or wrong fields', () => {
  it.each(PROBE_NAMES)('%s neither fails on them nor reads anything into them', async (name) => {
    const objects = Object.fromEntries(Object.keys(RESOURCES).map((id) => [id, BROKEN]));
    const facts = { namespace: 'shop', pod: 'cart-1', gateway: 'cart-1', 'istio-namespace': 'shop' };
    const groups = { 'gateway.networking.k8s.io': ['v1'], 'mesh.cloud.google.com': ['v1'] };
    expect(await ask(name, PROBES[name]!.answers, facts, { objects, groups })).toBe('ambiguous');
  });
});
