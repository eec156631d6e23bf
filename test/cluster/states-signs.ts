/** States whose signs stand in a name, in a log line or in what an error names, each with a twin that does not show it. */
import type { Manifest } from './kube.ts';
import type { Logs } from './kubelet.ts';
import {
  AMBIENT,
  app,
  CART,
  envoyFilter,
  ISTIO,
  meshed,
  plain,
  proxy,
  service,
  web,
  workload,
} from './mesh-objects.ts';
import { istiodDeployment, pod, running } from './objects.ts';
import type { RealCase } from './states.ts';

const cart = service('cart', [{ name: 'grpc', port: 8080 }]);

/** A pod of each log: the kubelet of the tests answers by its name. */
const caller = (name: string) => web({ name });

const oldProxy = (version: string) => proxy({ spec: { image: `docker.io/istio/proxyv2:${version}` } });

const ztunnelOf = (name: string) =>
  pod({ name, namespace: ISTIO, labels: { app: 'ztunnel' }, node: 'node-1', containers: [proxy()] });

const silenced = (override: object): Manifest => ({
  apiVersion: 'telemetry.istio.io/v1',
  kind: 'Telemetry',
  metadata: { name: 'silent', namespace: 'shop' },
  spec: { metrics: [{ providers: [{ name: 'prometheus' }], overrides: [override] }] },
});

const TRAFFIC: readonly RealCase[] = [
  {
    flow: 'grpc-errors',
    state: 'which-status',
    probe: 'access-log-grpc',
    facts: { namespace: 'shop', service: 'cart', 'client-pod': 'web-grpc', 'client-namespace': 'shop' },
    expected: 'unavailable',
    objects: () => [cart, meshed(), caller('web-grpc')],
    instead: '(ambiguous)',
    without: () => [cart, meshed(), web({ name: 'web-grpc', containers: [app()] })],
  },
  {
    flow: 'dns-resolution',
    state: 'which-name',
    probe: 'dns-name',
    facts: { namespace: 'shop', pod: 'web-1', host: 'cart' },
    expected: 'service',
    objects: () => [cart, web()],
    instead: '(ambiguous)',
    without: () => [web()],
  },
  {
    flow: 'tls-failures',
    state: 'between',
    probe: 'access-log-tls',
    facts: { 'client-pod': 'web-tls', 'client-namespace': 'shop', host: 'api.partner.test' },
    expected: 'egress',
    objects: () => [caller('web-tls')],
    instead: '(ambiguous)',
    without: () => [web({ name: 'web-tls', containers: [app()] })],
  },
  {
    flow: 'connection-refused',
    state: 'when',
    probe: 'refused-calls',
    facts: { namespace: 'shop', pod: 'cart-refused' },
    expected: 'always',
    objects: () => [meshed({ name: 'cart-refused' })],
    instead: 'at-start',
    // The same line, nineteen seconds after the start.
    without: () => [
      meshed({
        name: 'cart-refused',
        containers: [proxy(), app({ state: running('2026-11-01T10:44:50Z') })],
      }),
    ],
  },
];

const captured = (value: string) =>
  meshed({ containers: [proxy({ spec: { env: [{ name: 'ISTIO_META_DNS_CAPTURE', value }] } }), app()] });

const NAMES: readonly RealCase[] = [
  {
    flow: 'dns-resolution',
    state: 'capture-on',
    probe: 'dns-capture',
    facts: { namespace: 'shop', pod: CART },
    expected: 'on',
    objects: () => [captured('true')],
    instead: 'off',
    without: () => [captured('false')],
  },
];

const UPGRADES: readonly RealCase[] = [
  {
    flow: 'upgrade-revision',
    state: 'which-trouble',
    probe: 'upgrade-trouble',
    expected: 'mixed-versions',
    objects: () => [istiodDeployment(1, 1), meshed({ containers: [oldProxy('1.26.0'), app()] })],
    instead: '(ambiguous)',
    without: () => [istiodDeployment(1, 1), meshed({ containers: [oldProxy('1.28.0'), app()] })],
  },
];

const REFUSALS: readonly RealCase[] = [
  {
    flow: 'config-rejected',
    state: 'envoy-reason',
    probe: 'rejected-config',
    facts: { namespace: 'shop', pod: 'cart-refusing' },
    expected: 'envoyfilter',
    // The line is of the last hour: the API server's clock is this machine's.
    objects: () => [meshed({ name: 'cart-refusing' }), envoyFilter('own', { configPatches: [] })],
    instead: '(ambiguous)',
    without: () => [meshed({ name: 'cart-refusing' })],
  },
];

const SYNC: readonly RealCase[] = [
  {
    flow: 'proxy-out-of-sync',
    state: 'sync-state',
    probe: 'sync-state',
    facts: { namespace: 'shop', pod: CART },
    expected: 'not-listed',
    objects: () => [plain()],
    instead: '(ambiguous)',
    without: () => [meshed()],
  },
];

const AMBIENT_CALLS: readonly RealCase[] = [
  {
    flow: 'ambient-traffic',
    state: 'what-fails',
    probe: 'ztunnel-errors',
    facts: { namespace: 'shop', service: 'cart' },
    expected: 'hbone-blocked',
    objects: () => [cart, plain({ annotations: AMBIENT }), ztunnelOf('ztunnel-blocked')],
    instead: 'ztunnel-down',
    without: () => [cart, plain({ annotations: AMBIENT })],
  },
];

const CERTIFICATES: readonly RealCase[] = [
  {
    flow: 'mtls-conflict',
    state: 'what-shows',
    probe: 'access-log-mtls',
    facts: { namespace: 'shop', service: 'cart', 'client-pod': 'web-mtls', 'client-namespace': 'shop' },
    expected: 'wrong-version',
    objects: () => [cart, meshed(), caller('web-mtls')],
    instead: '(ambiguous)',
    without: () => [cart, meshed(), web({ name: 'web-mtls', containers: [app()] })],
  },
  {
    flow: 'ca-errors',
    state: 'what-fails',
    probe: 'ca-trouble',
    facts: { namespace: 'shop', pod: 'cart-uncertified' },
    expected: 'not-issued',
    objects: () => [meshed({ name: 'cart-uncertified' })],
    instead: '(ambiguous)',
    without: () => [meshed({ name: 'cart-certified' })],
  },
];

const openServiceMesh = (namespace: string): Manifest =>
  workload('Deployment', 'osm-controller', { app: 'osm-controller' }, { namespace });

const ADDONS: readonly RealCase[] = [
  {
    flow: 'aks-addon-error',
    state: 'which-operation',
    probe: 'aks-addon',
    expected: 'enable',
    objects: () => [openServiceMesh('kube-system')],
    instead: '(ambiguous)',
    // An installation of one's own is none of Azure's add-ons.
    without: () => [openServiceMesh('shop')],
  },
];

const METRICS: readonly RealCase[] = [
  {
    flow: 'metrics-missing',
    state: 'exposed',
    probe: 'metrics-exposed',
    facts: { namespace: 'shop', pod: CART },
    expected: 'none',
    objects: () => [meshed(), silenced({ disabled: true })],
    instead: '(ambiguous)',
    without: () => [meshed(), silenced({ disabled: true, match: { metric: 'REQUEST_SIZE' } })],
  },
];

export const SIGNS: readonly RealCase[] = [
  ...TRAFFIC,
  ...NAMES,
  ...UPGRADES,
  ...REFUSALS,
  ...SYNC,
  ...AMBIENT_CALLS,
  ...CERTIFICATES,
  ...METRICS,
  ...ADDONS,
];

const JUST_NOW = new Date(Date.now() - 60_000).toISOString();

export const SIGN_LOGS: Logs = {
  [`${ISTIO}/ztunnel-blocked/istio-proxy`]:
    '2026-11-01T10:00:09.123456Z\terror\taccess\tconnection complete\tsrc.addr=10.8.0.3:41234 dst.addr=10.8.1.7:15008 dst.hbone_addr=10.8.1.7:8080 dst.service="cart.shop.svc.cluster.local" dst.workload="cart-5d8f-x2x" direction="outbound" error="connection timed out, maybe a NetworkPolicy is blocking HBONE port 15008: deadline has elapsed"',
  'shop/cart-refusing/istio-proxy': `${JUST_NOW}\twarning\tenvoy config\tdelta config for type.googleapis.com/envoy.config.listener.v3.Listener rejected: Error adding/updating listener(s) virtualInbound: Didn't find a registered implementation for 'envoy.filters.http.foo'`,
  'shop/web-mtls/istio-proxy':
    '[2026-11-01T10:00:09.123Z] "GET / HTTP/1.1" 503 UF upstream_reset_before_response_started{remote_connection_failure|TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end} - "TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end" 0 91 4 - "-" "curl/8.1" "5c1e6f0a-0000-4000-8000-000000000001" "cart.shop:8080" "10.8.1.7:8080" outbound|8080||cart.shop.svc.cluster.local 10.8.0.3:51122 10.12.3.4:8080 10.8.0.3:40210 - default',
  'shop/cart-uncertified/istio-proxy':
    '2026-11-01T10:00:09.123456Z\twarn\tsds\tfailed to warm certificate: failed to generate workload certificate: create certificate: rpc error: code = Unauthenticated desc = authentication failure',
  'shop/web-tls/istio-proxy':
    '[2026-11-01T10:00:09.123Z] "GET / HTTP/1.1" 503 UF upstream_reset_before_response_started{remote_connection_failure|TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end} - "TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end" 0 91 4 - "-" "curl/8.1" "5c1e6f0a-0000-4000-8000-000000000001" "api.partner.test" "203.0.113.7:443" outbound|443||api.partner.test 10.8.0.3:51122 203.0.113.7:443 10.8.0.3:40210 - default',
  'shop/cart-refused/app': '2026-11-01T10:45:09.001Z dial tcp 10.8.1.7:8080: connect: connection refused',
  'shop/web-grpc/istio-proxy':
    '[2026-11-01T10:00:09.123Z] "POST /shop.Cart/Get HTTP/2" 200 UH no_healthy_upstream - "-" 0 0 0 - "-" "grpc-go/1.70" "5c1e6f0a-0000-4000-8000-000000000001" "cart.shop:8080" "-" outbound|8080||cart.shop.svc.cluster.local - 10.12.3.4:8080 10.8.0.3:40210 - default',
};
