/** At which moment of a rollout do calls fail, as far as pods and events of the last half hour show it? */
import type { KubeObject } from '../../cluster/reader.ts';
import { type Facts, named, type Probe } from '../probe.ts';
import { count, items, nameOf, text, timeAt } from '../shared/fields.ts';
import { podName, sight } from '../shared/mesh.ts';
import { lastSeen } from '../shared/pod-events.ts';
import { readServers } from '../shared/server-pods.ts';
import { isLive, isReady, type Judgement, join, say, seen } from '../shared/traffic.ts';

/** How long ago a rollout may have been to be the one of the case. Milliseconds. */
const RECENT = 30 * 60_000;

/** Events of the taint manager, the kubelet, the cluster autoscaler and the scheduler about pods they take away. */
const TAKEN = ['TaintManagerEviction', 'Evicted', 'ScaleDown', 'Preempted'];

export const rolloutPhase: Probe = {
  reads: ['pods', 'services', 'events', 'replicasets.apps', 'version'],
  needs: ['namespace', 'workload'],
  answers: ['nobody-ready', 'node-drain', 'gateway'],
  async look(reader, facts) {
    const { namespace, gateway, 'gateway-namespace': gatewayNamespace } = facts;
    const { date } = await reader.version();
    const servers = (await readServers(reader, facts)).pods;
    const all = await reader.list('pods', { namespace });
    const events = await reader.list('events', { namespace });
    const sets = await reader.list('replicasets.apps', { namespace });
    const gateways =
      gateway && gatewayNamespace
        ? await reader.list('replicasets.apps', { namespace: gatewayNamespace })
        : [];
    const now = date?.getTime() ?? Number.NaN;
    return join(
      seen(sight('pods', 'of the workload', String(servers.length))),
      judgeReadiness(servers),
      judgeDrain(all, events, facts.workload!, now),
      judgeGateway(sets, gateways, facts, now),
    );
  },
};

/** Every pod of the Service counts, those on their way out excepted. */
export function judgeReadiness(pods: readonly KubeObject[]): Judgement {
  const live = pods.filter(isLive);
  if (live.length === 0 || live.some(isReady)) return seen();
  // A pod without conditions has not been seen by a kubelet; what it is, nobody knows.
  if (!live.some((pod) => items(pod, 'status', 'conditions').length > 0)) return seen();
  return say(
    'nobody-ready',
    live.map((pod) => sight(podName(pod), 'conditions.Ready', 'not True')),
  );
}

/** Pods of a Deployment are named after it with two parts behind. */
function isPodOf(name: string, workload: string): boolean {
  return name.startsWith(`${workload}-`) && name.slice(workload.length + 1).split('-').length === 2;
}

/** `now` in milliseconds, of the API server. */
export function judgeDrain(
  pods: readonly KubeObject[],
  events: readonly KubeObject[],
  workload: string,
  now: number,
): Judgement {
  const taken = pods.flatMap((pod) =>
    items(pod, 'status', 'conditions')
      .filter(
        (one) =>
          isPodOf(nameOf(pod), workload) &&
          text(one, 'type') === 'DisruptionTarget' &&
          text(one, 'status') === 'True' &&
          timeAt(one, 'lastTransitionTime') >= now - RECENT,
      )
      .map((one) => sight(podName(pod), 'DisruptionTarget', text(one, 'reason'))),
  );
  const told = events
    .filter(
      (event) =>
        text(event, 'involvedObject', 'kind') === 'Pod' &&
        isPodOf(text(event, 'involvedObject', 'name'), workload) &&
        TAKEN.includes(text(event, 'reason')) &&
        lastSeen(event) >= now - RECENT,
    )
    .map((event) =>
      sight(
        named('pod', text(event, 'involvedObject', 'name'), text(event, 'involvedObject', 'namespace')),
        `event ${text(event, 'reason')}`,
        text(event, 'message'),
      ),
    );
  const sights = [...taken, ...told];
  return sights.length > 0 ? say('node-drain', sights) : seen();
}

/** The gateway's pods were replaced in the last half hour, the workload's were not. */
export function judgeGateway(
  sets: readonly KubeObject[],
  gateways: readonly KubeObject[],
  { workload, gateway }: Facts,
  now: number,
): Judgement {
  const rolled = (all: readonly KubeObject[], name: string | undefined) =>
    name === undefined ? [] : setsOf(all, name).filter((set) => created(set) >= now - RECENT);
  const own = setsOf(sets, workload ?? '');
  const replaced = rolled(gateways, gateway);
  // The first ReplicaSet of a Deployment replaces nothing; without any the workload is no Deployment.
  if (own.length === 0 || rolled(sets, workload).length > 0 || replaced.length === 0) return seen();
  if (setsOf(gateways, gateway!).length === replaced.length) return seen();
  return say(
    'gateway',
    replaced.map((set) =>
      sight(
        named('replicaset', nameOf(set), text(set, 'metadata', 'namespace')),
        'metadata.creationTimestamp',
        `${text(set, 'metadata', 'creationTimestamp')}, ${count(set, ['status', 'replicas'])} pods`,
      ),
    ),
  );
}

const created = (set: KubeObject): number => timeAt(set, 'metadata', 'creationTimestamp');

function setsOf(sets: readonly KubeObject[], deployment: string): KubeObject[] {
  return sets.filter((set) =>
    items(set, 'metadata', 'ownerReferences').some(
      (one) => text(one, 'kind') === 'Deployment' && text(one, 'name') === deployment,
    ),
  );
}
