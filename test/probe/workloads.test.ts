/** Probes of one workload's pods: init containers, how they start and end, what keeps configuration from them. */
import { describe, expect, it } from 'vitest';
import { RESOURCES } from '../../src/cluster/resources.ts';
import { PROBES } from '../../src/probe/probes.ts';
import { ask, BROKEN, pod, SHOP } from './ask.ts';
import type { MemoryCluster } from './memory-reader.ts';

describe('init-containers', () => {
  const waits = ['istio-init', 'vault', 'own-init', 'volume-or-image', 'istiod'];
  const order = ['redirected', 'cni', 'istio-last', 'native-first'];
  const crash = ['sandbox', 'validation', 'capability', 'kernel'];
  const done = { state: { terminated: { exitCode: 0 } } };
  const running = { state: { running: { startedAt: '2026-11-20T08:00:00Z' } } };
  const failing = {
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 1 } },
  };
  const waiting = (reason: string) => ({ state: { waiting: { reason } } });
  const event = (reason: string, message: string, name = 'cart-1') => ({
    metadata: { name: `${name}.1`, namespace: 'shop' },
    involvedObject: { name },
    reason,
    message,
    lastTimestamp: '2026-11-20T08:00:00Z',
  });
  type Init = readonly [name: string, status: object, spec?: object];
  const run = (answers: readonly string[], inits: readonly Init[], more: Partial<MemoryCluster> = {}) =>
    ask('init-containers', answers, SHOP, {
      ...more,
      objects: {
        pods: [
          pod({
            inits: inits.map(([name, , spec]) => ({ name, ...spec })),
            status: {
              phase: 'Pending',
              initContainerStatuses: inits.map(([name, status]) => ({ name, ...status })),
            },
          }),
        ],
        ...more.objects,
      },
    });
  const log = (container: string, text: string) => ({
    logs: { [`shop/cart-1/${container}/previous`]: text },
  });

  it.each<[string, Init[]]>([
    ['istio-init', [['istio-init', failing]]],
    ['istio-init', [['istio-validation', { state: { terminated: { exitCode: 126 } } }]]],
    [
      'vault',
      [
        ['istio-init', done],
        ['vault-agent-init', running],
      ],
    ],
    [
      'own-init',
      [
        ['istio-init', done],
        ['fetch-config', running],
      ],
    ],
    [
      'volume-or-image',
      [
        ['istio-init', done],
        ['fetch-config', waiting('ImagePullBackOff')],
      ],
    ],
    [
      'ambiguous',
      [
        ['istio-init', done],
        ['fetch-config', failing],
      ],
    ],
    ['ambiguous', [['istio-init', waiting('PodInitializing')]]],
    ['ambiguous', [['istio-init', done]]],
    ['ambiguous', []],
  ])('is the pod waiting for %s?', async (expected, inits) => {
    expect(await run(waits, inits)).toBe(expected);
  });

  it('takes a failing container for one without network where its log says so', async () => {
    const inits: Init[] = [
      ['istio-init', done],
      ['fetch-config', failing],
    ];
    const refused = 'curl: (7) Failed to connect to config.shop port 8888: Connection refused';
    expect(await run(waits, inits, log('fetch-config', refused))).toBe('own-init');
    expect(await run(waits, inits, log('fetch-config', 'panic: no such table users'))).toBe('ambiguous');
  });

  it('sees a missing volume only while no container has started', async () => {
    const objects = { events: [event('FailedMount', 'configmap "cart" not found')] };
    const inits: Init[] = [['istio-init', waiting('PodInitializing')]];
    expect(await run(waits, inits, { objects })).toBe('volume-or-image');
    expect(
      await run(
        waits,
        [
          ['istio-init', done],
          ['migrate', failing],
        ],
        { objects },
      ),
    ).toBe('ambiguous');
  });

  it("knows istiod's own pod", async () => {
    const istiod = pod({
      labels: { app: 'istiod' },
      inits: [{ name: 'wait' }],
      status: { initContainerStatuses: [{ name: 'wait', ...running }] },
    });
    expect(await ask('init-containers', waits, SHOP, { objects: { pods: [istiod] } })).toBe('istiod');
  });

  const native = { restartPolicy: 'Always' };
  it.each<[string, Init[]]>([
    [
      'native-first',
      [
        ['istio-init', done],
        ['istio-proxy', { started: true }, native],
        ['vault-agent-init', running],
      ],
    ],
    [
      'cni',
      [
        ['istio-validation', done],
        ['vault-agent-init', running],
      ],
    ],
    [
      'cni',
      [
        ['vault-agent-init', running],
        ['istio-validation', {}],
      ],
    ],
    [
      'redirected',
      [
        ['istio-init', done],
        ['vault-agent-init', running],
      ],
    ],
    [
      'redirected',
      [
        ['istio-init', done],
        ['fetch', running],
        ['istio-proxy', {}, native],
      ],
    ],
    [
      'istio-last',
      [
        ['vault-agent-init', running],
        ['istio-init', {}],
      ],
    ],
    ['ambiguous', [['vault-agent-init', running]]],
    [
      'ambiguous',
      [
        ['istio-init', done],
        ['istio-proxy', { started: false }, native],
        ['fetch', {}],
      ],
    ],
  ])('order: %s', async (expected, inits) => {
    expect(await run(order, inits)).toBe(expected);
  });

  it.each([
    [
      'capability',
      "iptables v1.8.9: can't initialize iptables table `nat': Permission denied (you must be root)",
    ],
    ['kernel', "iptables-restore v1.8.9: iptables-restore: unable to initialize table 'nat'"],
    ['ambiguous', 'error parsing flags'],
  ])('istio-init fails: %s', async (expected, text) => {
    expect(await run(crash, [['istio-init', failing]], log('istio-init', text))).toBe(expected);
    expect(await run(crash, [['istio-init', done]], log('istio-init', text))).toBe('ambiguous');
  });

  it('tells a failing istio-validation and a failing sandbox apart', async () => {
    const message = 'plugin type="istio-cni" name="istio-cni" failed (add): unable to push CNI event';
    const sandbox = event('FailedCreatePodSandBox', message);
    const inits: Init[] = [['istio-validation', waiting('PodInitializing')]];
    expect(await run(crash, inits, { objects: { events: [sandbox] } })).toBe('sandbox');
    expect(await run(crash, inits)).toBe('ambiguous');
    expect(await run(crash, [['istio-validation', failing]])).toBe('validation');
  });

  it('sees that Pod Security refuses the pod because of istio-init', async () => {
    const message =
      'Error creating: pods "cart-7c9d-x" is forbidden: violates PodSecurity "baseline:latest": non-default capabilities (container "istio-init" must not include "NET_ADMIN", "NET_RAW" in securityContext.capabilities.add)';
    const facts = { namespace: 'shop', workload: 'cart' };
    const state = (name: string) => ({ objects: { events: [event('FailedCreate', message, name)] } });
    expect(await ask('init-containers', crash, facts, state('cart-7c9d'))).toBe('capability');
    expect(await ask('init-containers', crash, facts, state('web-5d7f'))).toBe('ambiguous');
  });
});

const PROBE_NAMES = ['init-containers'];

describe('objects with missing or wrong fields', () => {
  it.each(PROBE_NAMES)('%s neither fails on them nor reads anything into them', async (name) => {
    const objects = Object.fromEntries(Object.keys(RESOURCES).map((id) => [id, BROKEN]));
    const facts = { ...SHOP, workload: 'cart', kind: 'VirtualService', resource: 'cart-1' };
    expect(await ask(name, PROBES[name]!.answers, facts, { objects })).toBe('ambiguous');
  });
});
