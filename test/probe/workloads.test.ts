/** Probes of one workload's pods: init containers, how they start and end, what keeps configuration from them. */
import { describe, expect, it } from 'vitest';
import { RESOURCES } from '../../src/cluster/resources.ts';
import { PROBES } from '../../src/probe/probes.ts';
import { ask, BROKEN, type PodParts, pod, proxy, ready, SHOP } from './ask.ts';
import type { MemoryCluster } from './memory-reader.ts';

describe('init-containers', () => {
  const waits = ['istio-init', 'vault', 'own-init', 'volume-or-image', 'istiod'];
  const order = ['redirected', 'cni', 'istio-last', 'native-first'];
  const crash = ['sandbox', 'validation', 'capability', 'kernel'];
  const done = { state: { terminated: { exitCode: 0 } } };
  const running = { state: { running: { startedAt: '2026-11-20T08:00:00Z' } } };
  const failing = {
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 1 } },
  };
  const waiting = (reason: string) => ({ state: { waiting: { reason } } });
  const event = (reason: string, message: string, name = 'cart-1') => ({
    metadata: { name: `${name}.1`, namespace: 'shop' },
    involvedObject: { name },
    reason,
    message,
    lastTimestamp: '2026-11-20T08:00:00Z',
  });
  type Init = readonly [name: string, status: object, spec?: object];
  const run = (answers: readonly string[], inits: readonly Init[], more: Partial<MemoryCluster> = {}) =>
    ask('init-containers', answers, SHOP, {
      ...more,
      objects: {
        pods: [
          pod({
            inits: inits.map(([name, , spec]) => ({ name, ...spec })),
            status: {
              phase: 'Pending',
              initContainerStatuses: inits.map(([name, status]) => ({ name, ...status })),
            },
          }),
        ],
        ...more.objects,
      },
    });
  const log = (container: string, text: string) => ({
    logs: { [`shop/cart-1/${container}/previous`]: text },
  });

  it.each<[string, Init[]]>([
    ['istio-init', [['istio-init', failing]]],
    ['istio-init', [['istio-validation', { state: { terminated: { exitCode: 126 } } }]]],
    [
      'vault',
      [
        ['istio-init', done],
        ['vault-agent-init', running],
      ],
    ],
    [
      'own-init',
      [
        ['istio-init', done],
        ['fetch-config', running],
      ],
    ],
    [
      'volume-or-image',
      [
        ['istio-init', done],
        ['fetch-config', waiting('ImagePullBackOff')],
      ],
    ],
    [
      'ambiguous',
      [
        ['istio-init', done],
        ['fetch-config', failing],
      ],
    ],
    ['ambiguous', [['istio-init', waiting('PodInitializing')]]],
    ['ambiguous', [['istio-init', done]]],
    ['ambiguous', []],
  ])('is the pod waiting for %s?', async (expected, inits) => {
    expect(await run(waits, inits)).toBe(expected);
  });

  it('takes a failing container for one without network where its log says so', async () => {
    const inits: Init[] = [
      ['istio-init', done],
      ['fetch-config', failing],
    ];
    const refused = 'curl: (7) Failed to connect to config.shop port 8888: Connection refused';
    expect(await run(waits, inits, log('fetch-config', refused))).toBe('own-init');
    expect(await run(waits, inits, log('fetch-config', 'panic: no such table users'))).toBe('ambiguous');
  });

  it('sees a missing volume only while no container has started', async () => {
    const objects = { events: [event('FailedMount', 'configmap "cart" not found')] };
    const inits: Init[] = [['istio-init', waiting('PodInitializing')]];
    expect(await run(waits, inits, { objects })).toBe('volume-or-image');
    expect(
      await run(
        waits,
        [
          ['istio-init', done],
          ['migrate', failing],
        ],
        { objects },
      ),
    ).toBe('ambiguous');
  });

  it("knows istiod's own pod", async () => {
    const istiod = pod({
      labels: { app: 'istiod' },
      inits: [{ name: 'wait' }],
      status: { initContainerStatuses: [{ name: 'wait', ...running }] },
    });
    expect(await ask('init-containers', waits, SHOP, { objects: { pods: [istiod] } })).toBe('istiod');
  });

  const native = { restartPolicy: 'Always' };
  it.each<[string, Init[]]>([
    [
      'native-first',
      [
        ['istio-init', done],
        ['istio-proxy', { started: true }, native],
        ['vault-agent-init', running],
      ],
    ],
    [
      'cni',
      [
        ['istio-validation', done],
        ['vault-agent-init', running],
      ],
    ],
    [
      'cni',
      [
        ['vault-agent-init', running],
        ['istio-validation', {}],
      ],
    ],
    [
      'redirected',
      [
        ['istio-init', done],
        ['vault-agent-init', running],
      ],
    ],
    [
      'redirected',
      [
        ['istio-init', done],
        ['fetch', running],
        ['istio-proxy', {}, native],
      ],
    ],
    [
      'istio-last',
      [
        ['vault-agent-init', running],
        ['istio-init', {}],
      ],
    ],
    ['ambiguous', [['vault-agent-init', running]]],
    [
      'ambiguous',
      [
        ['istio-init', done],
        ['istio-proxy', { started: false }, native],
        ['fetch', {}],
      ],
    ],
  ])('order: %s', async (expected, inits) => {
    expect(await run(order, inits)).toBe(expected);
  });

  it.each([
    [
      'capability',
      "iptables v1.8.9: can't initialize iptables table `nat': Permission denied (you must be root)",
    ],
    ['kernel', "iptables-restore v1.8.9: iptables-restore: unable to initialize table 'nat'"],
    ['ambiguous', 'error parsing flags'],
  ])('istio-init fails: %s', async (expected, text) => {
    expect(await run(crash, [['istio-init', failing]], log('istio-init', text))).toBe(expected);
    expect(await run(crash, [['istio-init', done]], log('istio-init', text))).toBe('ambiguous');
  });

  it('tells a failing istio-validation and a failing sandbox apart', async () => {
    const message = 'plugin type="istio-cni" name="istio-cni" failed (add): unable to push CNI event';
    const sandbox = event('FailedCreatePodSandBox', message);
    const inits: Init[] = [['istio-validation', waiting('PodInitializing')]];
    expect(await run(crash, inits, { objects: { events: [sandbox] } })).toBe('sandbox');
    expect(await run(crash, inits)).toBe('ambiguous');
    expect(await run(crash, [['istio-validation', failing]])).toBe('validation');
  });

  it('sees that Pod Security refuses the pod because of istio-init', async () => {
    const message =
      'Error creating: pods "cart-7c9d-x" is forbidden: violates PodSecurity "baseline:latest": non-default capabilities (container "istio-init" must not include "NET_ADMIN", "NET_RAW" in securityContext.capabilities.add)';
    const facts = { namespace: 'shop', workload: 'cart' };
    const state = (name: string) => ({ objects: { events: [event('FailedCreate', message, name)] } });
    expect(await ask('init-containers', crash, facts, state('cart-7c9d'))).toBe('capability');
    expect(await ask('init-containers', crash, facts, state('web-5d7f'))).toBe('ambiguous');
  });
});

describe('cni-state', () => {
  const set = (desiredNumberScheduled: number, numberReady: number, name = 'istio-cni-node') => ({
    metadata: { name, namespace: 'kube-system', labels: { 'k8s-app': name } },
    status: { desiredNumberScheduled, numberReady },
  });
  const on = (nodeName: string, status: object = ready) =>
    pod({
      name: `cni-${nodeName}`,
      namespace: 'kube-system',
      labels: { 'k8s-app': 'istio-cni-node' },
      spec: { nodeName },
      status,
    });
  const run = (sets: object[], pods: object[], facts: object = SHOP) =>
    ask(
      'cni-state',
      ['not-ready', 'missing', 'ready'],
      { ...facts },
      { objects: { 'daemonsets.apps': sets, pods } },
    );
  const other = set(3, 3, 'fluentd');

  it.each<[string, object[], object[]]>([
    ['missing', [other], [pod()]],
    ['not-ready', [set(3, 2), other], [pod(), on('node-1')]],
    ['ready', [set(3, 3)], [pod(), on('node-1')]],
    ['ready', [set(3, 3, 'azure-service-mesh-istio-cni-addon-node')], [pod(), on('node-1')]],
    // Every wanted pod is ready, yet none of them is wanted on the node of this pod.
    ['not-ready', [set(3, 3)], [pod(), on('node-2')]],
    ['not-ready', [set(3, 3)], [pod(), on('node-1', {})]],
    ['ambiguous', [set(0, 0)], [pod({ spec: { nodeName: '' } })]],
  ])('%s', async (expected, sets, pods) => {
    expect(await run(sets, pods)).toBe(expected);
  });

  it('looks at the whole cluster where the case names no pod', async () => {
    expect(await run([set(3, 3)], [], {})).toBe('ready');
    expect(await run([set(3, 3)], [], { node: 'node-9' })).toBe('not-ready');
  });
});

describe('pod-stop', () => {
  const answers = ['exits-at-once', 'long-requests', 'proxy-first', 'killed', 'none-of-these'];
  const app = (preStop?: object) => ({ name: 'cart', ...(preStop ? { lifecycle: { preStop } } : {}) });
  const sleep = (seconds: number) => ({ sleep: { seconds } });
  const sh = (text: string) => ({ exec: { command: ['sh', '-c', text] } });
  const env = (name: string, value: string) => ({ ...proxy, env: [{ name, value }] });
  const config = (text: string) => ({ annotations: { 'proxy.istio.io/config': text } });
  const run = (one: object) => ask('pod-stop', answers, SHOP, { objects: { pods: [one] } });

  it.each<[string, PodParts]>([
    ['exits-at-once', { containers: [app(), proxy] }],
    ['exits-at-once', { containers: [app()], inits: [{ ...proxy, restartPolicy: 'Always' }] }],
    ['proxy-first', { containers: [app(sleep(15)), proxy] }],
    ['proxy-first', { containers: [app(sh('sleep 15 && curl -X POST localhost/stop')), proxy] }],
    ['proxy-first', { containers: [app(sleep(25)), proxy], ...config('terminationDrainDuration: 20s') }],
    ['killed', { containers: [app(sleep(30)), proxy] }],
    ['killed', { containers: [app(sleep(15)), proxy], spec: { terminationGracePeriodSeconds: 10 } }],
    ['ambiguous', { containers: [app(sleep(15))], inits: [{ ...proxy, restartPolicy: 'Always' }] }],
    ['ambiguous', { containers: [app(sleep(15)), proxy], ...config('terminationDrainDuration: 60s') }],
    [
      'ambiguous',
      { containers: [app(sleep(15)), env('PROXY_CONFIG', '{"terminationDrainDuration":"60s"}')] },
    ],
    ['ambiguous', { containers: [app(sleep(15)), env('EXIT_ON_ZERO_ACTIVE_CONNECTIONS', 'true')] }],
    ['ambiguous', { containers: [app(sh('/bin/drain.sh')), proxy] }],
    ['ambiguous', { containers: [app(sh('sleep 0.5')), proxy] }],
    ['ambiguous', { containers: [app(sleep(15))] }],
  ])('%s', async (expected, parts) => {
    expect(await run(pod(parts))).toBe(expected);
  });

  it('hears of a killed pod from the event that it left', async () => {
    const event = (name: string) => ({
      metadata: { name: `${name}.1`, namespace: 'shop' },
      involvedObject: { name },
      reason: 'ExceededGracePeriod',
      message: 'Container runtime did not kill the pod within specified grace period.',
    });
    const run = (name: string) =>
      ask(
        'pod-stop',
        answers,
        { namespace: 'shop', workload: 'cart' },
        {
          objects: { pods: [pod({ containers: [app(sh('/bin/drain.sh')), proxy] })], events: [event(name)] },
        },
      );
    expect(await run('cart-6d5f8b7c9-x2k8p')).toBe('killed');
    expect(await run('web-6d5f8b7c9-x2k8p')).toBe('ambiguous');
  });
});

describe('pod-start', () => {
  const answers = ['no-readiness', 'probe-too-easy', 'proxy-late', 'cold'];
  const app = { name: 'cart', readinessProbe: { httpGet: { path: '/ready', port: 8080 } } };
  const refused = 'startup: dial tcp 10.12.3.9:8888: connect: connection refused';
  const run = (parts: PodParts, log = 'listening', key = 'cart') =>
    ask('pod-start', answers, SHOP, {
      objects: { pods: [pod(parts)] },
      logs: { [`shop/cart-1/${key}`]: log },
    });

  it('sees that no container has a readiness probe', async () => {
    expect(await run({ containers: [{ name: 'cart' }, proxy] })).toBe('no-readiness');
    expect(
      await run({ containers: [{ name: 'cart', startupProbe: { tcpSocket: { port: 1 } } }, proxy] }),
    ).toBe('ambiguous');
    expect(await run({ containers: [app, proxy] })).toBe('ambiguous');
  });

  it('sees calls refused at the start, while nothing makes the application wait', async () => {
    expect(await run({ containers: [app, proxy] }, refused)).toBe('proxy-late');
    const restarted = { containerStatuses: [{ name: 'cart', restartCount: 1 }] };
    expect(await run({ containers: [app, proxy], status: restarted }, refused, 'cart/previous')).toBe(
      'proxy-late',
    );
  });

  it('takes refused calls for nothing where the proxy comes first, or long after the start', async () => {
    const hook = { postStart: { exec: { command: ['pilot-agent', 'wait'] } } };
    expect(await run({ containers: [app, { ...proxy, lifecycle: hook }] }, refused)).toBe('ambiguous');
    expect(await run({ containers: [app], inits: [{ ...proxy, restartPolicy: 'Always' }] }, refused)).toBe(
      'ambiguous',
    );
    expect(await run({ containers: [app, proxy] }, `${'served\n'.repeat(200)}${refused}`)).toBe('ambiguous');
    expect(await run({ containers: [app, proxy] }, `${'served\n'.repeat(2000)}${refused}`)).toBe('ambiguous');
  });
});

describe('config-scope', () => {
  const answers = ['selector', 'revision', 'discovery', 'visibility', 'ambient', 'in-scope'];
  const POLICIES = 'authorizationpolicies.security.istio.io';
  const ROUTES = 'virtualservices.networking.istio.io';
  const RULES = 'destinationrules.networking.istio.io';
  const INJECTORS = 'mutatingwebhookconfigurations.admissionregistration.k8s.io';
  const object = (spec: object, labels: object = {}) => ({
    metadata: { name: 'it', namespace: 'shop', labels },
    spec,
  });
  const meshed = (more: PodParts = {}) =>
    pod({ annotations: { 'istio.io/rev': 'default' }, containers: [{ name: 'cart' }, proxy], ...more });
  const mesh = (text: string) => [
    { metadata: { name: 'istio', namespace: 'istio-system' }, data: { mesh: text } },
  ];
  const sidecar = (...hosts: string[]) => ({
    metadata: { name: 'default', namespace: 'shop' },
    spec: { egress: [{ hosts }] },
  });
  const run = (kind: string, objects: object, one: object = meshed()) =>
    ask(
      'config-scope',
      answers,
      { ...SHOP, kind, resource: 'it' },
      {
        objects: {
          pods: [one],
          namespaces: [{ metadata: { name: 'shop', labels: { team: 'cart' } } }],
          configmaps: mesh('accessLogFile: /dev/stdout'),
          ...objects,
        },
      },
    );
  const policy = (labels: object, own: object = {}) => ({
    [POLICIES]: [object({ selector: { matchLabels: labels } }, own)],
  });
  const route = (more: object = {}) => ({ [ROUTES]: [object({ hosts: ['cart'], ...more })] });

  it.each<[string, string, object]>([
    ['in-scope', 'AuthorizationPolicy', policy({ app: 'cart' })],
    ['in-scope', 'authorizationpolicies', policy({})],
    ['selector', 'AuthorizationPolicy', policy({ app: 'webb' })],
    [
      'selector',
      'AuthorizationPolicy',
      { [POLICIES]: [object({ targetRefs: [{ kind: 'Service', name: 'cart' }] })] },
    ],
    [
      'selector',
      'EnvoyFilter',
      { 'envoyfilters.networking.istio.io': [object({ workloadSelector: { labels: { app: 'web' } } })] },
    ],
    ['in-scope', 'EnvoyFilter', { 'envoyfilters.networking.istio.io': [object({})] }],
    ['revision', 'AuthorizationPolicy', policy({ app: 'cart' }, { 'istio.io/rev': '1-27' })],
    ['in-scope', 'VirtualService', route()],
    ['visibility', 'VirtualService', route({ exportTo: ['~'] })],
    [
      'visibility',
      'VirtualService',
      { ...route(), 'sidecars.networking.istio.io': [sidecar('istio-system/*')] },
    ],
    ['in-scope', 'VirtualService', { ...route(), 'sidecars.networking.istio.io': [sidecar('./*')] }],
    // A DestinationRule comes along with a host that is visible in another namespace.
    [
      'in-scope',
      'DestinationRule',
      {
        [RULES]: [object({ host: 'pay.bank.svc.cluster.local' })],
        'sidecars.networking.istio.io': [sidecar('bank/*')],
      },
    ],
    [
      'visibility',
      'DestinationRule',
      {
        [RULES]: [object({ host: 'pay.bank.svc.cluster.local' })],
        'sidecars.networking.istio.io': [sidecar('./cart.shop.svc.cluster.local')],
      },
    ],
    // A route for gateways only never reaches a sidecar, whatever its scope.
    ['ambiguous', 'VirtualService', route({ gateways: ['public'] })],
    [
      'discovery',
      'VirtualService',
      { ...route(), configmaps: mesh('discoverySelectors:\n- matchLabels: {istio: on}') },
    ],
    [
      'in-scope',
      'VirtualService',
      {
        ...route(),
        configmaps: mesh('discoverySelectors:\n- matchLabels: {istio: on}\n- matchLabels: {team: cart}'),
      },
    ],
    // Without MeshConfig nobody knows whether everything fits.
    ['ambiguous', 'VirtualService', { ...route(), configmaps: [] }],
    ['ambiguous', 'VirtualService', { ...route(), configmaps: mesh('a: [') }],
    ['ambiguous', 'VirtualService', {}],
    ['ambiguous', 'Deployment', route()],
  ])('%s of a %s', async (expected, kind, objects) => {
    expect(await run(kind, objects)).toBe(expected);
  });

  it('takes a tag that points to the revision of the pod for that revision', async () => {
    const tag = (revision: string) => ({
      [INJECTORS]: [
        {
          metadata: {
            name: 'istio-revision-tag-stable',
            labels: { 'istio.io/tag': 'stable', 'istio.io/rev': revision },
          },
          webhooks: [{ name: 'x' }],
        },
      ],
    });
    const own = policy({ app: 'cart' }, { 'istio.io/rev': 'stable' });
    expect(await run('AuthorizationPolicy', { ...own, ...tag('default') })).toBe('in-scope');
    expect(await run('AuthorizationPolicy', { ...own, ...tag('1-27') })).toBe('revision');
  });

  it('sees a pod of the ambient mesh, and reads nothing into one without a proxy', async () => {
    const ambient = pod({ annotations: { 'ambient.istio.io/redirection': 'enabled' } });
    expect(await run('AuthorizationPolicy', policy({ app: 'cart' }), ambient)).toBe('ambient');
    expect(await run('AuthorizationPolicy', policy({ app: 'cart' }), pod())).toBe('ambiguous');
  });

  it("reads the MeshConfig of the pod's own revision, and what the users of a managed mesh add", async () => {
    const one = meshed({ annotations: { 'istio.io/rev': 'asm-1-27' } });
    const map = (name: string, text: string) => ({
      metadata: { name, namespace: 'istio-system' },
      data: { mesh: text },
    });
    const shared = map('istio-shared-configmap-asm-1-27', 'discoverySelectors:\n- matchLabels: {istio: on}');
    const configmaps = [map('istio-asm-1-27', 'rootNamespace: istio-system'), shared];
    expect(await run('VirtualService', { ...route(), configmaps }, one)).toBe('discovery');
    expect(await run('VirtualService', { ...route(), configmaps: configmaps.slice(0, 1) }, one)).toBe(
      'in-scope',
    );
  });
});

const PROBE_NAMES = ['init-containers', 'pod-stop', 'pod-start', 'config-scope'];

describe('objects with missing or wrong fields', () => {
  it.each(PROBE_NAMES)('%s neither fails on them nor reads anything into them', async (name) => {
    const objects = Object.fromEntries(Object.keys(RESOURCES).map((id) => [id, BROKEN]));
    const facts = { ...SHOP, workload: 'cart', kind: 'VirtualService', resource: 'cart-1' };
    expect(await ask(name, PROBES[name]!.answers, facts, { objects })).toBe('ambiguous');
  });
});
