/** A kubeconfig that is wrong: what is wrong with it is told, and the case goes on by asking. */
import { writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLive } from '../../src/cluster/live.ts';
import { peekKubeconfig } from '../../src/cluster/peek.ts';
import type { FaultyServer } from './faulty.ts';
import { lab, recordedUpstream } from './lab.ts';
import { walk } from './walk.ts';

const { between, kubeconfig, path, written } = lab();

describe('a kubeconfig', () => {
  const good = { server: 'https://127.0.0.1:1', user: { token: 'a' } };

  it.each<[string, string, RegExp]>([
    ['with broken YAML', 'clusters: [\n  - name: "a', /^kubeconfig: .*\(\d+:\d+\)$/],
    ['that is empty', '', /^kubeconfig: expected a document, but the input is empty$/],
    ['that is a sentence', 'hello', /^kubeconfig: (no current context|the file is no kubeconfig)$/],
    [
      'with numbers for names',
      '{"clusters":[{"name":"a","cluster":{"server":1}}]}',
      /^kubeconfig: the file is no kubeconfig$/,
    ],
    [
      'with a cluster without a server',
      '{"clusters":[{"name":"a","cluster":{}}]}',
      /clusters\[0\]\.cluster\.server is missing$/,
    ],
    [
      'whose context names no cluster',
      config({ context: { cluster: 'gone' } }),
      /^kubeconfig: no current context$/,
    ],
    ['whose context names no user', config({ context: { user: 'gone' } }), /^kubeconfig: no user "gone"$/],
    [
      'whose server is no address',
      config({ cluster: { server: 'https://:/a' } }),
      /"https:\/\/:\/a" is no server address$/,
    ],
    [
      'whose proxy-url is no address',
      config({ cluster: { 'proxy-url': 'proxy' } }),
      /"proxy" is no proxy-url$/,
    ],
    [
      'whose authority is not there',
      config({ cluster: { 'certificate-authority': '/no/ca.crt' } }),
      /^credentials: ENOENT.*\/no\/ca\.crt/,
    ],
    [
      'whose key is not there',
      config({ user: { 'client-key': '/no/key' } }),
      /^credentials: ENOENT.*\/no\/key/,
    ],
  ])('%s is told, and the case goes on', async (_, text, detail) => {
    const seen = await walk(written(text));
    expect(seen).toMatchObject({ failure: 'failed', detail: expect.stringMatching(detail) });
  });

  it('whose authority is no certificate is told', async () => {
    const seen = await walk(written(config({ cluster: { 'certificate-authority-data': 'AAAA' } })));
    expect(seen.failure).toMatch(/failed|unreachable/);
    expect(seen.detail).toMatch(/PEM|certificate|ECONNREFUSED/i);
  });

  it('that is not there, or has no such context, is told', async () => {
    expect(await walk('/no/config')).toMatchObject({
      failure: 'failed',
      detail: expect.stringMatching(/ENOENT.*\/no\/config/),
    });
    expect(await walk(kubeconfig(good), { context: 'prod' })).toMatchObject({
      failure: 'failed',
      detail: 'kubeconfig: no context "prod"',
    });
  });

  it('that was put right is taken at the next look', async () => {
    const file = written('clusters: [');
    expect(await walk(file)).toMatchObject({ failure: 'failed' });
    writeFileSync(file, config({}));
    expect(await walk(file)).toMatchObject({
      failure: 'unreachable',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });

  function config(over: { context?: object; cluster?: object; user?: object }): string {
    return JSON.stringify({
      'current-context': 'test',
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', ...over.context } }],
      clusters: [{ name: 'test', cluster: { server: good.server, ...over.cluster } }],
      users: [{ name: 'test', user: { ...good.user, ...over.user } }],
    });
  }
});

describe('a list of kubeconfigs in KUBECONFIG', () => {
  let recorded: Awaited<ReturnType<typeof recordedUpstream>>;
  beforeAll(async () => {
    recorded = await recordedUpstream();
  });
  afterAll(() => recorded.close());

  const server = () => between(recorded.upstream, () => undefined);
  /** Every file calls its user `admin`, as many tools do. */
  const file = (name: string, { url, ca }: FaultyServer, current = name) =>
    written(
      JSON.stringify({
        ...(current ? { 'current-context': current } : {}),
        contexts: [{ name, context: { cluster: name, user: 'admin' } }],
        clusters: [{ name, cluster: { server: url, 'certificate-authority': ca } }],
        users: [{ name: 'admin', user: { token: `of-${name}` } }],
      }),
    );
  const look = (files: readonly string[], context?: string) => {
    const env = { KUBECONFIG: files.join(delimiter) };
    const reader = openLive({ kubeconfig: undefined, context, env })(new AbortController().signal);
    return { peek: peekKubeconfig(undefined, context, env), pods: reader.list('namespaces') };
  };

  it('is merged as kubectl does: the first file that names a context decides, and it is the one asked about', async () => {
    const [a, b] = [await server(), await server()];
    const files = [path(), file('a', a), file('b', b)];
    const { peek, pods } = look(files);
    expect(peek).toEqual({ path: undefined, context: 'a', server: a.url });
    expect((await pods).length).toBeGreaterThan(0);
    expect(a.asked.map(({ authorization }) => authorization)).toContain('Bearer of-a');
    expect(b.asked).toEqual([]);
  });

  it('has the contexts of every file', async () => {
    const [a, b] = [await server(), await server()];
    const { peek, pods } = look([file('a', a), file('b', b)], 'b');
    expect(peek?.context).toBe('b');
    expect((await pods).length).toBeGreaterThan(0);
    expect(a.asked).toEqual([]);
    // What occurs twice is the first file's.
    expect(b.asked[0]?.authorization).toBe('Bearer of-a');
  });

  it('takes the current context of a later file where the first has none', async () => {
    const [a, b] = [await server(), await server()];
    const { peek, pods } = look([file('a', a, ''), file('b', b)]);
    expect(peek?.context).toBe('b');
    await pods;
    expect([a.asked.length, b.asked.length > 0]).toEqual([0, true]);
  });

  it('of which none is there is told', () => {
    const missing = path();
    expect(() => look([missing, path()])).toThrow(
      expect.objectContaining({ failure: 'failed', detail: expect.stringContaining(missing) }),
    );
    expect(peekKubeconfig(undefined, undefined, { KUBECONFIG: missing })?.context).toBe('?');
  });
});

describe('what is asked about before a look', () => {
  it.each([
    ['current-context: prod\n', 'prod'],
    ['clusters: []\ncurrent-context: "prod"   # the live one\n', 'prod'],
    ["current-context: 'arn:aws:eks:eu-west-1:1:cluster/prod'\r\n", 'arn:aws:eks:eu-west-1:1:cluster/prod'],
    ['{"kind":"Config","current-context":"prod"}', 'prod'],
    ['{\n  "kind": "Config",\n  "current-context": "prod"\n}', 'prod'],
    ['current-context: ""\n', '?'],
    ['current-context:\n', '?'],
    ['# current-context: prod\n', '?'],
  ])('%j names the context %s', (text, context) => {
    expect(peekKubeconfig(written(text), undefined, {})?.context).toBe(context);
  });
});
