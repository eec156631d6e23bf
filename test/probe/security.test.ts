/** Who may call whom, and encrypted how: each answer where the cluster shows it, none where it does not. */
import { describe, expect, it } from 'vitest';
import { answerOf, ask, brokenObjects, type Objects } from './asking.ts';

const meta = (name: string, namespace = 'shop', more: object = {}) => ({
  metadata: { name, namespace, ...more },
});
const pod = (name: string, containers: string[], more: object = {}, spec: object = {}) => ({
  ...meta(name, 'shop', { labels: { app: 'cart' }, ...more }),
  spec: { containers: containers.map((one) => ({ name: one })), ...spec },
  status: { phase: 'Running' },
});
const cart = pod('cart-1', ['cart', 'istio-proxy']);
const AMBIENT = { annotations: { 'ambient.istio.io/redirection': 'enabled' } };
const policy = (name: string, spec: object, namespace = 'shop', more: object = {}) => ({
  ...meta(name, namespace, more),
  spec,
});

describe('authorization-policies', () => {
  const facts = { namespace: 'shop', pod: 'cart-1' };
  const state = (policies: unknown[], one: unknown = cart) => ({
    objects: { pods: [one], 'authorizationpolicies.security.istio.io': policies } as Objects,
  });
  const allow = (spec: object = {}, ...more: [string?, object?]) =>
    policy(
      'allow',
      { action: 'ALLOW', rules: [{ to: [{ operation: { methods: ['GET'] } }] }], ...spec },
      ...more,
    );
  const deny = policy('deny', { action: 'DENY', rules: [{}] });
  const POLICIES = ['allow-nothing', 'allow-rules', 'deny-only', 'custom', 'no-policy', 'ambient'];
  const LAX = ['not-selected', 'dry-run', 'no-allow'];
  const AMBIENT_STEP = ['l7-on-ztunnel', 'source-waypoint', 'strict-outsider', 'rules'];

  it.each([
    ['no-policy', POLICIES, []],
    ['no-policy', POLICIES, [allow({ selector: { matchLabels: { app: 'other' } } }), allow({}, 'other')]],
    ['allow-nothing', POLICIES, [policy('nothing', {})]],
    ['allow-nothing', POLICIES, [policy('nothing', { action: 'ALLOW', rules: [] }, 'istio-system')]],
    ['allow-rules', POLICIES, [policy('nothing', {}), allow(), deny]],
    ['deny-only', POLICIES, [deny]],
    ['custom', POLICIES, [policy('ext', { action: 'CUSTOM', rules: [{}] }), allow(), deny]],
    ['not-selected', LAX, [allow({ selector: { matchLabels: { app: 'other' } } })]],
    ['dry-run', LAX, [policy('audit', { action: 'AUDIT', rules: [{}] })]],
    ['dry-run', LAX, [allow({}, 'shop', { annotations: { 'istio.io/dry-run': 'true' } })]],
    ['no-allow', LAX, [deny]],
    [undefined, LAX, [allow()]],
  ])('%s among %j', async (expected, answers, policies) => {
    expect(await answerOf('authorization-policies', facts, state(policies), answers)).toBe(expected);
  });

  it('does not say "none" where a policy hangs on a waypoint before the pod', async () => {
    const waypoint = allow({ targetRefs: [{ kind: 'Service', name: 'cart' }] });
    expect(await ask('authorization-policies', facts, state([waypoint]))).toEqual([]);
  });

  it('takes a policy for the Gateway that the pod belongs to', async () => {
    const labels = { 'gateway.networking.k8s.io/gateway-name': 'shop' };
    const gateway = pod('shop-istio-1', ['istio-proxy'], { labels });
    const target = allow({ targetRefs: [{ kind: 'Gateway', name: 'shop' }] });
    const known = { namespace: 'shop', pod: 'shop-istio-1' };
    expect(await answerOf('authorization-policies', known, state([target], gateway), POLICIES)).toBe(
      'allow-rules',
    );
  });

  it('sees HTTP conditions on a pod that only ztunnel guards', async () => {
    const one = pod('cart-1', ['cart'], AMBIENT);
    expect(await answerOf('authorization-policies', facts, state([allow()], one), AMBIENT_STEP)).toBe(
      'l7-on-ztunnel',
    );
    expect(await answerOf('authorization-policies', facts, state([allow()], one), POLICIES)).toBe('ambient');
    const ports = allow({ rules: [{ to: [{ operation: { ports: ['8080'] } }] }] });
    expect(
      await answerOf('authorization-policies', facts, state([ports], one), AMBIENT_STEP),
    ).toBeUndefined();
    expect(await answerOf('authorization-policies', facts, state([allow()]), AMBIENT_STEP)).toBeUndefined();
  });

  it('says nothing about a pod it does not find', async () => {
    expect(await ask('authorization-policies', { namespace: 'shop', pod: 'gone-1' }, state([deny]))).toEqual(
      [],
    );
  });
});

describe('request-authentication', () => {
  const facts = { namespace: 'shop', pod: 'cart-1' };
  const state = (...policies: unknown[]) => ({
    objects: { pods: [cart], 'requestauthentications.security.istio.io': policies } as Objects,
  });
  const rules = { jwtRules: [{ issuer: 'https://issuer.example.com' }] };
  it.each([
    [['no-policy'], []],
    [
      ['no-policy'],
      [
        policy('jwt', { ...rules, selector: { matchLabels: { app: 'other' } } }),
        policy('jwt', rules, 'other'),
      ],
    ],
    [['no-rules'], [policy('jwt', { jwt: rules.jwtRules })]],
    [[], [policy('jwt', rules)]],
    [[], [policy('jwt', rules, 'aks-istio-system')]],
    [[], [policy('jwt', { ...rules, targetRefs: [{ kind: 'Gateway', name: 'waypoint' }] })]],
  ])('%j', async (expected, policies) => {
    expect(await ask('request-authentication', facts, state(...policies))).toEqual(expected);
  });
});

describe('client-sidecar', () => {
  const facts = { 'client-pod': 'web-1', 'client-namespace': 'shop' };
  const MTLS = ['sidecar', 'plain-pod', 'ambient'];
  const ROUTING = ['sidecar', 'gateway', 'no-sidecar', 'ambient'];
  const native = { initContainers: [{ name: 'istio-proxy', restartPolicy: 'Always' }] };
  it.each([
    ['sidecar', 'sidecar', pod('web-1', ['web', 'istio-proxy'])],
    ['sidecar', 'sidecar', pod('web-1', ['web'], {}, native)],
    ['ambient', 'ambient', pod('web-1', ['web'], AMBIENT)],
    ['plain-pod', 'no-sidecar', pod('web-1', ['web'])],
    ['sidecar', 'gateway', pod('web-1', ['istio-proxy'], { labels: { istio: 'ingressgateway' } })],
    [undefined, undefined, pod('other-1', ['web'])],
  ])('%s or %s', async (mtls, routing, one) => {
    const state = { objects: { pods: [one] } };
    expect(await answerOf('client-sidecar', facts, state, MTLS)).toBe(mtls);
    expect(await answerOf('client-sidecar', facts, state, ROUTING)).toBe(routing);
  });
});

describe('the mode of the server', () => {
  const facts = { namespace: 'shop', service: 'cart', port: '80' };
  const service = {
    ...meta('cart'),
    spec: {
      selector: { app: 'cart' },
      ports: [
        { port: 80, targetPort: 8080 },
        { port: 90, targetPort: 9090 },
      ],
    },
  };
  const state = (policies: unknown[], ...pods: unknown[]) => ({
    objects: {
      services: [service],
      pods: pods.length > 0 ? pods : [cart],
      'peerauthentications.security.istio.io': policies,
    } as Objects,
  });
  const mode = (value: string, more: object = {}, namespace = 'shop') =>
    policy(`mode-${value}`.toLowerCase(), { mtls: { mode: value }, ...more }, namespace);
  const own = { selector: { matchLabels: { app: 'cart' } } };

  it.each([
    ['permissive', []],
    ['permissive', [mode('UNSET')]],
    ['strict', [mode('STRICT', {}, 'istio-system')]],
    ['strict', [mode('UNSET'), mode('STRICT', {}, 'istio-system')]],
    ['permissive', [mode('PERMISSIVE'), mode('STRICT', {}, 'istio-system')]],
    ['disabled', [mode('DISABLE', own), mode('STRICT')]],
    ['strict', [mode('PERMISSIVE', { ...own, portLevelMtls: { 8080: { mode: 'STRICT' } } })]],
    ['permissive', [mode('PERMISSIVE', { ...own, portLevelMtls: { 9090: { mode: 'STRICT' } } })]],
    ['permissive', [mode('STRICT', own, 'istio-system'), mode('STRICT', {}, 'other')]],
  ])('peer-authentication says %s', async (expected, policies) => {
    expect(await ask('peer-authentication', facts, state(policies))).toEqual([expected]);
  });

  it('does not guess the port where ports differ', async () => {
    const differs = mode('PERMISSIVE', { ...own, portLevelMtls: { 8080: { mode: 'STRICT' } } });
    const { port: _, ...open } = facts;
    expect(await ask('peer-authentication', open, state([differs]))).toEqual([]);
    expect(await ask('server-sidecar', open, state([differs]))).toEqual(['captured']);
  });

  it('says nothing where no pod stands behind the Service', async () => {
    expect(
      await ask(
        'peer-authentication',
        facts,
        state([mode('STRICT')], { ...cart, status: { phase: 'Failed' } }),
      ),
    ).toEqual([]);
  });

  const annotated = (key: string, value: string) =>
    pod('cart-1', ['cart', 'istio-proxy'], { annotations: { [`traffic.sidecar.istio.io/${key}`]: value } });
  it.each([
    [['captured'], [], [cart]],
    [['captured'], [], [annotated('excludeInboundPorts', '9090')]],
    [['no-sidecar'], [], [cart, pod('cart-2', ['cart'])]],
    [['excluded'], [], [annotated('excludeInboundPorts', '22, 8080')]],
    [['excluded'], [], [annotated('includeInboundPorts', '9090')]],
    [['captured'], [], [annotated('includeInboundPorts', '8080')]],
    [['disabled'], [mode('DISABLE')], [cart]],
    [[], [], [pod('cart-1', ['cart'], AMBIENT)]],
    [
      [],
      [],
      [cart, annotated('excludeInboundPorts', '8080')].map((one, i) =>
        i ? { ...one, ...meta('cart-2', 'shop', { ...one.metadata, name: 'cart-2' }) } : one,
      ),
    ],
  ])('server-sidecar says %j', async (expected, policies, pods) => {
    expect(await ask('server-sidecar', facts, state(policies, ...pods))).toEqual(expected);
  });
});

describe('objects with missing or wrong-typed fields', () => {
  const names = [
    ['shop', 'cart'],
    ['shop', 'cart-1'],
    ['shop', 'web-1'],
  ] as const;
  const facts = {
    namespace: 'shop',
    service: 'cart',
    pod: 'cart-1',
    'client-pod': 'web-1',
    'client-namespace': 'shop',
  };
  it.each([
    'authorization-policies',
    'request-authentication',
    'client-sidecar',
    'server-sidecar',
    'peer-authentication',
  ])('%s does not fail on them', async (probe) => {
    await ask(probe, facts, { objects: brokenObjects(names) });
    await ask(probe, { ...facts, port: 'x' }, { objects: {} });
  });
});
