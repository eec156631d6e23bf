/** States of pods, policies and control planes on a real API server, each with a twin that does not show it. */
import type { Manifest } from './kube.ts';
import type { Logs } from './kubelet.ts';
import {
  AMBIENT,
  app,
  CART,
  ISTIO,
  meshed,
  plain,
  proxy,
  security,
  service,
  WEB,
  web,
  workload,
} from './mesh-objects.ts';
import {
  event,
  injector,
  istiodDeployment,
  namespace,
  pod,
  rootCertificate,
  running,
  terminated,
  waiting,
} from './objects.ts';
import type { RealCase } from './states.ts';

const ofCart = { namespace: 'shop', pod: CART };
const HTTP = [{ name: 'http', port: 8080 }];
const cartService = service('cart', HTTP);

const authorization = (name: string, spec: object) => security('AuthorizationPolicy', name, spec);
const RULES = [{ from: [{ source: { namespaces: ['web'] } }] }];

const POLICIES: readonly RealCase[] = [
  {
    flow: 'rbac-403',
    state: 'policies',
    probe: 'authorization-policies',
    facts: ofCart,
    expected: 'deny-only',
    objects: () => [meshed(), authorization('deny', { action: 'DENY', rules: RULES })],
    instead: 'no-policy',
    without: () => [meshed()],
  },
  {
    flow: 'rbac-403',
    state: 'policies',
    probe: 'authorization-policies',
    facts: ofCart,
    expected: 'allow-nothing',
    objects: () => [meshed(), authorization('nothing', {})],
    instead: 'allow-rules',
    without: () => [meshed(), authorization('nothing', { rules: RULES })],
  },
  {
    flow: 'ambient-traffic',
    state: 'which-policy',
    probe: 'authorization-policies',
    facts: ofCart,
    expected: 'l7-on-ztunnel',
    objects: () => [
      plain({ annotations: AMBIENT }),
      authorization('paths', { rules: [{ to: [{ operation: { paths: ['/cart'] } }] }] }),
    ],
    instead: '(ambiguous)',
    without: () => [plain({ annotations: AMBIENT }), authorization('paths', { rules: RULES })],
  },
  {
    flow: 'mtls-conflict',
    state: 'server-policy',
    probe: 'peer-authentication',
    facts: { namespace: 'shop', service: 'cart' },
    expected: 'strict',
    objects: () => [
      cartService,
      meshed(),
      security('PeerAuthentication', 'default', { mtls: { mode: 'STRICT' } }),
    ],
    instead: 'permissive',
    without: () => [cartService, meshed()],
  },
  {
    flow: 'jwt-401',
    state: 'policy-check',
    probe: 'request-authentication',
    facts: ofCart,
    expected: 'no-rules',
    objects: () => [meshed(), security('RequestAuthentication', 'empty', {})],
    instead: 'no-policy',
    without: () => [meshed()],
  },
];

const SIDECARS: readonly RealCase[] = [
  {
    flow: 'routing-ignored',
    state: 'entry',
    probe: 'client-sidecar',
    facts: { 'client-pod': WEB, 'client-namespace': 'shop' },
    expected: 'sidecar',
    objects: () => [web()],
    instead: 'no-sidecar',
    without: () => [web({ containers: [app()] })],
  },
  {
    flow: 'mtls-conflict',
    state: 'client-kind',
    probe: 'client-sidecar',
    facts: { 'client-pod': WEB, 'client-namespace': 'shop' },
    expected: 'ambient',
    objects: () => [web({ containers: [app()], annotations: AMBIENT })],
    instead: 'plain-pod',
    without: () => [web({ containers: [app()] })],
  },
  {
    flow: 'mtls-conflict',
    state: 'server-side',
    probe: 'server-sidecar',
    facts: { namespace: 'shop', service: 'cart', port: '8080' },
    expected: 'excluded',
    objects: () => [
      cartService,
      meshed({ annotations: { 'traffic.sidecar.istio.io/excludeInboundPorts': '8080' } }),
    ],
    instead: 'captured',
    without: () => [cartService, meshed()],
  },
  {
    flow: 'egress-blocked',
    state: 'needs-proxy',
    probe: 'egress-proxy',
    facts: { 'client-pod': WEB, 'client-namespace': 'shop' },
    expected: 'proxy',
    objects: () => [
      web({
        containers: [
          proxy(),
          app({ spec: { env: [{ name: 'HTTPS_PROXY', value: 'http://proxy.test:3128' }] } }),
        ],
      }),
    ],
    instead: '(ambiguous)',
    without: () => [web()],
  },
  {
    flow: 'proxy-out-of-sync',
    state: 'discovery-target',
    probe: 'discovery-target',
    facts: ofCart,
    expected: 'wrong-revision',
    objects: () => [istiodDeployment(1, 1), meshed({ annotations: { 'istio.io/rev': '1-27' } })],
    instead: '(ambiguous)',
    without: () => [istiodDeployment(1, 1), meshed({ annotations: { 'istio.io/rev': 'default' } })],
  },
  {
    flow: 'metrics-missing',
    state: 'who-scrapes',
    probe: 'prometheus-scraping',
    facts: ofCart,
    expected: 'annotations',
    objects: () => [meshed()],
    instead: '(ambiguous)',
    without: () => [meshed({ annotations: { 'prometheus.io/scrape': 'true' } })],
  },
  {
    flow: 'job-never-completes',
    state: 'who-runs',
    probe: 'job-sidecar',
    facts: { namespace: 'shop', resource: 'report' },
    expected: 'proxy-only',
    objects: () => [
      meshed({
        name: 'report-1',
        labels: { 'batch.kubernetes.io/job-name': 'report' },
        containers: [proxy(), app({ ready: false, state: terminated('Completed', 0) })],
      }),
    ],
    instead: 'app-runs',
    without: () => [meshed({ name: 'report-1', labels: { 'batch.kubernetes.io/job-name': 'report' } })],
  },
];

/** The kubelet's words about a probe of the proxy. */
const unhealthy = 'Readiness probe failed: Get "http://10.1.0.9:15021/healthz/ready": dial tcp: refused';
const REWRITE = 'sidecar.istio.io/rewriteAppHTTPProbers';
const starting = (inits: Parameters<typeof pod>[0]['inits'], name = CART) =>
  plain({
    name,
    phase: 'Pending',
    inits: inits!,
    containers: [app({ ready: false, state: waiting('PodInitializing') })],
  });
const done = (name: string) => ({ name, state: terminated('Completed', 0) });
const inWork = { name: 'wait-db', state: running() };
const failed = (name: string) => ({ name, restarts: 3, state: terminated('Error', 1) });

const STARTS: readonly RealCase[] = [
  {
    flow: 'probe-failures',
    state: 'which-probe',
    probe: 'probe-rewrite',
    facts: ofCart,
    expected: 'proxy',
    objects: () => [meshed(), event(meshed(), 'Unhealthy', unhealthy)],
    instead: 'no-sidecar',
    without: () => [plain()],
  },
  {
    flow: 'probe-failures',
    state: 'rewrite-off',
    probe: 'probe-rewrite',
    facts: ofCart,
    expected: 'switched-off',
    objects: () => [meshed({ annotations: { [REWRITE]: 'false' } })],
    instead: '(ambiguous)',
    without: () => [meshed({ annotations: { [REWRITE]: 'true' } })],
  },
  {
    flow: 'init-stuck',
    state: 'which-container',
    probe: 'init-containers',
    facts: ofCart,
    expected: 'own-init',
    objects: () => [starting([inWork])],
    instead: '(ambiguous)',
    without: () => [starting([done('wait-db')])],
  },
  {
    flow: 'init-stuck',
    state: 'order',
    probe: 'init-containers',
    facts: ofCart,
    expected: 'redirected',
    objects: () => [starting([done('istio-init'), inWork])],
    instead: 'istio-last',
    without: () => [starting([inWork, { name: 'istio-init', state: waiting('PodInitializing') }])],
  },
  {
    flow: 'istio-init-crash',
    state: 'with-cni',
    probe: 'init-containers',
    facts: { namespace: 'shop', pod: 'init-1' },
    expected: 'kernel',
    objects: () => [starting([failed('istio-init')], 'init-1')],
    instead: 'validation',
    without: () => [starting([failed('istio-validation')], 'init-1')],
  },
];

const version = (image: string) => [proxy({ spec: { image: `docker.io/istio/proxyv2:${image}` } }), app()];
/** istiod of a revision, as `istioctl install --revision` names it. */
const istiodOf = (revision: string, image: string, inNamespace = ISTIO): Manifest => {
  const { spec, metadata, ...rest } = istiodDeployment(1, 1) as Manifest & { spec: Record<string, unknown> };
  const labels = { app: 'istiod', 'istio.io/rev': revision };
  return {
    ...rest,
    metadata: { ...metadata, name: `istiod-${revision}`, namespace: inNamespace, labels },
    spec: {
      ...spec,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'discovery', image: `docker.io/istio/pilot:${image}` }] },
      },
    },
  };
};
const validator = (calls: string): Manifest => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'istio-validator-istio-system', labels: { app: 'istiod' } },
  webhooks: [
    {
      name: 'rev.validation.istio.io',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      failurePolicy: 'Ignore',
      clientConfig: { service: { name: calls, namespace: ISTIO, path: '/validate' } },
      rules: [
        {
          operations: ['CREATE'],
          apiGroups: ['telemetry.istio.io'],
          apiVersions: ['*'],
          resources: ['*'],
        },
      ],
    },
  ],
});

const REVISIONS: readonly RealCase[] = [
  {
    flow: 'upgrade-revision',
    state: 'versions',
    probe: 'mesh-versions',
    expected: 'proxies-old',
    objects: () => [istiodDeployment(1, 1), meshed({ containers: version('1.28.3') })],
    instead: 'same',
    without: () => [istiodDeployment(1, 1), meshed()],
  },
  {
    flow: 'upgrade-revision',
    state: 'tag-or-label',
    probe: 'injector-of-label',
    facts: { namespace: 'shop' },
    expected: 'label-old',
    objects: () => [namespace('shop', { 'istio.io/rev': '1-27-0' }), istiodDeployment(1, 1), injector('CA')],
    instead: 'served',
    without: () => [
      namespace('shop', { 'istio-injection': 'enabled' }),
      istiodDeployment(1, 1),
      injector('CA'),
    ],
  },
  {
    flow: 'sidecar-missing',
    state: 'which-control-plane',
    probe: 'injecting-control-plane',
    expected: 'named-revision',
    objects: () => [istiodOf('1-29', '1.29.0')],
    instead: 'default-revision',
    without: () => [istiodDeployment(1, 1)],
  },
  {
    flow: 'istiod-unhealthy',
    state: 'who-runs-it',
    probe: 'platform',
    expected: 'elsewhere',
    objects: () => [istiodOf('1-29', '1.29.0', 'shop')],
    instead: 'self',
    without: () => [istiodDeployment(1, 1)],
  },
  {
    flow: 'config-rejected',
    state: 'old-validator',
    probe: 'validator-versions',
    expected: 'two-validators',
    objects: () => [istiodOf('1-27', '1.27.0'), istiodOf('1-29', '1.29.0'), validator('istiod-1-27')],
    instead: '(ambiguous)',
    without: () => [istiodOf('1-27', '1.27.0'), istiodOf('1-29', '1.29.0'), validator('istiod-1-29')],
  },
  {
    flow: 'gke-managed-mesh',
    state: 'mesh-state',
    probe: 'managed-control-plane',
    expected: 'active',
    objects: () => [
      {
        apiVersion: 'mesh.cloud.google.com/v1beta1',
        kind: 'ControlPlaneRevision',
        metadata: { name: 'asm-managed', namespace: ISTIO },
        spec: { type: 'managed_service', channel: 'regular' },
        status: { conditions: [{ type: 'Reconciled', status: 'True' }] },
      },
    ],
    instead: 'not-enabled',
    without: () => [],
  },
];

/** A policy that lets the pods of a namespace ask for names and nothing else. */
const onlyNames: Manifest = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'only-names', namespace: 'shop' },
  spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] },
};

/** The injector as a remote installation writes it. */
function calledByUrl(): Manifest {
  const one = injector();
  const [webhook] = one.webhooks as readonly object[];
  const url = 'https://192.0.2.7:15017/inject/cluster/east/net/n1';
  return { ...one, webhooks: [{ ...webhook, clientConfig: { url }, failurePolicy: 'Ignore' }] };
}

const istiodWith = (name: string, ready: boolean, restarts = 0) =>
  pod({
    name,
    namespace: ISTIO,
    labels: { app: 'istiod' },
    node: 'node-1',
    containers: [
      {
        name: 'discovery',
        ready,
        restarts,
        state: restarts > 0 ? waiting('CrashLoopBackOff') : running(),
        ...(restarts > 0 ? { lastState: terminated('Error', 1) } : {}),
      },
    ],
  });
const slow = 'Readiness probe failed: Get "http://10.1.0.7:8080/ready": context deadline exceeded';

const ISTIODS: readonly RealCase[] = [
  {
    flow: 'istiod-apiserver',
    state: 'which-error',
    probe: 'istiod-api',
    expected: 'rbac',
    objects: () => [istiodWith('istiod-refused', true)],
    instead: 'quiet',
    without: () => [istiodWith('istiod-quiet', true)],
  },
  {
    flow: 'istiod-apiserver',
    state: 'still-happening',
    probe: 'istiod-api',
    expected: 'ongoing',
    objects: () => [istiodWith('istiod-refused', true)],
    instead: 'ended',
    without: () => [istiodWith('istiod-quiet', true)],
  },
  {
    flow: 'istiod-unhealthy',
    state: 'crash-log',
    probe: 'istiod-crash',
    expected: 'mesh-config',
    objects: () => [istiodWith('istiod-config', false, 4)],
    instead: 'panic',
    without: () => [istiodWith('istiod-panic', false, 4)],
  },
  {
    flow: 'proxy-not-ready',
    state: 'log-says',
    probe: 'proxy-readiness',
    facts: { namespace: 'shop', pod: 'waiting-1' },
    expected: 'nothing',
    objects: () => [meshed({ name: 'waiting-1', containers: [app(), proxy({ ready: false })] })],
    instead: '(ambiguous)',
    without: () => [meshed({ name: 'waiting-1' })],
  },
  {
    flow: 'proxy-not-ready',
    state: 'network',
    probe: 'discovery-network',
    facts: ofCart,
    expected: 'blocked',
    objects: () => [meshed(), onlyNames],
    instead: '(ambiguous)',
    without: () => [meshed()],
  },
  {
    flow: 'multicluster-policy',
    state: 'what-differs',
    probe: 'remote-control-plane',
    expected: 'remote',
    objects: () => [calledByUrl()],
    instead: '(ambiguous)',
    without: () => [calledByUrl(), istiodDeployment(1, 1)],
  },
  {
    flow: 'multicluster-traffic',
    state: 'endpoints-seen',
    probe: 'remote-clusters',
    expected: 'not-synced',
    objects: () => [istiodWith('istiod-remote', true)],
    instead: '(ambiguous)',
    without: () => [istiodWith('istiod-quiet', true)],
  },
  {
    flow: 'istiod-unhealthy',
    state: 'not-ready-log',
    probe: 'istiod-readiness',
    expected: 'caches',
    objects: () => [istiodWith('istiod-waiting', false)],
    instead: 'probe-times-out',
    without: () => [
      istiodWith('istiod-quiet', false),
      event(istiodWith('istiod-quiet', false), 'Unhealthy', slow),
    ],
  },
  {
    flow: 'webhook-error',
    state: 'which-network',
    probe: 'webhook-network',
    expected: 'network-policy',
    objects: () => [
      istiodWith('istiod-quiet', true),
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'istiod', namespace: ISTIO },
        spec: {
          podSelector: { matchLabels: { app: 'istiod' } },
          policyTypes: ['Ingress'],
          ingress: [{ ports: [{ port: 15012 }] }],
        },
      },
    ],
    instead: '(ambiguous)',
    without: () => [istiodWith('istiod-quiet', true)],
  },
];

const ztunnels = (ready: number) =>
  workload(
    'DaemonSet',
    'ztunnel',
    { app: 'ztunnel' },
    {
      status: {
        currentNumberScheduled: 1,
        desiredNumberScheduled: 1,
        numberMisscheduled: 0,
        numberReady: ready,
      },
    },
  );
const ztunnelPod = () =>
  pod({
    name: 'ztunnel-1',
    namespace: ISTIO,
    labels: { app: 'ztunnel' },
    node: 'node-1',
    containers: [proxy()],
  });
const ambient = namespace('shop', { 'istio.io/dataplane-mode': 'ambient' });

const AMBIENTS: readonly RealCase[] = [
  {
    flow: 'ambient-traffic',
    state: 'enrolled',
    probe: 'ztunnel',
    facts: ofCart,
    expected: 'cni-did-not',
    objects: () => [ambient, plain()],
    instead: 'enrolled',
    without: () => [ambient, plain({ annotations: AMBIENT })],
  },
  {
    flow: 'ambient-traffic',
    state: 'ztunnel-state',
    probe: 'ztunnel',
    facts: ofCart,
    expected: 'not-ready',
    objects: () => [plain({ annotations: AMBIENT }), ztunnels(0)],
    instead: 'missing',
    without: () => [plain({ annotations: AMBIENT })],
  },
  {
    flow: 'ambient-traffic',
    state: 'ztunnel-state',
    probe: 'ztunnel',
    facts: ofCart,
    expected: 'no-istiod',
    objects: () => [plain({ annotations: AMBIENT }), ztunnels(1), ztunnelPod()],
    instead: 'ready',
    without: () => [plain({ annotations: AMBIENT }), ztunnels(1)],
  },
];

/** A certificate of an authority that signed nothing, valid for a hundred years; its key was thrown away. */
const ROOT = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBpTCCAUugAwIBAgIUIsXpe7Ex0U81/CoUuZ6twAb/iuMwCgYIKoZIzj0EAwIw',
  'JzEWMBQGA1UECgwNY2x1c3Rlci5sb2NhbDENMAsGA1UEAwwEcm9vdDAgFw0yNjEx',
  'MjEwODU0MDNaGA8yMTI2MTAyODA4NTQwM1owJzEWMBQGA1UECgwNY2x1c3Rlci5s',
  'b2NhbDENMAsGA1UEAwwEcm9vdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBom',
  'EmB95q2STdciVvOujXvFptKLtleFMG7X//8z16636M5xfMAynRRJnM2v6ZeDgyPL',
  'kss66IhWtCaXa932lgijUzBRMB0GA1UdDgQWBBSD3F8aEjRKZFwT1/42zdq69MnS',
  '2jAfBgNVHSMEGDAWgBSD3F8aEjRKZFwT1/42zdq69MnS2jAPBgNVHRMBAf8EBTAD',
  'AQH/MAoGCCqGSM49BAMCA0gAMEUCIQD4LUoyHWx/k6Kf3zvrjBoAnXqoYArjKx0d',
  'tnew/CJ/6gIgdBlRGIIKp9P0YUyEJhmS2hUIb0zyOc75fSj1sttd+JA=',
  '-----END CERTIFICATE-----',
].join('\n');
const rootOf = (inNamespace: string): Manifest => {
  const { metadata, ...rest } = rootCertificate(ROOT);
  return { ...rest, metadata: { ...metadata, namespace: inNamespace } };
};
const asksCsr = proxy({
  spec: { env: [{ name: 'CA_ADDR', value: 'cert-manager-istio-csr.cert-manager.svc:443' }] },
});
const KEYS = 'https://keys.test/jwks.json';
const checksTokens = security('RequestAuthentication', 'tokens', {
  jwtRules: [{ issuer: 'https://keys.test', jwksUri: KEYS }],
});

const CERTIFICATES: readonly RealCase[] = [
  {
    flow: 'ca-errors',
    state: 'who-signs',
    probe: 'ca-provider',
    facts: ofCart,
    expected: 'istio-csr',
    objects: () => [meshed({ containers: [asksCsr, app()] })],
    instead: 'self-signed',
    without: () => [meshed(), istiodWith('istiod-self-signed', true)],
  },
  {
    flow: 'ca-errors',
    state: 'roots',
    probe: 'root-certificates',
    facts: { namespace: 'shop' },
    expected: 'missing',
    objects: () => [rootOf(ISTIO)],
    instead: '(ambiguous)',
    without: () => [rootOf(ISTIO), rootOf('shop')],
  },
  {
    flow: 'jwt-401',
    state: 'key-log',
    probe: 'jwks-fetch',
    facts: ofCart,
    expected: 'fetch-failed',
    objects: () => [meshed(), checksTokens, istiodWith('istiod-keys', true)],
    instead: '(ambiguous)',
    without: () => [meshed(), checksTokens, istiodWith('istiod-quiet', true)],
  },
  {
    flow: 'proxy-out-of-sync',
    state: 'stale-log',
    probe: 'proxy-log',
    facts: { namespace: 'shop', pod: 'rejecting-1' },
    expected: 'rejected',
    objects: () => [meshed({ name: 'rejecting-1' })],
    instead: '(ambiguous)',
    without: () => [plain({ name: 'rejecting-1' })],
  },
];

export const WORKLOADS: readonly RealCase[] = [
  ...POLICIES,
  ...SIDECARS,
  ...STARTS,
  ...REVISIONS,
  ...ISTIODS,
  ...AMBIENTS,
  ...CERTIFICATES,
];

/** As many minutes ago. */
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const quiet = () => `${ago(30)}\tinfo\tistiod starts\n${ago(29)}\tinfo\tall caches have been synced`;

/** What these pods have written. Times are those of the request: some probes ask what is still going on. */
export const WORKLOAD_LOGS: Logs = {
  [`${ISTIO}/istiod-quiet/discovery`]: quiet,
  [`${ISTIO}/istiod-refused/discovery`]: () =>
    `${quiet()}\n${ago(0)}\terror\tklog\tFailed to watch *v1.Pod: failed to list *v1.Pod: pods is forbidden: User "system:serviceaccount:istio-system:istiod" cannot list resource "pods" in API group "" at the cluster scope`,
  [`${ISTIO}/istiod-remote/discovery`]: () =>
    `${ago(1)}\terror\tremote cluster east failed to sync after 30s`,
  [`${ISTIO}/istiod-waiting/discovery`]: () => `${ago(1)}\tinfo\tWaiting for caches to be synced`,
  [`${ISTIO}/istiod-config/discovery/previous`]: () =>
    `${ago(1)}\terror\tfailed to create discovery service: failed to read mesh configuration: invalid value`,
  [`${ISTIO}/istiod-panic/discovery/previous`]: () =>
    `${ago(1)}\tinfo\tistiod starts\npanic: runtime error: index out of range [0]`,
  [`${ISTIO}/ztunnel-1/istio-proxy`]: () =>
    `${ago(1)}\twarn\txds::client\tXDS client connection error: gRPC connection error: dial tcp 10.0.0.9:15012`,
  [`${ISTIO}/istiod-self-signed/discovery`]: () =>
    `${ago(30)}\tinfo\tUse self-signed certificate as the CA certificate\n${quiet()}`,
  [`${ISTIO}/istiod-keys/discovery`]: () =>
    `${quiet()}\n${ago(2)}\terror\tmodel\tFailed to fetch public key from "${KEYS}": no such host`,
  'shop/rejecting-1/istio-proxy': () =>
    `${ago(2)}\twarning\tenvoy config\tgRPC config for type.googleapis.com/envoy.config.listener.v3.Listener rejected: duplicate listener`,
  'shop/waiting-1/istio-proxy': () =>
    [2, 1]
      .map(
        (minutes) => `${ago(minutes)}\twarn\tEnvoy proxy is NOT ready: config not received from XDS server`,
      )
      .join('\n'),
  'shop/init-1/istio-init': () =>
    "iptables-restore v1.8.7 (legacy): iptables-restore: unable to initialize table 'nat'",
};
