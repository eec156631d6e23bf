/** Rules of traffic: DestinationRules, ServiceEntries, hosts of rules and gateways, EnvoyFilters. */
import { describe, expect, it } from 'vitest';
import { answerOf, ask, brokenObjects, type Objects } from './asking.ts';

const meta = (name: string, namespace = 'shop', more: object = {}) => ({
  metadata: { name, namespace, ...more },
});
const DR = 'destinationrules.networking.istio.io';
const VS = 'virtualservices.networking.istio.io';
const PA = 'peerauthentications.security.istio.io';
const CART = { namespace: 'shop', service: 'cart' };
const WEB = { ...CART, 'client-namespace': 'web' };

const service = (name = 'cart') => ({
  ...meta(name),
  spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
});
const pod = (
  name = 'cart-1',
  labels: object = { app: 'cart', version: 'v1' },
  containers = ['cart', 'istio-proxy'],
) => ({
  ...meta(name, 'shop', { labels }),
  spec: { containers: containers.map((one) => ({ name: one })) },
  status: { phase: 'Running' },
});
const rule = (spec: object, namespace = 'shop', more: object = {}) => ({
  ...meta('cart', namespace, more),
  spec: { host: 'cart.shop.svc.cluster.local', ...spec },
});
const route = (http: unknown[], spec: object = {}, name = 'cart') => ({
  ...meta(name),
  spec: { hosts: ['cart'], http, ...spec },
});
const to = (subset?: string) => ({
  route: [{ destination: { host: 'cart', ...(subset ? { subset } : {}) } }],
});

describe('destination-rule-subsets', () => {
  const STEP = ['few', 'hidden', 'subset', 'policy-only', 'other-host'];
  const run = (routes: unknown[], rules: unknown[], facts: object = WEB, pods: unknown[] = [pod()]) =>
    answerOf(
      'destination-rule-subsets',
      facts,
      { objects: { services: [service()], pods, [VS]: routes, [DR]: rules } as Objects },
      STEP,
    );
  const v1 = { name: 'v1', labels: { version: 'v1' } };
  const v2 = { name: 'v2', labels: { version: 'v2' } };
  const policy = { trafficPolicy: { loadBalancer: { simple: 'RANDOM' } } };

  it.each([
    ['subset', [route([to('v1')])], []],
    ['subset', [route([to('v2')])], [rule({ subsets: [v1] })]],
    ['subset', [route([to('v2')])], [rule({ subsets: [v1, v2] })]],
    [undefined, [route([to('v1')])], [rule({ subsets: [v1, v2] })]],
    [undefined, [route([to('v2')], { gateways: ['edge'] })], [rule({ subsets: [v1] })]],
    ['hidden', [route([to(), { match: [{ uri: { prefix: '/a' } }], ...to() }])], []],
    ['hidden', [route([{ match: [{ uri: { prefix: '/' } }], ...to() }, to()])], []],
    [
      undefined,
      [route([{ match: [{ uri: { prefix: '/' }, method: { exact: 'GET' } }], ...to() }, to()])],
      [],
    ],
    [undefined, [route([{ match: [{ uri: { prefix: '/a' } }], ...to() }, to()])], []],
    ['policy-only', [route([to()])], [rule({ subsets: [{ ...v1, ...policy }] })]],
    ['policy-only', [], [rule({ subsets: [{ ...v1, ...policy }] })]],
    [undefined, [route([to('v1')])], [rule({ subsets: [{ ...v1, ...policy }] })]],
    [undefined, [route([to()])], [rule({ ...policy, subsets: [{ ...v1, ...policy }] })]],
  ])('%s', async (expected, routes, rules) => {
    expect(await run(routes, rules)).toBe(expected);
  });

  it('takes the rule of the calling namespace before that of the called one', async () => {
    const near = rule({ subsets: [v1] }, 'web');
    expect(await run([route([to('v1')])], [near, rule({ subsets: [] })])).toBeUndefined();
    expect(await run([route([to('v1')])], [near, rule({ subsets: [] })], CART)).toBeUndefined();
    expect(await run([route([to('v1')])], [rule({ subsets: [] })])).toBe('subset');
  });

  it('does not blame the labels of a subset where there is no pod at all', async () => {
    expect(await run([route([to('v2')])], [rule({ subsets: [v2] })], WEB, [])).toBeUndefined();
  });
});

describe('destination-rule-tls', () => {
  const H503 = ['rule-plain', 'server-plain', 'own-tls'];
  const MTLS = ['plain', 'own-tls', 'istio-mutual', 'auto'];
  const POOL = ['small-pool', 'slow-upstream'];
  const tls = (mode: string) => ({ trafficPolicy: { tls: { mode } } });
  const auth = (mode: string, namespace = 'istio-system') => ({
    ...meta('default', namespace),
    spec: { mtls: { mode } },
  });
  const run = (
    answers: readonly string[],
    rules: unknown[],
    policies: unknown[] = [],
    pods: unknown[] = [pod()],
    facts: object = WEB,
  ) =>
    answerOf(
      'destination-rule-tls',
      facts,
      { objects: { services: [service()], pods, [DR]: rules, [PA]: policies } as Objects },
      answers,
    );
  const plain = pod('cart-1', { app: 'cart' }, ['cart']);

  it.each([
    ['rule-plain', 'plain', [rule(tls('DISABLE'))], [auth('STRICT')], [pod()]],
    ['rule-plain', 'own-tls', [rule(tls('SIMPLE'))], [auth('STRICT')], [pod()]],
    [undefined, 'plain', [rule(tls('DISABLE'))], [], [pod()]],
    [undefined, 'plain', [rule(tls('DISABLE'))], [auth('STRICT')], [plain]],
    ['server-plain', 'istio-mutual', [rule(tls('ISTIO_MUTUAL'))], [], [plain]],
    ['server-plain', 'istio-mutual', [rule(tls('ISTIO_MUTUAL'))], [auth('DISABLE', 'shop')], [pod()]],
    [undefined, 'istio-mutual', [rule(tls('ISTIO_MUTUAL'))], [auth('STRICT')], [pod()]],
    ['own-tls', 'own-tls', [rule(tls('MUTUAL'))], [], [plain]],
    [undefined, 'auto', [], [auth('STRICT')], [pod()]],
    [undefined, 'auto', [rule({ trafficPolicy: {} })], [], [pod()]],
    [undefined, 'auto', [rule({ ...tls('DISABLE'), host: 'other' })], [auth('STRICT')], [pod()]],
  ])('%s, %s', async (http503, mtls, rules, policies, pods) => {
    expect(await run(H503, rules, policies, pods)).toBe(http503);
    expect(await run(MTLS, rules, policies, pods)).toBe(mtls);
  });

  it('reads the settings of the port before those of the whole rule, and of subsets beside them', async () => {
    const port = {
      trafficPolicy: {
        tls: { mode: 'ISTIO_MUTUAL' },
        portLevelSettings: [{ port: { number: 80 }, tls: { mode: 'DISABLE' } }],
      },
    };
    expect(await run(MTLS, [rule(port)])).toBe('plain');
    const mixed = { ...tls('ISTIO_MUTUAL'), subsets: [{ name: 'v1', ...tls('DISABLE') }] };
    expect(await run(MTLS, [rule(mixed)])).toBeUndefined();
  });

  it('does not guess which of two rules applies to a caller it does not know', async () => {
    const rules = [rule(tls('DISABLE'), 'web'), rule(tls('ISTIO_MUTUAL'))];
    expect(await run(MTLS, rules, [], [pod()], CART)).toBeUndefined();
    expect(await run(MTLS, rules)).toBe('plain');
    expect(await run(MTLS, rules, [], [pod()], { ...CART, 'client-namespace': 'jobs' })).toBe('istio-mutual');
  });

  it.each([
    ['small-pool', [rule({ trafficPolicy: { connectionPool: { http: { http1MaxPendingRequests: 1 } } } })]],
    ['small-pool', [rule({ trafficPolicy: { connectionPool: { tcp: { maxConnections: 1 } } } })]],
    ['slow-upstream', [rule({ trafficPolicy: { connectionPool: { tcp: { connectTimeout: '1s' } } } })]],
    ['slow-upstream', []],
  ])('%s', async (expected, rules) => {
    expect(await run(POOL, rules)).toBe(expected);
  });
});

describe('service-entries', () => {
  const EGRESS = ['none', 'wrong-port', 'not-visible', 'wildcard', 'all-open'];
  const SHAPE = ['no-object', 'declared-http', 'double', 'plain-to-tls'];
  const facts = {
    host: 'api.example.com:443',
    port: '443',
    'client-namespace': 'web',
    'client-pod': 'web-1',
  };
  const entry = (spec: object = {}, namespace = 'web') => ({
    ...meta('api', namespace),
    spec: {
      hosts: ['api.example.com'],
      ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
      resolution: 'DNS',
      ...spec,
    },
  });
  const outside = (mode: string) => ({
    ...meta('api', 'web'),
    spec: { host: 'api.example.com', trafficPolicy: { tls: { mode } } },
  });
  const sidecar = (hosts: string[], spec: object = {}) => ({
    ...meta('default', 'web'),
    spec: { egress: [{ hosts }], ...spec },
  });
  const run = (
    answers: readonly string[],
    entries: unknown[],
    rules: unknown[] = [],
    sidecars: unknown[] = [],
    more: object = {},
  ) =>
    answerOf(
      'service-entries',
      { ...facts, ...more },
      {
        objects: {
          pods: [meta('web-1', 'web', { labels: { app: 'web' } })],
          services: [service('api')],
          'serviceentries.networking.istio.io': entries,
          'sidecars.networking.istio.io': sidecars,
          [DR]: rules,
        } as Objects,
      },
      answers,
    );
  const http = { ports: [{ number: 443, name: 'http', protocol: 'HTTP' }] };
  const https = { ports: [{ number: 443, name: 'https', protocol: 'HTTPS' }] };

  it.each([
    ['none', [], []],
    ['none', [entry({ hosts: ['other.example.com'] })], []],
    ['wrong-port', [entry({ ports: [{ number: 80, protocol: 'HTTP' }] })], []],
    ['not-visible', [entry({ exportTo: ['.'] }, 'other')], []],
    ['not-visible', [entry()], [sidecar(['./local.example.com', 'istio-system/*'])]],
    ['wildcard', [entry({ hosts: ['*.example.com'] })], []],
    [undefined, [entry({ hosts: ['*.example.com'], resolution: 'NONE' })], []],
    [undefined, [entry()], []],
    [undefined, [entry({ exportTo: ['web'] }, 'other')], []],
    [undefined, [entry()], [sidecar(['./*'])]],
  ])('%s', async (expected, entries, sidecars) => {
    expect(await run(EGRESS, entries, [], sidecars)).toBe(expected);
  });

  it.each([
    ['no-object', [], []],
    [undefined, [], [outside('SIMPLE')]],
    ['declared-http', [entry(http)], []],
    ['declared-http', [entry(http)], [outside('DISABLE')]],
    [undefined, [entry(http)], [outside('SIMPLE')]],
    ['double', [entry(https)], [outside('SIMPLE')]],
    ['double', [entry()], [outside('MUTUAL')]],
    [undefined, [entry(https)], []],
  ])('%s', async (expected, entries, rules) => {
    expect(await run(SHAPE, entries, rules)).toBe(expected);
  });

  it("draws nothing from a Sidecar that may be another pod's", async () => {
    const narrow = sidecar(['istio-system/*'], { workloadSelector: { labels: { app: 'jobs' } } });
    const wide = sidecar(['istio-system/*']);
    expect(await run(EGRESS, [entry()], [], [narrow])).toBeUndefined();
    expect(await run(EGRESS, [entry()], [], [narrow, wide], { 'client-pod': 'gone' })).toBeUndefined();
  });

  it('leaves Services of the cluster alone', async () => {
    expect(await run(EGRESS, [], [], [], { host: 'api.shop' })).toBeUndefined();
    expect(await run(EGRESS, [], [], [], { host: 'api.shop.svc.cluster.local' })).toBeUndefined();
  });
});

const SIDECARS = 'sidecars.networking.istio.io';
const GATEWAYS = 'gateways.networking.istio.io';
const ROUTES = 'httproutes.gateway.networking.k8s.io';

describe('virtual-service-hosts', () => {
  const run = (rules: unknown[], facts: object = {}, more: object = {}) =>
    ask(
      'virtual-service-hosts',
      { ...WEB, ...facts },
      {
        objects: { services: [service()], pods: [], [VS]: rules, ...more } as Objects,
      },
    );
  const tcp = { ...service(), spec: { ...service().spec, ports: [{ name: 'tcp', port: 80 }] } };
  const sidecar = (hosts: string[], spec: object = {}) => ({
    [SIDECARS]: [{ ...meta('default', 'web'), spec: { egress: [{ hosts }], ...spec } }],
  });

  it.each([
    [['host'], [route([to()], { hosts: ['www.example.com'] })], {}],
    [['host'], [{ ...route([]), ...meta('cart', 'web') }], {}],
    [['host'], [route([], { hosts: ['cart.shop'] })], {}],
    [[], [route([{ route: [{ destination: { host: 'other' } }] }], { hosts: ['other'] })], {}],
    [[], [], {}],
    [['gateway-only'], [route([to()], { gateways: ['edge'] })], {}],
    [[], [route([to()], { gateways: ['edge', 'mesh'] })], {}],
    [['not-visible'], [route([to()], { exportTo: ['.'] })], {}],
    [[], [route([to()], { exportTo: ['.', 'web'] })], {}],
    [['not-visible'], [route([to()])], sidecar(['./*', 'istio-system/*'])],
    [[], [route([to()])], sidecar(['./*', 'shop/*'])],
    [[], [route([to()])], sidecar(['./*'], { workloadSelector: { labels: { app: 'x' } } })],
    [['twice'], [route([to()]), route([to()], {}, 'cart-2')], {}],
    [[], [route([to()]), route([to()], { hosts: ['*.example.com'] }, 'cart-2')], {}],
    [['port'], [route([to()])], { services: [tcp] }],
    [[], [route([], { tcp: [to()] })], { services: [tcp] }],
    [[], [route([to()])], {}],
  ])('%j', async (expected, rules, more) => {
    expect(await run(rules, {}, more)).toEqual(expected);
  });

  it('does not judge what a caller sees whose namespace is not known', async () => {
    const hidden = route([to()], { exportTo: ['.'] });
    expect(await run([hidden], { 'client-namespace': undefined })).toEqual([]);
  });
});

const edgePod = {
  ...meta('edge-1', 'edge', { labels: { istio: 'ingressgateway' } }),
  spec: { containers: [{ name: 'istio-proxy' }] },
  status: { phase: 'Running' },
};
const gateway = (hosts: string[], spec: object = {}, name = 'web', server: object = {}) => ({
  ...meta(name, 'edge'),
  spec: {
    selector: { istio: 'ingressgateway' },
    servers: [
      { port: { number: 443 }, hosts, tls: { mode: 'SIMPLE', credentialName: 'shop-tls' }, ...server },
    ],
    ...spec,
  },
});
const SHOP = 'shop.example.com';
const EDGE = { host: SHOP, gateway: 'edge', 'gateway-namespace': 'edge' };
const atEdge = (http: unknown[], spec: object = {}, name = 'cart') =>
  route(http, { hosts: [SHOP], gateways: ['edge/web'], ...spec }, name);

describe('gateway-routes', () => {
  const run = (gateways: unknown[], rules: unknown[], more: object = {}, facts: object = {}) =>
    ask(
      'gateway-routes',
      { ...EDGE, path: '/cart?id=1', ...facts },
      {
        objects: { pods: [edgePod], [GATEWAYS]: gateways, [VS]: rules, ...more } as Objects,
      },
    );
  const prefix = (one: string, more: object = {}) => ({
    match: [{ uri: { prefix: one }, ...more }],
    ...to(),
  });
  const httpRoute = { [ROUTES]: [{ ...meta('shop'), spec: { hostnames: [SHOP] } }] };

  it.each([
    [['no-listener'], [], [], {}],
    [['no-listener'], [gateway([SHOP], { selector: { istio: 'other' } })], [atEdge([to()])], {}],
    [['no-listener'], [gateway([SHOP], { selector: { istio: 'x' } }), gateway(['a.b'], {}, 'b')], [], {}],
    [['host-missing'], [gateway([SHOP])], [], {}],
    [['host-missing'], [gateway(['other.example.com'])], [atEdge([to()])], {}],
    [['host-missing'], [gateway([SHOP])], [atEdge([to()], { gateways: ['web'] })], {}],
    [['host-missing'], [gateway([`other/${SHOP}`])], [atEdge([to()])], {}],
    [['host-missing'], [gateway([SHOP])], [atEdge([to()], { exportTo: ['.'] })], {}],
    [['http-route'], [gateway([SHOP])], [], httpRoute],
    [['path-missing'], [gateway([SHOP])], [atEdge([prefix('/api')])], {}],
    [['path-missing'], [gateway(['*.example.com'])], [atEdge([prefix('/cart/')])], {}],
    [['complete'], [gateway([SHOP])], [atEdge([prefix('/api'), prefix('/cart')])], {}],
    [['complete'], [gateway([`shop/${SHOP}`])], [atEdge([to()])], httpRoute],
    [['complete'], [gateway(['*'])], [atEdge([{ match: [{ uri: { exact: '/cart' } }], ...to() }])], {}],
    [[], [gateway([SHOP])], [atEdge([prefix('/cart', { headers: { a: { exact: 'b' } } })])], {}],
    [[], [gateway([SHOP])], [atEdge([{ match: [{ uri: { regex: '/c.*' } }], ...to() }])], {}],
  ])('%j', async (expected, gateways, rules, more) => {
    expect(await run(gateways, rules, more)).toEqual(expected);
  });

  it('says nothing about a gateway it does not find, and nothing about a path it does not know', async () => {
    expect(await run([], [], {}, { gateway: 'gone' })).toEqual([]);
    expect(await run([gateway([SHOP])], [atEdge([prefix('/api')])], {}, { path: undefined })).toEqual([]);
  });

  it('knows that a gateway of the Gateway API needs no Gateway of Istio', async () => {
    const labels = { 'gateway.networking.k8s.io/gateway-name': 'edge' };
    expect(
      await run([], [], { pods: [{ ...edgePod, ...meta('edge-istio-1', 'edge', { labels }) }] }),
    ).toEqual([]);
  });
});

describe('route-timeouts', () => {
  const run = (rules: unknown[], facts: object = {}, routes: unknown[] = []) =>
    ask('route-timeouts', { ...CART, ...facts }, { objects: { [VS]: rules, [ROUTES]: routes } as Objects });
  const whole = { timeout: '2s' };
  const tries = { retries: { attempts: 3, perTryTimeout: '500ms' } };
  const perTry = { details: 'upstream_per_try_timeout' };
  const response = { details: 'response_timeout' };
  const http = (timeouts: object, backend = 'cart') => ({
    ...meta('cart'),
    spec: { rules: [{ timeouts, backendRefs: [{ name: backend, port: 80 }] }] },
  });

  it.each([
    [['route'], [route([{ ...to(), ...whole }])], {}, []],
    [['retries'], [route([{ ...to(), ...tries }])], {}, []],
    [[], [route([{ ...to(), ...whole, ...tries }])], {}, []],
    [['retries'], [route([{ ...to(), ...whole, ...tries }])], perTry, []],
    [['route'], [route([{ ...to(), ...whole, ...tries }])], response, []],
    [[], [route([{ ...to(), ...whole }])], perTry, []],
    [[], [route([{ ...to(), timeout: '0s' }])], {}, []],
    [[], [route([{ ...to(), ...whole }], { hosts: ['other'] })], {}, []],
    [['route'], [], {}, [http({ request: '3s' })]],
    [['route'], [], {}, [http({ backendRequest: '1s' })]],
    [[], [], {}, [http({ request: '3s' }, 'other')]],
    [[], [], {}, []],
  ])('%j', async (expected, rules, facts, routes) => {
    expect(await run(rules, facts, routes)).toEqual(expected);
  });
});

describe('gateway-hosts', () => {
  const run = (gateways: unknown[], rules: unknown[]) =>
    ask('gateway-hosts', EDGE, { objects: { [GATEWAYS]: gateways, [VS]: rules } as Objects });
  const twin = (spec: object = {}, server: object = {}) => gateway([SHOP], spec, 'twin', server);

  it.each([
    [['no-rule'], [gateway([SHOP])], []],
    [['no-rule'], [gateway([SHOP])], [atEdge([to()], { hosts: ['other.example.com'] })]],
    [['reference'], [gateway([SHOP])], [atEdge([to()], { gateways: ['web'] })]],
    [['reference'], [gateway([SHOP])], [atEdge([to()], { gateways: undefined })]],
    [['host-differs'], [gateway(['other.example.com'])], [atEdge([to()])]],
    [['not-visible'], [gateway([`other/${SHOP}`])], [atEdge([to()])]],
    [['not-visible'], [gateway([`./${SHOP}`])], [atEdge([to()])]],
    [['not-visible'], [gateway([SHOP])], [atEdge([to()], { exportTo: ['.'] })]],
    [['twice'], [gateway([SHOP]), twin()], [atEdge([to()])]],
    [[], [gateway([SHOP]), twin({ selector: { istio: 'other' } })], [atEdge([to()])]],
    [[], [gateway([SHOP]), twin({}, { port: { number: 8443 } })], [atEdge([to()])]],
    [[], [gateway(['*.example.com'])], [atEdge([to()])]],
    [[], [gateway([`shop/${SHOP}`])], [atEdge([to()], { exportTo: ['edge'] })]],
  ])('%j', async (expected, gateways, rules) => {
    expect(await run(gateways, rules)).toEqual(expected);
  });
});

describe('gateway-tls', () => {
  const run = (mode: string, rule: unknown, more: unknown[] = []) =>
    ask('gateway-tls', EDGE, {
      objects: {
        [GATEWAYS]: [gateway([SHOP], {}, 'web', { tls: { mode } }), ...more],
        [VS]: [rule],
      } as Objects,
    });
  const http = atEdge([to()]);
  const tls = atEdge([], { http: undefined, tls: [{ match: [{ sniHosts: [SHOP] }], ...to() }] });
  const other = gateway([SHOP], {}, 'web-2', { tls: { mode: 'PASSTHROUGH' }, port: { number: 8443 } });

  it.each([
    [['terminate-tls-routes'], 'SIMPLE', tls, []],
    [['terminate-tls-routes'], 'MUTUAL', tls, []],
    [['passthrough-http-routes'], 'PASSTHROUGH', http, []],
    [['consistent'], 'SIMPLE', http, []],
    [['consistent'], 'PASSTHROUGH', tls, []],
    [[], 'SIMPLE', tls, [other]],
    [[], 'SIMPLE', atEdge([], { http: undefined, tcp: [to()] }), []],
    [[], 'SIMPLE', atEdge([to()], { gateways: ['edge/gone'] }), []],
  ])('%j', async (expected, mode, rule, more) => {
    expect(await run(mode, rule, more)).toEqual(expected);
  });
});

describe('gateway-sni', () => {
  const line = (serverName: string, authority = SHOP, second = 10, flag = 'NR') =>
    `[2026-11-20T08:00:${second}.000Z] "GET /cart HTTP/2" 404 ${flag} route_not_found - "-" 0 0 0 - "10.9.0.7" "curl/8.5.0" "a1b2c3d4-0000-4000-8000-000000000001" "${authority}" "-" - - 10.2.0.5:8443 10.9.0.7:51234 ${serverName} -`;
  const run = (lines: string[], facts: object = {}) =>
    ask(
      'gateway-sni',
      { ...EDGE, ...facts },
      {
        objects: { pods: [edgePod] },
        logs: { 'edge/edge-1/istio-proxy': lines.join('\n') },
      },
    );

  it.each([
    [['differ'], [line('first.example.com')]],
    [['same'], [line(SHOP)]],
    [['same'], [line(SHOP, `${SHOP}:443`)]],
    [['plain-http'], [line('-')]],
    [['differ'], [line(SHOP), line('first.example.com', SHOP, 20)]],
    [['same'], [line('first.example.com'), line(SHOP, SHOP, 20)]],
    [[], [line('first.example.com', 'other.example.com')]],
    [[], [line('first.example.com', SHOP, 10, '-')]],
    [[], ['no access log']],
  ])('%j', async (expected, lines) => {
    expect(await run(lines)).toEqual(expected);
  });

  it('reads no other gateway', async () => {
    expect(await run([line('first.example.com')], { gateway: 'other' })).toEqual([]);
  });
});

describe('egress-gateway', () => {
  const API = 'api.example.com';
  const facts = { host: `${API}:443`, 'client-namespace': 'web' };
  const egressPod = (status = 'True', istio = 'egressgateway') => ({
    ...meta('egress-1', 'egress', { labels: { istio } }),
    spec: { containers: [{ name: 'istio-proxy' }] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status }] },
  });
  const out = (hosts: string[] = [API], istio = 'egressgateway') => ({
    ...meta('out', 'egress'),
    spec: { selector: { istio }, servers: [{ port: { number: 443 }, hosts }] },
  });
  const way = (gateways?: string[]) => ({ ...meta('api', 'egress'), spec: { hosts: [API], gateways } });
  const entry = (spec: object = {}) => ({ ...meta('api', 'web'), spec: { hosts: [API], ...spec } });
  const both = way(['mesh', 'out']);
  const run = (
    pods: unknown[],
    gateways: unknown[],
    rules: unknown[],
    entries: unknown[],
    routes: unknown[] = [],
  ) =>
    ask('egress-gateway', facts, {
      objects: {
        pods,
        [GATEWAYS]: gateways,
        [VS]: rules,
        'serviceentries.networking.istio.io': entries,
        [ROUTES]: routes,
      } as Objects,
    });

  it.each([
    [['not-running'], [], [out()], [both], [entry()]],
    [['not-running'], [egressPod('False')], [out()], [both], [entry()]],
    [['not-running'], [edgePod], [out()], [both], [entry()]],
    [['rules'], [egressPod()], [], [both], [entry()]],
    [['rules'], [egressPod()], [out(['other.example.com'])], [both], [entry()]],
    [['rules'], [egressPod()], [out()], [way(['out'])], [entry()]],
    [['rules'], [egressPod()], [out()], [way()], [entry()]],
    [['rules'], [egressPod()], [out()], [], [entry()]],
    [['entry'], [egressPod()], [out()], [both], []],
    [['entry'], [egressPod()], [out()], [both], [entry({ exportTo: ['.'] })]],
    [[], [egressPod()], [out()], [both], [entry()]],
    [[], [egressPod()], [out(['*'])], [both], [entry({ exportTo: ['egress'] })]],
    [[], [egressPod('True', 'way-out-gateway')], [out([API], 'way-out-gateway')], [both], [entry()]],
    [[], [egressPod('False', 'way-out-gateway')], [], [], [entry()]],
  ])('%j', async (expected, pods, gateways, rules, entries) => {
    expect(await run(pods, gateways, rules, entries)).toEqual(expected);
  });

  it('misses no VirtualService where a route of the Gateway API takes the host', async () => {
    const api = { ...meta('api', 'egress'), spec: { hostnames: [API] } };
    expect(await run([egressPod()], [], [], [entry()], [api])).toEqual([]);
  });
});

const FILTERS = 'envoyfilters.networking.istio.io';
const filter = (
  name: string,
  patches: object[],
  spec: object = {},
  namespace = 'shop',
  more: object = {},
) => ({
  ...meta(name, namespace, more),
  spec: { configPatches: patches, ...spec },
});

describe('envoyfilter-order', () => {
  const cart = {
    ...pod(),
    spec: {
      containers: [{ name: 'cart' }, { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.28.1' }],
    },
  };
  const patch = (match: object = {}, operation = 'INSERT_BEFORE', name = 'my.filter') => ({
    applyTo: 'HTTP_FILTER',
    match,
    patch: { operation, value: { name } },
  });
  const beside = (name: string) =>
    patch({ listener: { filterChain: { filter: { name: 'hcm', subFilter: { name } } } } });
  const created = (day: number) => ({ creationTimestamp: `2026-11-${day}T08:00:00Z` });
  const run = (filters: unknown[], facts: object = {}, pods: unknown[] = [cart]) =>
    ask(
      'envoyfilter-order',
      { namespace: 'shop', kind: 'EnvoyFilter', resource: 'auth', ...facts },
      {
        objects: { [FILTERS]: filters, pods } as Objects,
      },
    );
  const auth = (match: object = {}, spec: object = {}, ...more: [string?]) =>
    filter('auth', [patch(match)], spec, ...more);
  const labels = (app: string) => ({ workloadSelector: { labels: { app } } });
  const version = (proxyVersion: string) => ({ proxy: { proxyVersion } });

  it.each([
    [['selector'], [auth({}, labels('other'))]],
    [[], [auth({}, labels('cart'))]],
    [['context'], [auth({ context: 'GATEWAY' })]],
    [[], [auth({ context: 'SIDECAR_INBOUND' })]],
    [[], [filter('auth', [patch({ context: 'GATEWAY' }), patch()])]],
    [['version'], [auth(version('^1\\.27.*'))]],
    [[], [auth(version('^1\\.28.*'))]],
    [[], [auth(version('^1\\.2[67].*'))]],
    [[], [auth(version('(a+)+$'))]],
    [[], [filter('auth', [patch(version('^1\\.27.*')), patch(version('^1\\.28.*'))])]],
    [
      ['order'],
      [
        filter('auth', [beside('first.filter')], {}, 'shop', created(10)),
        filter('first', [patch({}, 'INSERT_FIRST', 'first.filter')], {}, 'shop', created(12)),
      ],
    ],
    [
      [],
      [
        filter('auth', [beside('first.filter')], {}, 'shop', created(10)),
        filter('first', [patch({}, 'INSERT_FIRST', 'first.filter')], {}, 'istio-system', created(12)),
      ],
    ],
    [
      [],
      [
        filter('auth', [beside('first.filter')], { priority: 10 }, 'shop', created(10)),
        filter('first', [patch({}, 'INSERT_FIRST', 'first.filter')], {}, 'shop', created(12)),
      ],
    ],
    [[], [filter('auth', [beside('envoy.filters.http.router')])]],
    [[], []],
  ])('%j', async (expected, filters) => {
    expect(await run(filters)).toEqual(expected);
  });

  it('judges the pod of the case, of another namespace too', async () => {
    const facts = { pod: 'cart-1', namespace: 'shop' };
    expect(await run([auth({}, {}, 'other')], facts)).toEqual(['selector']);
    expect(await run([auth({}, {}, 'istio-system')], facts)).toEqual([]);
  });

  it('does not choose among several filters', async () => {
    const two = [auth({}, labels('other')), filter('second', [patch()], labels('other'))];
    expect(await run(two, { resource: undefined })).toEqual([]);
    expect(await run(two.slice(0, 1), { resource: undefined })).toEqual(['selector']);
  });
});

const typed = (type: string, more: object = {}) => ({
  name: `envoy.filters.http.${type}`,
  typed_config: { '@type': 'type.googleapis.com/udpa.type.v1.TypedStruct', value: more },
});
const adds = (value: object, applyTo = 'HTTP_FILTER') => ({
  applyTo,
  match: { context: 'SIDECAR_INBOUND' },
  patch: { operation: applyTo === 'HTTP_FILTER' ? 'INSERT_BEFORE' : 'MERGE', value },
});
const all = { default_value: { numerator: 100, denominator: 'HUNDRED' } };
const bucket = { token_bucket: { max_tokens: 4 }, filter_enabled: all, filter_enforced: all };
const local = (more: object = bucket) => adds(typed('local_ratelimit', more));
const service8081 = 'outbound|8081||ratelimit.limits.svc.cluster.local';
const global = (cluster = service8081) =>
  adds(
    typed('ratelimit', { rate_limit_service: { grpc_service: { envoy_grpc: { cluster_name: cluster } } } }),
  );

describe('rate-limit-filters', () => {
  const WHICH = ['local', 'global', 'none'];
  const WHY = ['not-applied', 'no-actions', 'not-enforced', 'per-replica'];
  const run = (answers: readonly string[], filters: unknown[], facts: object = {}) =>
    answerOf(
      'rate-limit-filters',
      { namespace: 'shop', pod: 'cart-1', ...facts },
      { objects: { [FILTERS]: filters, pods: [pod()] } as Objects },
      answers,
    );
  const part = { default_value: { numerator: 50 } };
  const actions = adds({ rate_limits: [{ actions: [] }] }, 'VIRTUAL_HOST');
  const direct = {
    name: 'envoy.filters.http.ratelimit',
    typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit' },
  };

  it.each([
    ['local', undefined, [filter('limit', [local()])]],
    ['local', undefined, [filter('limit', [local()], {}, 'istio-system')]],
    ['global', undefined, [filter('limit', [global()]), filter('actions', [actions])]],
    ['global', 'no-actions', [filter('limit', [global()])]],
    ['global', 'no-actions', [filter('limit', [adds(direct)])]],
    ['none', undefined, []],
    ['none', undefined, [filter('limit', [adds({ name: 'my.filter' })])]],
    ['none', 'not-applied', [filter('limit', [local()], {}, 'other')]],
    ['local', 'not-applied', [filter('limit', [local()], { workloadSelector: { labels: { app: 'x' } } })]],
    ['local', 'not-enforced', [filter('limit', [local({ ...bucket, filter_enforced: part })])]],
    ['local', 'not-enforced', [filter('limit', [local({ token_bucket: {}, filter_enabled: all })])]],
    ['local', undefined, [filter('limit', [local({ stat_prefix: 'x' })])]],
    [undefined, undefined, [filter('limit', [local(), global()]), filter('actions', [actions])]],
  ])('%s, %s', async (which, why, filters) => {
    expect(await run(WHICH, filters)).toBe(which);
    expect(await run(WHY, filters)).toBe(why);
  });

  it('tells two kinds apart by what the log says', async () => {
    const both = [filter('limit', [local(), global()])];
    expect(await run(WHICH, both, { details: 'local_rate_limited' })).toBe('local');
    expect(await run(WHICH, both, { details: 'request_rate_limited' })).toBe('global');
  });
});

describe('rate-limit-service', () => {
  const limiter = (port = 8081) => ({
    ...meta('ratelimit', 'limits'),
    spec: { selector: { app: 'ratelimit' }, ports: [{ name: 'grpc', port }] },
  });
  const redis = { ...meta('redis', 'limits'), spec: { ports: [{ name: 'redis', port: 6379 }] } };
  const slice = (name: string, ready = true) => ({
    ...meta(name, 'limits', { labels: { 'kubernetes.io/service-name': name } }),
    endpoints: [{ addresses: ['10.8.1.9'], conditions: { ready } }],
  });
  const asks = (url: string) => ({
    ...meta('ratelimit-1', 'limits', { labels: { app: 'ratelimit' } }),
    spec: { containers: [{ name: 'ratelimit', env: [{ name: 'REDIS_URL', value: url }] }] },
    status: { phase: 'Running' },
  });
  const up = [limiter(), redis];
  const run = (
    services: unknown[],
    slices: unknown[],
    url = 'redis:6379',
    patches = [global()],
    more: unknown[] = [],
  ) =>
    ask(
      'rate-limit-service',
      { namespace: 'shop' },
      {
        objects: {
          [FILTERS]: [filter('limit', patches), ...more],
          services,
          'endpointslices.discovery.k8s.io': slices,
          pods: [asks(url)],
        } as Objects,
      },
    );
  const cluster = filter('cluster', [adds({ name: 'rate_limit_cluster' }, 'CLUSTER')]);

  it.each([
    [['wrong-cluster'], [], []],
    [['wrong-cluster'], [limiter(9090)], [slice('ratelimit')]],
    [['down'], up, []],
    [['down'], up, [slice('ratelimit', false)]],
    [['redis'], up, [slice('ratelimit'), slice('redis', false)]],
    [['redis'], [limiter()], [slice('ratelimit')]],
    [[], up, [slice('ratelimit'), slice('redis')]],
  ])('%j', async (expected, services, slices) => {
    expect(await run(services, slices)).toEqual(expected);
  });

  it('asks no Service for a Redis outside or for a cluster that a filter adds', async () => {
    const fine = [slice('ratelimit'), slice('redis')];
    expect(await run(up, fine, 'redis.example.com:6379')).toEqual([]);
    expect(await run(up, fine, 'cache.example:6379')).toEqual([]);
    const own = [global('rate_limit_cluster')];
    expect(await run(up, fine, 'redis:6379', own, [cluster])).toEqual([]);
    expect(await run(up, fine, 'redis:6379', own)).toEqual(['wrong-cluster']);
    expect(await run(up, fine, 'redis:6379', [global(), ...own])).toEqual([]);
    expect(await run(up, fine, 'redis:6379', [])).toEqual([]);
  });
});

describe('idle-limits', () => {
  const limit = (field: string, value: string) =>
    adds({ typed_config: { '@type': 'x', [field]: value } }, 'NETWORK_FILTER');
  const run = (filters: unknown[], annotations: object = {}) =>
    ask(
      'idle-limits',
      { namespace: 'shop', pod: 'cart-1' },
      {
        objects: {
          [FILTERS]: filters,
          pods: [{ ...pod(), ...meta('cart-1', 'shop', { annotations }) }],
        } as Objects,
      },
    );
  it.each([
    [['filter'], [filter('idle', [limit('stream_idle_timeout', '60s')])]],
    [['filter'], [filter('idle', [limit('maxStreamDuration', '60s')], {}, 'istio-system')]],
    [[], [filter('idle', [limit('stream_idle_timeout', '0s')])]],
    [[], [filter('idle', [limit('other', '60s')])]],
    [[], [filter('idle', [limit('stream_idle_timeout', '60s')], {}, 'other')]],
  ])('%j', async (expected, filters) => {
    expect(await run(filters)).toEqual(expected);
  });

  it('sees the settings of a proxy', async () => {
    const config = { 'proxy.istio.io/config': 'connectionSettings: { streamIdleTimeout: 60s }' };
    expect(await run([], config)).toEqual(['connection-settings']);
  });
});

const EVERY = [
  'envoyfilter-order',
  'rate-limit-filters',
  'rate-limit-service',
  'idle-limits',
  'gateway-hosts',
  'gateway-tls',
  'gateway-sni',
  'egress-gateway',
  'virtual-service-hosts',
  'gateway-routes',
  'route-timeouts',
  'destination-rule-subsets',
  'destination-rule-tls',
  'service-entries',
];
it.each(EVERY)('%s stands objects with fields of wrong types', async (probe) => {
  const names = [
    ['shop', 'cart'],
    ['shop', 'cart-1'],
    ['web', 'web-1'],
    ['edge', 'edge-1'],
  ] as const;
  const facts = {
    ...WEB,
    ...EDGE,
    pod: 'cart-1',
    'client-pod': 'web-1',
    port: '80',
    path: '/cart',
  };
  await ask(probe, facts, { objects: brokenObjects(names) });
  await ask(probe, { ...CART, host: 'cart.example.com' }, { objects: brokenObjects(names) });
});
