/** Who calls: a pod with a sidecar, a gateway, a pod in ambient mode, or one outside the mesh? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { podName, sight } from '../shared/mesh.ts';
import {
  clientPodOf,
  containerNames,
  hasProxy,
  isAmbient,
  isGatewayPod,
  type Judgement,
  say,
  seen,
} from '../shared/traffic.ts';

export const clientSidecar: Probe = {
  reads: ['pods'],
  needs: ['client-pod', 'client-namespace'],
  answers: ['gateway', 'sidecar', 'ambient', 'plain-pod', 'no-sidecar'],
  async look(reader, facts) {
    const pod = await clientPodOf(reader, facts);
    // A name that no pod has may be a VM, another cluster or an old pod: nothing follows from it.
    if (!pod) return seen(sight('pods', facts['client-pod']!, 'no pod of this name'));
    return judgeClient(pod);
  },
};

export function judgeClient(pod: KubeObject): Judgement {
  const containers = sight(podName(pod), 'containers', containerNames(pod));
  if (containers.value === '') return seen(containers);
  if (isGatewayPod(pod)) return say(['gateway', 'sidecar'], [containers]);
  if (hasProxy(pod)) return say('sidecar', [containers]);
  if (isAmbient(pod))
    return say('ambient', [containers, sight(podName(pod), 'ambient.istio.io/redirection', 'enabled')]);
  return say(['plain-pod', 'no-sidecar'], [containers]);
}
