/** Endpoints as the EndpointSlice that the control plane would mirror from them: bug reports before 2023-03 have only these. */
import type { KubeObject } from '../reader.ts';
import { at, text } from './field.ts';

export function sliceOf(endpoints: KubeObject): KubeObject {
  const name = text(endpoints, 'metadata', 'name');
  const subsets = list(at(endpoints, 'subsets'));
  const entries = (field: string, ready: boolean) =>
    subsets.flatMap((subset) =>
      list(at(subset, field)).map((one) => ({
        addresses: [text(one, 'ip')],
        conditions: { ready },
        targetRef: at(one, 'targetRef'),
      })),
    );
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name,
      namespace: text(endpoints, 'metadata', 'namespace'),
      labels: { 'kubernetes.io/service-name': name },
    },
    endpoints: [...entries('addresses', true), ...entries('notReadyAddresses', false)],
    ports: subsets.flatMap((subset) => list(at(subset, 'ports'))),
  };
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
