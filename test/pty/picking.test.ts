/** Picking from a cluster's lists in a real terminal, with the built program and an API server of recorded answers. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type FakeCluster, fakeCluster } from '../cluster/server.ts';
import { KEY, openTerminal, type TestTerminal } from './terminal.ts';

let terminal: TestTerminal | undefined;
let cluster: FakeCluster | undefined;
afterEach(async () => {
  terminal?.close();
  await cluster?.close();
  terminal = undefined;
  cluster = undefined;
});

const items = (...names: string[]) => ({ body: { items: names.map((name) => ({ metadata: { name } })) } });
const LONG = 'the-service-that-answers-everything-about-baskets';

async function start(answers: Parameters<typeof fakeCluster>[0], args: string[], columns: number) {
  cluster = await fakeCluster(answers);
  const home = mkdtempSync(join(tmpdir(), 'unmesh-pty-'));
  terminal = openTerminal({
    columns,
    rows: 24,
    args: ['--kubeconfig', cluster.kubeconfig, ...args],
    env: { HOME: home, XDG_STATE_HOME: join(home, 'state'), LANG: 'en_US.UTF-8' },
  });
  return { t: terminal, requests: cluster.requests };
}

/** The lines that hold a choice of the list, as they stand on the screen. */
const rows = (t: TestTerminal) =>
  t
    .text()
    .split('\n')
    .filter((line) => line.includes('baskets'));

describe('a list of the cluster in a terminal', () => {
  it('is read after the yes, filtered while typing, and what is picked lets the probe look', async () => {
    const answers = { '/api/v1/namespaces': items('bank', 'shop', 'shop-test') };
    const { t, requests } = await start(answers, ['--symptom', 'sidecar-missing'], 100);
    await t.shows('it would also list: namespaces');
    expect(requests).toEqual([]);
    t.type(KEY.enter);
    await t.shows('Which namespace? Found in test: 3.');
    t.type('shp');
    await t.shows(/❯ 1 {2}shop\b/);
    t.type(KEY.enter);
    await t.shows('Picked namespace: shop');
    await t.shows('fits several answers');
    expect(requests).toContain('GET /api/v1/namespaces/shop');
  });

  it('falls back to typing when this user may not list', async () => {
    const answers = {
      '/api/v1/namespaces': {
        status: 403,
        body: { kind: 'Status', message: 'namespaces is forbidden: User "jane" cannot list' },
      },
    };
    const { t, requests } = await start(answers, ['--symptom', 'sidecar-missing'], 100);
    await t.shows('it would also list');
    t.type(KEY.enter);
    await t.shows('The list could not be read: this user may not read it (');
    expect(t.text()).toContain('User "jane" cannot list');
    t.type(`shop${KEY.enter}`);
    await t.shows('fits several answers');
    expect(requests).toContain('GET /api/v1/namespaces/shop');
  });

  it.each(['en', 'zh-CN', 'ko', 'id'])(
    'shows each long name on one line of 40 columns, in %s',
    async (lang) => {
      const names = Array.from({ length: 15 }, (_, index) => `${LONG}-${index}x`);
      const answers = {
        '/api/v1/namespaces': items('shop'),
        '/apis/apps/v1/namespaces/shop/deployments': items(...names),
      };
      const { t } = await start(answers, ['--symptom', 'rollout-503', '--lang', lang], 40);
      await t.shows('❯ 1');
      t.type(KEY.enter);
      await t.shows(/❯ 1 {2}shop/);
      t.type(KEY.enter);
      await t.shows('baskets-0x');
      // A frame reaches the terminal in pieces: the last of the twelve rows tells that it is whole.
      await t.shows('baskets-11x');
      // Of a name that is too long both ends are there.
      expect(rows(t)[0]).toMatch(/❯ 1 {2}the-.*….*baskets-0x {2}0\/1/);
      expect(rows(t).length).toBe(12);
      t.type(`-14x${KEY.enter}`);
      await t.shows(`${LONG}-14x`.slice(-20));
    },
  );
});
