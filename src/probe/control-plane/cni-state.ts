/** Does Istio's CNI plugin run on every node, and on the one of this pod? */
import type { KubeObject } from '../../cluster/reader.ts';
import { named, type Probe } from '../probe.ts';
import { rolloutOf } from '../shared/daemonsets.ts';
import { labelsOf, nameOf, namespaceOf, text } from '../shared/fields.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { isLive, isReady, type Judgement, say, seen } from '../shared/traffic.ts';

export const cniState: Probe = {
  reads: ['daemonsets.apps', 'pods'],
  needs: [],
  answers: ['missing', 'not-ready', 'ready'],
  async look(reader, facts) {
    const sets = (await reader.list('daemonsets.apps')).filter(isCni);
    const pod = facts.namespace ? await podOf(reader, facts) : undefined;
    const node = text(pod, 'spec', 'nodeName') || (facts.node ?? '');
    const [set] = sets;
    const pods = set && node !== '' ? await reader.list('pods', { namespace: namespaceOf(set) }) : [];
    return judgeCni(sets, pods.filter(isCni), node);
  },
};

/** The label of Istio's chart; the AKS add-on calls its DaemonSet azure-service-mesh-istio-cni-addon-node. */
function isCni(object: KubeObject): boolean {
  return labelsOf(object)['k8s-app'] === 'istio-cni-node' || nameOf(object).includes('istio-cni');
}

/** A DaemonSet counts only nodes that its selector and tolerations reach: the pod's own node is looked at by itself. */
export function judgeCni(sets: readonly KubeObject[], pods: readonly KubeObject[], node: string): Judgement {
  if (sets.length === 0)
    return say('missing', [sight('daemonsets', 'istio-cni-node', 'none in any namespace')]);
  const { isComplete, isLacking, sights } = rolloutOf(sets);
  const own = pods.find((one) => isLive(one) && text(one, 'spec', 'nodeName') === node);
  const here = own
    ? sight(podName(own), 'conditions.Ready', isReady(own) ? 'True' : 'not true')
    : sight(named('node', node), 'pod of istio-cni', 'absent');
  const all = node === '' ? sights : [here, ...sights];
  if (isLacking) return say('not-ready', all);
  if (node !== '' && !(own && isReady(own))) return say('not-ready', all);
  return isComplete ? say('ready', all) : seen(...all);
}
