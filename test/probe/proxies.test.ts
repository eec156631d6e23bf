/** Probes of a proxy's own state: how it ended, what it lacks, what keeps it from its configuration. */
import { describe, expect, it } from 'vitest';
import { RESOURCES } from '../../src/cluster/resources.ts';
import { ask, BROKEN, pod, proxy, SHOP } from './ask.ts';
import type { MemoryCluster } from './memory-reader.ts';

const NOW = new Date('2026-11-20T10:00:00Z');
const CLOCK = { gitVersion: 'v1.31.0', date: NOW };
const broken = Object.fromEntries(Object.keys(RESOURCES).map((id) => [id, BROKEN]));

describe('proxy-crash', () => {
  const how = ['descriptors', 'oom', 'segfault', 'bind'];
  const ended = (reason: string, exitCode: number) => ({
    lastState: { terminated: { reason, exitCode, finishedAt: '2026-11-20T09:58:00Z' } },
  });
  interface Proxy {
    readonly status?: object;
    readonly before?: string;
    readonly now?: string;
  }
  const state = ({ status = {}, before, now = '' }: Proxy): MemoryCluster => ({
    version: CLOCK,
    objects: {
      pods: [
        pod({
          containers: [{ name: 'cart' }, proxy],
          status: { containerStatuses: [{ name: 'istio-proxy', restartCount: 1, ...status }] },
        }),
      ],
    },
    logs: {
      'shop/cart-1/istio-proxy': now,
      ...(before === undefined ? {} : { 'shop/cart-1/istio-proxy/previous': before }),
    },
  });
  const run = (one: Proxy) => ask('proxy-crash', how, SHOP, state(one));
  const at = (time: string, words: string) => `2026-11-20T${time}.000000Z\t${words}`;
  const ASSERT = at('09:57:59', 'critical\tenvoy assert\tassert failure: fd_ != -1.');
  const ABORTED = at('09:58:00', 'critical\tenvoy backtrace\tCaught Aborted, suspect faulting address 0x5');
  const KILLED = at('09:58:00', 'error\tEpoch 0 exited with error: signal: killed');
  const BIND = `warning\tenvoy config\tgRPC config for type.googleapis.com/envoy.config.listener.v3.Listener rejected: Error adding/updating listener(s) 0.0.0.0_80: cannot bind '0.0.0.0:80': Permission denied`;

  it.each<[string, string, Proxy]>([
    ['oom', 'the kubelet calls it so', { status: ended('OOMKilled', 137), before: ASSERT }],
    ['oom', 'the kernel killed Envoy and left the agent', { status: ended('Completed', 0), before: KILLED }],
    [
      'descriptors',
      'the assertion names them',
      { status: ended('Completed', 0), before: `${ASSERT}\n${ABORTED}` },
    ],
    [
      'descriptors',
      'Envoy runs on without any',
      { now: at('09:59:00', 'warning\tenvoy\taccept failed: Too many open files') },
    ],
    ['segfault', 'Envoy caught a signal', { status: ended('Completed', 0), before: ABORTED }],
    ['segfault', 'the exit code tells it without a log', { status: ended('Error', 139) }],
    ['bind', 'it runs and cannot bind', { now: at('09:40:00', BIND) }],
  ])('%s: %s', async (expected, _, one) => {
    expect(await run(one)).toBe(expected);
  });

  it.each<[string, Proxy]>([
    [
      'an end after SIGTERM',
      { status: ended('Completed', 0), before: at('09:58:00', 'info\tAborted all epochs') },
    ],
    ['a killed container that nobody calls out of memory', { status: ended('Error', 137), before: '' }],
    ['the limit of watchers', { now: at('09:59:00', 'error\tfsnotify: inotify_init: Too many open files') }],
    ['the words of Go', { now: at('09:59:00', 'error\tfailed to watch: too many open files') }],
    ['a port that was not bound two hours ago', { now: at('07:59:00', BIND) }],
    ['no restart and no line', { status: { restartCount: 0 } }],
  ])('leaves %s to the person', async (_, one) => {
    expect(await run(one)).toBe('ambiguous');
  });

  it('sees the reason where logs may not be read', async () => {
    const cluster = {
      ...state({ status: ended('OOMKilled', 137) }),
      failures: { 'pods/log': 'forbidden' },
    } as const;
    expect(await ask('proxy-crash', how, SHOP, cluster)).toBe('oom');
  });

  it('finds a native sidecar among the init containers', async () => {
    const native = pod({
      inits: [{ ...proxy, restartPolicy: 'Always' }],
      status: {
        initContainerStatuses: [{ name: 'istio-proxy', restartCount: 3, ...ended('OOMKilled', 137) }],
      },
    });
    expect(await ask('proxy-crash', how, SHOP, { version: CLOCK, objects: { pods: [native] } })).toBe('oom');
  });

  it('reads nothing into broken objects', async () => {
    expect(await ask('proxy-crash', how, SHOP, { version: CLOCK, objects: broken })).toBe('ambiguous');
  });
});
