/** Each layout that a tool writes, as archive, folder and stream, answered by real probes. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/cluster/snapshot/open.ts';
import {
  ask,
  COLLECTED,
  type Files,
  folderOf,
  json,
  openSnapshot,
  piped,
  tarGz,
  tarOf,
  typedList,
  yamlList,
} from './snapshot-kit.ts';
import { mesh, ofCluster, ofNamespaces } from './snapshot-mesh.ts';

const SHOP = { namespace: 'shop', pod: 'cart-1' };

const EVENTS = [
  'NAMESPACE      LAST SEEN   TYPE      REASON      OBJECT                           SUBOBJECT   SOURCE    MESSAGE                        FIRST SEEN   COUNT   NAME',
  'shop           3m21s       Warning   Unhealthy   pod/cart-1                                   kubelet   Readiness probe failed: 503    10m          7       cart-1.17',
  'istio-system   2d3h        Normal    Started     pod/istiod-7d6c9b5f4d-9x2kq                  kubelet   Started container discovery    2d3h         1       istiod.18',
  '',
].join('\n');

const LOGS: Files = {
  'istio/istio-system/istiod-7d6c9b5f4d-9x2kq/discovery.log': '2026-11-01T10:00:00Z\tinfo\tready\n',
  'proxies/shop/cart-1/istio-proxy.log':
    '========= Previous log present (appended at the end) =========\n\nnow 1\nnow 2\n\n' +
    '========= Previous log =========\n\nbefore\n',
  'proxies/shop/cart-1/config_dump?include_eds': '{"configs": []}',
  'cni/istio-cni-node-x/cni.log': 'cni\n',
  versions: 'CLI version:\n',
};

/** Since 1.30: what belongs to the cluster has a file of its own. */
const NEW: Files = {
  'cluster/cluster-context': 'prod\nhttps://10.0.0.1\n',
  'cluster/kubectl-version': 'Client Version: v1.33.0\nKustomize Version: v5\nServer Version: v1.32.1\n',
  'cluster/k8s-resources': yamlList(ofNamespaces),
  'cluster/k8s-cluster-resources': yamlList(ofCluster),
  'cluster/crs': yamlList([mesh.gateway]),
  'cluster/pods': yamlList([mesh.istiod]),
  'cluster/events': EVENTS,
  'cluster/secrets': 'NAMESPACE NAME TYPE DATA AGE\n',
  ...LOGS,
};

/** Before 2023-03 there were Endpoints only. */
const ENDPOINTS = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'istiod', namespace: 'istio-system' },
  subsets: [{ addresses: [{ ip: '10.0.0.7' }], ports: [{ name: 'https', port: 15017 }] }],
};

/** Before 2026-04: everything but the custom resources in one list, events among it. */
const OLD: Files = {
  'cluster/k8s-resources': yamlList([...ofNamespaces, ...ofCluster, ...mesh.events]),
  'cluster/crs': yamlList([mesh.gateway]),
  'cluster/nodes': 'Name:               node-1\nRoles:              worker\n',
  'cluster/describe-pods': 'Name: istiod\n',
  'cluster/events': 'NAMESPACE   LAST SEEN   TYPE\n',
  ...LOGS,
};

/** The oldest: no slices in the list. */
const OLDEST: Files = {
  ...OLD,
  'cluster/k8s-resources': yamlList([
    ...ofNamespaces.filter(({ kind }) => kind !== 'EndpointSlice'),
    ENDPOINTS,
    ...ofCluster,
    ...mesh.events,
  ]),
};

const prefixed = (files: Files, prefix: string): Files =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${prefix}${name}`, text]));

async function answersEverything(snapshot: Snapshot): Promise<void> {
  expect(await ask(snapshot, 'injection-labels', ['injected', 'no-label'], SHOP)).toBe('injected');
  expect(await ask(snapshot, 'istiod-pods', ['ready', 'crash', 'missing'])).toBe('ready');
  expect(await ask(snapshot, 'gateway-kinds', ['several', 'istio-only', 'none'])).toBe('istio-only');
  expect(await ask(snapshot, 'proxy-start-order', ['app-first', 'proxy-first'], SHOP)).toBe('app-first');
  expect(await ask(snapshot, 'webhook-ca-bundle', ['empty', 'same', 'differs'])).toBe('same');
}

describe('istioctl bug-report', () => {
  it.each([
    ['as it is since 1.30, with its folder', prefixed(NEW, 'bug-report/')],
    ['as it is since 1.30, made with --dir', NEW],
    ['as it was before, with its folder', prefixed(OLD, 'bug-report/')],
    ['as it was before, made with --dir', prefixed(OLD, './')],
    ['as it was before there were EndpointSlices', prefixed(OLDEST, 'bug-report/')],
  ])('%s', async (_, files) => {
    for (const bytes of [await tarGz(files), await tarOf(files)]) {
      const snapshot = await openSnapshot(piped(bytes));
      expect(snapshot.describe()).toMatchObject({
        layout: 'bug-report',
        time: COLLECTED,
        isTruncated: false,
      });
      await answersEverything(snapshot);
    }
    await answersEverything(await openSnapshot(folderOf(files)));
  });

  it('gives logs of istiod and of proxies, those before the restart apart', async () => {
    const { reader } = await openSnapshot(piped(await tarGz(prefixed(NEW, 'bug-report/'))));
    const proxy = { namespace: 'shop', pod: 'cart-1', container: 'istio-proxy', tail: 100 };
    expect(await reader.log(proxy)).toBe('now 1\nnow 2');
    expect(await reader.log({ ...proxy, tail: 1 })).toBe('now 2');
    expect(await reader.log({ ...proxy, previous: true })).toBe('before\n');
    const istiod = { namespace: 'istio-system', pod: 'istiod-7d6c9b5f4d-9x2kq', container: 'discovery' };
    expect(await reader.log({ ...istiod, tail: 5 })).toContain('ready');
    await expect(reader.log({ ...istiod, tail: 5, previous: true })).rejects.toThrow('not-collected');
    const cni = { namespace: 'kube-system', pod: 'istio-cni-node-x', container: 'install-cni', tail: 5 };
    expect(await reader.log(cni)).toBe('cni');
    await expect(reader.log({ ...proxy, container: 'cart' })).rejects.toThrow('not-collected');
  });

  it('gives the events of its table, with the time they were last seen', async () => {
    const { reader } = await openSnapshot(piped(await tarGz(NEW)));
    const [event] = await reader.list('events', {
      namespace: 'shop',
      fieldSelector: 'involvedObject.kind=Pod,involvedObject.name=cart-1',
    });
    expect(event).toMatchObject({
      type: 'Warning',
      reason: 'Unhealthy',
      message: 'Readiness probe failed: 503',
      count: 7,
      lastTimestamp: '2026-11-01T10:56:39.000Z',
    });
  });

  it('knows the version of the server, and the time as the clock by which ages are told', async () => {
    const { reader } = await openSnapshot(piped(await tarGz(NEW)));
    expect(await reader.version()).toEqual({ gitVersion: 'v1.32.1', date: COLLECTED });
  });

  it('knows that a kind has no object where its definition is there, and where it is not', async () => {
    const { reader } = await openSnapshot(piped(await tarGz(NEW)));
    expect(await reader.list('virtualservices.networking.istio.io')).toEqual([]);
    expect(await reader.list('httproutes.gateway.networking.k8s.io')).toEqual([]);
    expect((await reader.groups()).has('gateway.networking.k8s.io')).toBe(false);
  });

  it('counts no address twice where it has both Endpoints and EndpointSlices', async () => {
    const both = yamlList([...ofNamespaces, ENDPOINTS, ...ofCluster, ...mesh.events]);
    const { reader } = await openSnapshot(piped(await tarGz({ ...OLD, 'cluster/k8s-resources': both })));
    const of = { namespace: 'istio-system', labelSelector: 'kubernetes.io/service-name=istiod' };
    expect(await reader.list('endpointslices.discovery.k8s.io', of)).toHaveLength(1);
  });

  it('made with --skip-cluster-dump answers from logs and says that the rest is not there', async () => {
    const snapshot = await openSnapshot(
      piped(await tarGz({ ...LOGS, 'cluster/pods': yamlList([mesh.istiod]) })),
    );
    expect(await ask(snapshot, 'webhook-ca-bundle', ['same'])).toMatch(/^not-collected: mutating/);
    expect(await ask(snapshot, 'injection-labels', ['injected'], SHOP)).toMatch(/^not-collected/);
    expect(await snapshot.reader.list('pods', { namespace: 'istio-system' })).toHaveLength(1);
    await expect(snapshot.reader.list('pods', { namespace: 'shop' })).rejects.toThrow('not-collected');
    await expect(snapshot.reader.list('virtualservices.networking.istio.io')).rejects.toThrow('not-coll');
  });

  it('of one namespace knows nothing of the others', async () => {
    const own = ofNamespaces.filter(({ metadata }) => metadata.namespace === 'shop');
    const files = { ...NEW, 'cluster/k8s-resources': yamlList(own), 'cluster/crs': yamlList([]) };
    const { reader } = await openSnapshot(piped(await tarGz(files)));
    expect(await reader.list('virtualservices.networking.istio.io', { namespace: 'shop' })).toEqual([]);
    await expect(reader.list('gateways.networking.istio.io')).rejects.toThrow('not-collected');
    await expect(reader.list('services', { namespace: 'istio-system' })).rejects.toThrow('not-collected');
  });
});

const START = (container: string, namespace: string, pod: string) =>
  `==== START logs for container ${container} of pod ${namespace}/${pod} ====\n`;
const END = (container: string, namespace: string, pod: string) =>
  `==== END logs for container ${container} of pod ${namespace}/${pod} ====\n`;

const cartLogs =
  `${START('cart', 'shop', 'cart-1')}{\n"forged": "}\n${END('cart', 'shop', 'cart-1')}` +
  `${START('istio-proxy', 'shop', 'cart-1')}proxy\nlog without an end of line${END('istio-proxy', 'shop', 'cart-1')}`;
const refused = `${START('discovery', 'istio-system', 'istiod-7d6c9b5f4d-9x2kq')}Request log error: the server rejected our request\n${END('discovery', 'istio-system', 'istiod-7d6c9b5f4d-9x2kq')}`;

describe('kubectl cluster-info dump', () => {
  const inNamespace = (name: string) => (one: (typeof ofNamespaces)[number]) =>
    one.metadata.namespace === name;
  const lists = (name: string) => ({
    events: typedList('Event', mesh.events.filter(inNamespace(name))),
    'replication-controllers': typedList('ReplicationController', []),
    services: typedList('Service', mesh.services.filter(inNamespace(name))),
    daemonsets: typedList('DaemonSet', [], 'apps/v1'),
    deployments: typedList('Deployment', mesh.deployments.filter(inNamespace(name)), 'apps/v1'),
    replicasets: typedList('ReplicaSet', mesh.replicaSets.filter(inNamespace(name)), 'apps/v1'),
    pods: typedList('Pod', mesh.pods.filter(inNamespace(name))),
  });
  const node = {
    metadata: { name: 'node-1' },
    status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: '2026-11-01T10:58:00Z' }] },
  };
  const nodes = { kind: 'NodeList', apiVersion: 'v1', items: [node] };
  const files = Object.fromEntries([
    ['nodes.json', json(nodes)],
    ...['istio-system', 'shop'].flatMap((name) =>
      Object.entries(lists(name)).map(([stem, list]) => [`${name}/${stem}.json`, json(list)] as const),
    ),
    ['shop/cart-1/logs.txt', cartLogs],
    ['istio-system/istiod-7d6c9b5f4d-9x2kq/logs.txt', refused],
  ]);
  const stream = [
    json(nodes),
    ...['istio-system', 'shop'].flatMap((name) => [
      ...Object.values(lists(name)).map(json),
      name === 'shop' ? cartLogs : refused,
    ]),
  ].join('');

  it.each([
    ['a folder', async () => openSnapshot(folderOf(files))],
    ['an archive of the folder', async () => openSnapshot(piped(await tarGz(prefixed(files, 'dump/'))))],
    ['standard output', async () => openSnapshot(piped(stream))],
    ['standard output, packed', async () => openSnapshot(piped(gzipSync(stream)))],
  ])('as %s', async (_, open) => {
    const snapshot = await open();
    expect(snapshot.describe().layout).toBe('cluster-info');
    expect(await ask(snapshot, 'proxy-start-order', ['app-first'], SHOP)).toBe('app-first');
    const { reader } = snapshot;
    expect(await reader.list('pods', { namespace: 'shop' })).toHaveLength(1);
    const log = { namespace: 'shop', pod: 'cart-1', tail: 10 };
    expect(await reader.log({ ...log, container: 'istio-proxy' })).toBe('proxy\nlog without an end of line');
    expect(await reader.log({ ...log, container: 'cart' })).toBe('{\n"forged": "}\n');
    expect((await reader.version()).date).toEqual(new Date('2026-11-01T10:58:00Z'));
  });

  it('is told from a folder of kubectl get that is named like it', async () => {
    const snapshot = await openSnapshot(folderOf({ 'shop/pods.yaml': yamlList([mesh.cart]) }));
    expect(snapshot.describe().layout).toBe('objects');
    expect(await snapshot.reader.list('pods', { namespace: 'shop' })).toHaveLength(1);
    // A folder's name is no namespace where the objects say otherwise.
    const other = await openSnapshot(folderOf({ 'dumps/pods.yaml': yamlList(mesh.pods) }));
    expect(await other.reader.list('pods')).toHaveLength(2);
  });

  it('holds no webhooks, configuration or labels of namespaces, and says so', async () => {
    const snapshot = await openSnapshot(folderOf(files));
    expect(await ask(snapshot, 'injection-labels', ['injected'], SHOP)).toBe(
      'not-collected: namespaces/shop',
    );
    expect(await ask(snapshot, 'gateway-kinds', ['none'])).toMatch(/^not-collected: discovery/);
    expect(await ask(snapshot, 'webhook-ca-bundle', ['empty'])).toMatch(/^not-collected: mutating/);
    const istiod = { namespace: 'istio-system', pod: 'istiod-7d6c9b5f4d-9x2kq', container: 'discovery' };
    await expect(snapshot.reader.log({ ...istiod, tail: 3 })).rejects.toThrow('not-collected');
    await expect(snapshot.reader.list('pods', { namespace: 'other' })).rejects.toThrow('not-collected');
  });
});

describe('a support bundle', () => {
  const named = (kind: string, name: string, objects: readonly unknown[], apiVersion = 'v1') => ({
    [`cluster-resources/${name}.json`]: json({
      kind: `${kind}List`,
      apiVersion,
      metadata: {},
      items: objects,
    }),
  });
  const of = (name: string) => {
    const own = <T extends { metadata: { namespace?: string } }>(all: readonly T[]) =>
      all.filter(({ metadata }) => metadata.namespace === name);
    return {
      ...named('Pod', `pods/${name}`, own(mesh.pods)),
      ...named('Service', `services/${name}`, own(mesh.services)),
      ...named('Event', `events/${name}`, own(mesh.events)),
      ...named('ConfigMap', `configmaps/${name}`, own(mesh.configMaps)),
      ...named('Deployment', `deployments/${name}`, own(mesh.deployments), 'apps/v1'),
      ...named('ReplicaSet', `replicasets/${name}`, own(mesh.replicaSets), 'apps/v1'),
      ...named('EndpointSlice', `endpointslices/${name}`, own(mesh.slices), 'discovery.k8s.io/v1'),
    };
  };
  const bundle: Files = {
    'version.yaml': 'apiVersion: troubleshoot.sh/v1beta2\nkind: SupportBundle\n',
    'analysis.json': '[]',
    'cluster-info/cluster_version.json': json({ info: { gitVersion: 'v1.31.2' }, string: 'v1.31.2' }),
    ...named('Namespace', 'namespaces', mesh.namespaces),
    ...named('CustomResourceDefinition', 'custom-resource-definitions', mesh.crds, 'apiextensions.k8s.io/v1'),
    ...named(
      'MutatingWebhookConfiguration',
      'mutating-webhook-configurations',
      [mesh.webhook],
      'admissionregistration.k8s.io/v1',
    ),
    ...named(
      'ValidatingWebhookConfiguration',
      'validating-webhook-configurations',
      [mesh.validator],
      'admissionregistration.k8s.io/v1',
    ),
    ...of('shop'),
    ...of('istio-system'),
    'cluster-resources/pods-errors.json': json({}),
    'cluster-resources/custom-resources/gateways.networking.istio.io/istio-system.json': json([mesh.gateway]),
    'cluster-resources/custom-resources/gateways.networking.istio.io/istio-system.yaml': 'link',
    'cluster-resources/groups.json': json([
      { name: '', versions: [{ groupVersion: 'v1', version: 'v1' }] },
      { name: 'apps', versions: [{ groupVersion: 'apps/v1', version: 'v1' }] },
      { name: 'networking.istio.io', versions: [{ groupVersion: 'networking.istio.io/v1', version: 'v1' }] },
    ]),
    'cluster-resources/pods/logs/shop/cart-1/istio-proxy.log': 'now\n',
    'cluster-resources/pods/logs/shop/cart-1/istio-proxy-previous.log': 'before\n',
    'cluster-resources/pods/logs/shop/cart-1/cart-logs-errors.log': 'container "cart" is waiting to start',
  };
  const root = 'support-bundle-2026-11-01T11_00_00/';

  it('answers the probes', async () => {
    const snapshot = await openSnapshot(piped(await tarGz(prefixed(bundle, root))));
    expect(snapshot.describe().layout).toBe('support-bundle');
    await answersEverything(snapshot);
    expect((await snapshot.reader.version()).gitVersion).toBe('v1.31.2');
    await answersEverything(await openSnapshot(folderOf(prefixed(bundle, root))));
  });

  it('gives logs, those before the restart apart', async () => {
    const { reader } = await openSnapshot(piped(await tarGz(bundle)));
    const proxy = { namespace: 'shop', pod: 'cart-1', container: 'istio-proxy', tail: 3 };
    expect(await reader.log(proxy)).toBe('now\n');
    expect(await reader.log({ ...proxy, previous: true })).toBe('before\n');
    await expect(reader.log({ ...proxy, container: 'cart' })).rejects.toThrow('not-collected');
  });

  it('knows that a kind has no object, unless its list failed', async () => {
    const id = 'virtualservices.networking.istio.io';
    const { reader } = await openSnapshot(piped(await tarGz(bundle)));
    expect(await reader.list(id)).toEqual([]);
    const errors = 'cluster-resources/custom-resources/custom-resources-errors.json';
    for (const name of [errors, 'cluster-resources/custom-resources-errors.json']) {
      const failed = { ...bundle, [name]: json({ [id]: 'forbidden' }) };
      const snapshot = await openSnapshot(piped(await tarGz(failed)));
      await expect(snapshot.reader.list(id)).rejects.toThrow('not-collected');
    }
  });

  it('of chosen namespaces does not know all of them', async () => {
    const some = { ...bundle, 'cluster-resources/namespaces.json': json([mesh.namespaces[0]]) };
    const { reader } = await openSnapshot(piped(await tarGz(some)));
    expect(await reader.get('namespaces', 'shop')).toBeDefined();
    await expect(reader.get('namespaces', 'other')).rejects.toThrow('not-collected');
    await expect(reader.list('pods')).rejects.toThrow('not-collected');
  });
});

describe('a config dump of a proxy alone', () => {
  it('is recognised, and every question is answered with not collected', async () => {
    const dump = '{"configs": [{"@type": "type.googleapis.com/envoy.admin.v3.BootstrapConfigDump"}]}';
    for (const source of [piped(dump), folderOf({ 'config_dump.json': dump })]) {
      const snapshot = await openSnapshot(source);
      expect(snapshot.describe()).toMatchObject({ layout: 'config-dump', collected: [], logs: 0 });
      expect(await ask(snapshot, 'proxy-start-order', ['app-first'], SHOP)).toMatch(/^not-collected: pods/);
    }
  });
});
