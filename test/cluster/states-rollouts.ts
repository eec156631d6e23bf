/** States of pods that come and go, and of what they need on their node, each with a twin that does not show it. */
import type { Manifest } from './kube.ts';
import type { Logs } from './kubelet.ts';
import { app, CART, condition, meshed, plain, proxy, workload } from './mesh-objects.ts';
import { istiodDeployment, pod, running, terminated } from './objects.ts';
import type { RealCase } from './states.ts';

const ofCart = { namespace: 'shop', pod: CART };

const replicaSet = (message: string): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'cart-5d8f', namespace: 'shop', labels: { app: 'cart' } },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'cart' } },
    template: {
      metadata: { labels: { app: 'cart' } },
      spec: { containers: [{ name: 'app', image: 'registry.test/app:1' }] },
    },
  },
  status: { replicas: 0, conditions: [condition('ReplicaFailure', 'True', 'FailedCreate', message)] },
});

const CREATION: readonly RealCase[] = [
  {
    flow: 'pod-not-created',
    state: 'event-text',
    probe: 'replicaset-events',
    facts: { namespace: 'shop', app: 'cart' },
    expected: 'quota',
    objects: () => [replicaSet('pods "cart-5d8f-" is forbidden: exceeded quota: compute')],
    instead: 'webhook',
    without: () => [
      replicaSet('Internal error occurred: failed calling webhook "namespace.sidecar-injector.istio.io"'),
    ],
  },
  {
    flow: 'rollout-503',
    state: 'which-phase',
    probe: 'rollout-phase',
    facts: { namespace: 'shop', workload: 'cart' },
    expected: 'nobody-ready',
    objects: () => [meshed({ containers: [proxy(), app({ ready: false })] })],
    instead: '(ambiguous)',
    without: () => [meshed()],
  },
];

const readiness = { readinessProbe: { httpGet: { path: '/ready', port: 8080 } } };
const preStop = { lifecycle: { preStop: { exec: { command: ['sleep', '20'] } } } };

const START_AND_STOP: readonly RealCase[] = [
  {
    flow: 'rollout-503',
    state: 'how-it-starts',
    probe: 'pod-start',
    facts: { namespace: 'shop', pod: 'late-1' },
    expected: 'no-readiness',
    objects: () => [meshed({ name: 'late-1' })],
    instead: 'proxy-late',
    without: () => [meshed({ name: 'late-1', containers: [proxy(), app({ spec: readiness })] })],
  },
  {
    flow: 'rollout-503',
    state: 'how-it-stops',
    probe: 'pod-stop',
    facts: ofCart,
    expected: 'proxy-first',
    objects: () => [meshed({ containers: [proxy(), app({ spec: preStop })] })],
    instead: 'exits-at-once',
    without: () => [meshed()],
  },
  {
    flow: 'job-never-completes',
    state: 'can-go-native',
    probe: 'native-sidecar',
    expected: 'native-possible',
    objects: () => [istiodDeployment(1, 1)],
    instead: '(ambiguous)',
    without: () => [istiodOfImage('docker.io/istio/pilot:1.18.7')],
  },
];

function istiodOfImage(image: string): Manifest {
  const own = istiodDeployment(1, 1) as Manifest & { spec: { template: { metadata: object } } };
  const { template } = own.spec;
  return {
    ...own,
    spec: { ...own.spec, template: { ...template, spec: { containers: [{ name: 'discovery', image }] } } },
  };
}

const dnsServer = pod({
  name: 'coredns-1',
  namespace: 'kube-system',
  labels: { 'k8s-app': 'kube-dns' },
  containers: [{ name: 'coredns', ready: false }],
});

const NODES: readonly RealCase[] = [
  {
    flow: 'istio-init-crash',
    state: 'cni-state',
    probe: 'cni-state',
    expected: 'not-ready',
    objects: () => [
      workload(
        'DaemonSet',
        'istio-cni-node',
        { 'k8s-app': 'istio-cni-node' },
        {
          status: {
            currentNumberScheduled: 1,
            desiredNumberScheduled: 1,
            numberMisscheduled: 0,
            numberReady: 0,
          },
        },
      ),
    ],
    instead: 'missing',
    without: () => [],
  },
  {
    flow: 'dns-resolution',
    state: 'dns-server',
    probe: 'coredns',
    facts: ofCart,
    expected: 'down',
    objects: () => [plain(), dnsServer],
    instead: 'blocked',
    without: () => [
      plain(),
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'cart', namespace: 'shop' },
        spec: {
          podSelector: { matchLabels: { app: 'cart' } },
          policyTypes: ['Egress'],
          egress: [{ ports: [{ port: 443 }] }],
        },
      },
    ],
  },
];

const ended = (reason: string, code: number) =>
  meshed({ containers: [app(), proxy({ restarts: 1, lastState: terminated(reason, code) })] });

const corednsPod = (name: string): Manifest =>
  pod({
    name,
    namespace: 'kube-system',
    labels: { 'k8s-app': 'kube-dns' },
    node: 'node-1',
    containers: [{ name: 'coredns', ready: true, state: running() }],
  });

const ENDS: readonly RealCase[] = [
  {
    flow: 'coredns-load',
    state: 'grows-with',
    probe: 'coredns-log',
    expected: 'reloads',
    objects: () => [corednsPod('coredns-loop')],
    instead: '(ambiguous)',
    without: () => [corednsPod('coredns-quiet')],
  },
  {
    flow: 'envoy-crash',
    state: 'how-it-ended',
    probe: 'proxy-crash',
    facts: ofCart,
    expected: 'oom',
    objects: () => [ended('OOMKilled', 137)],
    instead: 'segfault',
    without: () => [ended('Error', 139)],
  },
];

export const ROLLOUTS: readonly RealCase[] = [...CREATION, ...START_AND_STOP, ...NODES, ...ENDS];

export const ROLLOUT_LOGS: Logs = {
  'kube-system/coredns-loop/coredns':
    '[FATAL] plugin/loop: Loop (127.0.0.1:38294 -> :53) detected for zone "."',
  'kube-system/coredns-quiet/coredns': '.:53\nCoreDNS-1.11.3',
  'shop/late-1/app': 'starting\ndial tcp 10.0.0.9:5432: connect: connection refused\nretrying',
};
