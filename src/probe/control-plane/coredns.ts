/** How is the cluster's DNS, and may this pod reach it? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe, Sight } from '../probe.ts';
import { at, items, labelsOf, text, timeAt } from '../shared/fields.ts';
import { containersOf, podName, podOf, sight } from '../shared/mesh.ts';
import { mayPass, policiesOn, policySights } from '../shared/network-policies.ts';
import { isLive, isReady, type Judgement, join, say, seen } from '../shared/traffic.ts';

/** A restart before this is history. Milliseconds. */
const RECENT = 3_600_000;
/** The port of DNS, and the one behind it where the servers may not bind the first (OpenShift). */
const DNS_PORTS = [53, 5353];

export const coredns: Probe = {
  reads: ['pods', 'networkpolicies.networking.k8s.io', 'version'],
  needs: [],
  answers: ['down', 'blocked', 'overloaded'],
  async look(reader, facts) {
    const servers = await reader.list('pods', {
      namespace: 'kube-system',
      labelSelector: 'k8s-app=kube-dns',
    });
    const { date } = await reader.version();
    const pod = facts.namespace ? await podOf(reader, facts) : undefined;
    const policies = pod
      ? await reader.list('networkpolicies.networking.k8s.io', { namespace: facts.namespace })
      : [];
    const state = judgeServers(servers, date?.getTime());
    const isDown = state.candidates.some(({ answer }) => answer === 'down');
    return isDown ? state : join(pod ? judgeWay(policies, pod) : seen(), state);
  },
};

/** Ready servers may still be too slow for the load: that they are healthy is not to be seen here. */
export function judgeServers(pods: readonly KubeObject[], now: number | undefined): Judgement {
  const live = pods.filter(isLive);
  const sights: Sight[] = live.map((pod) =>
    sight(
      podName(pod),
      'ready, restarts',
      `${isReady(pod)}, ${containersOf(pod)
        .map(({ name, restarts, lastTerminated }) => `${name} ${restarts} ${lastTerminated}`.trim())
        .join(', ')}`,
    ),
  );
  // Without pods of this label the cluster's DNS is elsewhere, as Google's Cloud DNS is.
  if (live.length === 0) return seen(sight('pods', 'k8s-app=kube-dns -n kube-system', 'none'));
  const known = live.every((pod) => items(pod, 'status', 'conditions').length > 0);
  if (known && !live.some(isReady)) return say('down', sights);
  const troubled = live.some((pod) =>
    items(pod, 'status', 'containerStatuses').some((one) => {
      const ended = timeAt(one, 'lastState', 'terminated', 'finishedAt');
      return (
        text(one, 'state', 'waiting', 'reason') === 'CrashLoopBackOff' ||
        (now !== undefined && now - ended < RECENT && at(one, 'lastState', 'terminated', 'exitCode') !== 0)
      );
    }),
  );
  return troubled ? say('overloaded', sights) : seen(...sights);
}

/** Resolvers ask over UDP first; a policy that lets only TCP through closes that way too. */
export function judgeWay(policies: readonly KubeObject[], pod: KubeObject): Judgement {
  const own = policiesOn(policies, pod, 'Egress');
  const isOpen = own.some((one) => DNS_PORTS.some((port) => mayPass(one, 'Egress', port, 'UDP')));
  // Policies do not hold for a pod on its node's own network.
  if (own.length === 0 || isOpen || at(pod, 'spec', 'hostNetwork') === true) return seen();
  return say('blocked', [
    sight(podName(pod), 'metadata.labels', labelsOf(pod)),
    ...policySights(own, 'Egress'),
  ]);
}
