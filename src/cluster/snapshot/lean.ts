/** Cuts an object down to what probes read, and to a bounded depth. */
import type { KubeObject } from '../reader.ts';

/** Fields that no probe reads and that are most of what an API server sends, by kind. */
const DROPPED: Readonly<Record<string, readonly string[]>> = {
  ConfigMap: ['binaryData'],
  CustomResourceDefinition: ['schema', 'additionalPrinterColumns'],
  Node: ['images'],
};
/** Longest text of a field: a bundle of certificates or a mesh configuration fits. Characters. */
const MAX_TEXT = 256 * 1024;
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** A copy without `__proto__`; what lies deeper than `depth` is dropped. Namespaces keep who set their labels when. */
export function lean(object: KubeObject, depth: number): KubeObject {
  const dropped = new Set(['__proto__', LAST_APPLIED, ...droppedOf(object.kind)]);
  const copy = (value: unknown, left: number): unknown => {
    if (typeof value === 'string') return value.length > MAX_TEXT ? value.slice(0, MAX_TEXT) : value;
    if (typeof value !== 'object' || value === null) return value;
    if (left === 0) return undefined;
    if (Array.isArray(value)) return value.map((item) => copy(item, left - 1));
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, field]) =>
        dropped.has(key) ? [] : [[key, copy(field, left - 1)] as const],
      ),
    );
  };
  return copy(object, depth) as KubeObject;
}

function droppedOf(kind: unknown): readonly string[] {
  const own = typeof kind === 'string' && Object.hasOwn(DROPPED, kind) ? DROPPED[kind]! : [];
  // When a namespace's injection labels were set stands only there.
  return kind === 'Namespace' ? own : [...own, 'managedFields'];
}
