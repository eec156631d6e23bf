/** What would proxy-status say of this pod, as far as objects and its proxy's log show it? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { at, items, text } from '../shared/fields.ts';
import { istioNamespace, podName, podOf, sight } from '../shared/mesh.ts';
import { lacksProxy } from '../shared/pod-parts.ts';
import { type Istiod, istiodSights, readIstiods } from '../shared/revisions.ts';
import {
  containerNames,
  hasProxy,
  isAmbient,
  isLive,
  type Judgement,
  join,
  say,
  seen,
} from '../shared/traffic.ts';
import { proxyLog } from './proxy-log.ts';

export const syncState: Probe = {
  reads: [...proxyLog.reads, 'deployments.apps'],
  needs: ['namespace', 'pod'],
  answers: ['no-answer', 'not-listed', 'rejected'],
  async look(reader, facts) {
    const pod = await podOf(reader, facts);
    const namespace = istioNamespace(facts);
    const istiods = (await readIstiods(reader)).filter((one) => one.namespace === namespace);
    const pods = await reader.list('pods', { namespace, labelSelector: 'app=istiod' });
    const log = pod && hasProxy(pod) ? await proxyLog.look(reader, facts) : seen();
    return join(
      judgeAnswering(istiods, pods.filter(isLive)),
      pod ? judgeListed(pod) : seen(sight('pods', facts.namespace!, 'no pod of this name')),
      { ...log, candidates: log.candidates.filter(({ answer }) => answer === 'rejected') },
    );
  },
};

/**
 * istioctl asks istiod's pods themselves, ready or not, so only where the container of none runs can none answer. Without
 * a Deployment here the mesh may be run from elsewhere.
 */
export function judgeAnswering(istiods: readonly Istiod[], pods: readonly KubeObject[]): Judgement {
  const states = pods.map((pod) => ({ pod, state: at(discoveryOf(pod), 'state') }));
  const isKnown = states.every(({ state }) => typeof state === 'object' && state !== null);
  const sights = [
    ...istiodSights(istiods),
    ...states.map(({ pod, state }) => sight(podName(pod), 'discovery state', state ?? 'unknown')),
  ];
  const runs = states.some(({ state }) => at(state, 'running') !== undefined);
  return istiods.length > 0 && isKnown && !runs ? say('no-answer', sights) : seen(...sights);
}

const discoveryOf = (pod: KubeObject): unknown =>
  items(pod, 'status', 'containerStatuses').find((one) => text(one, 'name') === 'discovery');

/** Only proxies are listed. Of ambient pods it is the node's ztunnel. */
export function judgeListed(pod: KubeObject): Judgement {
  const shown = sight(podName(pod), 'containers', containerNames(pod));
  return isLive(pod) && lacksProxy(pod) && !isAmbient(pod) ? say('not-listed', [shown]) : seen(shown);
}
