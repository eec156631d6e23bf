/** States of EnvoyFilters, of objects' scope, of gateways' hosts and of clocks, each with a twin that does not show it. */
import type { Manifest } from './kube.ts';
import type { Logs } from './kubelet.ts';
import {
  CART,
  envoyFilter,
  INGRESS,
  ISTIO,
  ingressPod,
  meshed,
  networking,
  proxy,
  security,
} from './mesh-objects.ts';
import { pod, running } from './objects.ts';
import type { RealCase } from './states.ts';

const ofCart = { namespace: 'shop', pod: CART };
const LIMIT = {
  name: 'envoy.filters.http.local_ratelimit',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
  },
};
const GLOBAL_LIMIT = {
  name: 'envoy.filters.http.ratelimit',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit',
    rate_limit_service: {
      grpc_service: { envoy_grpc: { cluster_name: 'outbound|8081||ratelimit.shop.svc.cluster.local' } },
    },
  },
};
const inserts = (value: object, match: object = {}) => ({
  configPatches: [{ applyTo: 'HTTP_FILTER', match, patch: { operation: 'INSERT_BEFORE', value } }],
});
const selecting = (app: string) => ({ workloadSelector: { labels: { app } } });

const FILTERS: readonly RealCase[] = [
  {
    flow: 'envoyfilter-broken',
    state: 'does-it-select',
    probe: 'envoyfilter-order',
    facts: ofCart,
    expected: 'selector',
    objects: () => [meshed(), envoyFilter('limit', { ...selecting('carts'), ...inserts(LIMIT) })],
    instead: 'context',
    without: () => [
      meshed(),
      envoyFilter('limit', { ...selecting('cart'), ...inserts(LIMIT, { context: 'GATEWAY' }) }),
    ],
  },
  {
    flow: 'rate-limit-429',
    state: 'find-filters',
    probe: 'rate-limit-filters',
    facts: ofCart,
    expected: 'local',
    objects: () => [meshed(), envoyFilter('limit', inserts(LIMIT))],
    instead: 'none',
    without: () => [meshed()],
  },
  {
    flow: 'rate-limit-429',
    state: 'service-state',
    probe: 'rate-limit-service',
    expected: 'wrong-cluster',
    objects: () => [envoyFilter('limit', inserts(GLOBAL_LIMIT))],
    instead: '(ambiguous)',
    without: () => [envoyFilter('limit', inserts(LIMIT))],
  },
  {
    flow: 'timeouts-504',
    state: 'which-idle',
    probe: 'idle-limits',
    facts: ofCart,
    expected: 'filter',
    objects: () => [meshed(), envoyFilter('idle', inserts({ stream_idle_timeout: '30s' }))],
    instead: '(ambiguous)',
    without: () => [meshed(), envoyFilter('idle', inserts({ stream_idle_timeout: '0s' }))],
  },
  {
    flow: 'proxy-out-of-sync',
    state: 'why-out-of-scope',
    probe: 'config-scope',
    facts: { ...ofCart, kind: 'AuthorizationPolicy', resource: 'deny' },
    expected: 'selector',
    objects: () => [meshed(), denying('carts')],
    instead: '(ambiguous)',
    without: () => [meshed(), denying('cart')],
  },
];

function denying(app: string): Manifest {
  return security('AuthorizationPolicy', 'deny', {
    action: 'DENY',
    selector: { matchLabels: { app } },
    rules: [{}],
  });
}

const HOST = 'shop.example.test';
const ofHost = { gateway: INGRESS, 'gateway-namespace': ISTIO, host: HOST };
const server = (tls: object | undefined, protocol: string, port = 443) => ({
  port: { number: port, name: protocol.toLowerCase(), protocol },
  hosts: [HOST],
  ...(tls ? { tls } : {}),
});
const gateway = (tls: object | undefined, protocol: string, port?: number) =>
  networking(
    'Gateway',
    'public',
    { selector: { istio: 'ingressgateway' }, servers: [server(tls, protocol, port)] },
    ISTIO,
  );
const passes = gateway({ mode: 'PASSTHROUGH' }, 'TLS');
const to = { route: [{ destination: { host: 'cart' } }] };
const rule = (routes: object, gateways = [`${ISTIO}/public`]) =>
  networking('VirtualService', 'shop', { hosts: [HOST], gateways, ...routes });
const egressPod = () =>
  pod({
    name: 'istio-egressgateway-1',
    namespace: ISTIO,
    labels: { istio: 'egressgateway' },
    containers: [proxy()],
  });

const HOSTS: readonly RealCase[] = [
  {
    flow: 'http-404',
    state: 'why-not-bound',
    probe: 'gateway-hosts',
    facts: ofHost,
    expected: 'no-rule',
    objects: () => [gateway(undefined, 'HTTP', 80)],
    instead: 'reference',
    without: () => [gateway(undefined, 'HTTP', 80), rule({ http: [to] }, ['shop/public'])],
  },
  {
    flow: 'tls-failures',
    state: 'gateway-mode',
    probe: 'gateway-tls',
    facts: ofHost,
    expected: 'passthrough-http-routes',
    objects: () => [passes, rule({ http: [to] })],
    instead: 'consistent',
    without: () => [passes, rule({ tls: [{ match: [{ sniHosts: [HOST] }], ...to }] })],
  },
  {
    flow: 'http-404',
    state: 'sni-and-host',
    probe: 'gateway-sni',
    facts: ofHost,
    expected: 'differ',
    objects: () => [ingressPod({ name: `${INGRESS}-shared` })],
    instead: 'same',
    without: () => [ingressPod({ name: `${INGRESS}-own` })],
  },
  {
    flow: 'egress-blocked',
    state: 'at-egress-gateway',
    probe: 'egress-gateway',
    facts: { host: 'api.partner.test' },
    expected: 'not-running',
    objects: () => [meshed()],
    instead: 'rules',
    without: () => [meshed(), egressPod()],
  },
];

/** istiod with an account of its own, as its chart gives it. */
const istiod = (): Manifest => {
  const one = pod({
    name: 'istiod-1',
    namespace: ISTIO,
    labels: { app: 'istiod' },
    containers: [{ name: 'discovery', ready: true, state: running() }],
  });
  return { ...one, spec: { ...(one.spec as object), serviceAccountName: 'istiod' } };
};
const closed: Manifest = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'istiod', namespace: ISTIO },
  spec: {
    podSelector: { matchLabels: { app: 'istiod' } },
    policyTypes: ['Egress'],
    egress: [{ ports: [{ port: 53 }] }],
  },
};
const RBAC = 'rbac.authorization.k8s.io';
const oldRole: readonly Manifest[] = [
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'istiod-test' },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'istiod-test' },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'istiod-test' },
    subjects: [{ kind: 'ServiceAccount', name: 'istiod', namespace: ISTIO }],
  },
];
const lease = (ageSeconds: number): Manifest => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'node-1', namespace: 'kube-node-lease' },
  spec: {
    holderIdentity: 'node-1',
    renewTime: new Date(Date.now() - ageSeconds * 1000).toISOString().replace('Z', '000Z'),
  },
});

const CONTROL: readonly RealCase[] = [
  {
    flow: 'istiod-apiserver',
    state: 'what-blocks',
    probe: 'istiod-egress',
    expected: 'network-policy',
    objects: () => [istiod(), closed],
    instead: 'neither',
    without: () => [istiod()],
  },
  {
    flow: 'istiod-apiserver',
    state: 'how-far',
    probe: 'apiserver-reach',
    expected: 'only-istiod',
    objects: () => [istiod(), closed],
    instead: '(ambiguous)',
    without: () => [istiod()],
  },
  {
    flow: 'istiod-apiserver',
    state: 'which-role',
    probe: 'istiod-role',
    facts: { resource: 'services' },
    expected: 'role-old',
    objects: () => [istiod(), ...oldRole],
    instead: 'binding',
    without: () => [istiod()],
  },
  {
    flow: 'clock-skew',
    state: 'whose-clock',
    probe: 'clock',
    expected: 'one-node',
    objects: () => [lease(600)],
    // This machine has the API server's clock.
    instead: '(ambiguous)',
    without: () => [lease(0)],
  },
];

const sidecar = (host: string) => networking('Sidecar', 'default', { egress: [{ hosts: [host] }] });

const SCOPES: readonly RealCase[] = [
  {
    flow: 'envoy-memory',
    state: 'which-scope',
    probe: 'proxy-scope',
    facts: ofCart,
    expected: 'scoped-already',
    objects: () => [meshed(), sidecar('./*')],
    instead: '(ambiguous)',
    without: () => [meshed(), sidecar('*/*')],
  },
];

export const CONFIG: readonly RealCase[] = [...FILTERS, ...HOSTS, ...CONTROL, ...SCOPES];

const unrouted = (serverName: string) =>
  `[2026-11-01T10:00:09.123Z] "GET / HTTP/2" 404 NR route_not_found - "-" 0 0 0 - "-" "curl/8.1" "5c1e6f0a-0000-4000-8000-000000000001" "${HOST}" "-" - - 10.12.3.4:8443 10.8.0.3:40210 ${serverName} -`;

export const CONFIG_LOGS: Logs = {
  [`${ISTIO}/${INGRESS}-shared/istio-proxy`]: unrouted('other.example.test'),
  [`${ISTIO}/${INGRESS}-own/istio-proxy`]: unrouted(HOST),
};
