/** Lets go of what nobody looks at, page by page: it is most of what an API server sends, and lists are long. */
import type { KubeObject } from './reader.ts';

/**
 * Changes the object: drops who wrote which field, and kubectl's own copy of the object. Of a Namespace the first is
 * kept, since only there stands when its injection labels were set.
 */
export function trim(object: KubeObject, plural: string): KubeObject {
  const { metadata } = object;
  if (isRecord(metadata)) {
    if (plural !== 'namespaces') delete metadata.managedFields;
    if (isRecord(metadata.annotations))
      delete metadata.annotations['kubectl.kubernetes.io/last-applied-configuration'];
  }
  // The schemas of Istio's kinds are megabytes; which versions are served is what probes ask.
  if (plural === 'customresourcedefinitions' && isRecord(object.spec) && Array.isArray(object.spec.versions))
    for (const version of object.spec.versions) if (isRecord(version)) delete version.schema;
  return object;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
