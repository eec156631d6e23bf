/** What stands between a proxy and istiod's port: a NetworkPolicy on either side, or a proxy that lacks memory? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { at, items, labelsOf, namespaceOf, text, timeAt } from '../shared/fields.ts';
import { istiodPodsOf } from '../shared/istiod-lines.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { type Direction, mayPass, policiesOn, policySights } from '../shared/network-policies.ts';
import { type Judgement, join, say, seen } from '../shared/traffic.ts';

/** istiod's port for proxies, the same in its Service and its pod. */
const XDS_PORT = 15012;
/** A container that was killed before this was killed for something else. Milliseconds. */
const RECENT = 3_600_000;

export const discoveryNetwork: Probe = {
  reads: ['pods', 'networkpolicies.networking.k8s.io', 'version'],
  needs: ['namespace', 'pod'],
  answers: ['blocked', 'slow'],
  async look(reader, facts) {
    const pod = await podOf(reader, facts);
    if (!pod) return seen(sight('pods', facts.namespace!, 'no pod of this name'));
    const policies = await reader.list('networkpolicies.networking.k8s.io');
    const istiods = await istiodPodsOf(reader, facts);
    const { date } = await reader.version();
    return join(
      judgeClosed(policies, [pod], 'Egress'),
      judgeClosed(policies, istiods, 'Ingress'),
      judgeMemory(pod, date?.getTime()),
    );
  },
};

/** Policies add up: the port is closed only where some select a pod and none of them has the port. */
export function judgeClosed(
  policies: readonly KubeObject[],
  pods: readonly KubeObject[],
  direction: Direction,
): Judgement {
  for (const pod of pods) {
    const own = policiesOn(policies, pod, direction);
    // Policies do not hold for a pod on its node's own network.
    if (own.length === 0 || at(pod, 'spec', 'hostNetwork') === true) continue;
    if (own.some((one) => mayPass(one, direction, XDS_PORT))) continue;
    return say('blocked', [
      sight(podName(pod), 'metadata.labels', labelsOf(pod)),
      ...policySights(own, direction),
    ]);
  }
  return seen(
    sight('networkpolicies', `${direction} ${pods.map(namespaceOf).join(' ')}`, 'none closes 15012'),
  );
}

/** A throttled CPU is not in the API; memory that ran out is. `now` in milliseconds. */
export function judgeMemory(pod: KubeObject, now: number | undefined): Judgement {
  const status = [
    ...items(pod, 'status', 'initContainerStatuses'),
    ...items(pod, 'status', 'containerStatuses'),
  ].find((one) => text(one, 'name') === 'istio-proxy');
  const end = at(status, 'state', 'terminated') ?? at(status, 'lastState', 'terminated');
  const ended = timeAt(end, 'finishedAt');
  if (text(end, 'reason') !== 'OOMKilled' || now === undefined || !(now - ended < RECENT)) return seen();
  return say('slow', [sight(podName(pod), 'istio-proxy lastState', `OOMKilled ${text(end, 'finishedAt')}`)]);
}
