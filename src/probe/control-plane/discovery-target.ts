/** Why does a pod's proxy not appear among those that istiod knows? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { text } from '../shared/fields.ts';
import { containersOf, podName, podOf, sight } from '../shared/mesh.ts';
import { lacksProxy } from '../shared/pod-parts.ts';
import { type Istiod, istiodSights, readIstiods, revisionOfPod } from '../shared/revisions.ts';
import { containerNames, hasProxy, type Judgement, join, say, seen } from '../shared/traffic.ts';

export const discoveryTarget: Probe = {
  reads: ['pods', 'deployments.apps'],
  needs: ['namespace'],
  answers: ['no-sidecar', 'wrong-revision', 'removed-revision', 'not-ready'],
  async look(reader, facts) {
    const pod = await podOf(reader, facts);
    if (!pod) return seen(sight('pods', facts.namespace!, 'no pod of this name'));
    return judgeTarget(pod, await readIstiods(reader));
  },
};

/** Without any istiod here the pod may belong to one in another cluster, whose revisions are not to be seen. */
export function judgeTarget(pod: KubeObject, istiods: readonly Istiod[]): Judgement {
  const revision = revisionOfPod(pod);
  const proxy = containersOf(pod).find(({ name }) => name === 'istio-proxy');
  const sights = [
    sight(podName(pod), 'containers', containerNames(pod)),
    sight(podName(pod), 'istio.io/rev', revision || 'absent'),
    ...istiodSights(istiods),
  ];
  if (lacksProxy(pod)) return say('no-sidecar', sights);
  if (!hasProxy(pod)) return seen(...sights);
  const isServed = istiods.some((one) => one.revision === revision);
  const isGone = revision !== '' && istiods.length > 0 && !isServed;
  const isNotReady = proxy !== undefined && !proxy.ready && text(pod, 'status', 'phase') === 'Running';
  const state = [...sights, sight(podName(pod), 'istio-proxy ready', String(proxy?.ready ?? 'unknown'))];
  return join(
    isGone ? say(['wrong-revision', 'removed-revision'], sights) : seen(),
    isNotReady ? say('not-ready', state) : seen(...state),
  );
}
