/** Services, their ports and what stands behind them: each answer where the cluster shows it, none where it does not. */
import { describe, expect, it } from 'vitest';
import { answerOf, ask, brokenObjects, type Objects } from './asking.ts';

const NOW = new Date('2026-11-20T09:00:00Z');
const version = { gitVersion: 'v1.33.0', date: NOW };
const meta = (name: string, namespace = 'shop', more: object = {}) => ({
  metadata: { name, namespace, ...more },
});
const http = { name: 'http', port: 80, targetPort: 8080 };
const service = (ports: object[] = [http], spec: object = {}, name = 'cart') => ({
  ...meta(name),
  spec: { clusterIP: '10.8.0.7', selector: { app: 'cart' }, ports, ...spec },
});
const running = { name: 'cart', ready: true, restartCount: 0, state: { running: {} } };
const waiting = (reason: string, more: object = {}) => ({
  ...running,
  ready: false,
  state: { waiting: { reason } },
  ...more,
});
const pod = (statuses: object[] = [running], spec: object = {}, name = 'cart-1', more: object = {}) => ({
  ...meta(name, 'shop', { labels: { app: 'cart' }, ...more }),
  spec: {
    containers: [
      { name: 'cart', ports: [{ name: 'web', containerPort: 8080 }] },
      { name: 'istio-proxy', ports: [{ name: 'http-envoy-prom', containerPort: 15090 }] },
    ],
    ...spec,
  },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [
      ...statuses,
      { name: 'istio-proxy', ready: true, restartCount: 0, state: { running: {} } },
    ],
  },
});
const CART = { namespace: 'shop', service: 'cart' };

describe('service-ports', () => {
  const run = (answers: readonly string[], services: unknown[], pods: unknown[] = [pod()], facts = {}) =>
    answerOf(
      'service-ports',
      { ...CART, ...facts },
      { objects: { services, pods } as Objects, version },
      answers,
    );
  const port = (name: string, more: object = {}) =>
    service([{ name, port: 8080, targetPort: 8080, ...more }]);
  const PORT_CHECK = ['target-port', 'localhost', 'not-running', 'hosted'];
  const UC = ['headless', 'keep-alive', 'plain-text', 'rollout', 'crash'];
  const GRPC = ['as-http', 'unnamed', 'as-tcp', 'named'];
  const METRICS = ['no-traffic', 'not-http', 'switched-off'];
  const ROUTING = ['port-name', 'two-services', 'no-service', 'tcp', 'good'];
  const TCP = ['server-first', 'http-on-tcp', 'own-tls', 'headless', 'grpc', 'long-idle'];

  it.each([
    ['as-http', undefined, 'good', undefined, port('http')],
    ['as-http', undefined, 'good', undefined, port('http-api')],
    ['named', undefined, 'good', 'grpc', port('grpc-api')],
    ['named', undefined, 'good', undefined, port('web', { appProtocol: 'kubernetes.io/h2c' })],
    ['unnamed', undefined, 'port-name', undefined, port('web')],
    ['unnamed', undefined, 'port-name', undefined, port('')],
    ['as-tcp', 'not-http', 'tcp', undefined, port('tcp-web')],
    ['as-tcp', 'not-http', 'tcp', undefined, port('db', { port: 3306 })],
    ['as-tcp', 'not-http', 'tcp', undefined, port('http', { appProtocol: 'tcp' })],
    [undefined, 'not-http', 'tcp', 'own-tls', port('https')],
    [undefined, 'not-http', 'tcp', undefined, port('redis')],
    [undefined, undefined, undefined, undefined, service([http, { name: 'tcp-db', port: 5432 }])],
  ])('%s, %s, %s, %s', async (grpc, metrics, routing, tcp, one) => {
    expect(await run(GRPC, [one])).toBe(grpc);
    expect(await run(METRICS, [one])).toBe(metrics);
    expect(await run(ROUTING, [one])).toBe(routing);
    expect(await run(TCP, [one])).toBe(tcp);
  });

  it('takes the port of the case where a Service has several', async () => {
    const one = service([http, { name: 'tcp-db', port: 5432 }]);
    expect(await run(GRPC, [one], [pod()], { port: '80' })).toBe('as-http');
    expect(await run(GRPC, [one], [pod()], { port: '5432' })).toBe('as-tcp');
    expect(await run(GRPC, [one], [pod()], { port: '9999' })).toBeUndefined();
  });

  it.each([
    ['not-running', service(), []],
    ['not-running', service(), [pod([waiting('CrashLoopBackOff')])]],
    ['not-running', service(), [pod([], {}, 'cart-1', { deletionTimestamp: '2026-11-20T08:59:00Z' })]],
    [undefined, service(), [pod([waiting('CrashLoopBackOff')]), pod([running], {}, 'cart-2')]],
    [undefined, service([http], { selector: undefined }), []],
    ['target-port', service([{ ...http, targetPort: 9090 }]), [pod()]],
    ['target-port', service([{ ...http, targetPort: 'api' }]), [pod()]],
    [undefined, service([{ ...http, targetPort: 'web' }]), [pod()]],
    [undefined, service(), [pod()]],
    [
      undefined,
      service([{ ...http, targetPort: 9090 }]),
      [pod([running], { containers: [{ name: 'cart' }] })],
    ],
  ])('port-check: %s', async (expected, one, pods) => {
    expect(await run(PORT_CHECK, [one], pods)).toBe(expected);
  });

  const ended = (finishedAt: string, exitCode = 1) => ({
    ...running,
    restartCount: 1,
    lastState: { terminated: { reason: 'Error', exitCode, finishedAt } },
  });
  it.each([
    ['headless', service([http], { clusterIP: 'None' }), [pod()]],
    [undefined, service(), [pod()]],
    ['crash', service(), [pod([waiting('CrashLoopBackOff')])]],
    ['crash', service(), [pod([ended('2026-11-20T08:50:00Z')])]],
    [undefined, service(), [pod([ended('2026-11-19T08:50:00Z')])]],
    [undefined, service(), [pod([ended('2026-11-20T08:50:00Z', 0)])]],
  ])('uc-kind: %s', async (expected, one, pods) => {
    expect(await run(UC, [one], pods)).toBe(expected);
  });

  it('calls headless what is declared TCP no misfit', async () => {
    const spec = { clusterIP: 'None' };
    expect(await run(TCP, [service([{ name: 'db', port: 5432 }], spec)])).toBe('headless');
    expect(await run(TCP, [service([{ name: 'tcp-db', port: 5432 }], spec)])).toBeUndefined();
  });

  it('sees two Services that name one container port differently', async () => {
    const twin = (name: string, more: object = {}) =>
      service([{ name, port: 81, targetPort: 8080 }], more, 'cart-raw');
    expect(await run(ROUTING, [service(), twin('tcp')])).toBe('two-services');
    expect(await run(ROUTING, [service(), twin('http2')])).toBe('good');
    expect(await run(ROUTING, [service(), twin('tcp', { selector: { app: 'other' } })])).toBe('good');
  });

  it('sees that no Service selects the pod', async () => {
    const facts = { service: 'gone', pod: 'cart-1' };
    const other = service([http], { selector: { app: 'other' } });
    expect(await run(ROUTING, [other], [pod()], facts)).toBe('no-service');
    expect(await run(ROUTING, [service()], [pod()], facts)).toBeUndefined();
    expect(await run(ROUTING, [other], [], facts)).toBeUndefined();
  });
});

describe('route-backends', () => {
  const ref = { name: 'cart', port: 80 };
  const route = (refs: object[], reason = '', message = '', name = 'web') => ({
    ...meta(name),
    spec: { hostnames: ['shop.example.com'], rules: [{ backendRefs: refs }] },
    status: {
      parents: [
        {
          controllerName: 'istio.io/gateway-controller',
          conditions: [{ type: 'ResolvedRefs', status: reason ? 'False' : 'True', reason, message }],
        },
      ],
    },
  });
  const run = (routes: unknown[], facts: object = {}, services: unknown[] = [service()]) =>
    ask(
      'route-backends',
      { namespace: 'shop', ...facts },
      {
        objects: { 'httproutes.gateway.networking.k8s.io': routes, services } as Objects,
      },
    );
  const host = { host: 'shop.example.com' };

  it.each([
    [['not-permitted'], route([{ ...ref, namespace: 'other' }], 'RefNotPermitted')],
    [['not-found'], route([{ ...ref, name: 'gone' }], 'BackendNotFound')],
    [['kind'], route([{ ...ref, group: 'apps', kind: 'Deployment' }], 'InvalidKind')],
    [['port'], route([{ name: 'gone' }], 'InvalidDestination', 'port is required in backendRef')],
    [['port'], route([{ ...ref, port: 8081 }])],
    [['port'], route([{ name: 'cart' }])],
    [[], route([ref])],
    [[], route([])],
    [[], route([ref], 'InvalidDestination', 'other')],
  ])('%j', async (expected, one) => {
    expect(await run([one], host)).toEqual(expected);
  });

  it('takes the only route with a backend that is not resolved', async () => {
    const broken = route([{ name: 'gone', port: 80 }], 'BackendNotFound');
    const second = route([{ name: 'gone', port: 80 }], 'BackendNotFound', '', 'web-2');
    const fine = route([ref], '', '', 'fine');
    expect(await run([fine, broken])).toEqual(['not-found']);
    expect(await run([broken, second])).toEqual([]);
  });

  it('reads no reason of another controller', async () => {
    const one = route([{ name: 'gone', port: 80 }], 'BackendNotFound');
    const other = {
      ...one,
      status: { parents: [{ ...one.status.parents[0], controllerName: 'example.com/x' }] },
    };
    expect(await run([other], host)).toEqual([]);
  });
});

describe('service-endpoints', () => {
  const ENDPOINTS = ['none-selected', 'not-ready', 'subset-empty', 'ejected'];
  const STATE = ['crash', 'probe-fails', 'starting', 'all-ready'];
  const slice = (ready: boolean) => ({
    ...meta('cart-x', 'shop', { labels: { 'kubernetes.io/service-name': 'cart' } }),
    endpoints: [{ addresses: ['10.8.1.7'], conditions: { ready } }],
  });
  const conditions = [{ type: 'Ready', status: 'False' }];
  const unready = (status: object, containerStatuses: object[], name = 'cart-1') => ({
    ...pod([], {}, name),
    status: { phase: 'Running', conditions, containerStatuses, ...status },
  });
  const run = (answers: readonly string[], pods: unknown[], more: object = {}, one: unknown = service()) =>
    answerOf(
      'service-endpoints',
      CART,
      { objects: { services: [one], pods, ...more } as Objects, version },
      answers,
    );
  const up = { 'endpointslices.discovery.k8s.io': [slice(true)] };
  const down = { 'endpointslices.discovery.k8s.io': [slice(false)] };
  const since = (startedAt: string, more: object = {}) => ({
    ...running,
    ready: false,
    state: { running: { startedAt } },
    ...more,
  });
  const old = since('2026-11-20T08:00:00Z');

  it.each([
    ['not-ready', 'probe-fails', [unready({}, [old])], down],
    ['not-ready', 'starting', [unready({}, [since('2026-11-20T08:59:40Z')])], down],
    ['not-ready', 'starting', [unready({ phase: 'Pending' }, [waiting('PodInitializing')])], down],
    ['not-ready', undefined, [unready({ phase: 'Pending' }, [waiting('ImagePullBackOff')])], down],
    ['not-ready', 'crash', [unready({}, [waiting('CrashLoopBackOff')])], down],
    ['not-ready', undefined, [unready({}, [running, { ...old, name: 'istio-proxy' }])], down],
    [undefined, 'all-ready', [pod()], up],
    [undefined, undefined, [pod(), unready({}, [old], 'cart-2')], up],
    [undefined, 'crash', [pod(), unready({}, [waiting('CrashLoopBackOff')], 'cart-2')], up],
    [undefined, undefined, [pod()], down],
  ])('%s, %s', async (endpoints, state, pods, slices) => {
    expect(await run(ENDPOINTS, pods, slices)).toBe(endpoints);
    expect(await run(STATE, pods, slices)).toBe(state);
  });

  it('sees that the selector matches no pod', async () => {
    const other = { ...pod(), ...meta('other-1', 'shop', { labels: { app: 'other' } }) };
    expect(await run(ENDPOINTS, [other])).toBe('none-selected');
    const none = { selector: undefined };
    expect(await run(ENDPOINTS, [other], {}, service([http], none))).toBeUndefined();
  });

  it('does not blame the selector where a Deployment of its labels has no pods', async () => {
    const template = { metadata: { labels: { app: 'cart', version: 'v1' } } };
    const deployment = { ...meta('cart'), spec: { replicas: 0, template } };
    expect(await run(ENDPOINTS, [], { 'deployments.apps': [deployment] })).toBeUndefined();
  });

  const route = (subset: string) => ({
    ...meta('cart'),
    spec: { hosts: ['cart'], http: [{ route: [{ destination: { host: 'cart', subset } }] }] },
  });
  const rule = (labels: object, more: object = {}) => ({
    ...meta('cart'),
    spec: { host: 'cart', subsets: [{ name: 'v2', labels }], ...more },
  });
  it.each([
    ['subset-empty', route('v2'), rule({ version: 'v2' })],
    [undefined, route('v2'), rule({ app: 'cart' })],
    [undefined, route('v1'), rule({ version: 'v2' })],
    [undefined, route('v2'), rule({ version: 'v2' }, { host: 'other' })],
    [undefined, route('v2'), rule({ version: 'v2' }, { workloadSelector: { matchLabels: { app: 'web' } } })],
  ])('subset: %s', async (expected, one, policy) => {
    const objects = {
      ...up,
      'virtualservices.networking.istio.io': [one],
      'destinationrules.networking.istio.io': [policy],
    };
    expect(await run(ENDPOINTS, [pod()], objects)).toBe(expected);
  });

  it('says nothing of a Service that is not there', async () => {
    expect(await run(ENDPOINTS, [pod()], {}, service([http], {}, 'gone'))).toBeUndefined();
  });
});

const INGRESS = { gateway: 'istio-ingressgateway', 'gateway-namespace': 'istio-system' };
const edge = (spec: object = {}, annotations: object = {}) => ({
  ...meta('istio-ingressgateway', 'istio-system', { annotations }),
  spec: {
    type: 'LoadBalancer',
    selector: { istio: 'ingressgateway' },
    ports: [{ name: 'http2', port: 80, targetPort: 8080 }],
    ...spec,
  },
});
const edgePod = (status: string) => ({
  ...meta('istio-ingressgateway-1', 'istio-system', { labels: { istio: 'ingressgateway' } }),
  spec: { containers: [{ name: 'istio-proxy' }] },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status }] },
});

describe('gateway-endpoints', () => {
  const gateway = (number: number, selector: object = { istio: 'ingressgateway' }) => ({
    ...meta('shop'),
    spec: { selector, servers: [{ port: { number }, hosts: ['*'] }] },
  });
  const run = (one: unknown, isUp: boolean, gateways: unknown[], facts: object = {}, api: unknown[] = []) =>
    ask(
      'gateway-endpoints',
      { ...INGRESS, ...facts },
      {
        objects: {
          services: [one],
          pods: [edgePod(isUp ? 'True' : 'False')],
          'gateways.networking.istio.io': gateways,
          'gateways.gateway.networking.k8s.io': api,
          'endpointslices.discovery.k8s.io': [
            {
              ...meta('x', 'istio-system', {
                labels: { 'kubernetes.io/service-name': 'istio-ingressgateway' },
              }),
              endpoints: [{ addresses: ['10.2.0.5'], conditions: { ready: isUp } }],
            },
          ],
        } as Objects,
      },
    );
  const port = (number: string) => ({ port: number });
  const AZURE = { 'service.beta.kubernetes.io/azure-load-balancer-internal': 'true' };

  it.each([
    [['no-pods'], edge(), false, [gateway(80)], port('80')],
    [['port'], edge(), true, [gateway(80)], port('443')],
    [['port'], edge(), true, [gateway(443)], port('80')],
    [['port'], edge(), true, [gateway(80, { istio: 'other' })], {}],
    [['internal'], edge({}, AZURE), true, [gateway(80)], port('80')],
    [['internal'], edge({}, { 'networking.gke.io/load-balancer-type': 'Internal' }), true, [gateway(80)], {}],
    [['local'], edge({ externalTrafficPolicy: 'Local' }), true, [gateway(80)], port('80')],
    [['fine'], edge(), true, [gateway(80)], port('80')],
    [['fine'], edge(), true, [gateway(8080, {})], port('80')],
    [[], edge(), true, [gateway(80)], {}],
    [
      [],
      edge({}, { 'service.beta.kubernetes.io/azure-load-balancer-internal': 'false' }),
      true,
      [gateway(80)],
      {},
    ],
  ])('%j', async (expected, one, isUp, gateways, facts) => {
    expect(await run(one, isUp, gateways, facts)).toEqual(expected);
  });

  it('misses no listener where the Gateway API may open it', async () => {
    const api = { ...meta('shop'), spec: { addresses: [{ value: 'istio-ingressgateway.istio-system' }] } };
    expect(await run(edge(), true, [], port('80'), [api])).toEqual([]);
    const own = { 'gateway.networking.k8s.io/gateway-name': 'shop' };
    expect(await run(edge({ selector: own }), false, [])).toEqual(['no-pods']);
  });
});

describe('gateway-api-workload', () => {
  const labels = { 'gateway.networking.k8s.io/gateway-name': 'web' };
  const gateway = (message: string, spec: object = {}) => ({
    ...meta('web'),
    spec: { gatewayClassName: 'istio', ...spec },
    status: {
      conditions: [{ type: 'Programmed', status: message ? 'False' : 'True', reason: 'r', message }],
    },
  });
  const made = (isReady: string, address: object[]) => ({
    services: [
      {
        ...meta('web-istio', 'shop', { labels }),
        spec: { type: 'LoadBalancer' },
        status: { loadBalancer: { ingress: address } },
      },
    ],
    'deployments.apps': [meta('web-istio', 'shop', { labels })],
    pods: [
      {
        ...meta('web-istio-1', 'shop', { labels }),
        status: { phase: 'Running', conditions: [{ type: 'Ready', status: isReady }] },
      },
    ],
  });
  const run = (one: unknown, objects: object = {}, facts: object = { gateway: 'web' }) =>
    ask('gateway-api-workload', facts, {
      objects: { 'gateways.gateway.networking.k8s.io': [one], ...objects } as Objects,
    });
  const own = { addresses: [{ value: 'edge.istio-system' }] };
  const IP = [{ ip: '203.0.113.7' }];

  it.each([
    [['pending', 'pending'], gateway('address pending for hostname "web-istio.shop"'), made('True', [])],
    [['pods', 'pods'], gateway('no instances found for hostname "web-istio.shop"'), made('False', IP)],
    [['address'], gateway('hostname "edge.istio-system.svc.cluster.local" not found', own), {}],
    [['address'], gateway('port 81 not found for hostname "edge.istio-system"', own), {}],
    [['not-created'], gateway('Waiting for controller'), {}],
    [['not-created'], gateway('hostname "web-istio.shop.svc.cluster.local" not found'), {}],
    [['pods'], gateway('Waiting for controller'), made('False', [])],
    [['pending'], gateway('Waiting for controller'), made('True', [])],
    [[], gateway(''), made('True', IP)],
    [[], gateway('Waiting for controller', own), {}],
  ])('%j', async (expected, one, objects) => {
    expect(await run(one, objects)).toEqual(expected);
  });

  it('does not take another Gateway for the one that the case names', async () => {
    const second = { ...gateway('Waiting for controller'), ...meta('other') };
    const both = {
      'gateways.gateway.networking.k8s.io': [gateway('no instances found for hostname "x"'), second],
    };
    expect(await run(second, both, { gateway: 'gone' })).toEqual([]);
  });
});

const EVERY = [
  'service-ports',
  'service-endpoints',
  'route-backends',
  'gateway-endpoints',
  'gateway-api-workload',
];
it.each(EVERY)('%s stands objects with fields of wrong types', async (probe) => {
  const names = [
    ['shop', 'cart'],
    ['shop', 'cart-1'],
  ] as const;
  const facts = { ...CART, pod: 'cart-1', port: '80', host: 'cart.shop', gateway: 'cart' };
  await ask(probe, facts, { objects: brokenObjects(names) });
  await ask(probe, { namespace: 'shop' }, { objects: brokenObjects(names) });
});
