/** Snapshots of files that `kubectl get -o yaml|json` wrote, answered by real probes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROBES } from '../../src/probe/probes.ts';
import { ROOT } from '../project.ts';
import { namespace, pod, running } from './objects.ts';
import { ask, folderOf, json, openSnapshot, piped, typedList, yamlList, yamlOf } from './snapshot-kit.ts';
import { deployment, mesh, meshObjects } from './snapshot-mesh.ts';

const SHOP = { namespace: 'shop', pod: 'cart-1' };

describe('the loop of docs/snapshots.md', () => {
  it('collects every list that a check reads', () => {
    const text = readFileSync(join(ROOT, 'docs/snapshots.md'), 'utf8');
    const loop = /^for r in ([\s\S]*?)grep -E '([^']+)'/m.exec(text);
    const named = loop![1]!.split(/[\s\\]+/);
    const grep = new RegExp(loop![2]!);
    const reads = new Set(Object.values(PROBES).flatMap((probe) => probe.reads));
    const lists = [...reads].filter((read) => !['pods/log', 'discovery', 'version'].includes(read));
    expect(lists.filter((id) => !named.includes(id) && !grep.test(id))).toEqual([]);
  });
});

describe('a folder of kubectl get', () => {
  it('answers the probes of injection, istiod, gateways, start order and webhooks', async () => {
    const snapshot = await openSnapshot(folderOf({ 'everything.yaml': yamlList(meshObjects) }));
    expect(await ask(snapshot, 'injection-labels', ['injected', 'no-label'], SHOP)).toBe('injected');
    expect(await ask(snapshot, 'istiod-pods', ['ready', 'crash', 'missing'])).toBe('ready');
    expect(await ask(snapshot, 'gateway-kinds', ['several', 'istio-only', 'none'])).toBe('istio-only');
    expect(await ask(snapshot, 'proxy-start-order', ['app-first', 'proxy-first'], SHOP)).toBe('app-first');
    expect(await ask(snapshot, 'webhook-ca-bundle', ['empty', 'same', 'differs'])).toBe('same');
  });

  it('answers the same from JSON, from several documents and from several files', async () => {
    const list = { apiVersion: 'v1', items: meshObjects, kind: 'List', metadata: {} };
    const half = Math.floor(meshObjects.length / 2);
    const [first, second] = [meshObjects.slice(0, half), meshObjects.slice(half)];
    for (const files of [
      { 'all.json': json(list) },
      { 'all.json': JSON.stringify(list) },
      { 'one.yaml': `${yamlList(first)}---\n${yamlList(second)}` },
      { 'a/one.yml': yamlList(first), 'b/two.json': json({ ...list, items: second }) },
    ]) {
      const snapshot = await openSnapshot(folderOf(files));
      expect(await ask(snapshot, 'proxy-start-order', ['app-first'], SHOP)).toBe('app-first');
      expect(await ask(snapshot, 'injection-labels', ['injected'], SHOP)).toBe('injected');
    }
  });

  it('is read from standard input', async () => {
    for (const text of [
      yamlList(meshObjects),
      json({ kind: 'List', apiVersion: 'v1', items: meshObjects }),
    ]) {
      const snapshot = await openSnapshot(piped(text));
      expect(await ask(snapshot, 'istiod-pods', ['ready'])).toBe('ready');
    }
  });

  it('reads the file that PowerShell writes', async () => {
    const text = Buffer.from(`\ufeff${yamlList(meshObjects)}`, 'utf16le');
    const snapshot = await openSnapshot(folderOf({ 'all.yaml': text }));
    expect(await ask(snapshot, 'istiod-pods', ['ready'])).toBe('ready');
  });

  it('reads a list that another tool has written with indented items', async () => {
    const text = `kind: List\napiVersion: v1\nitems:\n${yamlOf([mesh.cart]).replace(/^/gm, '  ')}\n`;
    const snapshot = await openSnapshot(folderOf({ 'pods.yaml': text }));
    expect(await ask(snapshot, 'proxy-start-order', ['app-first'], SHOP)).toBe('app-first');
  });

  it('tells its layout, what is whole where, and how many there are', async () => {
    const snapshot = await openSnapshot(folderOf({ 'all.yaml': yamlList(meshObjects) }));
    const { layout, collected, namespaces } = snapshot.describe();
    expect(layout).toBe('objects');
    expect(namespaces).toEqual(['istio-system', 'shop']);
    expect(collected.find(({ resource }) => resource === 'pods')).toEqual({
      resource: 'pods',
      objects: 2,
      wholeIn: 'all',
    });
  });
});

describe('what was not collected', () => {
  it('is never an empty list: a resource of which there is nothing', async () => {
    const { reader } = await openSnapshot(folderOf({ 'pods.yaml': yamlList([mesh.cart]) }));
    await expect(reader.list('services')).rejects.toThrow('not-collected: services');
    await expect(reader.get('services', 'cart', 'shop')).rejects.toThrow('not-collected');
    await expect(reader.groups()).rejects.toThrow('not-collected: discovery');
    await expect(reader.version()).rejects.toThrow('not-collected: version');
    await expect(
      reader.log({ namespace: 'shop', pod: 'cart-1', container: 'cart', tail: 5 }),
    ).rejects.toThrow('not-collected: pods/log cart-1 -c cart -n shop');
  });

  it('is another namespace than the one whose objects are there', async () => {
    const { reader } = await openSnapshot(folderOf({ 'pods.yaml': yamlList([mesh.cart]) }));
    expect(await reader.list('pods', { namespace: 'shop' })).toHaveLength(1);
    await expect(reader.list('pods', { namespace: 'istio-system' })).rejects.toThrow('not-collected');
    await expect(reader.list('pods')).rejects.toThrow('not-collected: pods');
    expect(await reader.get('pods', 'other', 'shop')).toBeUndefined();
  });

  it('is the rest of a list of which single objects are there', async () => {
    const { reader } = await openSnapshot(folderOf({ 'cart.yaml': yamlOf(mesh.cart) }));
    expect(await reader.get('pods', 'cart-1', 'shop')).toBeDefined();
    await expect(reader.list('pods', { namespace: 'shop' })).rejects.toThrow('not-collected');
    await expect(reader.get('pods', 'cart-2', 'shop')).rejects.toThrow('not-collected: pods/cart-2 -n shop');
  });

  it('is a list of which an item cannot be read', async () => {
    const text = yamlList([mesh.cart, deployment('x', 'shop')]).replace('name: x\n', 'name: x: y: z\n');
    const { reader, describe } = await openSnapshot(folderOf({ 'all.yaml': text }));
    expect(await reader.get('pods', 'cart-1', 'shop')).toBeDefined();
    await expect(reader.list('pods', { namespace: 'shop' })).rejects.toThrow('not-collected');
    expect(describe().faults[0]?.entry).toBe('all.yaml');
  });

  it('is a group that no object is of, unless the groups themselves are there', async () => {
    const files = { 'gw.yaml': yamlList([mesh.gateway]) };
    const seen = await openSnapshot(folderOf(files));
    expect((await seen.reader.groups()).has('networking.istio.io')).toBe(true);
    expect(await ask(seen, 'gateway-kinds', ['istio-only'])).toBe(
      'not-collected: discovery: gateway.networking.k8s.io',
    );
    const told = await openSnapshot(
      folderOf({
        'gw-all.yaml': yamlList([mesh.gateway]),
        'api-versions.txt': 'apps/v1\nnetworking.istio.io/v1\nv1\n',
      }),
    );
    expect(await ask(told, 'gateway-kinds', ['istio-only'])).toBe('istio-only');
  });

  it('is all namespaces where nothing says so, and a file may say it with its name', async () => {
    const text = yamlList([mesh.gateway]);
    const one = await openSnapshot(folderOf({ 'gateways.yaml': text }));
    await expect(one.reader.list('gateways.networking.istio.io')).rejects.toThrow('not-collected');
    const all = await openSnapshot(folderOf({ 'gateways-all-namespaces.yaml': text }));
    expect(await all.reader.list('gateways.networking.istio.io')).toHaveLength(1);
  });

  it('is told from a list that was asked for and is empty', async () => {
    const empty = 'apiVersion: v1\nitems: []\nkind: List\nmetadata:\n  resourceVersion: ""\n';
    const { reader } = await openSnapshot(
      folderOf({
        'pods.yaml': yamlList([mesh.cart]),
        'envoyfilters.networking.istio.io-all-namespaces.yaml': empty,
        'gateways.networking.istio.io-all-namespaces.yaml': empty,
        'daemonsets.apps-all-namespaces.json': json({ apiVersion: 'v1', items: [], kind: 'List' }),
        'services.yaml': empty,
      }),
    );
    expect(await reader.list('envoyfilters.networking.istio.io')).toEqual([]);
    expect(await reader.list('gateways.networking.istio.io')).toEqual([]);
    expect(await reader.list('daemonsets.apps')).toEqual([]);
    await expect(reader.list('gateways.gateway.networking.k8s.io')).rejects.toThrow('not-collected');
    await expect(reader.list('services')).rejects.toThrow('not-collected');
  });

  it('is nothing where every namespace has its own whole list', async () => {
    const files = {
      'ns.yaml': yamlList([namespace('a'), namespace('b')]),
      'a/pods.json': json(typedList('Pod', [pod({ name: 'x', namespace: 'a' })])),
      'b/pods.json': json(typedList('Pod', [])),
    };
    const { reader } = await openSnapshot(folderOf(files));
    expect(await reader.list('pods')).toHaveLength(1);
    expect(await reader.list('pods', { namespace: 'b' })).toEqual([]);
  });
});

describe('selectors', () => {
  const labels: readonly (readonly [string, object])[] = [
    ['a', { app: 'cart', tier: 'web' }],
    ['b', { app: 'shop' }],
    ['c', {}],
  ];
  const objects = labels.map(([name, own]) =>
    pod({
      name,
      labels: own as Record<string, string>,
      containers: [{ name: 'x', ready: true, state: running() }],
    }),
  );
  it.each([
    ['app=cart', 'a'],
    ['app==cart', 'a'],
    ['app!=cart', 'b,c'],
    ['app in (cart, shop)', 'a,b'],
    ['app notin (cart)', 'b,c'],
    ['app', 'a,b'],
    ['!app', 'c'],
    ['app in (cart,shop),tier=web', 'a'],
    ['app=', ''],
  ])('%s selects %s', async (labelSelector, names) => {
    const { reader } = await openSnapshot(folderOf({ 'pods.yaml': yamlList(objects) }));
    const found = await reader.list('pods', { namespace: 'shop', labelSelector });
    expect(found.map((one) => (one.metadata as { name: string }).name).join()).toBe(names);
  });

  it('of fields select by name and by the object of an event', async () => {
    const { reader } = await openSnapshot(folderOf({ 'all.yaml': yamlList([...objects, ...mesh.events]) }));
    const byName = { namespace: 'shop', fieldSelector: 'metadata.name=b' };
    expect(await reader.list('pods', byName)).toHaveLength(1);
    const ofPod = { namespace: 'shop', fieldSelector: 'involvedObject.kind=Pod,involvedObject.name=cart-1' };
    expect(await reader.list('events', ofPod)).toHaveLength(1);
  });

  it('that cannot be read are an error', async () => {
    const { reader } = await openSnapshot(folderOf({ 'pods.yaml': yamlList(objects) }));
    for (const options of [{ labelSelector: 'app in cart' }, { fieldSelector: 'spec.secret=x' }])
      await expect(reader.list('pods', { namespace: 'shop', ...options })).rejects.toThrow(
        'failed: selector',
      );
  });
});
