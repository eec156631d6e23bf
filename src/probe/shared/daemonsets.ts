/** How far the agents of the nodes are: what istio-cni and ztunnel share. */
import type { KubeObject } from '../../cluster/reader.ts';
import { named, type Sight } from '../probe.ts';
import { count, nameOf, namespaceOf } from './fields.ts';
import { sight } from './mesh.ts';

export interface Rollout {
  /** Every node that the DaemonSets are meant for has a ready agent, and there is at least one such node. */
  readonly isComplete: boolean;
  /** At least one such node has none. */
  readonly isLacking: boolean;
  readonly sights: readonly Sight[];
}

/** Numbers that are missing make it neither complete nor lacking. */
export function rolloutOf(sets: readonly KubeObject[]): Rollout {
  const states = sets.map((set) => ({
    set,
    wanted: count(set, ['status', 'desiredNumberScheduled'], Number.NaN),
    ready: count(set, ['status', 'numberReady'], Number.NaN),
  }));
  return {
    isComplete: states.every(({ wanted, ready }) => wanted > 0 && ready >= wanted),
    isLacking: states.some(({ wanted, ready }) => ready < wanted),
    sights: states.map(({ set, wanted, ready }) =>
      sight(
        named('daemonset', nameOf(set), namespaceOf(set)),
        'status.numberReady',
        `${ready} of ${wanted} wanted`,
      ),
    ),
  };
}
