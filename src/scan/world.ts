/** Puts the lists that were read into the form rules ask for: each index is built when a rule first needs it. */
import type { KubeObject } from '../cluster/reader.ts';
import type { ResourceId } from '../cluster/resources.ts';
import { labelsOf, namespaceOf } from '../probe/shared/fields.ts';
import { containersOf } from '../probe/shared/mesh.ts';
import { podsOf } from '../probe/shared/traffic.ts';
import type { World } from './rule.ts';

export interface WorldOptions {
  readonly now?: number;
  readonly istioNamespace?: string | undefined;
  readonly namespaces?: readonly string[];
}

export function worldOf(lists: ReadonlyMap<ResourceId, readonly KubeObject[]>, options: WorldOptions): World {
  const list = (resource: ResourceId) => lists.get(resource) ?? [];
  let byNamespace: Map<string, KubeObject[]> | undefined;
  const podsIn = (namespace: string) => {
    byNamespace ??= Map.groupBy(list('pods'), namespaceOf);
    return byNamespace.get(namespace) ?? [];
  };
  return {
    list,
    podsIn,
    podsOf: remembered((service) => podsOf(service, podsIn(namespaceOf(service)))),
    containersOf: remembered(containersOf),
    now: options.now ?? Date.now(),
    controlNamespace: options.istioNamespace ?? controlNamespaceOf(list('deployments.apps')),
    scope: options.namespaces?.length ? new Set(options.namespaces) : undefined,
  };
}

/** Several rules ask the same of one object. */
function remembered<T>(read: (object: KubeObject) => T): (object: KubeObject) => T {
  const known = new WeakMap<KubeObject, T>();
  return (object) => {
    if (!known.has(object)) known.set(object, read(object));
    return known.get(object)!;
  };
}

/** Where istiod runs; Istio's own default where none was seen. */
function controlNamespaceOf(deployments: readonly KubeObject[]): string {
  const istiod = deployments.find((one) => labelsOf(one).app === 'istiod');
  return istiod ? namespaceOf(istiod) : 'istio-system';
}
