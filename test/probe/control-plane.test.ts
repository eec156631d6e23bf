/** Probes of the control plane, its surroundings and the cluster's own parts: each answer where the cluster shows it. */
import { describe, expect, it } from 'vitest';
import { RESOURCES } from '../../src/cluster/resources.ts';
import { PROBES } from '../../src/probe/probes.ts';
import { ask, BROKEN, pod } from './ask.ts';
import { memoryReader } from './memory-reader.ts';

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

/** An istiod of a revision, as its chart deploys it. */
const istiodOf = (revision: string, image: string, replicas = 2) => {
  const name = revision === 'default' ? 'istiod' : `istiod-${revision}`;
  return {
    ...meta(name, 'istio-system', { labels: { app: 'istiod', 'istio.io/rev': revision } }),
    spec: { replicas, template: { spec: { containers: [{ name: 'discovery', image }] } } },
  };
};
const pilot = (version: string) => `docker.io/istio/pilot:${version}`;
const injector = (revision: string, selector: object, tag?: string) => ({
  ...meta(tag ? `istio-revision-tag-${tag}` : `istio-sidecar-injector-${revision}`, undefined, {
    labels: { app: 'sidecar-injector', 'istio.io/rev': revision, ...(tag ? { 'istio.io/tag': tag } : {}) },
  }),
  webhooks: [
    {
      name: 'rev.namespace.sidecar-injector.istio.io',
      namespaceSelector: { matchLabels: selector },
      clientConfig: { service: { name: `istiod-${revision}`, namespace: 'istio-system' } },
    },
  ],
});
const INJECTORS = 'mutatingwebhookconfigurations.admissionregistration.k8s.io';

describe('mesh-versions', () => {
  const answers = ['proxies-old', 'two-istiods', 'client-other', 'too-far', 'same'];
  const sidecar = (image: string, more: object = {}) =>
    pod({ name: image, containers: [{ name: 'istio-proxy', image }], ...more });
  const native = (image: string) =>
    pod({ name: image, inits: [{ name: 'istio-proxy', image, restartPolicy: 'Always' }] });
  const proxyOf = (version: string) => `docker.io/istio/proxyv2:${version}`;
  const run = (istiods: readonly object[], pods: readonly object[]) =>
    ask('mesh-versions', answers, {}, { objects: { 'deployments.apps': istiods, pods } });
  const now = istiodOf('default', pilot('1.28.1'));

  it.each<[string, object[], object[]]>([
    [
      'same',
      [now],
      [sidecar(proxyOf('1.28.1')), native(proxyOf('1.28.1-distroless')), pod({ name: 'bare' })],
    ],
    ['proxies-old', [now], [sidecar(proxyOf('1.28.1')), native(proxyOf('1.27.4'))]],
    ['too-far', [now], [sidecar(proxyOf('1.25.0')), sidecar(proxyOf('1.27.4'))]],
    ['two-istiods', [now, istiodOf('1-29', pilot('1.29.0'))], []],
    // The old revision scaled to zero is no second istiod.
    ['same', [now, istiodOf('1-27', pilot('1.27.4'), 0)], [sidecar(proxyOf('1.28.1'))]],
    ['ambiguous', [now], [sidecar(proxyOf('1.28.1')), sidecar('registry.corp/proxy@sha256:0f3b')]],
    ['ambiguous', [istiodOf('default', 'registry.corp/pilot:main')], [sidecar(proxyOf('1.27.4'))]],
    ['ambiguous', [now], [sidecar(proxyOf('1.29.0'))]],
    ['ambiguous', [now], [sidecar(proxyOf('1.27.0'), { status: { phase: 'Succeeded' } })]],
    ['ambiguous', [], [sidecar(proxyOf('1.27.0'))]],
  ])('%s', async (expected, istiods, pods) => {
    expect(await run(istiods, pods)).toBe(expected);
  });
});

describe('discovery-target', () => {
  const answers = ['no-sidecar', 'not-ready', 'wrong-revision', 'other-cluster'];
  const meshed = (revision: string, ready: boolean) =>
    pod({
      annotations: { 'istio.io/rev': revision },
      containers: [{ name: 'cart' }, { name: 'istio-proxy' }],
      status: { containerStatuses: [{ name: 'istio-proxy', ready }] },
    });
  const istiods = [istiodOf('1-28', pilot('1.28.1'))];
  it.each<[string, object, object[]]>([
    ['no-sidecar', pod(), istiods],
    ['wrong-revision', meshed('1-27', true), istiods],
    [
      'wrong-revision',
      meshed('1-28', false),
      [istiodOf('1-28', pilot('1.28.1'), 0), istiodOf('1-29', pilot('1.29.0'))],
    ],
    ['not-ready', meshed('1-28', false), istiods],
    ['ambiguous', meshed('1-28', true), istiods],
    // The istiod of a remote cluster is not to be seen here.
    ['ambiguous', meshed('1-27', true), []],
  ])('%s', async (expected, one, deployments) => {
    const objects = { pods: [one], 'deployments.apps': deployments };
    expect(await ask('discovery-target', answers, { namespace: 'shop', pod: 'cart-1' }, { objects })).toBe(
      expected,
    );
  });
});

describe('injecting-control-plane', () => {
  const answers = ['default-revision', 'named-revision', 'aks', 'gke-managed', 'none'];
  const groups = { 'mesh.cloud.google.com': ['v1beta1'] };
  const tag = injector('1-28', { 'istio.io/rev': 'default' }, 'default');
  const webhook = injector('1-28', { 'istio.io/rev': '1-28' });
  it.each<[string, object]>([
    ['default-revision', { 'deployments.apps': [istiodOf('default', pilot('1.28.1'))] }],
    [
      'default-revision',
      { 'deployments.apps': [istiodOf('1-28', pilot('1.28.1'))], [INJECTORS]: [webhook, tag] },
    ],
    ['named-revision', { 'deployments.apps': [istiodOf('1-28', pilot('1.28.1'))], [INJECTORS]: [webhook] }],
    ['aks', { namespaces: [meta('aks-istio-system')], 'deployments.apps': [istiodIn('aks-istio-system')] }],
    ['gke-managed', { 'controlplanerevisions.mesh.cloud.google.com': [meta('asm-managed', 'istio-system')] }],
    ['none', {}],
    // An injector without an istiod of its own calls one in another cluster.
    ['ambiguous', { [INJECTORS]: [webhook] }],
    [
      'ambiguous',
      { namespaces: [meta('aks-istio-system')], 'deployments.apps': [istiodOf('default', pilot('1.28.1'))] },
    ],
  ])('%s', async (expected, objects) => {
    expect(await ask('injecting-control-plane', answers, {}, { objects, groups })).toBe(expected);
  });

  it('names the revision for the fix, where there is only one', async () => {
    const istiods = [istiodOf('1-28', pilot('1.28.1'))];
    const reader = memoryReader({ objects: { 'deployments.apps': istiods } });
    const { candidates } = await PROBES['injecting-control-plane']!.look(reader, {});
    expect(candidates[0]).toMatchObject({ answer: 'named-revision', facts: { revision: '1-28' } });
  });
});

describe('injector-of-label', () => {
  const missing = ['served', 'not-served', 'no-webhook'];
  const upgrade = ['tag-old', 'no-tag', 'label-old', 'served'];
  const alive = istiodOf('1-28', pilot('1.28.1'));
  const shop = (labels: object) => ({ ...meta('shop', undefined, { labels }) });
  const of = (revision: string) => injector(revision, { 'istio.io/rev': revision });
  const tag = (name: string, revision: string) => injector(revision, { 'istio.io/rev': name }, name);
  const run = (
    answers: readonly string[],
    labels: object,
    webhooks: readonly object[],
    istiods = [alive],
    facts = {},
  ) =>
    ask(
      'injector-of-label',
      answers,
      { namespace: 'shop', ...facts },
      {
        objects: { namespaces: [shop(labels)], [INJECTORS]: webhooks, 'deployments.apps': istiods },
      },
    );

  it.each<[sidecar: string, revision: string, labels: object, webhooks: object[]]>([
    ['served', 'served', { 'istio.io/rev': '1-28' }, [of('1-28')]],
    ['served', 'served', { 'istio.io/rev': 'stable' }, [of('1-28'), tag('stable', '1-28')]],
    ['not-served', 'label-old', { 'istio.io/rev': '1-27' }, [of('1-28')]],
    ['not-served', 'ambiguous', { 'istio.io/rev': 'stable' }, [of('1-28')]],
    ['not-served', 'ambiguous', { 'istio-injection': 'enabled' }, [of('1-28')]],
    ['ambiguous', 'tag-old', { 'istio.io/rev': 'stable' }, [of('1-28'), tag('stable', '1-27')]],
    ['ambiguous', 'label-old', { 'istio.io/rev': '1-27' }, [of('1-28'), of('1-27')]],
    ['no-webhook', 'ambiguous', { 'istio.io/rev': '1-28' }, []],
    ['ambiguous', 'ambiguous', {}, [of('1-28')]],
    ['ambiguous', 'ambiguous', { 'istio-injection': 'disabled', 'istio.io/rev': '1-27' }, [of('1-28')]],
  ])('%s for a missing sidecar, %s after an upgrade', async (sidecar, revision, labels, webhooks) => {
    expect(await run(missing, labels, webhooks)).toBe(sidecar);
    expect(await run(upgrade, labels, webhooks)).toBe(revision);
  });

  it('takes no revision for gone where istiod runs in another cluster', async () => {
    const remote = {
      ...of('1-28'),
      webhooks: [
        {
          namespaceSelector: { matchLabels: { 'istio.io/rev': '1-28' } },
          clientConfig: { url: 'https://istiod.corp/inject' },
        },
      ],
    };
    expect(await run(upgrade, { 'istio.io/rev': '1-28' }, [remote], [])).toBe('served');
    expect(await run(upgrade, { 'istio.io/rev': '1-28' }, [of('1-28')], [])).toBe('ambiguous');
  });

  it('looks at every namespace where the case names none, and then only for a fault', async () => {
    const state = (labels: object[]) => ({
      objects: {
        namespaces: labels.map((one, index) => meta(`n${index}`, undefined, { labels: one })),
        [INJECTORS]: [of('1-28')],
        'deployments.apps': [alive],
      },
    });
    const [good, old] = [{ 'istio.io/rev': '1-28' }, { 'istio.io/rev': '1-27' }];
    expect(await ask('injector-of-label', upgrade, {}, state([good, old]))).toBe('label-old');
    expect(await ask('injector-of-label', upgrade, {}, state([good, good]))).toBe('ambiguous');
  });
});

describe('validator-versions', () => {
  const answers = ['two-validators', 'old-crds', 'istioctl-differs', 'none'];
  const VALIDATORS = 'validatingwebhookconfigurations.admissionregistration.k8s.io';
  const validator = (service: string, objectSelector?: object) => ({
    ...meta(`istio-validator-${service}`, undefined, { labels: { app: 'istiod' } }),
    webhooks: [
      {
        name: 'rev.validation.istio.io',
        objectSelector,
        clientConfig: { service: { name: service, namespace: 'istio-system' } },
      },
    ],
  });
  const onlyOwn = { matchExpressions: [{ key: 'istio.io/rev', operator: 'In', values: ['1-27'] }] };
  const both = [istiodOf('1-27', pilot('1.27.4')), istiodOf('1-28', pilot('1.28.1'))];
  const crd = (...versions: string[]) => ({
    ...meta('virtualservices.networking.istio.io'),
    spec: { versions: versions.map((name) => ({ name, served: true })) },
  });
  const run = (validators: object[], istiods: object[], crds: object[] = [crd('v1', 'v1beta1')]) =>
    ask(
      'validator-versions',
      answers,
      {},
      {
        objects: {
          [VALIDATORS]: validators,
          'deployments.apps': istiods,
          'customresourcedefinitions.apiextensions.k8s.io': crds,
        },
      },
    );

  it.each<[string, object[], object[]]>([
    ['two-validators', [validator('istiod-1-27'), validator('istiod-1-28')], both],
    ['two-validators', [validator('istiod-1-27', {})], both],
    // The old revision's validator takes only objects of its own revision.
    ['ambiguous', [validator('istiod-1-27', onlyOwn), validator('istiod-1-28')], both],
    ['ambiguous', [validator('istiod-1-28')], both],
    ['ambiguous', [validator('istiod-1-27')], [both[0]!]],
    ['ambiguous', [validator('istiod-1-27')], [both[0]!, istiodOf('1-28', 'registry.corp/pilot:main')]],
  ])('%s, by the validators', async (expected, validators, istiods) => {
    expect(await run(validators, istiods)).toBe(expected);
  });

  it.each<[string, object[], string]>([
    ['old-crds', [crd('v1beta1', 'v1alpha3')], '1.28.1'],
    ['ambiguous', [crd('v1beta1', 'v1alpha3')], '1.21.0'],
    ['ambiguous', [crd('v1', 'v1beta1')], '1.28.1'],
    ['ambiguous', [], '1.28.1'],
  ])('%s, by the CRDs', async (expected, crds, version) => {
    expect(await run([], [istiodOf('default', pilot(version))], crds)).toBe(expected);
  });
});

describe('native-sidecar', () => {
  const run = (gitVersion: string, ...istiods: object[]) =>
    ask(
      'native-sidecar',
      ['native-possible', 'no-mesh-needed', 'too-old'],
      {},
      {
        objects: { 'deployments.apps': istiods },
        version: { gitVersion, date: undefined },
      },
    );
  it.each([
    ['native-possible', 'v1.32.4-gke.1000', '1.28.1'],
    ['native-possible', 'v1.29.0', '1.24.0'],
    ['too-old', 'v1.28.15', '1.22.0'],
    ['ambiguous', 'v1.31.0', '1.18.7'],
    ['ambiguous', 'unknown', '1.28.1'],
  ])('%s with Kubernetes %s and Istio %s', async (expected, kubernetes, istio) => {
    expect(await run(kubernetes, istiodOf('default', pilot(istio)))).toBe(expected);
  });

  it('needs no istiod here: a managed one is as new as the cluster', async () => {
    expect(await run('v1.32.4')).toBe('native-possible');
  });
});

describe('coredns', () => {
  const now = new Date('2026-11-20T09:00:00Z');
  const server = (name: string, isReady: boolean, status: object = {}) =>
    pod({
      name,
      namespace: 'kube-system',
      labels: { 'k8s-app': 'kube-dns' },
      status: {
        conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
        containerStatuses: [{ name: 'coredns', ...status }],
      },
    });
  const ended = (finishedAt: string) => ({
    lastState: { terminated: { reason: 'OOMKilled', exitCode: 137, finishedAt } },
  });
  const run = (pods: object[], policies: object[] = []) =>
    ask(
      'coredns',
      ['down', 'overloaded', 'blocked', 'init', 'healthy'],
      { namespace: 'shop', pod: 'cart-1' },
      {
        objects: { pods: [pod(), ...pods], 'networkpolicies.networking.k8s.io': policies },
        version: { gitVersion: 'v1.32.4', date: now },
      },
    );
  const egress = (ports: object[], more: object = {}) => ({
    ...meta('out', 'shop'),
    spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{ ports }], ...more },
  });
  const healthy = [server('coredns-1', true), server('coredns-2', true)];

  it.each<[string, object[]]>([
    ['down', [server('coredns-1', false), server('coredns-2', false)]],
    ['overloaded', [server('coredns-1', true), server('coredns-2', true, ended('2026-11-20T08:40:00Z'))]],
    [
      'overloaded',
      [
        server('coredns-1', true),
        server('coredns-2', false, { state: { waiting: { reason: 'CrashLoopBackOff' } } }),
      ],
    ],
    ['ambiguous', [server('coredns-1', true, ended('2026-11-01T08:40:00Z'))]],
    ['ambiguous', healthy],
    ['ambiguous', []],
  ])('%s, by the servers', async (expected, pods) => {
    expect(await run(pods)).toBe(expected);
  });

  it.each<[string, object[]]>([
    ['blocked', [egress([{ port: 443 }])]],
    ['blocked', [egress([{ port: 53, protocol: 'TCP' }])]],
    ['blocked', [egress([], { egress: [] })]],
    ['ambiguous', [egress([{ port: 443 }]), egress([{ port: 53, protocol: 'UDP' }])]],
    ['ambiguous', [egress([{ port: 443 }], { podSelector: { matchLabels: { app: 'web' } } })]],
    ['ambiguous', [egress([], { policyTypes: ['Ingress'] })]],
  ])('%s, by the policies on the pod', async (expected, policies) => {
    expect(await run(healthy, policies)).toBe(expected);
  });
});

describe('what stands between istiod and the API server', () => {
  const istiod = (more: object = {}) =>
    pod({
      name: 'istiod-1',
      namespace: 'istio-system',
      labels: { app: 'istiod' },
      containers: [{ name: 'discovery' }],
      ...more,
    });
  const policy = (egress: unknown, more: object = {}) => ({
    ...meta('istiod', 'istio-system'),
    spec: {
      podSelector: { matchLabels: { app: 'istiod' } },
      policyTypes: ['Ingress', 'Egress'],
      egress,
      ...more,
    },
  });
  const api = (addresses: string[]) => ({
    ...meta('kubernetes', 'default', { labels: { 'kubernetes.io/service-name': 'kubernetes' } }),
    endpoints: addresses.map((one) => ({ addresses: [one], conditions: { ready: true } })),
    ports: [{ port: 6443 }],
  });
  const now = new Date('2026-11-20T09:00:00Z');
  const node = (name: string, isReady = true) => ({
    ...meta(name),
    status: { conditions: [{ type: 'Ready', status: isReady ? 'True' : 'Unknown' }] },
  });
  const lease = (name: string, renewTime: string) => ({
    ...meta(name, 'kube-node-lease'),
    spec: { renewTime },
  });
  const fresh = (...names: string[]) => names.map((name) => lease(name, '2026-11-20T08:59:55.123456Z'));
  const state = (objects: object, groups = {}) => ({
    objects: { pods: [istiod()], 'endpointslices.discovery.k8s.io': [api(['10.0.0.1'])], ...objects },
    groups,
    version: { gitVersion: 'v1.32.4', date: now, isNow: true },
  });
  const POLICIES = 'networkpolicies.networking.k8s.io';
  const LEASES = 'leases.coordination.k8s.io';

  it.each<[string, object, object]>([
    ['network-policy', { [POLICIES]: [policy([{ ports: [{ port: 443 }] }])] }, {}],
    ['network-policy', { [POLICIES]: [policy([])] }, {}],
    // The policy that Istio's chart brings lets everything out.
    ['ambiguous', { [POLICIES]: [policy([{}])] }, {}],
    ['ambiguous', { [POLICIES]: [policy([{ ports: [{ port: 6443 }] }])] }, {}],
    ['injected', { pods: [istiod({ containers: [{ name: 'discovery' }, { name: 'istio-proxy' }] })] }, {}],
    ['neither', { [POLICIES]: [policy([], { podSelector: { matchLabels: { app: 'web' } } })] }, {}],
    // Policies of another kind may close the way as well.
    ['ambiguous', {}, { 'cilium.io': ['v2'] }],
    ['ambiguous', { pods: [] }, {}],
  ])('istiod-egress: %s', async (expected, objects, groups) => {
    const answers = ['network-policy', 'injected', 'neither'];
    expect(await ask('istiod-egress', answers, {}, state(objects, groups))).toBe(expected);
  });

  it.each<[string, object]>([
    ['api-down', { 'endpointslices.discovery.k8s.io': [api([])] }],
    ['only-istiod', { [POLICIES]: [policy([])] }],
    [
      'one-node',
      {
        nodes: [node('node-1', false), node('node-2')],
        [LEASES]: [lease('node-1', '2026-11-20T08:40:00Z'), ...fresh('node-2')],
      },
    ],
    // A node without istiod, and a cluster that has lost every node, are something else.
    [
      'ambiguous',
      {
        nodes: [node('node-1'), node('node-2', false)],
        [LEASES]: [...fresh('node-1'), lease('node-2', '2026-11-20T08:40:00Z')],
      },
    ],
    ['ambiguous', { nodes: [node('node-1', false)], [LEASES]: [lease('node-1', '2026-11-20T08:40:00Z')] }],
    ['ambiguous', { nodes: [node('node-1')], [LEASES]: fresh('node-1') }],
    ['ambiguous', { 'endpointslices.discovery.k8s.io': [] }],
  ])('apiserver-reach: %s', async (expected, objects) => {
    const answers = ['api-down', 'only-istiod', 'one-node', 'remote-cluster'];
    expect(await ask('apiserver-reach', answers, {}, state(objects))).toBe(expected);
  });

  describe('clock', () => {
    const answers = ['one-node', 'all-nodes', 'own-machine', 'issuer', 'equal'];
    const at = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();
    const run = (nodes: object[], leases: object[], api = 0, isNow = true) =>
      ask(
        'clock',
        answers,
        {},
        {
          objects: { nodes, [LEASES]: leases },
          version: { gitVersion: 'v1.32.4', date: new Date(Date.now() + api), isNow },
        },
      );
    const nodes = [node('node-1'), node('node-2')];
    const right = [lease('node-1', at(-3_000)), lease('node-2', at(-9_000))];

    it('sees nodes whose leases are renewed with another time than the API server has', async () => {
      expect(await run(nodes, [lease('node-1', at(600_000)), right[1]!])).toBe('one-node');
      expect(await run(nodes, [lease('node-1', at(-600_000)), right[1]!])).toBe('one-node');
      expect(await run(nodes, [lease('node-1', at(600_000)), lease('node-2', at(600_000))])).toBe(
        'all-nodes',
      );
      expect(await run(nodes, right)).toBe('ambiguous');
    });

    it('takes the old lease of a lost node for no clock', async () => {
      expect(
        await run([node('node-1', false), node('node-2')], [lease('node-1', at(-600_000)), right[1]!]),
      ).toBe('ambiguous');
    });

    it('sees that its own machine differs, but not by the clock of a snapshot', async () => {
      expect(await run([], [], 3_600_000)).toBe('own-machine');
      expect(await run([], [], -3_600_000)).toBe('own-machine');
      expect(await run([], [], -3_600_000, false)).toBe('ambiguous');
      expect(await run([], [])).toBe('ambiguous');
    });

    it('names the one node for the next step', async () => {
      const objects = { nodes, [LEASES]: [lease('node-1', at(600_000)), right[1]!] };
      const reader = memoryReader({ objects, version: { gitVersion: '', date: new Date() } });
      expect((await PROBES.clock!.look(reader, {})).candidates[0]).toMatchObject({
        facts: { node: 'node-1' },
      });
    });
  });

  describe('istiod-role', () => {
    const rule = (apiGroups: string[], resources: string[], verbs = ['get', 'list', 'watch']) => ({
      apiGroups,
      resources,
      verbs,
    });
    const role = (...rules: object[]) => ({ ...meta('istiod-clusterrole'), rules });
    const binding = (name = 'istiod', namespace = 'istio-system', roleName = 'istiod-clusterrole') => ({
      ...meta('istiod-binding'),
      roleRef: { name: roleName },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    });
    const istio = rule(['networking.istio.io'], ['*']);
    const chart = role(istio, rule([''], ['pods', 'services']), rule(['gateway.networking.k8s.io'], ['*']));
    const crds = ['gateways.networking.istio.io', 'gateways.gateway.networking.k8s.io'].map((name) =>
      meta(name),
    );
    const run = (resource: string, roles: object[], bindings: object[]) =>
      ask(
        'istiod-role',
        ['role-old', 'binding', 'scoped'],
        { resource },
        {
          objects: {
            pods: [istiod({ spec: { serviceAccountName: 'istiod' } })],
            'clusterroles.rbac.authorization.k8s.io': roles,
            'clusterrolebindings.rbac.authorization.k8s.io': bindings,
            'customresourcedefinitions.apiextensions.k8s.io': crds,
          },
        },
      );

    it.each<[string, string, object[], object[]]>([
      ['binding', 'pods', [chart], []],
      ['binding', 'pods', [chart], [binding('istiod', 'istio-control')]],
      ['binding', 'pods', [], [binding()]],
      ['role-old', 'gateways', [role(istio)], [binding()]],
      ['role-old', 'endpointslices', [chart], [binding()]],
      ['role-old', 'pods', [role(rule([''], ['pods'], ['get']))], [binding()]],
      ['ambiguous', 'gateways', [chart], [binding()]],
      ['ambiguous', 'pods', [chart], [binding()]],
      ['ambiguous', 'endpointslices', [role(rule(['*'], ['*'], ['*']))], [binding()]],
      // A Role of istiod's own namespace may hold these.
      ['ambiguous', 'leases', [chart], [binding()]],
    ])('%s for %s', async (expected, resource, roles, bindings) => {
      expect(await run(resource, roles, bindings)).toBe(expected);
    });
  });
});

/** None of the objects names an injector or an istiod, and their absence is an answer of these two. */
const ABSENT: Readonly<Record<string, string>> = {
  'injecting-control-plane': 'none',
  'injector-of-label': 'no-webhook',
};

describe('objects with missing or wrong fields', () => {
  it.each([
    'platform',
    'entry-load-balancer',
    'webhook-network',
    'mesh-versions',
    'discovery-target',
    'injecting-control-plane',
    'injector-of-label',
    'validator-versions',
    'coredns',
    'istiod-egress',
    'apiserver-reach',
    'istiod-role',
    'clock',
  ])('%s neither fails on them nor reads anything into them', async (name) => {
    const objects = Object.fromEntries(Object.keys(RESOURCES).map((id) => [id, BROKEN]));
    const facts = {
      namespace: 'shop',
      pod: 'cart-1',
      gateway: 'cart-1',
      resource: 'pods',
      'istio-namespace': 'shop',
    };
    const groups = { 'gateway.networking.k8s.io': ['v1'], 'mesh.cloud.google.com': ['v1'] };
    expect(await ask(name, PROBES[name]!.answers, facts, { objects, groups })).toBe(
      ABSENT[name] ?? 'ambiguous',
    );
  });
});
