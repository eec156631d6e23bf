/** Probes beyond one workload's traffic: health probes, Jobs, kinds, ambient mode, Google's mesh, metrics. */
import { describe, expect, it } from 'vitest';
import { RESOURCES } from '../../src/cluster/resources.ts';
import { PROBES } from '../../src/probe/probes.ts';
import { ask, BROKEN, pod, proxy, ready, SHOP } from './ask.ts';
import type { MemoryCluster } from './memory-reader.ts';

describe('probe-rewrite', () => {
  const which = ['proxy', 'rewritten', 'not-rewritten', 'exec', 'no-sidecar'];
  const unhealthy = (message: string, container = 'cart', extra: object = {}) => ({
    metadata: { name: 'e1', namespace: 'shop' },
    involvedObject: {
      kind: 'Pod',
      name: 'cart-1',
      namespace: 'shop',
      fieldPath: `spec.containers{${container}}`,
    },
    reason: 'Unhealthy',
    message,
    lastTimestamp: '2026-11-20T08:00:00Z',
    ...extra,
  });
  const state = (probes: object, events: object[]): MemoryCluster => ({
    objects: { pods: [pod({ containers: [{ name: 'cart', ...probes }, proxy] })], events },
  });
  const run = (cluster: MemoryCluster) => ask('probe-rewrite', which, SHOP, cluster);

  it('sees that the proxy itself is not ready', async () => {
    const event = unhealthy('Readiness probe failed: HTTP probe failed with statuscode: 503', 'istio-proxy');
    expect(await run(state({}, [event]))).toBe('proxy');
  });

  it.each([
    ['rewritten', { httpGet: { path: '/app-health/cart/livez', port: 15020 } }],
    ['not-rewritten', { httpGet: { path: '/live', port: 8080 } }],
    ['not-rewritten', { tcpSocket: { port: 8080 } }],
    ['exec', { exec: { command: ['curl', 'localhost:8080/live'] } }],
  ])('%s, by the probe that the event names', async (expected, livenessProbe) => {
    const event = unhealthy('Liveness probe failed: HTTP probe failed with statuscode: 500');
    expect(await run(state({ livenessProbe }, [event]))).toBe(expected);
  });

  it('takes the newest event, and none of a former pod of the same name', async () => {
    const probes = {
      livenessProbe: { exec: { command: ['true'] } },
      readinessProbe: { httpGet: { path: '/r', port: 1 } },
    };
    const old = unhealthy('Liveness probe failed: ', 'cart', { lastTimestamp: '2026-11-20T07:00:00Z' });
    const former = unhealthy('Liveness probe failed: ', 'cart', {
      involvedObject: { name: 'cart-1', uid: 'another', fieldPath: 'spec.containers{cart}' },
      lastTimestamp: '2026-11-20T09:00:00Z',
    });
    const newest = unhealthy('Readiness probe failed: Get "http://10.2.0.9:1/r": EOF');
    expect(await run(state(probes, [old, former, newest]))).toBe('not-rewritten');
  });

  it('sees a pod without a sidecar', async () => {
    expect(await run({ objects: { pods: [pod()] } })).toBe('no-sidecar');
  });

  it('leaves a pod without a failing probe to the person', async () => {
    expect(await run(state({}, []))).toBe('ambiguous');
  });

  const why = ['switched-off', 'strict', 'grpc-old', 'other-port'];
  const injector = (value: unknown, name = 'istio-sidecar-injector') => ({
    metadata: { name, namespace: 'istio-system' },
    data: { values: JSON.stringify({ sidecarInjectorWebhook: { rewriteAppHTTPProbe: value } }) },
  });
  const KEY = 'sidecar.istio.io/rewriteAppHTTPProbers';
  it.each([
    ['switched-off', { [KEY]: 'false' }, injector(true)],
    ['switched-off', {}, injector(false)],
    ['switched-off', { 'istio.io/rev': '1-28' }, injector(false, 'istio-sidecar-injector-1-28')],
    ['ambiguous', { [KEY]: 'true' }, injector(false)],
    ['ambiguous', {}, injector(true)],
    ['ambiguous', { 'istio.io/rev': '1-28' }, injector(false)],
  ])('why not rewritten: %s (%j)', async (expected, annotations, config) => {
    const own = pod({ annotations, containers: [{ name: 'cart' }, proxy] });
    expect(await ask('probe-rewrite', why, SHOP, { objects: { pods: [own], configmaps: [config] } })).toBe(
      expected,
    );
  });
});

describe('job-sidecar', () => {
  const answers = ['proxy-only', 'native', 'app-runs', 'app-failed', 'not-started', 'no-sidecar'];
  const running = { running: { startedAt: '2026-11-20T08:00:00Z' } };
  const ended = (exitCode: number) => ({ terminated: { exitCode } });
  const NATIVE = { ...proxy, restartPolicy: 'Always' };
  const job = (parts: object, status: object) =>
    pod({ name: 'report-28x4k', labels: { 'batch.kubernetes.io/job-name': 'report' }, status, ...parts });
  const run = (...pods: object[]) =>
    ask('job-sidecar', answers, { namespace: 'shop', resource: 'report' }, { objects: { pods } });
  const statuses = (app: object, own: object, native = false) => ({
    phase: 'Running',
    containerStatuses: [
      { name: 'report', state: app },
      ...(native ? [] : [{ name: 'istio-proxy', state: own }]),
    ],
    initContainerStatuses: native ? [{ name: 'istio-proxy', state: own }] : [],
  });
  const BOTH = { containers: [{ name: 'report' }, proxy] };
  const INIT = { containers: [{ name: 'report' }], inits: [NATIVE] };

  it.each([
    ['proxy-only', BOTH, statuses(ended(0), running)],
    ['native', INIT, statuses(ended(0), running, true)],
    ['app-runs', BOTH, statuses(running, running)],
    ['app-runs', INIT, statuses(running, running, true)],
    ['app-failed', BOTH, statuses(ended(1), running)],
    ['not-started', BOTH, { phase: 'Pending' }],
    ['no-sidecar', { containers: [{ name: 'report' }] }, statuses(running, running)],
    ['ambiguous', BOTH, statuses(ended(0), ended(0))],
    ['ambiguous', BOTH, { phase: 'Running', containerStatuses: [] }],
  ])('%s', async (expected, parts, status) => {
    expect(await run(job(parts, status))).toBe(expected);
  });

  it('looks at the newest pod of the Job, and at no other Job', async () => {
    const old = job(
      { ...BOTH, metadata: { creationTimestamp: '2026-11-20T07:00:00Z' } },
      statuses(ended(1), running),
    );
    const newest = job(
      { ...BOTH, metadata: { creationTimestamp: '2026-11-20T08:00:00Z' } },
      statuses(ended(0), running),
    );
    const other = job(
      { ...BOTH, labels: { 'job-name': 'other' }, metadata: { creationTimestamp: '2026-11-20T09:00:00Z' } },
      statuses(running, running),
    );
    expect(await run(old, newest, other)).toBe('proxy-only');
  });
});

describe('crd-versions', () => {
  const which = ['version-or-crd', 'no-istio', 'old-version', 'gateway-api', 'removed-kind', 'controller'];
  const served = ['none', 'only-old', 'all-there', 'wrong-cluster'];
  const crd = (...versions: string[]) => ({
    metadata: { name: 'virtualservices.networking.istio.io' },
    spec: {
      group: 'networking.istio.io',
      names: { kind: 'VirtualService', plural: 'virtualservices', singular: 'virtualservice' },
      versions: versions.map((name) => ({ name, served: true })),
    },
  });
  const istio = { 'networking.istio.io': ['v1'], 'security.istio.io': ['v1'] };
  const run = (
    answers: string[],
    kind: string,
    groups: NonNullable<MemoryCluster['groups']>,
    crds: object[],
  ) =>
    ask(
      'crd-versions',
      answers,
      { kind },
      { groups, objects: { 'customresourcedefinitions.apiextensions.k8s.io': crds } },
    );

  it.each([
    [which, 'no-istio', 'VirtualService', {}, []],
    [which, 'gateway-api', 'HTTPRoute', istio, []],
    [which, 'old-version', 'VirtualService', istio, [crd('v1alpha3', 'v1beta1')]],
    [which, 'ambiguous', 'VirtualService', istio, [crd('v1', 'v1alpha3', 'v1beta1')]],
    [which, 'ambiguous', 'HTTPRoute', { ...istio, 'gateway.networking.k8s.io': ['v1'] }, []],
    [served, 'none', 'VirtualService', {}, []],
    [served, 'only-old', 'virtualservices.networking.istio.io', istio, [crd('v1alpha3', 'v1beta1')]],
    [served, 'all-there', 'virtualservices', istio, [crd('v1', 'v1alpha3', 'v1beta1')]],
    [served, 'ambiguous', 'VirtualService', istio, []],
    [served, 'ambiguous', 'ServiceRole', istio, [crd('v1')]],
  ])('of %j: %s for %s', async (answers, expected, kind, groups, crds) => {
    expect(await run(answers, kind, groups, crds)).toBe(expected);
  });
});

describe('managed-control-plane', () => {
  const answers = ['not-enabled', 'provisioning', 'stalled', 'condition', 'active'];
  const revision = (conditions: Record<string, string>, name = 'asm-managed') => ({
    metadata: { name, namespace: 'istio-system' },
    status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
  });
  const run = (...revisions: object[]) =>
    ask(
      'managed-control-plane',
      answers,
      {},
      {
        groups: { 'mesh.cloud.google.com': ['v1beta1'] },
        objects: { 'controlplanerevisions.mesh.cloud.google.com': revisions },
      },
    );
  it.each([
    ['active', [revision({ Reconciled: 'True', Stalled: 'False', ProvisioningFinished: 'True' })]],
    ['stalled', [revision({ Reconciled: 'True' }), revision({ Stalled: 'True' }, 'asm-managed-rapid')]],
    ['stalled', [revision({ Reconciled: 'False', ProvisioningFinished: 'True' })]],
    ['provisioning', [revision({ Reconciled: 'False', ProvisioningFinished: 'False' })]],
    ['not-enabled', []],
    ['ambiguous', [revision({ Reconciled: 'Unknown' })]],
  ])('%s', async (expected, revisions) => {
    expect(await run(...revisions)).toBe(expected);
  });
  it('knows that a cluster without the kind has no managed mesh', async () => {
    expect(await ask('managed-control-plane', answers, {}, {})).toBe('not-enabled');
  });
});

describe('ztunnel', () => {
  const enrolled = ['enrolled', 'not-labelled', 'has-sidecar', 'host-network', 'cni-did-not'];
  const state = ['missing', 'not-ready', 'no-istiod', 'no-certificate', 'ready'];
  const MODE = 'istio.io/dataplane-mode';
  const namespace = (labels: object) => ({ metadata: { name: 'shop', labels } });
  const AMBIENT = { [MODE]: 'ambient' };
  it.each([
    ['enrolled', AMBIENT, { annotations: { 'ambient.istio.io/redirection': 'enabled' } }],
    ['cni-did-not', AMBIENT, {}],
    ['cni-did-not', {}, { labels: { app: 'cart', ...AMBIENT } }],
    ['not-labelled', {}, {}],
    ['not-labelled', AMBIENT, { labels: { app: 'cart', [MODE]: 'none' } }],
    ['has-sidecar', AMBIENT, { containers: [{ name: 'cart' }, proxy] }],
    ['host-network', AMBIENT, { spec: { hostNetwork: true } }],
    ['ambiguous', AMBIENT, { status: { phase: 'Pending' } }],
    [
      'ambiguous',
      AMBIENT,
      { containers: [proxy], labels: { 'gateway.networking.k8s.io/gateway-name': 'waypoint' } },
    ],
  ])('%s', async (expected, labels, parts) => {
    const objects = { namespaces: [namespace(labels)], pods: [pod(parts)] };
    expect(await ask('ztunnel', enrolled, SHOP, { objects })).toBe(expected);
  });

  const set = (numberReady: unknown, desiredNumberScheduled: unknown) => ({
    metadata: { name: 'ztunnel', namespace: 'istio-system', labels: { app: 'ztunnel' } },
    status: { numberReady, desiredNumberScheduled },
  });
  const own = pod({ name: 'ztunnel-x', namespace: 'istio-system', labels: { app: 'ztunnel' } });
  const XDS = 'warn xds::client:xds{id=1} XDS client connection error: gRPC connection error';
  const UP = 'info xds::client:xds{id=2} Stream established';
  const CERT = 'error identity error: certificate: signing gRPC error (Unauthenticated)';
  it.each([
    ['missing', [], ''],
    ['not-ready', [set(2, 3)], ''],
    ['ready', [set(3, 3)], ''],
    ['ready', [set(3, 3)], `${XDS}\n${UP}\n`],
    ['no-istiod', [set(3, 3)], `${UP}\n${XDS}\n`],
    ['no-certificate', [set(3, 3)], `${UP}\n${CERT}\n`],
    ['ambiguous', [set('3', undefined)], ''],
  ])('on the nodes: %s', async (expected, sets, log) => {
    const cluster = {
      objects: { namespaces: [namespace(AMBIENT)], pods: [pod(), own], 'daemonsets.apps': sets },
      logs: { 'istio-system/ztunnel-x/istio-proxy': log },
    };
    expect(await ask('ztunnel', state, SHOP, cluster)).toBe(expected);
  });
  it('answers without the log where it may not be read', async () => {
    const cluster: MemoryCluster = {
      objects: { namespaces: [namespace(AMBIENT)], pods: [pod(), own], 'daemonsets.apps': [set(1, 2)] },
      failures: { 'pods/log': 'forbidden' },
    };
    expect(await ask('ztunnel', state, SHOP, cluster)).toBe('not-ready');
  });
});

describe('waypoints', () => {
  const answers = ['none', 'not-ready', 'not-used', 'wrong-type', 'used'];
  const USE = { 'istio.io/use-waypoint': 'waypoint' };
  const gateway = (labels: object = {}, programmed = 'True', namespace = 'shop') => ({
    metadata: { name: 'waypoint', namespace, labels },
    spec: { gatewayClassName: 'istio-waypoint' },
    status: { conditions: [{ type: 'Programmed', status: programmed }] },
  });
  const running = (namespace = 'shop') =>
    pod({
      name: 'waypoint-1',
      namespace,
      labels: { 'gateway.networking.k8s.io/gateway-name': 'waypoint' },
      containers: [proxy],
      status: ready,
    });
  const service = (labels: object = {}) => ({ metadata: { name: 'cart', namespace: 'shop', labels } });
  const run = (
    gateways: object[],
    labels: object,
    { services = [service()], pods = [running()] }: { services?: object[]; pods?: object[] } = {},
    facts: Record<string, string> = { namespace: 'shop', service: 'cart' },
  ) =>
    ask('waypoints', answers, facts, {
      objects: {
        'gateways.gateway.networking.k8s.io': gateways,
        namespaces: [{ metadata: { name: 'shop', labels } }],
        services,
        pods,
      },
    });
  it.each([
    ['none', [], USE, {}],
    ['none', [gateway({}, 'True', 'other')], USE, {}],
    ['used', [gateway()], USE, {}],
    [
      'used',
      [gateway({}, 'True', 'other')],
      { ...USE, 'istio.io/use-waypoint-namespace': 'other' },
      { pods: [running('other')] },
    ],
    ['not-ready', [gateway({}, 'False')], USE, {}],
    ['not-ready', [gateway()], USE, { pods: [] }],
    ['not-used', [gateway()], {}, {}],
    ['not-used', [gateway()], USE, { services: [service({ 'istio.io/use-waypoint': 'none' })] }],
    ['wrong-type', [gateway({ 'istio.io/waypoint-for': 'workload' })], USE, {}],
    ['wrong-type', [gateway({ 'istio.io/waypoint-for': 'none' })], USE, {}],
    ['used', [gateway({ 'istio.io/waypoint-for': 'all' })], {}, { services: [service(USE)] }],
    ['ambiguous', [gateway({}, 'True', 'other')], {}, {}],
  ])('%s', async (expected, gateways, labels, more) => {
    expect(await run(gateways, labels, more)).toBe(expected);
  });
  it('sees a label on a pod that a waypoint for Services does not serve', async () => {
    const own = pod({ labels: { app: 'cart', ...USE } });
    expect(await run([gateway()], {}, { pods: [running(), own] }, SHOP)).toBe('wrong-type');
  });
  it('finds the label of another Service of the namespace', async () => {
    expect(await run([gateway()], {}, { services: [service(USE)] }, { namespace: 'shop' })).toBe('ambiguous');
  });
});

describe('prometheus-scraping', () => {
  const answers = [
    'operator-no-monitor',
    'monitor-not-selected',
    'annotations',
    'aks',
    'gke',
    'scrape-fails',
  ];
  const operator = { 'monitoring.coreos.com': ['v1'] };
  const istio = {
    metadata: { name: 'envoy-stats-monitor' },
    spec: { podMetricsEndpoints: [{ path: '/stats/prometheus', relabelings: [] }] },
  };
  const other = { metadata: { name: 'cart' }, spec: { endpoints: [{ path: '/metrics', port: 'http' }] } };
  const run = (groups: NonNullable<MemoryCluster['groups']>, monitors: object[], annotations: object) =>
    ask('prometheus-scraping', answers, SHOP, {
      groups,
      objects: {
        'podmonitors.monitoring.coreos.com': monitors,
        pods: [pod({ annotations, containers: [{ name: 'cart' }, proxy] })],
      },
    });
  it.each([
    ['operator-no-monitor', operator, [other], {}],
    ['ambiguous', operator, [istio], {}],
    ['annotations', {}, [], {}],
    ['ambiguous', {}, [], { 'prometheus.io/scrape': 'true' }],
    ['aks', { 'azmonitoring.coreos.com': ['v1'] }, [], {}],
  ])('%s', async (expected, groups, monitors, annotations) => {
    expect(await run(groups, monitors, annotations)).toBe(expected);
  });
});

describe('objects with missing and wrong-typed fields', () => {
  // What a list selects by its label or its class has at least that.
  const ztunnel = { metadata: { name: 'ztunnel', labels: { app: 'ztunnel' } }, status: 7 };
  const waypoint = { metadata: { name: 'w' }, spec: { gatewayClassName: 'istio-waypoint' }, status: [] };
  const objects = {
    ...Object.fromEntries(Object.keys(RESOURCES).map((id) => [id, BROKEN])),
    'daemonsets.apps': [...BROKEN, ztunnel],
    'gateways.gateway.networking.k8s.io': [...BROKEN, waypoint],
  };
  const groups = { 'networking.istio.io': [], 'monitoring.coreos.com': [], 'mesh.cloud.google.com': [] };
  it.each(['probe-rewrite', 'job-sidecar', 'crd-versions', 'managed-control-plane', 'ztunnel', 'waypoints'])(
    '%s neither fails nor answers',
    async (probe) => {
      const facts = { ...SHOP, service: 'cart-1' };
      expect(await ask(probe, PROBES[probe]!.answers, facts, { objects, groups })).toBe('ambiguous');
    },
  );
});
