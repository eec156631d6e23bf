/** Does a NetworkPolicy or a sidecar of its own stand between istiod and the API server? */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe } from '../probe.ts';
import { count, items, labelsOf } from '../shared/fields.ts';
import { istioNamespace, podName, sight } from '../shared/mesh.ts';
import { mayPass, policiesOn, policySights } from '../shared/network-policies.ts';
import { containerNames, hasProxy, isLive, type Judgement, join, say, seen } from '../shared/traffic.ts';

/** Usual ports of API servers, where the cluster does not tell its own. */
const API_PORTS = [443, 6443];
/** Groups whose own kinds of policies close ways as well; a part of a name is enough. */
const OTHER_POLICIES = /cilium|calico|antrea|policy\.networking\.k8s\.io|ovn\.org/;

export const istiodEgress: Probe = {
  reads: ['pods', 'networkpolicies.networking.k8s.io', 'endpointslices.discovery.k8s.io', 'discovery'],
  needs: [],
  answers: ['network-policy', 'injected', 'neither'],
  async look(reader, facts) {
    const own = await readEgress(reader, facts);
    const groups = [...(await reader.groups()).keys()];
    return join(
      judgeEgress(own),
      judgeNone(
        own,
        groups.filter((one) => OTHER_POLICIES.test(one)),
      ),
    );
  },
};

export interface Egress {
  readonly pods: readonly KubeObject[];
  readonly policies: readonly KubeObject[];
  /** Ports on which the API server listens, behind its Service. */
  readonly ports: readonly number[];
}

/** Reads pods, networkpolicies and endpointslices. */
export async function readEgress(reader: ClusterReader, facts: Facts): Promise<Egress> {
  const namespace = istioNamespace(facts);
  const pods = await reader.list('pods', { namespace, labelSelector: 'app=istiod' });
  const ports = (await readApiEndpoints(reader))
    .flatMap((slice) => items(slice, 'ports'))
    .map((one) => count(one, ['port']))
    .filter((port) => port > 0);
  return {
    pods: pods.filter(isLive),
    policies: await reader.list('networkpolicies.networking.k8s.io', { namespace }),
    ports: ports.length > 0 ? ports : API_PORTS,
  };
}

/** The API server writes its own addresses there. */
export function readApiEndpoints(reader: ClusterReader): Promise<readonly KubeObject[]> {
  return reader.list('endpointslices.discovery.k8s.io', {
    namespace: 'default',
    labelSelector: 'kubernetes.io/service-name=kubernetes',
  });
}

/** Istio's own chart brings a policy that lets everything out: only one without the port is in the way. */
export function judgeEgress({ pods, policies, ports }: Egress): Judgement {
  for (const pod of pods) {
    const own = policiesOn(policies, pod, 'Egress');
    const isOpen = own.some((one) => ports.some((port) => mayPass(one, 'Egress', port)));
    if (own.length > 0 && !isOpen)
      return say('network-policy', [
        sight(podName(pod), 'metadata.labels', labelsOf(pod)),
        sight('endpointslices of kubernetes -n default', 'ports', ports.join(', ')),
        ...policySights(own, 'Egress'),
      ]);
  }
  const injected = pods.find(hasProxy);
  return injected
    ? say('injected', [sight(podName(injected), 'containers', containerNames(injected))])
    : seen();
}

/** Nothing in the way: no policy at all is for istiod, and the cluster has no other kind of policies. */
function judgeNone({ pods, policies }: Egress, others: readonly string[]): Judgement {
  const own = pods.flatMap((pod) => policiesOn(policies, pod, 'Egress'));
  const sights = [
    ...pods.map((pod) => sight(podName(pod), 'containers', containerNames(pod))),
    sight('networkpolicies', 'egress policies on istiod', String(own.length)),
    sight('apis', 'other kinds of policies', others.join(', ') || 'none'),
  ];
  const isFree = pods.length > 0 && own.length === 0 && others.length === 0 && !pods.some(hasProxy);
  return isFree && pods.every((pod) => containerNames(pod) !== '') ? say('neither', sights) : seen(...sights);
}
