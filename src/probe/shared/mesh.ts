/** What several probes look for: the injector's webhooks, istiod, the containers of a pod. */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import { type Facts, named, type Sight } from '../probe.ts';
import { at, count, items, labelsOf, nameOf, namespaceOf, text } from './fields.ts';

/** One webhook of a configuration, with what decides whether and where it calls. */
export interface Webhook {
  readonly configuration: string;
  readonly name: string;
  readonly revision: string;
  readonly tag: string;
  readonly namespaceSelector: unknown;
  readonly objectSelector: unknown;
  readonly failurePolicy: string;
  readonly caBundle: string;
  readonly service: { readonly name: string; readonly namespace: string } | undefined;
}

/** Names under which Istio, its revisions, Google's and Azure's variants register the injector. */
const INJECTOR = /sidecar-injector|istio-revision-tag|istiod-/;

export function isInjector(configuration: KubeObject): boolean {
  const app = labelsOf(configuration).app;
  return app === 'sidecar-injector' || INJECTOR.test(nameOf(configuration));
}

export function webhooksOf(configuration: KubeObject): Webhook[] {
  const labels = labelsOf(configuration);
  return items(configuration, 'webhooks').map((webhook) => {
    const service = at(webhook, 'clientConfig', 'service');
    return {
      configuration: nameOf(configuration),
      name: text(webhook, 'name'),
      revision: labels['istio.io/rev'] ?? '',
      tag: labels['istio.io/tag'] ?? '',
      namespaceSelector: at(webhook, 'namespaceSelector'),
      objectSelector: at(webhook, 'objectSelector'),
      failurePolicy: text(webhook, 'failurePolicy'),
      caBundle: text(webhook, 'clientConfig', 'caBundle'),
      service: service ? { name: text(service, 'name'), namespace: text(service, 'namespace') } : undefined,
    };
  });
}

/** The injector's webhooks of the cluster. */
export async function injectorWebhooks(reader: ClusterReader): Promise<Webhook[]> {
  const all = await reader.list('mutatingwebhookconfigurations.admissionregistration.k8s.io');
  return all.filter(isInjector).flatMap(webhooksOf);
}

/** The control plane's namespace: what is known, else where Istio and the AKS add-on install it. */
export function istioNamespace(facts: Facts): string {
  return facts['istio-namespace'] ?? (facts.platform === 'aks' ? 'aks-istio-system' : 'istio-system');
}

/** The pod of a case: the named one, else the newest of the workload or of the namespace. */
export async function podOf(reader: ClusterReader, facts: Facts): Promise<KubeObject | undefined> {
  if (facts.pod && facts.namespace) {
    const exact = await reader.get('pods', facts.pod, facts.namespace);
    if (exact) return exact;
  }
  const pods = await reader.list('pods', { namespace: facts.namespace });
  const prefix = facts.pod ?? facts.workload;
  const app = facts.app ?? facts.service;
  const own = pods.filter(
    (pod) =>
      (prefix !== undefined && nameOf(pod).startsWith(`${prefix}-`)) ||
      (app !== undefined && [labelsOf(pod).app, labelsOf(pod)['app.kubernetes.io/name']].includes(app)),
  );
  return own.sort((a, b) =>
    text(b, 'metadata', 'creationTimestamp').localeCompare(text(a, 'metadata', 'creationTimestamp')),
  )[0];
}

/** A container's state as the kubelet reports it. */
export interface ContainerState {
  readonly name: string;
  readonly isInit: boolean;
  /** A container that starts before the application and runs beside it (native sidecar). */
  readonly isNativeSidecar: boolean;
  readonly ready: boolean;
  readonly restarts: number;
  /** Milliseconds since the epoch; NaN where it does not run. */
  readonly startedAt: number;
  readonly waiting: string;
  readonly terminated: string;
  readonly lastTerminated: string;
  readonly exitCode: number | undefined;
}

export function containersOf(pod: KubeObject): ContainerState[] {
  const spec = (list: string) =>
    new Map(items(pod, 'spec', list).map((one) => [text(one, 'name'), one] as const));
  const inits = spec('initContainers');
  const read = (status: unknown, isInit: boolean): ContainerState => {
    const name = text(status, 'name');
    const exit =
      at(status, 'state', 'terminated', 'exitCode') ?? at(status, 'lastState', 'terminated', 'exitCode');
    return {
      name,
      isInit,
      isNativeSidecar: isInit && text(inits.get(name), 'restartPolicy') === 'Always',
      ready: at(status, 'ready') === true,
      restarts: count(status, ['restartCount']),
      startedAt: Date.parse(
        text(status, 'state', 'running', 'startedAt') || text(status, 'lastState', 'terminated', 'startedAt'),
      ),
      waiting: text(status, 'state', 'waiting', 'reason'),
      terminated: text(status, 'state', 'terminated', 'reason'),
      lastTerminated: text(status, 'lastState', 'terminated', 'reason'),
      exitCode: typeof exit === 'number' ? exit : undefined,
    };
  };
  return [
    ...items(pod, 'status', 'initContainerStatuses').map((status) => read(status, true)),
    ...items(pod, 'status', 'containerStatuses').map((status) => read(status, false)),
  ];
}

export function podName(pod: KubeObject): string {
  return named('pod', nameOf(pod), namespaceOf(pod));
}

/** One sight; values are cut, since evidence is read by a person. */
export function sight(object: string, field: string, value: unknown): Sight {
  const shown = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return { object, field, value: shown.slice(0, 300) };
}

/** Ready addresses of a Service, over its EndpointSlices. */
export async function readyAddresses(
  reader: ClusterReader,
  service: string,
  namespace: string,
): Promise<number> {
  const slices = await reader.list('endpointslices.discovery.k8s.io', {
    namespace,
    labelSelector: `kubernetes.io/service-name=${service}`,
  });
  return slices
    .flatMap((slice) => items(slice, 'endpoints'))
    .filter((endpoint) => at(endpoint, 'conditions', 'ready') !== false)
    .reduce((sum: number, endpoint) => sum + items(endpoint, 'addresses').length, 0);
}
