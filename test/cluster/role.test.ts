/** The published permission: what it grants, that it is what docs/ shows, and that no request lies outside it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { openLive } from '../../src/cluster/live.ts';
import type { ClusterReader } from '../../src/cluster/reader.ts';
import { READ_IDS, RESOURCES, type ReadId } from '../../src/cluster/resources.ts';
import { rulesOf } from '../../src/cluster/role.ts';
import { readsOfLists } from '../../src/probe/fact-lists.ts';
import { PROBES } from '../../src/probe/probes.ts';
import { readsOfRules } from '../../src/scan/rules.ts';
import { unmesh } from '../cli/run.ts';
import { ROOT } from '../project.ts';
import { outside } from './allowed.ts';
import { type FakeCluster, fakeCluster } from './server.ts';

const document = readFileSync(join(ROOT, 'docs/cluster-role.yaml'), 'utf8');
const declared = [
  ...new Set([...Object.values(PROBES).flatMap(({ reads }) => reads), ...readsOfRules(), ...readsOfLists()]),
];
const granted = rulesOf(declared);

let cluster: FakeCluster | undefined;
afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

/** Asks for `id` in every way the reader offers. Groups are served with the oldest version, the others' fall back. */
async function readInEveryWay(reader: ClusterReader, id: ReadId): Promise<void> {
  if (id === 'discovery') await reader.groups();
  else if (id === 'version') await reader.version();
  else if (id === 'pods/log') await reader.log({ namespace: 'shop', pod: 'cart', container: 'app', tail: 9 });
  else {
    await reader.list(id, { labelSelector: 'app=cart' });
    await reader.get(id, 'cart', RESOURCES[id].namespaced ? 'shop' : undefined);
    if (RESOURCES[id].namespaced) await reader.list(id, { namespace: 'shop' });
  }
}

async function requestsFor(reads: readonly ReadId[]): Promise<readonly string[]> {
  const groups = [...new Set(Object.values(RESOURCES).map(({ group }) => group))].map((name) => ({
    name,
    versions: [{ version: 'v1beta1' }],
  }));
  const answer = (path: string) =>
    path === '/apis' ? { body: { groups } } : { body: path.endsWith('/log') ? 'a line' : { items: [] } };
  cluster = await fakeCluster(answer);
  const reader = openLive({ kubeconfig: cluster.kubeconfig, context: undefined, env: {} })(
    new AbortController().signal,
  );
  for (const id of reads) await readInEveryWay(reader, id);
  return cluster.requests;
}

describe('the published role', () => {
  it('is what `unmesh rbac` prints, and is made from what the probes declare', () => {
    const { out, code } = unmesh(['rbac']);
    expect(code).toBe(0);
    expect(parse(out)).toMatchObject({ kind: 'ClusterRole', rules: granted });
    const how = 'a probe reads something else now: node dist/unmesh.js rbac > docs/cluster-role.yaml';
    expect(document, how).toBe(out);
  });

  it('lets look and nothing else, and never at secrets', () => {
    for (const { verbs } of granted)
      expect(verbs.filter((verb) => !['get', 'list'].includes(verb))).toEqual([]);
    expect(JSON.stringify(granted)).not.toMatch(/secret|\*|exec|portforward|proxy"/i);
    expect(READ_IDS.filter((id) => /secret/i.test(id))).toEqual([]);
  });

  it('holds every request that the reads of the probes lead to', async () => {
    const requests = await requestsFor(declared);
    expect(requests.length).toBeGreaterThan(declared.length);
    expect(outside(granted, requests)).toEqual([]);
  });

  it('grants nothing that no probe reads', () => {
    const read = new Set(
      declared.map((id) => {
        if (id === 'pods/log') return ' pods/log';
        return id === 'discovery' || id === 'version' ? id : `${RESOURCES[id].group} ${RESOURCES[id].plural}`;
      }),
    );
    const kinds = granted.flatMap((rule) =>
      'resources' in rule
        ? rule.resources.flatMap((resource) => rule.apiGroups.map((group) => `${group} ${resource}`))
        : [],
    );
    expect(kinds.length).toBeGreaterThan(0);
    expect(kinds.filter((one) => !read.has(one))).toEqual([]);
  });
});

describe('a role made from reads', () => {
  it('leaves out what was not declared, so that a request for it is found outside', async () => {
    const requests = await requestsFor(['pods', 'services', 'pods/log', 'version']);
    expect(outside(rulesOf(['pods', 'pods/log', 'version']), requests)).toEqual([
      'GET /api/v1/services',
      'GET /api/v1/namespaces/shop/services/cart',
      'GET /api/v1/namespaces/shop/services',
    ]);
    expect(outside(rulesOf(['pods', 'services']), requests)).toEqual([
      'GET /api/v1/namespaces/shop/pods/cart/log',
      'GET /version',
    ]);
  });

  it('keeps kinds of one name in two groups apart', async () => {
    const requests = await requestsFor([
      'gateways.networking.istio.io',
      'gateways.gateway.networking.k8s.io',
    ]);
    expect(outside(rulesOf(['gateways.networking.istio.io']), requests)).toEqual(
      requests.filter((request) => request.includes('gateway.networking.k8s.io')),
    );
  });

  it('includes discovery only where a kind has several versions', () => {
    expect(rulesOf(['pods'])).toEqual([{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }]);
    expect(rulesOf(['virtualservices.networking.istio.io']).at(-1)).toEqual({
      nonResourceURLs: ['/apis'],
      verbs: ['get'],
    });
  });
});

describe('unmesh rbac', () => {
  const documents = (args: readonly string[]) =>
    parseAllDocuments(unmesh(['rbac', ...args]).out).map((document) => document.toJS());

  it('binds everybody who was named', () => {
    const [role, binding] = documents([
      ...['--user', 'jane@example.com', '--user', '1'],
      ...['--group', 'on-call'],
      ...['--service-account', 'monitoring/unmesh'],
    ]);
    expect(role).toEqual(parse(unmesh(['rbac']).out));
    expect(binding.roleRef.name).toBe(role.metadata.name);
    const apiGroup = 'rbac.authorization.k8s.io';
    expect(binding.subjects).toEqual([
      { kind: 'User', name: 'jane@example.com', apiGroup },
      { kind: 'User', name: '1', apiGroup },
      { kind: 'Group', name: 'on-call', apiGroup },
      { kind: 'ServiceAccount', name: 'unmesh', namespace: 'monitoring' },
    ]);
  });

  it.each([
    ['--user', ''],
    ['--user', 'jane\u202e'],
    ['--group', 'on\ncall'],
    ['--service-account', 'unmesh'],
    ['--service-account', 'Monitoring/unmesh'],
    ['--service-account', 'a/b/c'],
  ])('refuses %s %j', (option, value) => {
    const { code, out, err } = unmesh(['rbac', option, value]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('cannot be bound to the role');
  });

  it('speaks the language of the person', () => {
    expect(unmesh(['--lang', 'ko', 'rbac', '--help']).out).toContain('서비스 계정');
    expect(unmesh(['rbac', '--user', ''], { env: { UNMESH_LANG: 'id' } }).err).toContain(
      'tidak dapat diikat',
    );
  });
});
