/** Support bundles of troubleshoot.sh (replicatedhq/troubleshoot, pkg/collect/cluster_resources.go). */
import { type Collection, logKey } from './collection.ts';
import { at, isRecord, text } from './field.ts';
import { ingest } from './ingest.ts';
import { type Entry, nameOf, type Part } from './part.ts';

/** Folders with one list for each namespace, and files with one for the cluster. */
const LISTS: Readonly<Record<string, readonly [apiVersion: string, kind: string]>> = {
  pods: ['v1', 'Pod'],
  services: ['v1', 'Service'],
  events: ['v1', 'Event'],
  configmaps: ['v1', 'ConfigMap'],
  serviceaccounts: ['v1', 'ServiceAccount'],
  deployments: ['apps/v1', 'Deployment'],
  replicasets: ['apps/v1', 'ReplicaSet'],
  daemonsets: ['apps/v1', 'DaemonSet'],
  jobs: ['batch/v1', 'Job'],
  endpointslices: ['discovery.k8s.io/v1', 'EndpointSlice'],
  'network-policy': ['networking.k8s.io/v1', 'NetworkPolicy'],
  ingress: ['networking.k8s.io/v1', 'Ingress'],
  leases: ['coordination.k8s.io/v1', 'Lease'],
  namespaces: ['v1', 'Namespace'],
  nodes: ['v1', 'Node'],
  'custom-resource-definitions': ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  'mutating-webhook-configurations': ['admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration'],
  'validating-webhook-configurations': ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'],
  clusterroles: ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
  clusterrolebindings: ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'],
};
const ROOT = 'cluster-resources';

export function supportBundlePart(path: readonly string[]): Part | undefined {
  if (path.at(-2) === 'cluster-info' && path.at(-1) === 'cluster_version.json')
    return part(false, takeVersion);
  const root = path.indexOf(ROOT);
  if (root < 0) return undefined;
  const inside = path.slice(root + 1);
  const [folder = '', ...rest] = inside;
  if (folder === 'pods' && rest[0] === 'logs') return logPart(rest.slice(1));
  if (inside.at(-1) === 'custom-resources-errors.json') return part(false, takeCustomErrors);
  if (folder === 'groups.json') return part(false, takeGroups);
  // Beside each JSON of a custom resource lies the same as YAML, or a link to it.
  const file = inside.at(-1) ?? '';
  if (!file.endsWith('.json') || file.endsWith('-errors.json')) return NOTHING;
  const stem = file.slice(0, -'.json'.length);
  if (folder === 'custom-resources') return part(false, takeArray);
  if (rest.length === 0 && Object.hasOwn(LISTS, stem)) return part(false, takeList(stem));
  if (rest.length === 1 && Object.hasOwn(LISTS, folder)) return part(false, takeList(folder, stem));
  return NOTHING;
}

function part(isLog: boolean, take: Part['take']): Part {
  return {
    isLog,
    take(collection, entry) {
      collection.layouts.add('support-bundle');
      collection.time = Math.max(collection.time, entry.time);
      take(collection, entry);
    },
  };
}

/** Of a bundle, and of no use: no other layout shall take it for its own. */
const NOTHING = part(true, () => {});

function logPart(path: readonly string[]): Part {
  const [namespace = '', pod = '', file = ''] = path;
  const container = /^(.+?)(-previous)?\.log$/.exec(file);
  if (path.length !== 3 || !container || file.endsWith('-logs-errors.log')) return NOTHING;
  const key = logKey(namespace, pod, container[1]!);
  return part(true, (collection, { text: log, isCut }) => {
    // Two files for one container, in either order.
    const other = collection.log(key);
    if (container[2]) collection.addLog(key, other?.text, log, isCut);
    else collection.addLog(key, log, other?.previous, isCut);
  });
}

function takeList(name: string, namespace?: string): Part['take'] {
  const [apiVersion, kind] = LISTS[name]!;
  return (collection, entry) => {
    // A bundle of chosen namespaces has them as an array: there are others in the cluster.
    const isSome = name === 'namespaces' && entry.text.trimStart().startsWith('[');
    ingest(collection, entry.text, {
      entry: nameOf(entry),
      kind: { apiVersion, kind },
      isCut: entry.isCut || isSome,
      scope: namespace === undefined ? 'all' : { namespace },
    });
    if (name === 'pods' && namespace !== undefined)
      collection.whenScoped(() => {
        if (collection.hasCustom) collection.customIsWhole({ namespace });
      });
  };
}

function takeArray(collection: Collection, entry: Entry): void {
  // Namespaces without any have no file, so that a list here says nothing of itself: customIsWhole does.
  collection.hasCustom = true;
  ingest(collection, entry.text, { entry: nameOf(entry), isCut: true });
}

/** By definition or by definition and namespace: what could not be read. */
function takeCustomErrors(collection: Collection, entry: Entry): void {
  const errors = parsed(collection, entry);
  if (isRecord(errors))
    for (const name of Object.keys(errors)) collection.failedCustom.add(name.split('/')[0]!);
}

function takeGroups(collection: Collection, entry: Entry): void {
  const groups = parsed(collection, entry);
  if (!Array.isArray(groups)) return;
  for (const group of groups) {
    const versions = at(group, 'versions');
    if (Array.isArray(versions)) for (const one of versions) collection.serve(text(one, 'groupVersion'));
  }
  collection.knowsGroups = groups.length > 0;
}

function takeVersion(collection: Collection, entry: Entry): void {
  const version = parsed(collection, entry);
  collection.gitVersion = text(version, 'info', 'gitVersion') || text(version, 'string');
}

function parsed(collection: Collection, entry: Entry): unknown {
  try {
    return JSON.parse(entry.text);
  } catch (error) {
    collection.fault(nameOf(entry), error instanceof Error ? error.message : '');
    return undefined;
  }
}
