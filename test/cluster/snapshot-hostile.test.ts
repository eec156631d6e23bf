/** Snapshots that mean harm or are broken: bounded, never followed out of themselves, and told of in words. */
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { SNAPSHOT_LIMITS, type SnapshotLimits } from '../../src/cluster/snapshot/limits.ts';
import { UserError } from '../../src/errors.ts';
import { folderOf, openSnapshot, piped, tarGz, tarOf, yamlList, yamlOf } from './snapshot-kit.ts';
import { mesh, ofCluster, ofNamespaces } from './snapshot-mesh.ts';

const FILES = {
  'bug-report/cluster/crs': yamlList([mesh.gateway]),
  'bug-report/cluster/k8s-cluster-resources': yamlList(ofCluster),
  'bug-report/cluster/k8s-resources': yamlList(ofNamespaces),
};

/** Id and values of the error that opening ends with. */
async function refusal(
  source: Parameters<typeof openSnapshot>[0],
  limits: Partial<SnapshotLimits> = {},
): Promise<{ id: string; limit?: unknown }> {
  try {
    await openSnapshot(source, { ...SNAPSHOT_LIMITS, ...limits });
  } catch (error) {
    if (error instanceof UserError) return { id: error.id, limit: error.values.limit };
    throw error;
  }
  throw new Error('was opened');
}

async function tarWith(...entries: readonly [header: object, content?: string][]): Promise<Buffer> {
  const tar = pack();
  const chunks: Buffer[] = [];
  const read = (async () => {
    for await (const chunk of tar as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
  })();
  for (const [header, content] of entries) tar.entry(header as { name: string }, content ?? '');
  tar.finalize();
  await read;
  return Buffer.concat(chunks);
}

describe('an archive that reaches out', () => {
  it('by names is not read there, and what is inside is', async () => {
    const bytes = await tarWith(
      [{ name: '../../etc/cluster/k8s-resources' }, yamlList(ofNamespaces)],
      [{ name: 'bug-report/../cluster/k8s-cluster-resources' }, yamlList(ofCluster)],
      [{ name: '/abs/cluster/crs' }, yamlList([mesh.gateway])],
    );
    const snapshot = await openSnapshot(piped(bytes));
    const { collected, faults } = snapshot.describe();
    expect(collected.filter(({ objects }) => objects > 0)).toMatchObject([
      { resource: 'gateways.networking.istio.io', objects: 1 },
    ]);
    expect(collected.map(({ resource }) => resource)).not.toContain('pods');
    expect(faults.map(({ entry }) => entry)).toEqual([
      '../../etc/cluster/k8s-resources',
      'bug-report/../cluster/k8s-cluster-resources',
    ]);
  });

  it('by links, devices and pipes is not followed', async () => {
    const bytes = await tarWith(
      [{ name: 'cluster/k8s-resources', type: 'symlink', linkname: '/etc/passwd' }],
      [{ name: 'cluster/pods', type: 'link', linkname: 'cluster/crs' }],
      [{ name: 'cluster/nodes', type: 'character-device', devmajor: 1, devminor: 5 }],
      [{ name: 'cluster/k8s-cluster-resources', type: 'fifo' }],
      [{ name: 'cluster/crs' }, yamlList([mesh.gateway])],
    );
    const { collected } = (await openSnapshot(piped(bytes))).describe();
    expect(collected.filter(({ objects }) => objects > 0)).toMatchObject([
      { resource: 'gateways.networking.istio.io', objects: 1 },
    ]);
    expect(collected.map(({ resource }) => resource)).not.toContain('pods');
  });

  it('as an unpacked folder with links and pipes is not followed', async () => {
    const secret = folderOf({ 'pods.yaml': yamlList(mesh.pods) });
    const root = folderOf({ 'gateways.yaml': yamlList([mesh.gateway]) });
    symlinkSync(join(secret, 'pods.yaml'), join(root, 'pods.yaml'));
    symlinkSync(secret, join(root, 'folder'));
    symlinkSync(root, join(root, 'again'));
    execFileSync('mkfifo', [join(root, 'services.yaml')]);
    const { collected } = (await openSnapshot(root)).describe();
    expect(collected.map(({ resource }) => resource)).toEqual(['gateways.networking.istio.io']);
  });
});

describe('an archive that grows', () => {
  const zeros = (bytes: number) => Buffer.alloc(bytes);

  it('by its ratio is refused before it is unpacked', async () => {
    const bomb = await tarGz({ 'cluster/crs': zeros(80 * 1024 * 1024) });
    expect(bomb.length).toBeLessThan(200_000);
    expect(await refusal(piped(bomb, 64 * 1024))).toEqual({ id: 'snapshot-too-large', limit: 'ratio' });
    expect(await refusal(piped(gzipSync(Buffer.alloc(80 * 1024 * 1024, ' ')), 64 * 1024))).toEqual({
      id: 'snapshot-too-large',
      limit: 'ratio',
    });
  });

  it('by its bytes, its entries or its objects is refused', async () => {
    const bytes = await tarGz(FILES);
    expect(await refusal(piped(bytes), { totalBytes: 10_000 })).toMatchObject({ limit: 'bytes' });
    expect(await refusal(piped(bytes), { entries: 2 })).toMatchObject({ limit: 'entries' });
    expect(await refusal(piped(bytes), { objects: 5 })).toMatchObject({ limit: 'objects' });
    expect(await refusal(piped(`items:\n${'- a\n'.repeat(1_000_001)}`))).toMatchObject({ limit: 'items' });
    expect(await refusal(folderOf(FILES), { entries: 2 })).toMatchObject({ limit: 'entries' });
    expect(await refusal(folderOf(FILES), { totalBytes: 1000 })).toMatchObject({ limit: 'bytes' });
  });

  it('by one entry loses only that entry', async () => {
    const files = { ...FILES, 'bug-report/cluster/pods': yamlList(mesh.pods) + '#'.repeat(60_000) };
    const snapshot = await openSnapshot(piped(await tarGz(files)), {
      ...SNAPSHOT_LIMITS,
      entryBytes: 50_000,
    });
    expect(await snapshot.reader.list('pods')).toHaveLength(2);
    expect(snapshot.describe().faults).toHaveLength(1);
  });

  it('by a log keeps its end', async () => {
    const log = `${'old line\n'.repeat(200_000)}the last line\n`;
    const bytes = await tarGz({ 'proxies/shop/cart-1/istio-proxy.log': log });
    const { reader } = await openSnapshot(piped(bytes), { ...SNAPSHOT_LIMITS, logBytes: 1000 });
    const part = { namespace: 'shop', pod: 'cart-1', container: 'istio-proxy' };
    expect((await reader.log({ ...part, tail: 10_000 })).length).toBeLessThanOrEqual(1000);
    expect(await reader.log({ ...part, tail: 1 })).toBe('the last line');
  });

  it('by aliases of YAML is not expanded', async () => {
    const levels = Array.from({ length: 30 }, (_, n) => `  l${n + 1}: &l${n + 1} [*l${n}, *l${n}, *l${n}]`);
    const text = `apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: y}\nspec:\n  l0: &l0 [lol]\n${levels.join('\n')}\n`;
    const snapshot = await openSnapshot(folderOf({ 'a.yaml': text, 'b.yaml': yamlOf(mesh.cart) }));
    expect(snapshot.describe().collected).toEqual([{ resource: 'pods', objects: 1, wholeIn: [] }]);
    expect(snapshot.describe().faults[0]?.entry).toBe('a.yaml');
  });

  it('by depth is cut or refused, in JSON and in YAML', async () => {
    const deep = (open: string, close: string) => open.repeat(200_000) + close.repeat(200_000);
    const of = (spec: string) =>
      `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x","namespace":"y"},"spec":${spec}}`;
    for (const spec of [deep('[', ']'), `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`]) {
      const { reader } = await openSnapshot(folderOf({ 'a.json': of(spec) }));
      const pod = await reader.get('pods', 'x', 'y');
      expect(JSON.stringify(pod).length).toBeLessThan(1000);
    }
    const yaml = await openSnapshot(
      folderOf({ 'a.yaml': `# deep\n${of(deep('[', ']'))}`, 'b.yaml': yamlOf(mesh.cart) }),
    );
    expect(yaml.describe().faults[0]?.entry).toBe('a.yaml');
  });
});

describe('an archive that breaks off', () => {
  const open = (bytes: Buffer) => openSnapshot(piped(bytes));

  it('is used as far as it goes, and says so', async () => {
    const whole = await tarOf(FILES);
    // In the middle of the last file.
    const cut = whole.subarray(0, whole.length - 3000);
    for (const bytes of [cut, gzipSync(cut), (await tarGz(FILES)).subarray(0, -200)]) {
      const snapshot = await open(bytes);
      expect(snapshot.describe().isTruncated).toBe(true);
      const webhooks = 'mutatingwebhookconfigurations.admissionregistration.k8s.io';
      expect(await snapshot.reader.list(webhooks)).toHaveLength(1);
      await expect(snapshot.reader.list('pods')).rejects.toThrow('not-collected');
    }
  });

  it('anywhere never makes a list look whole that is not', async () => {
    const whole = await tarOf(FILES);
    for (let length = 0; length < whole.length; length += 487) {
      const cut = whole.subarray(0, length);
      const snapshot = await open(cut).catch((error: unknown) => error);
      if (snapshot instanceof UserError) continue;
      const { reader, describe: told } = snapshot as Awaited<ReturnType<typeof open>>;
      if (length < whole.length - 1024) expect(told().isTruncated).toBe(true);
      for (const [id, count] of [
        ['pods', 2],
        ['namespaces', 2],
        ['gateways.networking.istio.io', 1],
      ] as const) {
        const options = id === 'gateways.networking.istio.io' ? { namespace: 'istio-system' } : {};
        const found = await reader.list(id, options).catch((error: Error) => error.message);
        expect([count, `not-collected: ${id}`, `not-collected: ${id} -n istio-system`]).toContain(
          typeof found === 'string' ? found : found.length,
        );
      }
    }
  });

  it('between two files is noticed as well', async () => {
    const whole = await tarOf(FILES);
    const end = whole.length - 1024;
    const snapshot = await open(whole.subarray(0, end));
    expect(snapshot.describe().isTruncated).toBe(true);
    expect(await snapshot.reader.list('pods')).toHaveLength(2);
  });

  it('by damage inside keeps what came before', async () => {
    const bytes = Buffer.from(await tarOf(FILES));
    const at = bytes.indexOf('bug-report/cluster/k8s-resources');
    bytes.fill(0x41, at, at + 300);
    const snapshot = await open(bytes);
    expect(snapshot.describe().isTruncated).toBe(true);
    expect(await snapshot.reader.list('namespaces')).toHaveLength(2);
  });

  it('as JSON keeps the items before the break, and calls no list whole', async () => {
    const text = JSON.stringify({ kind: 'List', apiVersion: 'v1', items: mesh.pods });
    const { reader } = await openSnapshot(folderOf({ 'pods.json': text.slice(0, -150) }));
    expect(await reader.get('pods', 'cart-1', 'shop')).toBeDefined();
    await expect(reader.list('pods')).rejects.toThrow('not-collected');
  });

  it('as YAML keeps the items before the break, and calls no list whole', async () => {
    const text = yamlList(mesh.pods);
    for (const length of [text.indexOf('kind: List'), text.length - 400]) {
      const { reader } = await openSnapshot(folderOf({ 'pods.yaml': text.slice(0, length) }));
      expect(await reader.get('pods', 'cart-1', 'shop')).toBeDefined();
      await expect(reader.list('pods')).rejects.toThrow('not-collected');
    }
  });
});

describe('names and fields', () => {
  it('with question marks, NUL, long or broken letters are read as names', async () => {
    const long = 'x'.repeat(150);
    const bytes = await tarOf({
      'proxies/shop/cart-1/config_dump?include_eds': '{"configs": []}',
      [`proxies/${long}/${long}/istio-proxy.log`]: 'long\n',
      'proxies/shop/caf\u00e9\u0001/istio-proxy.log': 'odd\n',
      'cluster/crs': yamlList([mesh.gateway]),
    });
    const at = bytes.indexOf('caf');
    bytes[at + 3] = 0xff;
    const { reader } = await openSnapshot(piped(await tarGz({ 'cluster/crs': yamlList([mesh.gateway]) })));
    expect(await reader.get('gateways.networking.istio.io', 'public', 'istio-system')).toBeDefined();
    const odd = await openSnapshot(
      piped(
        await tarOf({
          'proxies/shop/cart-1/config_dump?include_eds': '{"configs": []}',
          [`proxies/${long}/${long}/istio-proxy.log`]: 'long\n',
          'proxies/shop/\u0001\u202e/istio-proxy.log': 'odd\n',
        }),
      ),
    );
    const log = { container: 'istio-proxy', tail: 3 };
    expect(await odd.reader.log({ ...log, namespace: long, pod: long })).toBe('long');
    expect(odd.describe().logs).toBe(2);
  });

  it('of prototypes stay fields', async () => {
    const text = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x","namespace":"__proto__",
      "labels":{"__proto__":"a","constructor":"b","toString":"c"}},"__proto__":{"spec":{"hostNetwork":true}}}`;
    const yaml = yamlOf({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'constructor', namespace: 'x' },
    });
    const { reader } = await openSnapshot(
      folderOf({ 'a.json': text, 'b.yaml': `${yaml}__proto__: {spec: 1}\n` }),
    );
    const pod = (await reader.get('pods', 'x', '__proto__'))!;
    expect(Object.getPrototypeOf(pod)).toBe(Object.prototype);
    expect('spec' in pod).toBe(false);
    expect('spec' in (await reader.get('services', 'constructor', 'x'))!).toBe(false);
    expect(({} as { spec?: unknown }).spec).toBeUndefined();
    await expect(reader.get('pods', 'toString', 'constructor')).rejects.toThrow('not-collected');
  });

  it('of wrong types are passed over', async () => {
    const odd = [null, 7, 'x', [], { kind: 5 }, { apiVersion: 'v1', kind: 'Pod', metadata: [] }];
    const text = JSON.stringify({ kind: 'List', apiVersion: 'v1', items: [...odd, mesh.cart] });
    const { reader } = await openSnapshot(folderOf({ 'a.json': text }));
    expect(await reader.get('pods', 'cart-1', 'shop')).toBeDefined();
    await expect(reader.list('pods', { namespace: 'shop' })).rejects.toThrow('not-collected');
  });
});

describe('what is no snapshot', () => {
  it.each([
    ['an empty file', Buffer.alloc(0)],
    ['a text', 'upstream connect error or disconnect/reset before headers'],
    ['an image', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['a zip', Buffer.from('504b03041400000000000000', 'hex')],
    ['YAML of something else', 'apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n'],
    ['a damaged gzip', Buffer.concat([gzipSync('x'.repeat(5000)).subarray(0, 12), Buffer.alloc(50, 7)])],
    ['an empty archive', Buffer.alloc(10_240)],
  ])('is refused: %s', async (_, content) => {
    expect(await refusal(piped(content))).toMatchObject({ id: 'snapshot-unknown' });
  });

  it('is refused: a path where nothing is, an empty folder, a folder of other things', async () => {
    expect(await refusal('/nonexistent/x.tgz')).toMatchObject({ id: 'file-missing' });
    expect(await refusal(folderOf({}))).toMatchObject({ id: 'snapshot-unknown' });
    expect(await refusal(folderOf({ 'README.md': '# x' }))).toMatchObject({ id: 'snapshot-unknown' });
  });

  it('is read in linear time', async () => {
    const line = (text: string) => text.repeat(500_000 / text.length);
    for (const text of [
      line('"'),
      line('\\'),
      `{"a":"${line('\\')}`,
      `[${line('{')}`,
      `[${line('{},')}`,
      line('- a\n'),
      `items:\n${line('- ')}`,
      `items:\n${line('- a\n')}`,
      line('---\n'),
      line('==== START logs for container a of pod b/c ====\n'),
      `NAMESPACE LAST SEEN ${line('a  ')}`,
    ])
      expect(await refusal(folderOf({ 'a.yaml': text }))).toMatchObject({ id: 'snapshot-unknown' });
  });
});
