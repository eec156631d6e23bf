/** Cluster states on a real API server: each shows one answer of one step, and has a twin that does not show it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Facts } from '../../src/probe/probe.ts';
import type { Kube, Manifest } from './kube.ts';
import {
  endpoints,
  event,
  injector,
  istiodDeployment,
  istiodPod,
  namespace,
  type PodShape,
  pod,
  rootCertificate,
  running,
  service,
  terminated,
  waiting,
} from './objects.ts';

export interface RealCase {
  readonly flow: string;
  readonly state: string;
  readonly probe: string;
  readonly facts?: Facts;
  readonly expected: string;
  /** In this order: a webhook after the pods that it would refuse. */
  objects(): readonly Manifest[];
  /** What is done after the objects are there. */
  after?(kube: Kube): Promise<void>;
  without(): readonly Manifest[];
  /** The answer without it; `(ambiguous)` where what is there decides nothing. */
  readonly instead: string;
}

const SHOP = namespace('shop');
/** They stay for all tests, and lose their labels between two. */
export const NAMESPACES = [SHOP, namespace('istio-system')];

const PEM = '-----BEGIN CERTIFICATE-----\nMIIBroot\n-----END CERTIFICATE-----\n';
const OTHER_PEM = '-----BEGIN CERTIFICATE-----\nMIIBother\n-----END CERTIFICATE-----\n';

const enabled = namespace('shop', { 'istio-injection': 'enabled' });
const cart = (over: Partial<PodShape> = {}) =>
  pod({ name: 'cart-5d8f-x2x', ...over, labels: { app: 'cart', ...over.labels } });
const optedOut = cart({ labels: { 'sidecar.istio.io/inject': 'false' } });
const ofCart = { namespace: 'shop', app: 'cart' };

const injection = (state: string, over: Omit<RealCase, 'flow' | 'state' | 'probe'>): RealCase => ({
  flow: 'sidecar-missing',
  state,
  probe: 'injection-labels',
  facts: ofCart,
  ...over,
});

const INJECTION: readonly RealCase[] = [
  injection('check-inject', {
    expected: 'injected',
    objects: () => [enabled, cart(), injector(PEM)],
    instead: 'no-label',
    without: () => [cart(), injector(PEM)],
  }),
  injection('check-inject', {
    expected: 'pod-opt-out',
    objects: () => [enabled, optedOut, injector(PEM)],
    instead: 'injected',
    without: () => [enabled, cart(), injector(PEM)],
  }),
  injection('check-inject', {
    expected: 'namespace-off',
    objects: () => [namespace('shop', { 'istio-injection': 'disabled' }), cart(), injector(PEM)],
    instead: 'injected',
    without: () => [enabled, cart(), injector(PEM)],
  }),
  injection('check-inject', {
    expected: 'no-webhook',
    objects: () => [enabled, cart()],
    instead: 'injected',
    without: () => [enabled, cart(), injector(PEM)],
  }),
  injection('check-inject', {
    expected: 'several',
    objects: () => [enabled, cart(), injector(PEM), injector(PEM, { name: 'istio-revision-tag-default' })],
    instead: 'injected',
    without: () => [enabled, cart(), injector(PEM)],
  }),
  injection('namespace-labels', {
    expected: 'both',
    objects: () => [namespace('shop', { 'istio-injection': 'enabled', 'istio.io/rev': '1-29' })],
    instead: 'revision',
    without: () => [namespace('shop', { 'istio.io/rev': '1-29' })],
  }),
  injection('namespace-labels', {
    expected: 'ambient',
    objects: () => [namespace('shop', { 'istio.io/dataplane-mode': 'ambient' })],
    instead: 'none',
    without: () => [SHOP],
  }),
  injection('pod-age', {
    expected: 'before',
    objects: () => [SHOP, cart()],
    after: async (kube) => {
      await nextSecondAfter(kube, cart());
      await kube.apply(enabled);
    },
    instead: 'after',
    without: () => [enabled, cart()],
  }),
  injection('never-injected', {
    expected: 'host-network',
    objects: () => [enabled, cart({ hostNetwork: true })],
    instead: 'none',
    without: () => [enabled, cart()],
  }),
  injection('never-injected', {
    expected: 'annotation',
    objects: () => [enabled, cart({ annotations: { 'sidecar.istio.io/inject': 'false' } })],
    instead: 'none',
    without: () => [enabled, cart()],
  }),
];

const bundle = (state: { flow: string }, over: Omit<RealCase, 'flow' | 'state' | 'probe'>): RealCase => ({
  ...state,
  state: 'ca-bundle',
  probe: 'webhook-ca-bundle',
  ...over,
});

const BUNDLES: readonly RealCase[] = [
  bundle(
    { flow: 'webhook-error' },
    {
      expected: 'empty',
      objects: () => [rootCertificate(PEM), injector()],
      instead: 'same',
      without: () => [rootCertificate(PEM), injector(PEM)],
    },
  ),
  bundle(
    { flow: 'webhook-error' },
    {
      expected: 'differs',
      objects: () => [rootCertificate(PEM), injector(OTHER_PEM)],
      instead: 'same',
      without: () => [rootCertificate(PEM), injector(`${OTHER_PEM}${PEM}`)],
    },
  ),
  bundle(
    { flow: 'webhook-error' },
    {
      expected: 'same',
      objects: () => [rootCertificate(PEM), injector(PEM)],
      instead: '(ambiguous)',
      without: () => [injector(PEM)],
    },
  ),
  bundle(
    { flow: 'sidecar-missing' },
    {
      expected: 'ignore',
      objects: () => [injector(PEM, { failurePolicy: 'Ignore' })],
      instead: 'filled',
      without: () => [injector(PEM)],
    },
  ),
];

const webhook = (state: string, over: Omit<RealCase, 'flow' | 'state' | 'probe'>): RealCase => ({
  flow: 'webhook-error',
  state,
  probe: state === 'endpoints-ready' ? 'istiod-endpoints' : 'webhook-service',
  ...over,
});
const istiodService = service('istiod', 'istio-system');
const answering = endpoints('istiod', 'istio-system', ['10.1.0.7']);
const unready = endpoints('istiod', 'istio-system', ['10.1.0.7'], false);

const SERVICES: readonly RealCase[] = [
  webhook('endpoint-match', {
    expected: 'no-addresses',
    objects: () => [istiodService, injector(PEM)],
    instead: 'has-addresses',
    without: () => [istiodService, answering, injector(PEM)],
  }),
  webhook('endpoints-ready', {
    expected: 'not-ready',
    objects: () => [istiodService, unready, injector(PEM)],
    instead: 'ready',
    without: () => [istiodService, answering, injector(PEM)],
  }),
  webhook('istiod-wanted', {
    expected: 'other-revision',
    objects: () => [istiodDeployment(1, 1), injector(PEM, { service: 'istiod-1-27' })],
    // Nothing anywhere: whether istiod is wanted is for the person to say.
    instead: '(ambiguous)',
    without: () => [injector(PEM, { service: 'istiod-1-27' })],
  }),
];

const istiod = (
  at: { flow?: string; state: string },
  expected: string,
  objects: () => readonly Manifest[],
): RealCase => ({
  flow: 'istiod-unhealthy',
  ...at,
  probe: 'istiod-pods',
  expected,
  objects,
  ...(at.state === 'pod-state' || at.flow === 'webhook-error'
    ? { instead: 'ready', without: healthyIstiod }
    : { instead: '(ambiguous)', without: healthyIstiod }),
});
const healthyIstiod = () => [
  istiodService,
  istiodDeployment(1, 1),
  istiodPod({ ready: true, state: running() }),
  answering,
];
const unscheduled = istiodPod({}, { phase: 'Pending', node: '' });
const creating = istiodPod({ state: waiting('ContainerCreating') }, { phase: 'Pending' });
const down = (one: Manifest, ...more: readonly Manifest[]) => [istiodDeployment(1, 0), one, ...more];

const ISTIOD: readonly RealCase[] = [
  istiod({ state: 'pod-state' }, 'none', () => []),
  istiod({ state: 'pod-state' }, 'pending', () => down(unscheduled)),
  istiod({ state: 'pod-state' }, 'starting', () => down(creating)),
  istiod({ state: 'pod-state' }, 'crash', () =>
    down(istiodPod({ restarts: 7, state: waiting('CrashLoopBackOff'), lastState: terminated('Error', 1) })),
  ),
  istiod({ state: 'pod-state' }, 'oom', () =>
    down(
      istiodPod({ restarts: 7, state: waiting('CrashLoopBackOff'), lastState: terminated('OOMKilled', 137) }),
    ),
  ),
  istiod({ state: 'pod-state' }, 'not-ready', () => down(istiodPod({ ready: false, state: running() }))),
  istiod({ state: 'why-pending' }, 'capacity', () =>
    down(
      unscheduled,
      event(unscheduled, 'FailedScheduling', '0/3 nodes are available: 3 Insufficient memory.'),
    ),
  ),
  istiod({ state: 'why-pending' }, 'placement', () =>
    down(
      unscheduled,
      event(
        unscheduled,
        'FailedScheduling',
        '0/3 nodes are available: 3 node(s) had untolerated taint {a: b}.',
      ),
    ),
  ),
  istiod({ state: 'why-starting' }, 'image', () =>
    down(creating, event(creating, 'Failed', 'Failed to pull image "registry.test/pilot:1.29.0": not found')),
  ),
  istiod({ state: 'why-starting' }, 'ca-volume', () =>
    down(
      creating,
      event(
        creating,
        'FailedMount',
        'MountVolume.SetUp failed for volume "cacerts" : secret "cacerts" not found',
      ),
    ),
  ),
  istiod({ flow: 'webhook-error', state: 'istiod-pods' }, 'scaled-to-zero', () => [istiodDeployment(0, 0)]),
  istiod({ flow: 'webhook-error', state: 'istiod-pods' }, 'missing', () => []),
];

const T5 = '2026-11-01T10:00:05Z';
const T9 = '2026-11-01T10:00:09Z';
const withProxy = (appAt: string, proxyAt: string, hold?: object) =>
  cart({
    containers: [
      { name: 'istio-proxy', ready: true, state: running(proxyAt), ...(hold ? { spec: hold } : {}) },
      { name: 'app', ready: true, state: running(appAt) },
    ],
  });
const HOLD = { lifecycle: { postStart: { exec: { command: ['pilot-agent', 'wait'] } } } };
const order = (over: Pick<RealCase, 'expected' | 'objects' | 'instead' | 'without'>): RealCase => ({
  flow: 'connection-refused',
  state: 'order',
  probe: 'proxy-start-order',
  facts: { namespace: 'shop', pod: 'cart-5d8f-x2x' },
  ...over,
});

const ORDER: readonly RealCase[] = [
  order({
    expected: 'app-first',
    objects: () => [withProxy(T5, T9)],
    instead: '(ambiguous)',
    without: () => [withProxy(T9, T5)],
  }),
  order({
    expected: 'held',
    objects: () => [withProxy(T9, T5, HOLD)],
    instead: 'app-first',
    without: () => [withProxy(T5, T9)],
  }),
  order({
    expected: 'native',
    objects: () => [
      cart({
        inits: [{ name: 'istio-proxy', ready: true, state: running(T5), spec: { restartPolicy: 'Always' } }],
        containers: [{ name: 'app', ready: true, state: running(T9) }],
      }),
    ],
    instead: 'app-first',
    without: () => [withProxy(T5, T9)],
  }),
];

export const CASES: readonly RealCase[] = [...INJECTION, ...BUNDLES, ...SERVICES, ...ISTIOD, ...ORDER];

/** A healthy little mesh, for looking at with every probe. */
export const BASELINE: readonly Manifest[] = [
  enabled,
  ...healthyIstiod(),
  rootCertificate(PEM),
  service('cart', 'shop', 8080),
  endpoints('cart', 'shop', ['10.1.0.9']),
  cart({
    node: 'node-1',
    containers: [
      { name: 'istio-proxy', ready: true, state: running(T5) },
      { name: 'app', ready: true, state: running(T9) },
    ],
  }),
  injector(PEM),
];

/** Everything a person could have told about BASELINE. */
export const FACTS: Facts = {
  namespace: 'shop',
  pod: 'cart-5d8f-x2x',
  container: 'app',
  workload: 'cart',
  service: 'cart',
  host: 'cart.shop.svc.cluster.local',
  port: '8080',
  app: 'cart',
  'client-namespace': 'shop',
  'client-pod': 'cart-5d8f-x2x',
  flag: 'UF',
  code: '503',
  kind: 'Gateway',
  resource: 'gateways',
  'istio-namespace': 'istio-system',
  revision: 'default',
  'istio-version': '1.29.0',
  platform: 'istio',
  node: 'node-1',
  gateway: 'istio-ingressgateway',
  'gateway-namespace': 'istio-system',
  secret: 'cart-tls',
  image: 'registry.test/app:1',
  ip: '10.1.0.9',
  url: 'https://keys.test/jwks.json',
  path: '/cart',
  webhook: 'namespace.sidecar-injector.istio.io',
};

/** What the containers of BASELINE have written, by `<namespace>/<pod>/<container>`. */
export const LOGS: Readonly<Record<string, string>> = {
  'istio-system/istiod-7d6c9b5f4d-9x2kq/discovery': 'info\tistiod starts\ninfo\tall caches are filled',
  'shop/cart-5d8f-x2x/istio-proxy': 'info\tEnvoy proxy is ready',
  'shop/cart-5d8f-x2x/app': 'listening on 8080',
};

/** Times in the API have seconds: what follows must not fall into the second in which `object` was made. */
async function nextSecondAfter(kube: Kube, object: Manifest): Promise<void> {
  const made = Date.parse(await kube.createdAt(object));
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(20))
    if (Date.now() >= made + 1000) return;
  throw new Error(`${object.metadata.name} was made in the future`);
}
