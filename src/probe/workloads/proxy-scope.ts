/** How much of the mesh does a sidecar have to know: hundreds of clusters, a narrowed view, namespaces outside the mesh? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { items, labelsOf, nameOf, namespaceOf, selects } from '../shared/fields.ts';
import { istioNamespace, podName, podOf, sight } from '../shared/mesh.ts';
import { meshSettings } from '../shared/mesh-config.ts';
import { rootNamespaces } from '../shared/policies.ts';
import { revisionOfPod } from '../shared/revisions.ts';
import { hostsOf, lets, type View, viewOf } from '../shared/routing-rules.ts';
import { serviceIsExported } from '../shared/service-visibility.ts';
import {
  hasProxy,
  isAmbient,
  isGatewayPod,
  isLive,
  isVisible,
  type Judgement,
  join,
  say,
  seen,
} from '../shared/traffic.ts';

/** What the flow calls "hundreds" of clusters; one for each port of each Service and host. */
const MANY_CLUSTERS = 500;
/** Namespaces without the mesh that are worth to be left out, where most of the clusters are theirs. */
const MANY_NAMESPACES = 5;

export const proxyScope: Probe = {
  reads: [
    'pods',
    'namespaces',
    'services',
    'configmaps',
    'serviceentries.networking.istio.io',
    'sidecars.networking.istio.io',
  ],
  needs: ['namespace', 'pod'],
  answers: ['configuration', 'scoped-already', 'unrelated-namespaces'],
  async look(reader, facts) {
    const pod = await podOf(reader, facts);
    if (!pod || !hasProxy(pod))
      return seen(sight('pods', facts.namespace!, 'no proxy in a pod of this name'));
    // Sidecar resources do not apply to gateways.
    if (isGatewayPod(pod)) return seen(sight(podName(pod), 'metadata.labels', labelsOf(pod)));
    const sidecars = await reader.list('sidecars.networking.istio.io');
    const view = viewOf(sidecars, namespaceOf(pod), pod, rootNamespaces(facts));
    const place = { namespace: istioNamespace(facts), revision: revisionOfPod(pod) };
    const selectors = await meshSettings(reader, place, 'discoverySelectors');
    const exportTo = await meshSettings(reader, place, 'defaultServiceExportTo');
    const mesh = {
      services: await reader.list('services'),
      entries: await reader.list('serviceentries.networking.istio.io'),
      namespaces: await reader.list('namespaces'),
      pods: await reader.list('pods'),
      selectors: selectors?.flatMap((one) => (Array.isArray(one) ? one : [])),
      isOpen: exportTo?.length === 0,
    };
    return judgeScope(pod, view, mesh);
  },
};

export interface Mesh {
  readonly services: readonly KubeObject[];
  readonly entries: readonly KubeObject[];
  readonly namespaces: readonly KubeObject[];
  readonly pods: readonly KubeObject[];
  /** Label selectors of the namespaces that istiod reads; empty for all, undefined where MeshConfig cannot be read. */
  readonly selectors: readonly unknown[] | undefined;
  /** Whether everybody sees a Service that does not say otherwise. */
  readonly isOpen: boolean;
}

export function judgeScope(pod: KubeObject, view: View, mesh: Mesh): Judgement {
  if (!view.isCertain) return seen(sight('sidecars', namespaceOf(pod), 'which one applies is not known'));
  const hosts = sight(podName(pod), 'Sidecar egress.hosts', view.hosts?.join(' ') ?? 'none');
  const isNarrow = view.hosts !== undefined && !view.hosts.includes('*/*');
  const narrow = isNarrow ? say('scoped-already', [hosts]) : seen(hosts);
  const { selectors } = mesh;
  if (selectors === undefined || !mesh.isOpen)
    return join(narrow, seen(sight('MeshConfig', 'discoverySelectors, defaultServiceExportTo', 'not plain')));
  const read = new Set(
    mesh.namespaces
      .filter((one) => selectors.length === 0 || selectors.some((own) => selects(own, labelsOf(one))))
      .map(nameOf),
  );
  const clusters = clustersOf(mesh, view, namespaceOf(pod)).filter(({ namespace }) => read.has(namespace));
  const all = clusters.reduce((sum, { count }) => sum + count, 0);
  const known = sight(podName(pod), 'ports of Services and ServiceEntries it knows', String(all));
  const large = all >= MANY_CLUSTERS ? say('configuration', [known, hosts]) : seen(known);
  return join(
    narrow,
    large,
    isNarrow || selectors.length > 0 ? seen() : judgeNamespaces(mesh, clusters, all),
  );
}

interface Clusters {
  readonly namespace: string;
  readonly count: number;
}

/** What the proxy has a cluster for: each port of what is visible to it. */
function clustersOf({ services, entries }: Mesh, { hosts }: View, client: string): Clusters[] {
  const ports = (one: KubeObject): number => items(one, 'spec', 'ports').length;
  const isLetIn = (host: string, namespace: string) =>
    hosts === undefined || lets(hosts, host, namespace, client);
  return [
    ...services
      .filter((one) => isLetIn(`${nameOf(one)}.${namespaceOf(one)}.svc.cluster.local`, namespaceOf(one)))
      .filter((one) => serviceIsExported(one, client))
      .map((one) => ({ namespace: namespaceOf(one), count: ports(one) })),
    ...entries
      .filter((one) => isVisible(one, client))
      .map((one) => ({
        namespace: namespaceOf(one),
        count: ports(one) * hostsOf(one).filter((host) => isLetIn(host, namespaceOf(one))).length,
      })),
  ];
}

/** Whether most of what the proxy knows lies where nothing belongs to the mesh, by its labels or its pods. */
function judgeNamespaces({ namespaces, pods }: Mesh, clusters: readonly Clusters[], all: number): Judgement {
  const members = new Set([
    ...namespaces.filter(isMeshed).map(nameOf),
    ...pods.filter((pod) => isLive(pod) && (hasProxy(pod) || isAmbient(pod))).map(namespaceOf),
  ]);
  const strange = clusters.filter(({ namespace, count }) => count > 0 && !members.has(namespace));
  const names = [...new Set(strange.map(({ namespace }) => namespace))];
  const share = strange.reduce((sum, { count }) => sum + count, 0);
  const sights = [
    sight('namespaces', 'without a proxy, an injection label or a dataplane mode', names.join(' ') || 'none'),
    sight('services', 'their ports, of all', `${share}/${all}`),
  ];
  return names.length >= MANY_NAMESPACES && share * 2 > all
    ? say('unrelated-namespaces', sights)
    : seen(...sights);
}

function isMeshed(namespace: KubeObject): boolean {
  const labels = labelsOf(namespace);
  return (
    labels['istio-injection'] === 'enabled' ||
    labels['istio.io/rev'] !== undefined ||
    labels['istio.io/dataplane-mode'] === 'ambient'
  );
}
