/** Would the injector's webhooks select this pod, and if so, why has it no sidecar? */
import type { KubeObject } from '../../cluster/reader.ts';
import { type Candidate, named, type Probe } from '../probe.ts';
import {
  annotationsOf,
  at,
  items,
  labelsOf,
  nameOf,
  namespaceOf,
  selects,
  text,
  timeAt,
} from '../shared/fields.ts';
import { injectorWebhooks, podName, podOf, sight, type Webhook } from '../shared/mesh.ts';

/** Namespaces into which Istio never injects, whatever their labels (pkg/kube/inject, IgnoredNamespaces). */
const NEVER = ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'];
const KEYS = ['istio-injection', 'istio.io/rev', 'istio.io/dataplane-mode'];

export const injectionLabels: Probe = {
  reads: ['namespaces', 'pods', 'mutatingwebhookconfigurations.admissionregistration.k8s.io'],
  needs: ['namespace'],
  answers: [
    'injected',
    'no-label',
    'pod-opt-out',
    'namespace-off',
    'no-webhook',
    'several',
    'ambient',
    'both',
    'injection-enabled',
    'switched-off',
    'revision',
    'none',
    'has-native',
    'before',
    'after',
    'host-network',
    'system-namespace',
    'annotation',
  ],
  async look(reader, facts) {
    const namespace = await reader.get('namespaces', facts.namespace!);
    if (!namespace)
      return {
        candidates: [],
        sights: [sight(named('namespace', facts.namespace!), 'metadata.name', 'absent')],
      };
    const [webhooks, pod] = [await injectorWebhooks(reader), await podOf(reader, facts)];
    return { candidates: judgeInjection(namespace, pod, webhooks), sights: labelSights(namespace) };
  },
};

/** Every answer the objects support: what the webhooks decide first, then what the labels say, then the pod itself. */
export function judgeInjection(
  namespace: KubeObject,
  pod: KubeObject | undefined,
  webhooks: readonly Webhook[],
): Candidate[] {
  const labels = labelsOf(namespace);
  const podLabels = pod ? labelsOf(pod) : {};
  const seen = [...labelSights(namespace), ...(pod ? podSights(pod) : [])];
  const say = (answer: string, sights = seen): Candidate => ({ answer, sights });
  return [
    ...decidedByWebhooks(labels, podLabels, webhooks).map((answer) =>
      say(answer, [...seen, ...webhookSights(webhooks)]),
    ),
    ...decidedByLabels(labels).map((answer) => say(answer)),
    ...(pod ? decidedByPod(namespace, pod).map((answer) => say(answer)) : []),
  ];
}

function decidedByWebhooks(
  labels: Record<string, string>,
  podLabels: Record<string, string>,
  webhooks: readonly Webhook[],
): string[] {
  if (webhooks.length === 0) return ['no-webhook'];
  const matching = webhooks.filter(
    ({ namespaceSelector, objectSelector }) =>
      selects(namespaceSelector, labels) && selects(objectSelector, podLabels),
  );
  // A configuration has several webhooks of which at most one is meant to match; two configurations are a fault.
  const injectors = new Set(matching.map(({ configuration }) => configuration));
  if (injectors.size > 1) return ['several', 'injected'];
  if (injectors.size === 1) return ['injected'];
  if (podLabels['sidecar.istio.io/inject'] === 'false') return ['pod-opt-out'];
  if (labels['istio-injection'] !== undefined && labels['istio-injection'] !== 'enabled')
    return ['namespace-off'];
  return ['no-label'];
}

function decidedByLabels(labels: Record<string, string>): string[] {
  const injection = labels['istio-injection'];
  const revision = labels['istio.io/rev'];
  if (labels['istio.io/dataplane-mode'] === 'ambient') return ['ambient'];
  if (injection === 'enabled' && revision !== undefined) return ['both'];
  if (injection === 'enabled') return ['injection-enabled'];
  if (injection !== undefined) return ['switched-off'];
  return [revision === undefined ? 'none' : 'revision'];
}

function decidedByPod(namespace: KubeObject, pod: KubeObject): string[] {
  const found: string[] = [];
  const inits = items(pod, 'spec', 'initContainers').map((one) => text(one, 'name'));
  if (inits.includes('istio-proxy')) found.push('has-native');
  const labelled = labelTime(namespace);
  const created = timeAt(pod, 'metadata', 'creationTimestamp');
  if (created < labelled) found.push('before');
  if (created >= labelled) found.push('after');
  if (at(pod, 'spec', 'hostNetwork') === true) found.push('host-network');
  else if (NEVER.includes(namespaceOf(pod))) found.push('system-namespace');
  else if (annotationsOf(pod)['sidecar.istio.io/inject'] === 'false') found.push('annotation');
  else found.push('none');
  return found;
}

/** When an injection label was last set, from the managed fields; NaN where the API server does not tell. */
function labelTime(namespace: KubeObject): number {
  const times = items(namespace, 'metadata', 'managedFields')
    .filter((entry) =>
      KEYS.some((key) => at(entry, 'fieldsV1', 'f:metadata', 'f:labels', `f:${key}`) !== undefined),
    )
    .map((entry) => timeAt(entry, 'time'));
  return times.length ? Math.max(...times) : Number.NaN;
}

function labelSights(namespace: KubeObject) {
  const labels = labelsOf(namespace);
  return KEYS.map((key) =>
    sight(named('namespace', nameOf(namespace)), `labels[${key}]`, labels[key] ?? 'absent'),
  );
}

function podSights(pod: KubeObject) {
  return [
    sight(
      podName(pod),
      'labels[sidecar.istio.io/inject]',
      labelsOf(pod)['sidecar.istio.io/inject'] ?? 'absent',
    ),
    sight(podName(pod), 'metadata.creationTimestamp', text(pod, 'metadata', 'creationTimestamp')),
    sight(podName(pod), 'spec.hostNetwork', at(pod, 'spec', 'hostNetwork') ?? false),
  ];
}

function webhookSights(webhooks: readonly Webhook[]) {
  if (webhooks.length === 0) return [sight('mutatingwebhookconfigurations', 'injector', 'absent')];
  return [...new Set(webhooks.map(({ configuration }) => configuration))]
    .slice(0, 4)
    .map((name) =>
      sight(
        named('mutatingwebhookconfiguration', name),
        'istio.io/rev',
        webhooks.find((w) => w.configuration === name)!.revision || 'default',
      ),
    );
}
