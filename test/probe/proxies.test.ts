/** Probes of a proxy's own state: how it ended, what it lacks, what keeps it from its configuration. */
import { describe, expect, it } from 'vitest';
import { RESOURCES } from '../../src/cluster/resources.ts';
import { ask, BROKEN, pod, proxy, SHOP } from './ask.ts';
import type { MemoryCluster } from './memory-reader.ts';

const NOW = new Date('2026-11-20T10:00:00Z');
const CLOCK = { gitVersion: 'v1.31.0', date: NOW };
const broken = Object.fromEntries(Object.keys(RESOURCES).map((id) => [id, BROKEN]));

describe('proxy-crash', () => {
  const how = ['descriptors', 'oom', 'segfault', 'bind'];
  const ended = (reason: string, exitCode: number) => ({
    lastState: { terminated: { reason, exitCode, finishedAt: '2026-11-20T09:58:00Z' } },
  });
  interface Proxy {
    readonly status?: object;
    readonly before?: string;
    readonly now?: string;
  }
  const state = ({ status = {}, before, now = '' }: Proxy): MemoryCluster => ({
    version: CLOCK,
    objects: {
      pods: [
        pod({
          containers: [{ name: 'cart' }, proxy],
          status: { containerStatuses: [{ name: 'istio-proxy', restartCount: 1, ...status }] },
        }),
      ],
    },
    logs: {
      'shop/cart-1/istio-proxy': now,
      ...(before === undefined ? {} : { 'shop/cart-1/istio-proxy/previous': before }),
    },
  });
  const run = (one: Proxy) => ask('proxy-crash', how, SHOP, state(one));
  const at = (time: string, words: string) => `2026-11-20T${time}.000000Z\t${words}`;
  const ASSERT = at('09:57:59', 'critical\tenvoy assert\tassert failure: fd_ != -1.');
  const ABORTED = at('09:58:00', 'critical\tenvoy backtrace\tCaught Aborted, suspect faulting address 0x5');
  const KILLED = at('09:58:00', 'error\tEpoch 0 exited with error: signal: killed');
  const BIND = `warning\tenvoy config\tgRPC config for type.googleapis.com/envoy.config.listener.v3.Listener rejected: Error adding/updating listener(s) 0.0.0.0_80: cannot bind '0.0.0.0:80': Permission denied`;

  it.each<[string, string, Proxy]>([
    ['oom', 'the kubelet calls it so', { status: ended('OOMKilled', 137), before: ASSERT }],
    ['oom', 'the kernel killed Envoy and left the agent', { status: ended('Completed', 0), before: KILLED }],
    [
      'descriptors',
      'the assertion names them',
      { status: ended('Completed', 0), before: `${ASSERT}\n${ABORTED}` },
    ],
    [
      'descriptors',
      'Envoy runs on without any',
      { now: at('09:59:00', 'warning\tenvoy\taccept failed: Too many open files') },
    ],
    ['segfault', 'Envoy caught a signal', { status: ended('Completed', 0), before: ABORTED }],
    ['segfault', 'the exit code tells it without a log', { status: ended('Error', 139) }],
    ['bind', 'it runs and cannot bind', { now: at('09:40:00', BIND) }],
  ])('%s: %s', async (expected, _, one) => {
    expect(await run(one)).toBe(expected);
  });

  it.each<[string, Proxy]>([
    [
      'an end after SIGTERM',
      { status: ended('Completed', 0), before: at('09:58:00', 'info\tAborted all epochs') },
    ],
    ['a killed container that nobody calls out of memory', { status: ended('Error', 137), before: '' }],
    ['the limit of watchers', { now: at('09:59:00', 'error\tfsnotify: inotify_init: Too many open files') }],
    ['the words of Go', { now: at('09:59:00', 'error\tfailed to watch: too many open files') }],
    ['a port that was not bound two hours ago', { now: at('07:59:00', BIND) }],
    ['no restart and no line', { status: { restartCount: 0 } }],
  ])('leaves %s to the person', async (_, one) => {
    expect(await run(one)).toBe('ambiguous');
  });

  it('sees the reason where logs may not be read', async () => {
    const cluster = {
      ...state({ status: ended('OOMKilled', 137) }),
      failures: { 'pods/log': 'forbidden' },
    } as const;
    expect(await ask('proxy-crash', how, SHOP, cluster)).toBe('oom');
  });

  it('finds a native sidecar among the init containers', async () => {
    const native = pod({
      inits: [{ ...proxy, restartPolicy: 'Always' }],
      status: {
        initContainerStatuses: [{ name: 'istio-proxy', restartCount: 3, ...ended('OOMKilled', 137) }],
      },
    });
    expect(await ask('proxy-crash', how, SHOP, { version: CLOCK, objects: { pods: [native] } })).toBe('oom');
  });

  it('reads nothing into broken objects', async () => {
    expect(await ask('proxy-crash', how, SHOP, { version: CLOCK, objects: broken })).toBe('ambiguous');
  });
});

describe('proxy-scope', () => {
  const large = ['configuration', 'statistics', 'cpu', 'traffic', 'killed', 'grows'];
  const scope = ['one-namespace', 'whole-mesh', 'unrelated-namespaces', 'scoped-already'];
  const namespace = (name: string, labels: object = {}) => ({ metadata: { name, labels } });
  const services = (own: string, number: number, annotations: object = {}) =>
    Array.from({ length: number }, (_, index) => ({
      metadata: { name: `s${index}`, namespace: own, annotations },
      spec: { ports: [{ port: 80 }, { port: 81 }] },
    }));
  const sidecar = (hosts: readonly string[], own = 'shop') => ({
    metadata: { name: 'default', namespace: own },
    spec: { egress: [{ hosts }] },
  });
  interface Mesh {
    readonly services?: readonly object[];
    readonly sidecars?: readonly object[];
    readonly namespaces?: readonly object[];
    readonly config?: string;
    readonly labels?: object;
  }
  const PLAIN = ['a', 'b', 'c', 'd', 'e'];
  const state = (mesh: Mesh): MemoryCluster => ({
    objects: {
      pods: [pod({ containers: [{ name: 'cart' }, proxy], labels: mesh.labels ?? {} })],
      namespaces: mesh.namespaces ?? [
        namespace('shop', { 'istio-injection': 'enabled' }),
        ...PLAIN.map((one) => namespace(one)),
      ],
      services: mesh.services ?? [],
      'sidecars.networking.istio.io': mesh.sidecars ?? [],
      configmaps: [
        {
          metadata: { name: 'istio', namespace: 'istio-system' },
          data: { mesh: mesh.config ?? 'accessLogFile: ""' },
        },
      ],
    },
  });
  const SELECT = 'discoverySelectors:\n- matchLabels: { istio-injection: enabled }\n';

  it.each<[string, string, Mesh]>([
    ['configuration', 'nothing narrows hundreds of clusters', { services: services('a', 250) }],
    [
      'configuration',
      'the Sidecar lets everything in',
      { services: services('a', 250), sidecars: [sidecar(['*/*'])] },
    ],
    ['ambiguous', 'there are few', { services: services('a', 249) }],
    [
      'ambiguous',
      'a Sidecar leaves few of them',
      { services: services('a', 250), sidecars: [sidecar(['./*'])] },
    ],
    ['ambiguous', 'istiod does not read that namespace', { services: services('a', 250), config: SELECT }],
    [
      'ambiguous',
      'they are not for this namespace',
      { services: services('a', 250, { 'networking.istio.io/exportTo': '.' }) },
    ],
    [
      'ambiguous',
      'Services are not for everybody by default',
      { services: services('a', 250), config: 'defaultServiceExportTo: ["."]' },
    ],
    ['ambiguous', 'it is a gateway', { services: services('a', 250), labels: { istio: 'ingressgateway' } }],
  ])('what is large: %s where %s', async (expected, _, mesh) => {
    expect(await ask('proxy-scope', large, SHOP, state(mesh))).toBe(expected);
  });

  it.each<[string, string, Mesh]>([
    ['scoped-already', 'a Sidecar narrows it', { sidecars: [sidecar(['./*', 'istio-system/*'])] }],
    ['scoped-already', 'the mesh has one', { sidecars: [sidecar(['./*'], 'istio-system')] }],
    [
      'unrelated-namespaces',
      'most of it lies outside the mesh',
      { services: PLAIN.flatMap((one) => services(one, 3)) },
    ],
    [
      'ambiguous',
      'most of it lies inside',
      { services: [...services('shop', 20), ...PLAIN.flatMap((one) => services(one, 3))] },
    ],
    ['ambiguous', 'few namespaces are outside', { services: services('a', 20) }],
    [
      'ambiguous',
      'istiod reads some namespaces only',
      { services: PLAIN.flatMap((one) => services(one, 3)), config: SELECT },
    ],
  ])('what to narrow: %s where %s', async (expected, _, mesh) => {
    expect(await ask('proxy-scope', scope, SHOP, state(mesh))).toBe(expected);
  });

  it('decides nothing about sizes without MeshConfig', async () => {
    const { objects } = state({ services: services('a', 250) });
    expect(await ask('proxy-scope', large, SHOP, { objects: { ...objects!, configmaps: [] } })).toBe(
      'ambiguous',
    );
  });

  it('reads nothing into broken objects', async () => {
    const own = pod({ containers: [{ name: 'cart' }, proxy] });
    const objects = { ...broken, pods: [own, ...BROKEN] };
    expect(await ask('proxy-scope', [...large, ...scope], SHOP, { objects })).toBe('ambiguous');
  });
});

describe('proxy-readiness', () => {
  const says = ['rejected', 'nothing', 'unreachable', 'certificate', 'dns', 'only-at-start'];
  const state = (lines: readonly string[], ready = false): MemoryCluster => ({
    version: CLOCK,
    objects: {
      pods: [
        pod({
          containers: [{ name: 'cart' }, proxy],
          status: { containerStatuses: [{ name: 'istio-proxy', ready }] },
        }),
      ],
    },
    logs: { 'shop/cart-1/istio-proxy': lines.join('\n') },
  });
  const run = (lines: readonly string[], isReady = false) =>
    ask('proxy-readiness', says, SHOP, state(lines, isReady));
  const line = (time: string, words: string) => `2026-11-20T${time}.000000Z\t${words}`;
  const twice = (words: string) => [line('09:57:00', words), line('09:59:00', words)];
  const wait = (time: string) =>
    line(
      time,
      'warn\tEnvoy proxy is NOT ready: config not received from XDS server (is Istiod running?): cds updates: 0 successful, 0 rejected; lds updates: 0 successful, 0 rejected',
    );
  const refused = line(
    '09:59:30',
    'warn\tEnvoy proxy is NOT ready: config received from XDS server, but was rejected: cds updates: 1 successful, 0 rejected; lds updates: 0 successful, 1 rejected',
  );
  const READY = 'info\tEnvoy proxy is ready';
  const dial = (reason: string) =>
    `warn\tsds\tfailed to warm certificate: failed to generate workload certificate: create certificate: rpc error: code = Unavailable desc = connection error: desc = "transport: ${reason}"`;
  const TIMEOUT = dial('Error while dialing: dial tcp 10.0.0.9:15012: i/o timeout');
  const LOOKUP = dial(
    'Error while dialing: dial tcp: lookup istiod.istio-system.svc on 10.96.0.10:53: no such host',
  );
  const TRUST = dial('authentication handshake failed: x509: certificate signed by unknown authority');
  const STREAM =
    'warning\tenvoy config\tStreamAggregatedResources gRPC config stream to xds-grpc closed: 14, no healthy upstream';
  const REJECTED =
    "warning\tenvoy config\tgRPC config for type.googleapis.com/envoy.config.listener.v3.Listener rejected: Error adding/updating listener(s) virtualInbound: Didn't find a registered implementation for 'my.filter'";

  it.each<[string, string, readonly string[]]>([
    ['rejected', 'the agent counts it', [refused]],
    ['rejected', 'Envoy said so half an hour ago', [line('09:31:00', REJECTED)]],
    ['nothing', 'all counters are 0', [wait('09:59:00'), wait('09:59:02')]],
    ['unreachable', 'the port does not answer', [...twice(TIMEOUT), wait('09:59:30')]],
    ['unreachable', 'Envoy has no way', [...twice(STREAM), wait('09:59:30')]],
    ['certificate', 'istiod is not trusted', [...twice(TRUST), ...twice(STREAM)]],
    ['certificate', 'nothing signs it', twice('error\tsds\tfailed to generate workload certificate: denied')],
    ['dns', 'its name has no address', [...twice(LOOKUP), wait('09:59:30')]],
  ])('%s where %s', async (expected, _, lines) => {
    expect(await run(lines)).toBe(expected);
  });

  it('sees that it was only at the start', async () => {
    const lines = [wait('09:00:01'), wait('09:00:03'), line('09:00:05', READY)];
    expect(await run(lines, true)).toBe('only-at-start');
  });

  it.each<[string, readonly string[], boolean]>([
    [
      'a proxy that was not ready later, too',
      [line('09:00:01', READY), wait('09:40:01'), line('09:41:00', READY)],
      true,
    ],
    ['a proxy that was always ready', [line('09:00:01', READY)], true],
    ['trouble that was over before it was ready', [...twice(TIMEOUT), line('09:59:30', READY)], false],
    ['trouble of an hour ago', [line('08:57:00', TIMEOUT), line('08:59:00', TIMEOUT)], false],
    ['a single line', [line('09:57:00', TIMEOUT)], false],
    [
      'what a caller was answered',
      Array(3).fill(
        '[2026-11-20T09:59:00.000Z] "GET / HTTP/1.1" 503 UF upstream_reset_before_response_started{x509: no} - "-" 0 9 3 -',
      ),
      false,
    ],
  ])('leaves %s to the person', async (_, lines, isReady) => {
    expect(await run(lines, isReady)).toBe('ambiguous');
  });

  it('reads nothing into broken objects', async () => {
    const cluster = { version: CLOCK, objects: broken, logs: { 'shop/cart-1/istio-proxy': '' } };
    expect(await ask('proxy-readiness', says, SHOP, cluster)).toBe('ambiguous');
  });
});

describe('the way from a proxy to istiod', () => {
  const network = ['blocked', 'slow', 'token'];
  const istiod = pod({
    name: 'istiod-1',
    namespace: 'istio-system',
    labels: { app: 'istiod' },
    containers: [{ name: 'discovery' }],
  });
  const own = (lastState: object = {}, spec: object = {}) =>
    pod({
      containers: [{ name: 'cart' }, proxy],
      spec,
      status: { containerStatuses: [{ name: 'istio-proxy', lastState }] },
    });
  const policy = (namespace: string, spec: object) => ({
    metadata: { name: 'closed', namespace },
    spec: { podSelector: {}, ...spec },
  });
  const egress = (ports: object[]) => policy('shop', { policyTypes: ['Egress'], egress: [{ ports }] });
  const ingress = (ports: object[]) =>
    policy('istio-system', { policyTypes: ['Ingress'], ingress: [{ ports }] });
  const run = (policies: object[], one: object = own()) =>
    ask('discovery-network', network, SHOP, {
      version: CLOCK,
      objects: { pods: [one, istiod], 'networkpolicies.networking.k8s.io': policies },
    });
  const killed = (finishedAt: string) => ({ terminated: { reason: 'OOMKilled', finishedAt } });

  it('sees a policy that closes it on either side', async () => {
    expect(await run([egress([{ port: 53 }])])).toBe('blocked');
    expect(await run([ingress([{ port: 15017 }])])).toBe('blocked');
  });

  it('adds policies up, and does not hold them against a pod on its node', async () => {
    expect(await run([egress([{ port: 53 }]), egress([{ port: 15012 }])])).toBe('ambiguous');
    expect(await run([egress([{ port: 15000, endPort: 15100 }])])).toBe('ambiguous');
    expect(await run([egress([{ port: 53 }])], own({}, { hostNetwork: true }))).toBe('ambiguous');
    expect(await run([])).toBe('ambiguous');
  });

  it('sees a proxy that ran out of memory within the hour', async () => {
    expect(await run([], own(killed('2026-11-20T09:30:00Z')))).toBe('slow');
    expect(await run([], own(killed('2026-11-20T08:30:00Z')))).toBe('ambiguous');
  });

  it('sees that its revision was removed', async () => {
    const one = pod({
      annotations: { 'istio.io/rev': '1-27' },
      containers: [{ name: 'cart' }, proxy],
      status: { containerStatuses: [{ name: 'istio-proxy', ready: false }] },
    });
    const deployment = {
      metadata: {
        name: 'istiod-1-28',
        namespace: 'istio-system',
        labels: { app: 'istiod', 'istio.io/rev': '1-28' },
      },
      spec: { replicas: 1 },
    };
    const objects = { pods: [one], 'deployments.apps': [deployment] };
    const where = ['wrong', 'removed-revision', 'right'];
    expect(await ask('discovery-target', where, SHOP, { objects })).toBe('removed-revision');
    expect(await ask('discovery-target', where, SHOP, { objects: { pods: [one] } })).toBe('ambiguous');
  });

  it('reads nothing into broken objects', async () => {
    expect(await ask('discovery-network', network, SHOP, { version: CLOCK, objects: broken })).toBe(
      'ambiguous',
    );
  });
});
