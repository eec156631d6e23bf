/** A kubeconfig that is wrong: what is wrong with it is told, and the case goes on by asking. */
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lab } from './lab.ts';
import { walk } from './walk.ts';

const { kubeconfig, written } = lab();

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
