/** Gateways, their Services and what the Gateway API reports: each answer where the cluster shows it. */
import { describe, expect, it } from 'vitest';
import { answerOf, ask, brokenObjects, type Objects } from './asking.ts';

const meta = (name: string, namespace: string, more: object = {}) => ({
  metadata: { name, namespace, ...more },
});
const LB = 'LoadBalancer';
const service = (spec: object = {}, more: object = {}, addresses: unknown[] = []) => ({
  ...meta('istio-ingressgateway', 'istio-system', { creationTimestamp: '2026-11-20T08:00:00Z', ...more }),
  spec: {
    type: LB,
    selector: { istio: 'ingressgateway' },
    ports: [{ name: 'http2', port: 80, targetPort: 8080 }],
    ...spec,
  },
  status: { loadBalancer: addresses.length > 0 ? { ingress: addresses } : {} },
});
const gatewayPod = (more: object = {}, status: object = {}) => ({
  ...meta('istio-ingressgateway-1', 'istio-system', { labels: { istio: 'ingressgateway' } }),
  spec: { containers: [{ name: 'istio-proxy', image: 'istio/proxyv2:1.27.0' }], ...more },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }], ...status },
});

describe('gateway-services', () => {
  const run = (services: unknown[], gateways: unknown[] = [], facts = {}) =>
    ask('gateway-services', facts, {
      objects: { services, 'gateways.networking.istio.io': gateways } as Objects,
    });
  const api = service(
    { selector: { 'gateway.networking.k8s.io/gateway-name': 'shop' }, type: 'ClusterIP' },
    { name: 'shop-istio' },
  );

  it.each([
    [['pending'], [service()]],
    [['has-address'], [service({}, {}, [{ ip: '203.0.113.7' }])]],
    [['has-address'], [service({}, {}, [{ hostname: 'a.elb.example.com' }])]],
    [['no-load-balancer'], [service({ type: 'NodePort' })]],
    [['no-load-balancer'], [api]],
    [['none'], [service({ selector: { app: 'cart' } }, { name: 'cart' })]],
    [['none'], [service({ selector: { istio: 'eastwestgateway' } }, { name: 'istio-eastwest' })]],
    [[], [service(), api]],
    [[], [service({ selector: { edge: 'own' } }, { name: 'our-ingress' })]],
  ])('%j', async (expected, services) => {
    expect(await run(services)).toEqual(expected);
  });

  it('knows a gateway of other labels by the selector of an Istio Gateway', async () => {
    const edge = service({ selector: { edge: 'own', app: 'edge' } }, { name: 'edge' });
    const gateway = { ...meta('shop', 'shop'), spec: { selector: { edge: 'own' } } };
    expect(await run([edge], [gateway])).toEqual(['pending']);
  });

  it('takes the one that the case names', async () => {
    expect(await run([service(), api], [], { gateway: 'shop-istio' })).toEqual(['no-load-balancer']);
  });

  it('does not say "none" where a named one is missing and others are there', async () => {
    expect(await run([service()], [], { gateway: 'gone', 'gateway-namespace': 'edge' })).toEqual([]);
  });
});

describe('service-events', () => {
  const event = (message: string, type = 'Warning', reason = 'SyncLoadBalancerFailed') => ({
    ...meta('e', 'istio-system'),
    involvedObject: { kind: 'Service', name: 'istio-ingressgateway' },
    lastTimestamp: '2026-11-20T08:05:00Z',
    type,
    reason,
    message,
  });
  const run = (one: unknown, events: unknown[], date: string | undefined = '2026-11-20T09:00:00Z') =>
    ask(
      'service-events',
      {},
      {
        objects: { services: [one], events } as Objects,
        version: { gitVersion: 'v1.31.0', date: date ? new Date(date) : undefined },
      },
    );
  it.each([
    ['quota', "googleapi: Error 403: Quota 'FORWARDING_RULES' exceeded. Limit: 15.0 globally."],
    ['quota', 'PublicIPCountLimitReached: Cannot create more than 20 public IP addresses'],
    [
      'permission',
      "AuthorizationFailed: The client 'x' does not have authorization to perform action 'Microsoft.Network/publicIPAddresses/read'",
    ],
    [
      'permission',
      'AccessDenied: User is not authorized to perform: elasticloadbalancing:CreateLoadBalancer',
    ],
    ['address', 'failed to ensure static IP 203.0.113.7: requested IP 203.0.113.7 is already in use'],
    ['address', 'Failed to allocate IP for "istio-system/istio-ingressgateway": no available IPs'],
    ['address', 'user supplied IP Address 203.0.113.7 was not found in resource group MC_x'],
    ['settings', 'could not find any suitable subnets for creating the ELB'],
    ['settings', 'invalid load balancer source ranges annotation'],
  ])('%s: %s', async (expected, message) => {
    expect(
      await run(service(), [
        event('Ensuring load balancer', 'Normal', 'EnsuringLoadBalancer'),
        event(message),
      ]),
    ).toEqual([expected]);
  });

  it('sees that nobody takes care of an old Service', async () => {
    expect(await run(service(), [])).toEqual(['nobody']);
    expect(
      await run(service({}, { finalizers: ['service.kubernetes.io/load-balancer-cleanup'] }), []),
    ).toEqual([]);
    expect(await run(service(), [event('odd', 'Warning', 'Odd')])).toEqual([]);
  });

  it('gives a new Service its three minutes', async () => {
    expect(await run(service(), [], '2026-11-20T08:02:00Z')).toEqual(['just-created']);
  });

  it('says nothing about the age without a clock, nothing about one that has its address', async () => {
    const objects = { services: [service()] } as Objects;
    expect(await ask('service-events', {}, { objects })).toEqual([]);
    expect(await run(service({}, {}, [{ ip: '203.0.113.7' }]), [])).toEqual([]);
  });
});

describe('gateway-pods', () => {
  const run = (pods: unknown[], deployments: unknown[] = [], one: unknown = service()) =>
    ask(
      'gateway-pods',
      {},
      { objects: { services: [one], pods, 'deployments.apps': deployments } as Objects },
    );
  const deployment = (replicas: number) => ({
    ...meta('istio-ingressgateway', 'istio-system'),
    spec: { replicas, template: { metadata: { labels: { istio: 'ingressgateway', app: 'gateway' } } } },
  });
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
  const pull = {
    phase: 'Pending',
    containerStatuses: [{ name: 'istio-proxy', state: { waiting: { reason: 'ImagePullBackOff' } } }],
  };
  it.each([
    [['selector'], [], []],
    [['not-started'], [], [deployment(2)]],
    [[], [], [deployment(0)]],
    [['not-injected'], [gatewayPod({ containers: [{ name: 'istio-proxy', image: 'auto' }] })], []],
    [['not-injected'], [gatewayPod({ containers: [{ name: 'app', image: 'nginx' }] })], []],
    [['not-ready'], [gatewayPod()], []],
    [['not-started'], [gatewayPod({}, { phase: 'Pending' })], []],
    [['not-started'], [gatewayPod({}, pull)], []],
    [[], [gatewayPod({}, ready)], []],
  ])('%j', async (expected, pods, deployments) => {
    expect(await run(pods, deployments)).toEqual(expected);
  });

  it('says nothing where two gateways could be meant', async () => {
    const objects = { services: [service(), service({}, { name: 'second' })], pods: [] } as Objects;
    expect(await ask('gateway-pods', {}, { objects })).toEqual([]);
  });
});

const condition = (type: string, status: string, reason = type, message = '') => ({
  type,
  status,
  reason,
  message,
});
const FINE = [condition('Accepted', 'True'), condition('Programmed', 'True')];
const listening = (...conditions: unknown[]) => [{ name: 'http', conditions }];
const gateway = (conditions: unknown = FINE, listeners: unknown = [], more: object = {}) => ({
  ...meta('shop', 'edge'),
  spec: { gatewayClassName: 'istio', listeners: [{ name: 'http', port: 80 }], ...more },
  status: { conditions, listeners },
});
const parent = (...conditions: unknown[]) => ({ controllerName: 'istio.io/gateway-controller', conditions });
const route = (
  parents: unknown = [parent(condition('Accepted', 'True'), condition('ResolvedRefs', 'True'))],
  more: object = {},
) => ({
  ...meta('cart', 'shop'),
  spec: { hostnames: ['shop.example.com'], parentRefs: [{ name: 'shop', namespace: 'edge' }], ...more },
  status: { parents },
});
const gatewayClass = (name: string, controllerName: string, accepted = 'True') => ({
  metadata: { name },
  spec: { controllerName },
  status: { conditions: [condition('Accepted', accepted)] },
});
const ISTIO_CLASS = gatewayClass('istio', 'istio.io/gateway-controller');

describe('gateway-api-conditions', () => {
  const state = (gateways: unknown[], routes: unknown[], classes: unknown[] = [ISTIO_CLASS]) => ({
    objects: {
      'gateways.gateway.networking.k8s.io': gateways,
      'httproutes.gateway.networking.k8s.io': routes,
      'gatewayclasses.gateway.networking.k8s.io': classes,
    } as Objects,
    groups: { 'gateway.networking.k8s.io': ['v1'] },
  });
  const facts = { host: 'shop.example.com' };
  const CONDITIONS = [
    'no-crd',
    'class',
    'not-programmed',
    'listener',
    'route-accepted',
    'route-refs',
    'all-true',
  ];

  it.each([
    ['class', gateway([condition('Accepted', 'Unknown', 'Pending', 'Waiting for controller')]), route()],
    ['class', gateway([]), route()],
    [
      'listener',
      gateway(FINE, listening(condition('ResolvedRefs', 'False', 'InvalidCertificateRef'))),
      route(),
    ],
    ['listener', gateway(FINE, listening(condition('Conflicted', 'True', 'HostnameConflict'))), route()],
    ['not-programmed', gateway([FINE[0], condition('Programmed', 'False', 'AddressNotAssigned')]), route()],
    ['route-accepted', gateway(), route([parent(condition('Accepted', 'False', 'NoMatchingParent'))])],
    ['route-accepted', gateway(), route([])],
    [
      'route-refs',
      gateway(),
      route([parent(condition('Accepted', 'True'), condition('ResolvedRefs', 'False', 'BackendNotFound'))]),
    ],
    [
      'all-true',
      gateway(FINE, listening(condition('Conflicted', 'False'), condition('Accepted', 'True'))),
      route(),
    ],
    [undefined, gateway(FINE), route([parent(condition('Accepted', 'True'))])],
    [undefined, gateway([FINE[0]]), route()],
  ])('%s', async (expected, one, own) => {
    expect(await answerOf('gateway-api-conditions', facts, state([one], [own]), CONDITIONS)).toBe(expected);
  });

  it('does not call all well while it does not know the route', async () => {
    expect(await answerOf('gateway-api-conditions', {}, state([gateway()], []), CONDITIONS)).toBeUndefined();
  });

  it('does not pick one of several Gateways, but takes the one a case or a route names', async () => {
    const bad = { ...gateway([]), ...meta('second', 'edge') };
    const both = (routes: unknown[]) => state([gateway(), bad], routes);
    expect(await answerOf('gateway-api-conditions', {}, both([]), CONDITIONS)).toBeUndefined();
    expect(await answerOf('gateway-api-conditions', { gateway: 'second-istio' }, both([]), CONDITIONS)).toBe(
      'class',
    );
    const own = route(undefined, { parentRefs: [{ name: 'second', namespace: 'edge' }] });
    expect(await answerOf('gateway-api-conditions', facts, both([own]), CONDITIONS)).toBe('class');
  });

  it('sees that the kinds are not served', async () => {
    expect(await ask('gateway-api-conditions', facts, { groups: { apps: ['v1'] } })).toEqual(['no-crd']);
  });

  it.each([
    ['istio', 'istio', [ISTIO_CLASS]],
    ['no-istio-class', 'istio', [gatewayClass('nginx', 'example.com/nginx')]],
    ['no-istio-class', 'istio', [gatewayClass('istio', 'istio.io/gateway-controller', 'Unknown')]],
    ['misspelled', 'istoi', [ISTIO_CLASS]],
    ['other-controller', 'nginx', [ISTIO_CLASS, gatewayClass('nginx', 'example.com/nginx')]],
    [undefined, 'remote', [gatewayClass('remote', 'istio.io/unmanaged-gateway')]],
  ])('the class: %s', async (expected, gatewayClassName, classes) => {
    const one = gateway(FINE, [], { gatewayClassName });
    const answers = ['no-istio-class', 'misspelled', 'other-controller', 'istio'];
    expect(await answerOf('gateway-api-conditions', {}, state([one], [], classes), answers)).toBe(expected);
  });

  it.each([
    ['not-allowed', [parent(condition('Accepted', 'False', 'NotAllowedByListeners'))]],
    ['hostname', [parent(condition('Accepted', 'False', 'NoMatchingListenerHostname'))]],
    ['parent', [parent(condition('Accepted', 'False', 'NoMatchingParent'))]],
    ['no-status', [{ controllerName: 'example.com/nginx', conditions: FINE }]],
    [undefined, [parent(condition('Accepted', 'False', 'ParentRefConflict'))]],
    [undefined, [parent(condition('Accepted', 'True'))]],
  ])('the reason of the route: %s', async (expected, parents) => {
    const answers = ['not-allowed', 'hostname', 'parent', 'no-status'];
    expect(
      await answerOf('gateway-api-conditions', facts, state([gateway()], [route(parents)]), answers),
    ).toBe(expected);
  });
});

describe('objects with missing or wrong-typed fields', () => {
  const names = [
    ['istio-system', 'istio-ingressgateway'],
    ['edge', 'shop'],
    ['shop', 'cart'],
  ] as const;
  const groups = { 'gateway.networking.k8s.io': ['v1'] };
  const facts = {
    namespace: 'shop',
    gateway: 'istio-ingressgateway',
    'gateway-namespace': 'istio-system',
    host: 'a.b',
  };
  it.each(['gateway-services', 'service-events', 'gateway-pods', 'gateway-api-conditions'])(
    '%s does not fail on them',
    async (probe) => {
      await ask(probe, facts, { objects: brokenObjects(names), groups });
      await ask(probe, {}, { objects: brokenObjects(names), groups });
      await ask(
        probe,
        { namespace: 'edge', gateway: 'shop', 'gateway-namespace': 'edge' },
        { objects: brokenObjects(names), groups },
      );
    },
  );
});
