/** Who cannot reach the API server: everybody, one node, or istiod alone? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { at, items, nameOf, text } from '../shared/fields.ts';
import { sight } from '../shared/mesh.ts';
import { clockSight, type NodeClock, nodeClocks } from '../shared/node-clocks.ts';
import { type Judgement, join, say, seen } from '../shared/traffic.ts';
import { type Egress, judgeEgress, readApiEndpoints, readEgress } from './istiod-egress.ts';

/** Kubernetes calls a node lost when its lease is this old. Milliseconds. */
const LEASE = 40_000;

export const apiserverReach: Probe = {
  reads: [
    'endpointslices.discovery.k8s.io',
    'nodes',
    'leases.coordination.k8s.io',
    'version',
    'pods',
    'networkpolicies.networking.k8s.io',
  ],
  needs: [],
  answers: ['api-down', 'one-node', 'only-istiod'],
  async look(reader, facts) {
    const egress = await readEgress(reader, facts);
    const nodes = await reader.list('nodes');
    const leases = await reader.list('leases.coordination.k8s.io', { namespace: 'kube-node-lease' });
    const { date } = await reader.version();
    const clocks = date ? nodeClocks(nodes, leases, date.getTime()) : [];
    return join(
      judgeEndpoints(await readApiEndpoints(reader)),
      judgeNodes(egress, clocks),
      judgeIstiod(egress),
      seen(...clocks.slice(0, 6).map(clockSight)),
    );
  },
};

/** An API server that stops or is not ready takes its address out; a cluster that hides the slices tells nothing. */
export function judgeEndpoints(slices: readonly KubeObject[]): Judgement {
  const endpoints = slices.flatMap((slice) => items(slice, 'endpoints'));
  const ready = endpoints.filter((one) => at(one, 'conditions', 'ready') !== false);
  const isKnown = slices.some((slice) => nameOf(slice) !== '' && Array.isArray(at(slice, 'endpoints')));
  const sights = [sight('endpointslices of kubernetes -n default', 'ready addresses', String(ready.length))];
  return isKnown && ready.length === 0 ? say('api-down', sights) : seen(...(isKnown ? sights : []));
}

/** The kubelet of istiod's node does not reach it either, while others do. */
export function judgeNodes({ pods }: Egress, clocks: readonly NodeClock[]): Judgement {
  const mine = new Set(pods.map((pod) => text(pod, 'spec', 'nodeName')).filter((name) => name !== ''));
  const isLost = ({ isReady, offset }: NodeClock) => !isReady && offset < -LEASE;
  const lost = clocks.filter((one) => mine.has(one.node) && isLost(one));
  const isOthers = clocks.some((one) => one.isReady && one.offset > -LEASE);
  return lost.length > 0 && isOthers ? say('one-node', lost.map(clockSight)) : seen();
}

/** Something in istiod's own way explains why it is alone. */
function judgeIstiod(egress: Egress): Judgement {
  const { candidates, sights } = judgeEgress(egress);
  return candidates.length > 0 ? say('only-istiod', sights) : seen();
}
