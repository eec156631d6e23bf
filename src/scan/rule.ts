/** What a scan looks for: rules over lists that were read once, each judged without asking the cluster again. */
import type { KubeObject } from '../cluster/reader.ts';
import type { ResourceId } from '../cluster/resources.ts';
import type { ContainerState } from '../probe/shared/mesh.ts';

export type Level = 'error' | 'warning';

/** One fault: which object, which field, what stands there. Values are as they came; outputs sanitise them. */
export interface Found {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly field: string;
  readonly value: string;
}

export interface Rule {
  /** Kebab-case and stable: suppressions and CI name it. Its words: `scan.rule.<id>`. */
  readonly id: string;
  readonly level: Level;
  /** The symptom whose flow leads to the fix. */
  readonly flow: string;
  /** Without one of these lists the rule cannot say anything. */
  readonly reads: readonly ResourceId[];
  judge(world: World): Found[];
}

/** Everything that was read, by resource. */
export interface World {
  /** Objects of a resource that a rule declared. */
  list(resource: ResourceId): readonly KubeObject[];
  /** Pods of one namespace: most rules compare an object with the pods beside it, and a mesh has thousands. */
  podsIn(namespace: string): readonly KubeObject[];
  /** Live pods that a Service selects. */
  podsOf(service: KubeObject): readonly KubeObject[];
  /** The state of each container of a pod. */
  containersOf(pod: KubeObject): readonly ContainerState[];
  /** Milliseconds since the epoch, the same for every rule. */
  readonly now: number;
  /** Where istiod runs. */
  readonly controlNamespace: string;
  /** Namespaces the person asked about; `undefined` for all. */
  readonly scope: ReadonlySet<string> | undefined;
}

/** Whether an object lies in what was asked about: other namespaces are read only to judge this one. */
export function inScope({ scope }: World, namespace: string): boolean {
  return scope === undefined || namespace === '' || scope.has(namespace);
}
