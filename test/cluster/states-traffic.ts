/** States of Services, routes, gateways and access logs on a real API server, each with a twin that does not show it. */
import type { Manifest } from './kube.ts';
import type { Logs } from './kubelet.ts';
import {
  app,
  CART as CART_POD,
  condition,
  gatewayApi,
  INGRESS,
  ISTIO,
  ingressPod,
  ingressService,
  meshed,
  networking,
  plain,
  proxy,
  security,
  service,
  WEB,
  web,
  workload,
} from './mesh-objects.ts';
import { endpoints, event, namespace } from './objects.ts';
import type { RealCase } from './states.ts';

const CLIENT = { 'client-pod': WEB, 'client-namespace': 'shop' };
const ofCart = { namespace: 'shop', service: 'cart' };
const cart = (ports: readonly object[] = [{ name: 'http', port: 8080 }]) => service('cart', ports);
const rule = (spec: object) => networking('DestinationRule', 'cart', { host: 'cart', ...spec });
const route = (subset: string) =>
  networking('VirtualService', 'cart', {
    hosts: ['cart'],
    http: [{ route: [{ destination: { host: 'cart', subset } }] }],
  });
const strict = security('PeerAuthentication', 'default', { mtls: { mode: 'STRICT' } });
const SUBSETS = { subsets: [{ name: 'v1', labels: { version: 'v1' } }] };
const v1 = () => meshed({ labels: { version: 'v1' } });

const faulty = (route: object) =>
  networking('VirtualService', 'cart', {
    hosts: ['cart'],
    http: [
      {
        fault: { abort: { httpStatus: 500, percentage: { value: 50 } } },
        route: [{ destination: { host: 'cart' } }],
        ...route,
      },
    ],
  });

const RULES: readonly RealCase[] = [
  {
    flow: 'fault-injection-ignored',
    state: 'what-is-seen',
    probe: 'fault-routes',
    facts: ofCart,
    expected: 'retries-ignored',
    objects: () => [cart(), faulty({ retries: { attempts: 5 } })],
    instead: '(ambiguous)',
    without: () => [cart(), faulty({ retries: { attempts: 0 } })],
  },
  {
    flow: 'routing-ignored',
    state: 'effect',
    probe: 'destination-rule-subsets',
    facts: ofCart,
    expected: 'subset',
    objects: () => [cart(), v1(), route('v2'), rule(SUBSETS)],
    instead: '(ambiguous)',
    without: () => [cart(), v1(), route('v1'), rule(SUBSETS)],
  },
  {
    flow: 'mtls-conflict',
    state: 'client-rule',
    probe: 'destination-rule-tls',
    facts: ofCart,
    expected: 'plain',
    objects: () => [cart(), meshed(), rule({ trafficPolicy: { tls: { mode: 'DISABLE' } } })],
    instead: 'auto',
    without: () => [cart(), meshed()],
  },
  {
    flow: 'http-503',
    state: 'tls-policy',
    probe: 'destination-rule-tls',
    facts: ofCart,
    expected: 'rule-plain',
    objects: () => [cart(), meshed(), strict, rule({ trafficPolicy: { tls: { mode: 'DISABLE' } } })],
    instead: '(ambiguous)',
    without: () => [cart(), meshed(), rule({ trafficPolicy: { tls: { mode: 'DISABLE' } } })],
  },
  {
    flow: 'http-503',
    state: 'pool-or-slow',
    probe: 'destination-rule-tls',
    facts: ofCart,
    expected: 'small-pool',
    objects: () => [
      cart(),
      meshed(),
      rule({ trafficPolicy: { connectionPool: { tcp: { maxConnections: 1 } } } }),
    ],
    instead: 'slow-upstream',
    without: () => [cart(), meshed()],
  },
];

const notReady = app({ ready: false });
const appOn = (port: number) => app({ spec: { ports: [{ containerPort: port }] } });

const SERVICES: readonly RealCase[] = [
  {
    flow: 'http-503',
    state: 'endpoints',
    probe: 'service-endpoints',
    facts: ofCart,
    expected: 'none-selected',
    objects: () => [cart()],
    instead: 'not-ready',
    without: () => [cart(), meshed({ containers: [proxy(), notReady] })],
  },
  {
    flow: 'http-503',
    state: 'backend-state',
    probe: 'service-endpoints',
    facts: ofCart,
    expected: 'probe-fails',
    objects: () => [cart(), meshed({ containers: [proxy(), notReady] })],
    instead: 'all-ready',
    without: () => [cart(), meshed(), endpoints('cart', 'shop', ['10.1.0.9'])],
  },
  {
    flow: 'http-503',
    state: 'port-check',
    probe: 'service-ports',
    facts: ofCart,
    expected: 'target-port',
    objects: () => [
      cart([{ name: 'http', port: 80, targetPort: 'web' }]),
      meshed({ containers: [proxy(), appOn(8080)] }),
    ],
    instead: '(ambiguous)',
    without: () => [
      cart([{ name: 'http', port: 80, targetPort: 8080 }]),
      meshed({ containers: [proxy(), appOn(8080)] }),
    ],
  },
  {
    flow: 'routing-ignored',
    state: 'service-check',
    probe: 'service-ports',
    facts: ofCart,
    expected: 'port-name',
    objects: () => [cart([{ port: 8080 }]), meshed()],
    instead: 'good',
    without: () => [cart(), meshed()],
  },
  {
    flow: 'tcp-protocol',
    state: 'which-protocol',
    probe: 'service-ports',
    facts: ofCart,
    expected: 'grpc',
    objects: () => [cart([{ name: 'api', port: 8080, appProtocol: 'grpc' }]), meshed()],
    instead: '(ambiguous)',
    without: () => [cart(), meshed()],
  },
];

const PARTNER = { host: 'api.partner.test', 'client-namespace': 'shop', port: '443' };
const entry = (number: number, protocol: string) =>
  networking('ServiceEntry', 'partner', {
    hosts: ['api.partner.test'],
    location: 'MESH_EXTERNAL',
    resolution: 'DNS',
    ports: [{ number, name: `${protocol.toLowerCase()}-${number}`, protocol }],
  });
const originates = networking('DestinationRule', 'partner', {
  host: 'api.partner.test',
  trafficPolicy: { tls: { mode: 'SIMPLE' } },
});

const OUTSIDE: readonly RealCase[] = [
  {
    flow: 'egress-blocked',
    state: 'entry-exists',
    probe: 'service-entries',
    facts: PARTNER,
    expected: 'none',
    objects: () => [web()],
    instead: 'wrong-port',
    without: () => [web(), entry(80, 'HTTP')],
  },
  {
    flow: 'tls-failures',
    state: 'egress-shape',
    probe: 'service-entries',
    facts: PARTNER,
    expected: 'double',
    objects: () => [entry(443, 'HTTPS'), originates],
    instead: '(ambiguous)',
    without: () => [entry(443, 'HTTPS')],
  },
];

const listens = networking(
  'Gateway',
  'public',
  {
    selector: { istio: 'ingressgateway' },
    servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
  },
  ISTIO,
);
const LABELS = { istio: 'ingressgateway', app: INGRESS };
const quota = 'Error syncing load balancer: googleapi: Error 403: Quota IN_USE_ADDRESSES exceeded';
const gce: Manifest = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'public', namespace: ISTIO, annotations: { 'kubernetes.io/ingress.class': 'gce' } },
  spec: { defaultBackend: { service: { name: INGRESS, port: { number: 80 } } } },
};

const GATEWAYS: readonly RealCase[] = [
  {
    flow: 'ingress-no-address',
    state: 'service-state',
    probe: 'gateway-services',
    expected: 'pending',
    objects: () => [ingressService()],
    instead: 'has-address',
    without: () => [ingressService({ address: '203.0.113.7' })],
  },
  {
    flow: 'ingress-no-address',
    state: 'why-pending',
    probe: 'service-events',
    expected: 'quota',
    objects: () => [ingressService(), event(ingressService(), 'SyncLoadBalancerFailed', quota)],
    instead: 'just-created',
    without: () => [ingressService()],
  },
  {
    flow: 'ingress-no-address',
    state: 'gateway-pods',
    probe: 'gateway-pods',
    expected: 'selector',
    objects: () => [ingressService()],
    instead: 'not-started',
    without: () => [ingressService(), workload('Deployment', INGRESS, LABELS)],
  },
  {
    flow: 'ingress-no-address',
    state: 'behind-service',
    probe: 'gateway-endpoints',
    facts: { port: '80' },
    expected: 'no-pods',
    objects: () => [ingressService(), listens],
    instead: 'fine',
    without: () => [ingressService(), listens, ingressPod(), endpoints(INGRESS, ISTIO, ['10.1.0.8'])],
  },
  {
    flow: 'timeouts-504',
    state: 'before-the-mesh',
    probe: 'entry-load-balancer',
    expected: 'gke-lb',
    objects: () => [ingressService(), gce],
    instead: '(ambiguous)',
    without: () => [ingressService()],
  },
];

const ofHost = { gateway: INGRESS, 'gateway-namespace': ISTIO, host: 'shop.example.test', path: '/cart' };
const virtualService = (spec: object) => networking('VirtualService', 'cart', spec);
const toCart = { route: [{ destination: { host: 'cart' } }] };

const HOSTS: readonly RealCase[] = [
  {
    flow: 'http-404',
    state: 'gateway-routes',
    probe: 'gateway-routes',
    facts: ofHost,
    expected: 'host-missing',
    objects: () => [ingressPod(), listens],
    instead: 'complete',
    without: () => [
      ingressPod(),
      listens,
      virtualService({
        hosts: ['shop.example.test'],
        gateways: [`${ISTIO}/public`],
        http: [{ match: [{ uri: { prefix: '/cart' } }], ...toCart }],
      }),
    ],
  },
  {
    flow: 'timeouts-504',
    state: 'which-timeout',
    probe: 'route-timeouts',
    facts: ofCart,
    expected: 'route',
    objects: () => [virtualService({ hosts: ['cart'], http: [{ ...toCart, timeout: '2s' }] })],
    instead: 'retries',
    without: () => [
      virtualService({
        hosts: ['cart'],
        http: [{ ...toCart, retries: { attempts: 2, perTryTimeout: '1s' } }],
      }),
    ],
  },
  {
    flow: 'routing-ignored',
    state: 'why-missing',
    probe: 'virtual-service-hosts',
    facts: ofCart,
    expected: 'gateway-only',
    objects: () => [
      cart(),
      virtualService({ hosts: ['cart'], gateways: [`${ISTIO}/public`], http: [toCart] }),
    ],
    instead: 'host',
    without: () => [cart(), virtualService({ hosts: ['carts'], http: [toCart] })],
  },
];

const controller = 'istio.io/gateway-controller';
const istioClass: Manifest = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GatewayClass',
  metadata: { name: 'istio' },
  spec: { controllerName: controller },
  status: { conditions: [condition('Accepted', 'True')] },
};
const listeners = [{ name: 'http', port: 80, protocol: 'HTTP' }];
const accepted = { conditions: [condition('Accepted', 'True'), condition('Programmed', 'True')] };
const gateway = (gatewayClassName: string, status?: object) =>
  gatewayApi('Gateway', 'public', { gatewayClassName, listeners }, 'shop', status);
const httpRoute = (...conditions: readonly object[]) =>
  gatewayApi(
    'HTTPRoute',
    'cart',
    { parentRefs: [{ name: 'public' }], rules: [{ backendRefs: [{ name: 'cart', port: 8080 }] }] },
    'shop',
    conditions.length > 0
      ? { parents: [{ parentRef: { name: 'public' }, controllerName: controller, conditions }] }
      : undefined,
  );
const isAccepted = condition('Accepted', 'True');
const isResolved = condition('ResolvedRefs', 'True');
const ofRoute = { namespace: 'shop', kind: 'HTTPRoute', resource: 'cart' };
const MADE = { 'gateway.networking.k8s.io/gateway-name': 'public' };

const waypoint = (status?: object) =>
  gatewayApi(
    'Gateway',
    'waypoint',
    { gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }] },
    'shop',
    status,
  );
const usesWaypoint = namespace('shop', {
  'istio.io/dataplane-mode': 'ambient',
  'istio.io/use-waypoint': 'waypoint',
});
const waypointPod = () =>
  plain({
    name: 'waypoint-1',
    labels: { app: 'waypoint', 'gateway.networking.k8s.io/gateway-name': 'waypoint' },
    containers: [proxy()],
  });

const GATEWAY_API: readonly RealCase[] = [
  {
    flow: 'gateway-api',
    state: 'conditions',
    probe: 'gateway-api-conditions',
    facts: ofRoute,
    expected: 'class',
    objects: () => [istioClass, gateway('istio'), httpRoute(isAccepted, isResolved)],
    instead: 'all-true',
    without: () => [istioClass, gateway('istio', accepted), httpRoute(isAccepted, isResolved)],
  },
  {
    flow: 'gateway-api',
    state: 'class-owner',
    probe: 'gateway-api-conditions',
    facts: ofRoute,
    expected: 'misspelled',
    objects: () => [istioClass, gateway('istoi'), httpRoute()],
    instead: 'istio',
    without: () => [istioClass, gateway('istio'), httpRoute()],
  },
  {
    flow: 'gateway-api',
    state: 'route-reason',
    probe: 'gateway-api-conditions',
    facts: ofRoute,
    expected: 'not-allowed',
    objects: () => [
      istioClass,
      gateway('istio', accepted),
      httpRoute(condition('Accepted', 'False', 'NotAllowedByListeners', 'hostname not allowed')),
    ],
    instead: 'no-status',
    without: () => [istioClass, gateway('istio', accepted), httpRoute()],
  },
  {
    flow: 'gateway-api',
    state: 'backend-reason',
    probe: 'route-backends',
    facts: ofRoute,
    expected: 'not-found',
    objects: () => [
      httpRoute(isAccepted, condition('ResolvedRefs', 'False', 'BackendNotFound', 'backend(cart) not found')),
    ],
    instead: '(ambiguous)',
    without: () => [cart(), httpRoute(isAccepted, isResolved)],
  },
  {
    flow: 'gateway-api',
    state: 'programmed-reason',
    probe: 'gateway-api-workload',
    facts: ofRoute,
    expected: 'not-created',
    objects: () => [gateway('istio'), httpRoute()],
    instead: 'pending',
    without: () => [
      gateway('istio'),
      httpRoute(),
      service('public-istio', [{ name: 'http', port: 80 }], {
        selector: MADE,
        labels: MADE,
        type: 'LoadBalancer',
      }),
      workload('Deployment', 'public-istio', MADE, { namespace: 'shop' }),
    ],
  },
  {
    flow: 'ambient-traffic',
    state: 'waypoint-state',
    probe: 'waypoints',
    facts: ofCart,
    expected: 'used',
    objects: () => [usesWaypoint, cart(), waypoint(accepted), waypointPod()],
    instead: 'not-ready',
    without: () => [usesWaypoint, cart(), waypoint()],
  },
];

/** A line in Envoy's default format, as Istio sets it. `answer` holds code, flags, details and the reason of TLS. */
const line = (answer: string, host: string, way: string, ms = 3) =>
  `[2026-11-01T10:00:09.123Z] "GET /cart HTTP/1.1" ${answer} 0 91 ${ms} - "-" "curl/8.1" "5c1e6f0a-0000-4000-8000-000000000001" "${host}" ${way} 10.8.0.3:51122 10.12.3.4:8080 10.8.0.3:40210 - default`;
const TO_CART = '"10.8.1.7:8080" outbound|8080||cart.shop.svc.cluster.local';
const caller = (name: string) => web({ name });
const callsFrom = (name: string, over: object = {}) => ({
  ...ofCart,
  'client-pod': name,
  'client-namespace': 'shop',
  ...over,
});
/** One step, told by the log of `name`; the twin's caller has no proxy that could log anything. */
const logged = (
  flow: string,
  state: string,
  probe: string,
  name: string,
  expected: string,
  over: object = {},
): RealCase => ({
  flow,
  state,
  probe,
  facts: callsFrom(name, over),
  expected,
  objects: () => [meshed(), caller(name)],
  instead: '(ambiguous)',
  without: () => [meshed(), web({ name, containers: [app()] })],
});

/** The same for a server that refused, told by its own log. */
const refused = (flow: string, state: string, probe: string, name: string, expected: string): RealCase => ({
  flow,
  state,
  probe,
  facts: { namespace: 'shop', pod: name },
  expected,
  objects: () => [meshed({ name })],
  instead: '(ambiguous)',
  without: () => [plain({ name })],
});

const LOGGED: readonly RealCase[] = [
  logged('multicluster-traffic', 'still-fails', 'access-log-remote', 'web-away', 'denied'),
  refused('jwt-401', 'which-text', 'access-log-401', 'cart-401', 'time'),
  refused('rbac-403', 'which-detail', 'access-log-403', 'cart-403', 'none-matched'),
  logged('http-503', 'which-flag', 'access-log-503', 'web-503', 'uf'),
  logged('rollout-503', 'failing-line', 'access-log-rollout', 'web-503', 'refused-old'),
  logged('http-426', 'who-answers', 'access-log-426', 'web-426', 'low-version'),
  logged('rate-limit-429', 'which-limiter', 'access-log-429', 'web-429', 'local'),
  logged('timeouts-504', 'which-flag', 'access-log-504', 'web-504', 'ut'),
  {
    flow: 'egress-blocked',
    state: 'which-cluster',
    probe: 'access-log-egress',
    facts: { ...CLIENT, 'client-pod': 'web-out', host: 'api.partner.test' },
    expected: 'blackhole',
    objects: () => [caller('web-out')],
    instead: '(ambiguous)',
    without: () => [web({ name: 'web-out', containers: [app()] })],
  },
  {
    flow: 'http-404',
    state: 'gateway-log',
    probe: 'access-log-404',
    facts: { gateway: INGRESS, 'gateway-namespace': ISTIO, host: 'shop.example.test' },
    expected: 'no-route',
    objects: () => [ingressPod()],
    instead: '(ambiguous)',
    without: () => [
      ingressPod({ name: 'other-gateway-1', labels: { istio: 'ingressgateway', app: 'other' } }),
    ],
  },
];

const eastWest = (address?: string) =>
  service('istio-eastwestgateway', [{ name: 'tls', port: 15443 }], {
    namespace: ISTIO,
    selector: { istio: 'eastwestgateway' },
    type: 'LoadBalancer',
    ...(address ? { address } : {}),
  });

const CLUSTERS: readonly RealCase[] = [
  {
    flow: 'multicluster-traffic',
    state: 'network-kind',
    probe: 'east-west-gateway',
    expected: 'no-address',
    objects: () => [eastWest()],
    // The namespace of the control plane bears no network's name here.
    instead: 'not-labelled',
    without: () => [eastWest('192.0.2.7')],
  },
  {
    flow: 'multicluster-traffic',
    state: 'why-none',
    probe: 'shared-service',
    facts: ofCart,
    expected: 'no-service',
    objects: () => [meshed()],
    instead: '(ambiguous)',
    without: () => [cart(), meshed()],
  },
];

export const TRAFFIC: readonly RealCase[] = [
  ...CLUSTERS,
  ...RULES,
  ...SERVICES,
  ...OUTSIDE,
  ...GATEWAYS,
  ...HOSTS,
  ...GATEWAY_API,
  ...LOGGED,
];

const CART = 'cart.shop:8080';

const TO_SELF = '"10.8.1.7:8080" inbound|8080||';

export const TRAFFIC_LOGS: Logs = {
  'shop/cart-401/istio-proxy': line('401 - jwt_authn_access_denied{Jwt_is_expired} - "-"', CART, TO_SELF),
  'shop/cart-403/istio-proxy': line('403 - rbac_access_denied_matched_policy[none] - "-"', CART, TO_SELF),
  // The called side is quiet: what is told comes from the caller.
  [`shop/${CART_POD}/istio-proxy`]: 'info\tEnvoy proxy is ready',
  'shop/web-503/istio-proxy': line(
    '503 UF upstream_reset_before_response_started{connection_failure} - "-"',
    CART,
    TO_CART,
  ),
  'shop/web-426/istio-proxy': line('426 DPE low_version - "-"', CART, '"-" -'),
  'shop/web-away/istio-proxy': line(
    '403 - via_upstream - "-"',
    CART,
    '"192.0.2.7:15443" outbound|8080||cart.shop.svc.cluster.local',
  ),
  'shop/web-429/istio-proxy': line('429 - local_rate_limited - "-"', CART, TO_CART),
  'shop/web-504/istio-proxy': line('504 UT response_timeout - "-"', CART, TO_CART, 15000),
  'shop/web-out/istio-proxy': line('502 - direct_response - "-"', 'api.partner.test', '"-" BlackHoleCluster'),
  [`${ISTIO}/${INGRESS}-1/istio-proxy`]: line('404 NR route_not_found - "-"', 'shop.example.test', '"-" -'),
};
