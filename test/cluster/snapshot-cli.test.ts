/** `--from` and `unmesh snapshot` as a person uses them, on the built program. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { unmesh } from '../cli/run.ts';
import { KEY, openTerminal, type TestTerminal } from '../pty/terminal.ts';
import { folderOf, tarGz, yamlList } from './snapshot-kit.ts';
import { mesh, ofCluster, ofNamespaces } from './snapshot-mesh.ts';

let report = '';
let pods = '';

beforeAll(async () => {
  const root = folderOf({ 'pods.yaml': yamlList(mesh.pods) });
  pods = join(root, 'pods.yaml');
  report = join(root, 'bug-report.tar.gz');
  writeFileSync(
    report,
    await tarGz({
      'bug-report/cluster/k8s-resources': yamlList(ofNamespaces),
      'bug-report/cluster/k8s-cluster-resources': yamlList(ofCluster),
      'bug-report/cluster/crs': yamlList([mesh.gateway]),
    }),
  );
});

const CASE = ['--plain', '--symptom', 'empty-gateway-list'];

describe('a case with --from', () => {
  it('says what the snapshot is, asks nobody whether it may look, and answers from it', () => {
    const { out, err, code } = unmesh([...CASE, '--from', report]);
    expect(code).toBe(0);
    const objects = ofNamespaces.length + ofCluster.length + 1;
    expect(err).toContain(`bug-report.tar.gz: istioctl bug-report. Objects: ${objects}; namespaces: 2`);
    expect(err).toContain('Collected at 2026-11-01T11:00:00.000Z.');
    expect(err).toMatch(/^Not in it: .*\bevents\b/m);
    expect(out).toContain('(seen in the snapshot)');
    expect(out).toContain('gateways.networking.istio.io objects: 1');
    expect(out).toContain('Only `networking.istio.io`');
    expect(out).not.toContain('read-only');
  });

  it('asks where the snapshot holds nothing of it, and says so', () => {
    const { out, err } = unmesh([...CASE, '--from', pods]);
    expect(err).toContain('objects of kubectl get');
    expect(out).toContain('The snapshot does not contain this: discovery.');
    expect(out).toContain('1) Both');
  });

  it('takes the snapshot from standard input, in each language', () => {
    for (const [lang, word] of [
      ['en', 'Snapshot -:'],
      ['zh-CN', '快照 -：'],
      ['ko', '스냅샷 -:'],
      ['id', 'Snapshot -:'],
    ] as const) {
      const { err, code } = unmesh([...CASE, '--from', '-', '--lang', lang], { input: yamlList(mesh.pods) });
      expect(code).toBe(0);
      expect(err).toContain(word);
    }
  });

  it('refuses a standard input that is to be both snapshot and text', () => {
    const { err, code } = unmesh(['--plain', '--from', '-', '-'], { input: yamlList(mesh.pods) });
    expect(code).toBe(2);
    expect(err).toContain('The snapshot cannot be read from standard input.');
  });

  it('refuses what is no snapshot, in words', () => {
    const missing = unmesh([...CASE, '--from', '/nonexistent.tgz']);
    expect([missing.code, missing.err]).toEqual([
      3,
      expect.stringContaining('/nonexistent.tgz cannot be read.'),
    ]);
    const other = unmesh([...CASE, '--from', '-'], { input: 'upstream connect error' });
    expect([other.code, other.err]).toEqual([3, expect.stringContaining('not a snapshot that unmesh knows')]);
  });
});

describe('on a terminal', () => {
  let terminal: TestTerminal | undefined;
  afterEach(() => terminal?.close());

  it.each([
    ['a file', () => `$UNMESH --symptom empty-gateway-list --from ${report}`],
    [
      'a pipe, with the keys from the terminal',
      () => `cat ${report} | $UNMESH --symptom empty-gateway-list --from -`,
    ],
  ])('the first question answers itself from %s', async (_, shell) => {
    const home = mkdtempSync(join(tmpdir(), 'unmesh-snapshot-pty-'));
    terminal = openTerminal({ shell: shell(), env: { HOME: home, XDG_STATE_HOME: home } });
    await terminal.shows('istioctl bug-report');
    await terminal.shows('gateways.networking.istio.io objects: 1');
    await terminal.shows('What do the lists over all namespaces show?');
    terminal.type(KEY.ctrl('c'));
    expect(await terminal.exits()).toBe(130);
    expect(terminal.text()).not.toContain('unmesh can look for itself, read-only');
  });
});

describe('unmesh snapshot', () => {
  it('prints what is there, whole or in part', () => {
    const { out, code } = unmesh(['snapshot', report]);
    expect(code).toBe(0);
    expect(out).toContain('      2  pods  (complete)\n');
    const one = unmesh(['snapshot', '-'], { input: yamlList([mesh.cart]) });
    expect(one.out).toContain('      1  pods  (complete in: shop)\n');
  });

  it('prints JSON for programs, with what each check lacks', () => {
    const { out } = unmesh(['snapshot', report, '-o', 'json']);
    const { layout, probes } = JSON.parse(out);
    expect(layout).toBe('bug-report');
    expect(probes).toContainEqual({ probe: 'istiod-pods', missing: ['events'] });
    expect(unmesh(['snapshot', report, '-o', 'xml']).code).toBe(2);
  });
});
