/** Who sees a Service: Istio reads it from an annotation, since Kubernetes' own object has no field for it. */
import type { KubeObject } from '../../cluster/reader.ts';
import { annotationsOf, namespaceOf } from './fields.ts';

/** Whether a Service's own `exportTo` lets a namespace see it; without one everybody does, as MeshConfig has it by default. */
export function serviceIsExported(service: KubeObject, namespace: string): boolean {
  const to = (annotationsOf(service)['networking.istio.io/exportTo'] ?? '*')
    .split(',')
    .map((one) => one.trim());
  return (
    to.includes('*') || to.includes(namespace) || (to.includes('.') && namespaceOf(service) === namespace)
  );
}
