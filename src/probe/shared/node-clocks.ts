/** Leases of nodes: every kubelet renews its own, with the time of its node. */
import type { KubeObject } from '../../cluster/reader.ts';
import { named, type Sight } from '../probe.ts';
import { items, nameOf, text, timeAt } from './fields.ts';
import { sight } from './mesh.ts';

export interface NodeClock {
  readonly node: string;
  readonly isReady: boolean;
  /** From the API server's clock to the last renewal: below zero for the past. Milliseconds. */
  readonly offset: number;
}

/** Nodes whose lease was found. `now` is the API server's clock, read after the leases. */
export function nodeClocks(
  nodes: readonly KubeObject[],
  leases: readonly KubeObject[],
  now: number,
): NodeClock[] {
  return nodes.flatMap((node) => {
    const lease = leases.find((one) => nameOf(one) === nameOf(node));
    const offset = timeAt(lease, 'spec', 'renewTime') - now;
    const isReady = items(node, 'status', 'conditions').some(
      (one) => text(one, 'type') === 'Ready' && text(one, 'status') === 'True',
    );
    return Number.isNaN(offset) ? [] : [{ node: nameOf(node), isReady, offset }];
  });
}

export function clockSight({ node, isReady, offset }: NodeClock): Sight {
  const seconds = Math.round(offset / 1000);
  return sight(
    named('lease', node, 'kube-node-lease'),
    'spec.renewTime',
    `${seconds}s to the API server's clock, node ${isReady ? 'ready' : 'not ready'}`,
  );
}
