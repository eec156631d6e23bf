/** EnvoyFilters as the probes read them: their patches, whom they apply to, and what stands deep in their values. */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Facts } from '../probe.ts';
import { at, count, hasLabels, items, labelsOf, map, nameOf, namespaceOf, text } from './fields.ts';
import { selectsPod } from './policies.ts';
import { ruleName } from './routing-rules.ts';

export interface Patch {
  readonly filter: KubeObject;
  /** `HTTP_FILTER`, `CLUSTER`, `VIRTUAL_HOST`, … */
  readonly applyTo: string;
  /** `ANY` where none is given. */
  readonly context: string;
  readonly operation: string;
  readonly value: unknown;
  /** Regular expression of Go's; empty where none is given. */
  readonly proxyVersion: string;
  /** The filter or subfilter beside which the patch is placed; empty where it names none. */
  readonly anchor: string;
}

export function patchesOf(filter: KubeObject): Patch[] {
  return items(filter, 'spec', 'configPatches').map((one) => {
    const chain = at(one, 'match', 'listener', 'filterChain', 'filter');
    return {
      filter,
      applyTo: text(one, 'applyTo'),
      context: text(one, 'match', 'context') || 'ANY',
      operation: text(one, 'patch', 'operation'),
      value: at(one, 'patch', 'value'),
      proxyVersion: text(one, 'match', 'proxy', 'proxyVersion'),
      anchor: text(chain, 'subFilter', 'name') || text(chain, 'name'),
    };
  });
}

export const filterName = (filter: KubeObject): string => ruleName('envoyfilter', filter);

/** Whether a filter applies to a pod: of its namespace or of the mesh's, by labels or by the Gateway it names. */
export function appliesTo(filter: KubeObject, pod: KubeObject, roots: readonly string[]): boolean {
  const namespace = namespaceOf(filter);
  if (namespace !== namespaceOf(pod) && !roots.includes(namespace)) return false;
  if (items(filter, 'spec', 'targetRefs').length > 0) return selectsPod(filter, pod, roots) !== 'no';
  return hasLabels(labelsOf(pod), map(filter, 'spec', 'workloadSelector', 'labels'));
}

/** Istio applies filters by priority, the mesh's before a namespace's, then by age and name (push_context.go). */
export function inOrder(a: KubeObject, b: KubeObject, roots: readonly string[]): number {
  const age = (one: KubeObject) => text(one, 'metadata', 'creationTimestamp');
  const id = (one: KubeObject) => `${nameOf(one)}.${namespaceOf(one)}`;
  const isNear = (one: KubeObject) => Number(!roots.includes(namespaceOf(one)));
  return (
    count(a, ['spec', 'priority']) - count(b, ['spec', 'priority']) ||
    isNear(a) - isNear(b) ||
    age(a).localeCompare(age(b)) ||
    id(a).localeCompare(id(b))
  );
}

/** Namespaces whose filters may act in a case; empty where the case names none. */
export function namespacesOf(facts: Facts): string[] {
  return [facts.namespace, facts['gateway-namespace'], facts['client-namespace']].filter(
    (one) => one !== undefined,
  );
}

/** Values of hostile depth and size are read so far. */
const MAX_NODES = 5000;

/** Every value that stands under one of the keys, at whatever depth, the outer ones first. */
export function valuesOf(
  value: unknown,
  keys: readonly string[],
): { readonly key: string; readonly value: unknown }[] {
  const found: { key: string; value: unknown }[] = [];
  const queue: unknown[] = [value];
  for (let index = 0; index < queue.length && index < MAX_NODES; index += 1) {
    const here = queue[index];
    if (typeof here !== 'object' || here === null) continue;
    for (const [key, below] of Object.entries(here).slice(0, MAX_NODES)) {
      if (keys.includes(key)) found.push({ key, value: below });
      if (typeof below === 'object' && below !== null && queue.length < MAX_NODES) queue.push(below);
    }
  }
  return found;
}

/** Texts that name a kind of filter: `name`, and the type URL of its configuration. */
export function namesIn(value: unknown): string[] {
  return valuesOf(value, ['name', '@type', 'type_url', 'typeUrl'])
    .map((one) => one.value)
    .filter((one): one is string => typeof one === 'string');
}
