/**
 * `istioctl bug-report` (istio/istio, tools/bug-report): its files have no extension. Since 2026-04 (1.30) what belongs
 * to the cluster lies in `k8s-cluster-resources`, before it lay in `k8s-resources`; `--dir` leaves out the outer folder.
 */
import type { ResourceId } from '../resources.ts';
import { type Collection, logKey, type Scope } from './collection.ts';
import { eventsOfTable } from './events-table.ts';
import { ingest, type ListFound } from './ingest.ts';
import { type Entry, nameOf, type Part } from './part.ts';

/** `kubectl get all,jobs,configmaps` in every version; what came later is whole where one of it is there. */
const NAMESPACED: readonly ResourceId[] = [
  'pods',
  'services',
  'daemonsets.apps',
  'deployments.apps',
  'replicasets.apps',
  'jobs.batch',
  'ingresses.networking.k8s.io',
  'configmaps',
];
const OF_CLUSTER: readonly ResourceId[] = [
  'nodes',
  'namespaces',
  'customresourcedefinitions.apiextensions.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
];

export function bugReportPart(path: readonly string[]): Part | undefined {
  const [folder, file = ''] = path.slice(-2);
  if (folder === 'cluster' && Object.hasOwn(CLUSTER_FILES, file))
    return part(false, CLUSTER_FILES[file as keyof typeof CLUSTER_FILES]!);
  const [root, namespace = '', pod = '', name] = path.slice(-4);
  if (root === 'istio' && name === 'discovery.log')
    return part(true, (to, entry) => takeLog(to, entry, logKey(namespace, pod, 'discovery')));
  if (root === 'proxies' && name === 'istio-proxy.log')
    return part(true, (to, entry) => takeLog(to, entry, logKey(namespace, pod, 'istio-proxy')));
  if (path.at(-3) === 'cni' && file === 'cni.log')
    return part(true, (to, entry) => takeLog(to, entry, logKey('*', path.at(-2)!, 'install-cni')));
  return undefined;
}

function part(isLog: boolean, take: Part['take']): Part {
  return {
    isLog,
    take(collection, entry) {
      collection.layouts.add('bug-report');
      collection.time = Math.max(collection.time, entry.time);
      take(collection, entry);
    },
  };
}

const CLUSTER_FILES = {
  'k8s-resources': takeResources,
  'k8s-cluster-resources': takeClusterResources,
  crs: takeCustomResources,
  nodes: (to, entry) => void take(to, entry, ['nodes']),
  pods: (to, entry) => void take(to, entry),
  events: takeEvents,
  'kubectl-version': takeVersion,
} as const satisfies Record<string, Part['take']>;

function take(
  collection: Collection,
  entry: Entry,
  asked?: readonly ResourceId[],
  scope?: Scope,
): ListFound[] {
  // Old versions wrote some of these as the text of `kubectl describe`.
  if (!/^(?:apiVersion|items|kind):|^[ \t]{0,80}\{/m.test(entry.text.slice(0, 256))) return [];
  return ingest(collection, entry.text, {
    entry: nameOf(entry),
    isCut: entry.isCut,
    ...(asked ? { asked } : {}),
    ...(scope ? { scope } : {}),
  });
}

function takeResources(collection: Collection, entry: Entry): void {
  const [list] = take(collection, entry, NAMESPACED);
  if (!list?.isWhole) return;
  // One command asked for all of these: where a namespace is among the answers, webhooks were asked for too.
  if (list.ids.includes('namespaces'))
    for (const id of OF_CLUSTER) if (id !== 'nodes') collection.whole(id, 'all');
  collection.onceScoped(list.scope);
  collection.whenScoped((scope) => {
    if (scope) collection.adoptEndpoints(scope);
  });
}

function takeClusterResources(collection: Collection, entry: Entry): void {
  take(collection, entry, OF_CLUSTER);
  // Versions that write this file ask for policies in the other one.
  collection.whenScoped((scope) => {
    if (scope) collection.whole('networkpolicies.networking.k8s.io', scope);
  });
}

/** One list of the objects of every definition, of the namespaces that the other resources are of. */
function takeCustomResources(collection: Collection, entry: Entry): void {
  const [list] = take(collection, entry);
  if (!list?.isWhole) return;
  collection.whenScoped((scope = list.scope) => {
    if (scope) collection.customIsWhole(scope);
  });
}

function takeEvents(collection: Collection, entry: Entry): void {
  const events = eventsOfTable(entry.text, entry.time);
  if (!events) return;
  for (const event of events) collection.addUnlessThere(event);
  if (!entry.isCut)
    collection.whenScoped((scope) => {
      const namespaces = new Set(events.map(({ metadata }) => metadata.namespace));
      const own = scope ?? (namespaces.size > 1 ? ('all' as const) : undefined);
      if (own) collection.whole('events', own);
    });
}

function takeVersion(collection: Collection, { text }: Entry): void {
  const server = /^Server Version:.{0,200}?(v\d+\.\d+\.\d+[0-9A-Za-z.+-]{0,40})/m.exec(text)?.[1];
  if (server) collection.gitVersion = server;
}

const PREVIOUS = '========= Previous log =========';
const HEADER = /^========= Previous log present[^\n]*\n+/;

function takeLog(collection: Collection, { text, isCut }: Entry, key: string): void {
  const mark = text.indexOf(PREVIOUS);
  const current = text
    .slice(0, mark < 0 ? text.length : mark)
    .replace(HEADER, '')
    .trimEnd();
  const previous = mark < 0 ? undefined : text.slice(mark + PREVIOUS.length).trimStart();
  collection.addLog(key, current, previous, isCut);
}
