/** Whose clock differs: this machine's, a node's, or every node's? */
import type { ClusterReader } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { sight } from '../shared/mesh.ts';
import { clockSight, type NodeClock, nodeClocks } from '../shared/node-clocks.ts';
import { type Judgement, say, seen } from '../shared/traffic.ts';

/** The API server tells whole seconds, and the answer is on its way for a moment. Milliseconds. */
const OWN = 5_000;
/** Kubelets renew every 10 seconds, so a right clock is that much behind; none is ever ahead. Milliseconds. */
const BEHIND = 30_000;
const AHEAD = 5_000;

export const clock: Probe = {
  reads: ['version', 'nodes', 'leases.coordination.k8s.io'],
  needs: [],
  answers: ['own-machine', 'one-node', 'all-nodes'],
  async look(reader) {
    return judgeClocks(await readClocks(reader));
  },
};

export interface Clocks {
  readonly nodes: readonly NodeClock[];
  /** From the API server's clock to this machine's; undefined where it was not read just now. Milliseconds. */
  readonly own: number | undefined;
}

async function readClocks(reader: ClusterReader): Promise<Clocks> {
  const nodes = await reader.list('nodes');
  const leases = await reader.list('leases.coordination.k8s.io', { namespace: 'kube-node-lease' });
  const { date, isNow } = await reader.version();
  if (!date) return { nodes: [], own: undefined };
  return {
    nodes: nodeClocks(nodes, leases, date.getTime()),
    own: isNow ? Date.now() - date.getTime() : undefined,
  };
}

/**
 * A node that does not renew has an old lease as well, but it is not ready: only ready ones tell of their clocks.
 * That all of them agree with the API server to five seconds is not to be seen in leases.
 */
export function judgeClocks({ nodes, own }: Clocks): Judgement {
  const ready = nodes.filter(({ isReady }) => isReady);
  const wrong = ready.filter(({ offset }) => offset < -BEHIND || offset > AHEAD);
  const mine =
    own === undefined
      ? []
      : [sight('own machine', 'clock', `${Math.round(own / 1000)}s to the API server's`)];
  const sights = [...mine, ...(wrong.length > 0 ? wrong : ready).slice(0, 6).map(clockSight)];
  if (wrong.length > 0) {
    if (wrong.length === ready.length && ready.length > 1) return say('all-nodes', sights);
    const facts = wrong.length === 1 ? { node: wrong[0]!.node } : {};
    return { candidates: [{ answer: 'one-node', sights, facts }], sights };
  }
  return own !== undefined && Math.abs(own) > OWN ? say('own-machine', sights) : seen(...sights);
}
