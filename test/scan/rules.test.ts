/** A healthy mesh says nothing; each fault is found where it is, by the rule that names it and by no other. */
import { describe, expect, it } from 'vitest';
import type { ResourceId } from '../../src/cluster/resources.ts';
import { RULES, readsOfRules } from '../../src/scan/rules.ts';
import { type ScanOptions, scan } from '../../src/scan/scan.ts';
import { memoryReader } from '../probe/memory-reader.ts';
import { change, healthyMesh, type Mesh, meshPod, meta, NOW } from './mesh.ts';

const look = (mesh: Mesh, options: ScanOptions = {}) =>
  scan(memoryReader({ objects: mesh }), { now: NOW, ...options });

const said = async (mesh: Mesh, options: ScanOptions = {}) => {
  const { findings } = await look(mesh, options);
  return findings.map(({ rule, kind, namespace, name, field, value }) => [
    rule,
    `${kind} ${namespace}/${name}`,
    `${field}: ${value}`,
  ]);
};

/** What is changed, and what the scan must say of it: object, and field with value. */
type Fault = readonly [
  rule: string,
  at: readonly (string | number)[],
  value: unknown,
  object: string,
  evidence: string,
];

const VS = 'virtualservices.networking.istio.io';
const DR = 'destinationrules.networking.istio.io';
const GATEWAY = 'gateways.gateway.networking.k8s.io';
const ROUTE = 'httproutes.gateway.networking.k8s.io';
const MUTATING = 'mutatingwebhookconfigurations.admissionregistration.k8s.io';
const destination = [VS, 0, 'spec', 'http', 0, 'route', 0, 'destination'];
const waiting = (name: string, reason: string) => ({
  name,
  ready: false,
  restartCount: 9,
  state: { waiting: { reason } },
});

const FAULTS: readonly Fault[] = [
  [
    'istiod-not-ready',
    ['deployments.apps', 0, 'status'],
    {},
    'Deployment istio-system/istiod',
    'status.readyReplicas: 0/2',
  ],
  [
    'webhook-without-ca',
    [MUTATING, 0, 'webhooks', 0, 'clientConfig', 'caBundle'],
    '',
    'MutatingWebhookConfiguration /istio-sidecar-injector',
    'webhooks[namespace.sidecar-injector.istio.io].clientConfig.caBundle: ""',
  ],
  [
    'webhook-without-endpoints',
    [MUTATING, 0, 'webhooks', 0, 'clientConfig', 'service', 'name'],
    'istiod-canary',
    'MutatingWebhookConfiguration /istio-sidecar-injector',
    'webhooks[namespace.sidecar-injector.istio.io].clientConfig.service: istio-system/istiod-canary',
  ],
  [
    'namespace-not-served',
    ['namespaces', 0, 'metadata', 'labels'],
    { 'istio.io/rev': 'canary' },
    'Namespace /istio-system',
    'metadata.labels[istio.io/rev]: canary',
  ],
  [
    'cni-not-ready',
    ['daemonsets.apps', 0, 'status', 'numberReady'],
    1,
    'DaemonSet istio-system/istio-cni-node',
    'status.numberReady: 1/3',
  ],
  [
    'ztunnel-not-ready',
    ['daemonsets.apps', 1, 'status', 'numberReady'],
    2,
    'DaemonSet istio-system/ztunnel',
    'status.numberReady: 2/3',
  ],
  [
    'version-skew',
    ['pods', 0, 'spec', 'containers', 1, 'image'],
    'docker.io/istio/proxyv2:1.24.0',
    'Pod shop/cart-1-a',
    'istio-proxy.image: docker.io/istio/proxyv2:1.24.0',
  ],
  [
    'dns-not-ready',
    ['deployments.apps', 1, 'status'],
    {},
    'Deployment kube-system/coredns',
    'status.readyReplicas: 0/2',
  ],
  [
    'pod-without-sidecar',
    ['pods', 1, 'spec', 'containers'],
    [{ name: 'app', image: 'shop/app:1' }],
    'Pod shop/pay-1-a',
    'spec.containers: app, istio-init',
  ],
  [
    'proxy-not-ready',
    ['pods', 0, 'status', 'containerStatuses', 1, 'ready'],
    false,
    'Pod shop/cart-1-a',
    'status.containerStatuses[istio-proxy].ready: false',
  ],
  [
    'proxy-crashes',
    ['pods', 0, 'status', 'containerStatuses', 1],
    waiting('istio-proxy', 'CrashLoopBackOff'),
    'Pod shop/cart-1-a',
    'status.containerStatuses[istio-proxy].state: CrashLoopBackOff',
  ],
  [
    'istio-init-fails',
    ['pods', 0, 'status', 'initContainerStatuses', 0],
    waiting('istio-init', 'CrashLoopBackOff'),
    'Pod shop/cart-1-a',
    'status.initContainerStatuses[istio-init]: CrashLoopBackOff',
  ],
  [
    'init-stuck',
    ['pods', 0, 'status'],
    {
      phase: 'Pending',
      conditions: [{ type: 'Ready', status: 'True' }],
      initContainerStatuses: [
        { name: 'vault-agent-init', state: { running: { startedAt: '2026-03-01T11:00:00Z' } } },
      ],
    },
    'Pod shop/cart-1-a',
    'status.initContainerStatuses[vault-agent-init]: running since 2026-03-01T11:00:00.000Z',
  ],
  [
    'job-held-open',
    ['pods', 0],
    {
      ...meshPod('cart-1-a', 'cart', { version: 'v1', 'batch.kubernetes.io/job-name': 'sum' }),
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [
          { name: 'app', ready: false, state: { terminated: { reason: 'Completed', exitCode: 0 } } },
          { name: 'istio-proxy', ready: true, state: { running: { startedAt: '2026-03-01T11:00:00Z' } } },
        ],
      },
    },
    'Pod shop/cart-1-a',
    'status.containerStatuses[istio-proxy].state: running',
  ],
  [
    'pods-not-created',
    ['replicasets.apps', 0, 'status'],
    { conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: compute' }] },
    'ReplicaSet shop/cart-1',
    'status.conditions[ReplicaFailure]: exceeded quota: compute',
  ],
  [
    'destination-host-missing',
    destination,
    { host: 'cartt' },
    'VirtualService shop/cart',
    'spec.http[0].route.destination.host: cartt.shop.svc.cluster.local',
  ],
  [
    'subset-missing',
    [...destination, 'subset'],
    'v9',
    'VirtualService shop/cart',
    'spec.http[0].route.destination.subset: v9 of cart.shop.svc.cluster.local',
  ],
  [
    'subset-selects-no-pods',
    [DR, 0, 'spec', 'subsets', 0, 'labels'],
    { version: 'v2' },
    'DestinationRule shop/cart',
    'spec.subsets[v1].labels: {"version":"v2"}',
  ],
  [
    'service-without-ready-pods',
    ['pods', 0, 'status', 'conditions'],
    [{ type: 'Ready', status: 'False' }],
    'Service shop/cart',
    'ready pods: 0/1',
  ],
  [
    'gateway-missing',
    [VS, 0, 'spec', 'gateways'],
    ['mesh', 'web'],
    'VirtualService shop/cart',
    'spec.gateways: web',
  ],
  [
    'gateway-selects-no-pods',
    ['gateways.networking.istio.io', 0, 'spec', 'selector'],
    { istio: 'ingress' },
    'Gateway istio-system/web',
    'spec.selector: {"istio":"ingress"}',
  ],
  [
    'tls-mode-conflict',
    [DR, 0, 'spec', 'trafficPolicy', 'tls', 'mode'],
    'DISABLE',
    'DestinationRule shop/cart',
    'spec.trafficPolicy.tls.mode: DISABLE, PeerAuthentication STRICT',
  ],
  [
    'envoyfilter-selects-no-pods',
    ['envoyfilters.networking.istio.io', 0, 'spec', 'workloadSelector'],
    { labels: { app: 'basket' } },
    'EnvoyFilter shop/headers',
    'spec.workloadSelector.labels: {"app":"basket"}',
  ],
  [
    'gateway-api-gateway-refused',
    [GATEWAY, 0, 'status', 'conditions', 1],
    { type: 'Programmed', status: 'False', reason: 'AddressNotUsable', message: 'no such Service' },
    'Gateway.gateway.networking.k8s.io shop/edge',
    'status.conditions[Programmed]: AddressNotUsable: no such Service',
  ],
  [
    'gateway-api-route-refused',
    [ROUTE, 0, 'status', 'parents', 0, 'conditions', 1],
    { type: 'ResolvedRefs', status: 'False', reason: 'BackendNotFound', message: 'backend(x) not found' },
    'HTTPRoute shop/edge',
    'status.parents.conditions[ResolvedRefs]: BackendNotFound: backend(x) not found',
  ],
  [
    'load-balancer-pending',
    ['services', 3, 'status'],
    { loadBalancer: {} },
    'Service istio-system/gw',
    'status.loadBalancer.ingress: []',
  ],
  [
    'root-certificate-differs',
    ['configmaps', 1, 'data', 'root-cert.pem'],
    '-----BEGIN CERTIFICATE-----\nOLD\n-----END CERTIFICATE-----\n',
    'ConfigMap shop/istio-ca-root-cert',
    'data[root-cert.pem]: differs from istio-system',
  ],
  [
    'authorization-policy-selects-no-pods',
    ['authorizationpolicies.security.istio.io', 0, 'spec', 'selector', 'matchLabels', 'app'],
    'payment',
    'AuthorizationPolicy shop/allow',
    'spec.selector.matchLabels: {"app":"payment"}',
  ],
  [
    'request-authentication-selects-no-pods',
    ['requestauthentications.security.istio.io', 0, 'spec', 'selector', 'matchLabels', 'app'],
    'basket',
    'RequestAuthentication shop/jwt',
    'spec.selector.matchLabels: {"app":"basket"}',
  ],
  [
    'peer-authentication-selects-no-pods',
    ['peerauthentications.security.istio.io', 1, 'spec', 'selector', 'matchLabels', 'app'],
    'basket',
    'PeerAuthentication shop/pay',
    'spec.selector.matchLabels: {"app":"basket"}',
  ],
  [
    'port-level-mtls-ignored',
    ['peerauthentications.security.istio.io', 1, 'spec', 'selector'],
    undefined,
    'PeerAuthentication shop/pay',
    'spec.portLevelMtls: 9090',
  ],
  [
    'proxy-revision-gone',
    ['pods', 0, 'metadata', 'annotations', 'istio.io/rev'],
    '1-24',
    'Pod shop/cart-1-a',
    'metadata.annotations[istio.io/rev]: 1-24',
  ],
  [
    'proxy-image-auto',
    ['pods', 2, 'spec', 'containers', 1, 'image'],
    'auto',
    'Pod istio-system/gw-1-a',
    'spec.containers.image: auto',
  ],
];

describe('a scan', () => {
  it('finds nothing in a healthy mesh, and judges every rule', async () => {
    const result = await look(healthyMesh());
    expect(result.findings).toEqual([]);
    expect(result.unseen).toEqual([]);
    expect(result.judged).toBe(RULES.length);
  });

  it('finds nothing in an empty cluster', async () => {
    expect(await said({})).toEqual([]);
  });

  it.each(FAULTS)('finds %s, and nothing else', async (rule, at, value, object, evidence) => {
    expect(await said(change(healthyMesh(), at, value))).toEqual([[rule, object, evidence]]);
  });

  it('finds two VirtualServices for one host, and names the other', async () => {
    const mesh = healthyMesh();
    mesh[VS]!.push({
      metadata: meta('cart-canary', 'shop'),
      spec: { hosts: ['cart.shop.svc.cluster.local'], http: [{ route: [{ destination: { host: 'pay' } }] }] },
    });
    expect(await said(mesh)).toEqual([
      [
        'virtual-services-share-host',
        'VirtualService shop/cart',
        'spec.hosts: cart.shop.svc.cluster.local, also in shop/cart-canary',
      ],
      [
        'virtual-services-share-host',
        'VirtualService shop/cart-canary',
        'spec.hosts: cart.shop.svc.cluster.local, also in shop/cart',
      ],
    ]);
    // Each for its own namespace: they never meet.
    change(mesh, [VS, 2, 'spec', 'exportTo'], ['bank']);
    change(mesh, [VS, 0, 'spec', 'exportTo'], ['.']);
    expect(await said(mesh)).toEqual([]);
  });

  it('has a test for every rule', () => {
    const tested = new Set([...FAULTS.map(([rule]) => rule), 'virtual-services-share-host']);
    expect(RULES.map(({ id }) => id).filter((id) => !tested.has(id))).toEqual([]);
  });

  it('leaves a young load balancer, a young pod and a pod on its way out alone', async () => {
    const young = '2026-03-01T11:59:00Z';
    const mesh = healthyMesh();
    change(mesh, ['services', 3, 'status'], {});
    change(mesh, ['services', 3, 'metadata', 'creationTimestamp'], young);
    change(mesh, ['pods', 0, 'status', 'containerStatuses', 1, 'ready'], false);
    change(mesh, ['pods', 0, 'metadata', 'creationTimestamp'], young);
    expect(await said(mesh)).toEqual([]);
  });

  it('tells only of the namespaces asked about, but judges them by the whole mesh', async () => {
    const mesh = change(healthyMesh(), destination, { host: 'cartt' });
    expect(await said(mesh, { namespaces: ['bank'] })).toEqual([]);
    expect(await said(mesh, { namespaces: ['shop'] })).toHaveLength(1);
  });

  it('never calls healthy what it could not read', async () => {
    const mesh = change(healthyMesh(), ['deployments.apps', 0, 'status'], {});
    const failures = { pods: 'forbidden', configmaps: 'not-collected' } as const;
    const { findings, unseen, judged } = await scan(memoryReader({ objects: mesh, failures }), { now: NOW });
    expect(findings.map(({ rule }) => rule)).toEqual(['istiod-not-ready']);
    expect(new Set(unseen.map(({ failure }) => failure))).toEqual(new Set(['forbidden', 'not-collected']));
    expect(judged + unseen.length).toBe(RULES.length);
    const lacking = RULES.filter(({ reads }) => reads.includes('pods') || reads.includes('configmaps'));
    expect(unseen.map(({ rule }) => rule).sort()).toEqual(lacking.map(({ id }) => id).sort());
  });

  it('stops at once where the cluster cannot be reached at all', async () => {
    const all = Object.fromEntries(readsOfRules().map((id) => [id, 'unreachable' as const]));
    await expect(look2(all)).rejects.toMatchObject({ failure: 'unreachable' });
  });

  const look2 = (failures: Partial<Record<ResourceId, 'unreachable'>>) =>
    scan(memoryReader({ failures: failures as Record<string, 'unreachable'> }), { now: NOW });

  it.each(['a text', 7, null, [], { metadata: 'x', spec: 'y', status: 'z' }])(
    'goes on where every object is %j',
    async (wrong) => {
      const mesh = healthyMesh();
      for (const id of Object.keys(mesh) as ResourceId[])
        mesh[id]!.push(wrong as never, { metadata: { name: 7 }, spec: wrong, status: wrong } as never);
      expect((await said(mesh)).filter(([rule]) => rule !== 'gateway-selects-no-pods')).toEqual([]);
    },
  );
});
