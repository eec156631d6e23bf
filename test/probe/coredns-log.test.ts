/** CoreDNS's own log: names that do not exist, reloads, and ends that the load does not explain. */
import { describe, expect, it } from 'vitest';
import { answerOf, ask, brokenObjects } from './asking.ts';
import type { MemoryCluster } from './memory-reader.ts';

const GROWS = ['proxies', 'traffic', 'nxdomain', 'reloads', 'capacity'];
const server = (status: object = {}, container = 'coredns') => ({
  metadata: { name: 'coredns-1', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
  spec: { containers: [{ name: container }] },
  status: { phase: 'Running', containerStatuses: [{ name: container, restartCount: 0, ...status }] },
});
interface Server {
  readonly status?: object;
  readonly container?: string;
  readonly now?: readonly string[];
  readonly before?: readonly string[];
}
const state = ({ status, container, now = [], before }: Server): MemoryCluster => ({
  objects: { pods: [server(status, container)] },
  logs: {
    'kube-system/coredns-1/coredns': now.join('\n'),
    ...(before ? { 'kube-system/coredns-1/coredns/previous': before.join('\n') } : {}),
  },
});
const answered = (code: string, times: number): string[] =>
  Array.from(
    { length: times },
    (_, index) =>
      `[INFO] 10.8.0.3:${40000 + index} - 7 "A IN db.example.svc.cluster.local. udp 80 false 512" ${code} qr,aa,rd 173 0.0002s`,
  );
const LOOP = '[FATAL] plugin/loop: Loop (127.0.0.1:38294 -> :53) detected for zone "."';
const crashed = (exitCode: number) => ({
  restartCount: 4,
  state: { waiting: { reason: 'CrashLoopBackOff' } },
  lastState: { terminated: { exitCode } },
});

describe('coredns-log', () => {
  it.each<[string, string, Server]>([
    ['nxdomain', 'most answers', { now: [...answered('NXDOMAIN', 60), ...answered('NOERROR', 20)] }],
    ['reloads', 'a loop before the restart', { status: { restartCount: 1 }, before: [LOOP] }],
    ['reloads', 'three of them in an hour', { now: Array(3).fill('[INFO] Reloading') }],
    ['reloads', 'an error of its own', { status: crashed(1), before: ['/etc/coredns/Corefile:3 - Error'] }],
  ])('tells %s: %s', async (expected, _, one) => {
    expect(await answerOf('coredns-log', {}, state(one), GROWS)).toBe(expected);
  });

  it.each<[string, Server]>([
    ['few answers', { now: answered('NXDOMAIN', 49) }],
    ['as many names that exist', { now: [...answered('NXDOMAIN', 60), ...answered('NOERROR', 60)] }],
    ['one reload', { now: ['[INFO] Reloading', '[INFO] Reloading complete'] }],
    ['an end that the load may explain', { status: crashed(137), before: [] }],
    ['a server of another kind', { container: 'kubedns', now: Array(3).fill('[INFO] Reloading') }],
    [
      'a query that is logged with the word',
      { now: Array(60).fill('[ERROR] plugin/errors: 2 NXDOMAIN. A: read udp') },
    ],
  ])('leaves %s to the person', async (_, one) => {
    expect(await answerOf('coredns-log', {}, state(one), GROWS)).toBeUndefined();
  });

  it('reads nothing into broken objects', async () => {
    expect(await ask('coredns-log', {}, { objects: brokenObjects([['kube-system', 'coredns-1']]) })).toEqual(
      [],
    );
  });
});
