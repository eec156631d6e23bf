/** What stands between the API server and the port on which istiod answers webhooks? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { items, labelsOf, text } from '../shared/fields.ts';
import { istioNamespace, podName, sight } from '../shared/mesh.ts';
import { mayPass, policiesOn, policySights } from '../shared/network-policies.ts';
import { isLive, type Judgement, join, say, seen } from '../shared/traffic.ts';

/** istiod's HTTPS port; its Service has it as 443. */
const WEBHOOK_PORT = 15017;

export const webhookNetwork: Probe = {
  reads: ['pods', 'networkpolicies.networking.k8s.io', 'nodes'],
  needs: [],
  answers: ['network-policy', 'gke-private', 'eks'],
  async look(reader, facts) {
    const namespace = istioNamespace(facts);
    const pods = await reader.list('pods', { namespace, labelSelector: 'app=istiod' });
    const policies = await reader.list('networkpolicies.networking.k8s.io', { namespace });
    return join(judgePolicies(policies, pods), judgeNodes(await reader.list('nodes')));
  },
};

/** Policies add up: the port is closed only where some select the pod for ingress and none of them has the port. */
export function judgePolicies(policies: readonly KubeObject[], pods: readonly KubeObject[]): Judgement {
  for (const pod of pods.filter(isLive)) {
    const own = policiesOn(policies, pod, 'Ingress');
    if (own.length === 0 || own.some((one) => mayPass(one, 'Ingress', WEBHOOK_PORT))) continue;
    return say('network-policy', [
      sight(podName(pod), 'metadata.labels', labelsOf(pod)),
      ...policySights(own, 'Ingress'),
    ]);
  }
  return seen();
}

/** Who runs the nodes, by the scheme of `providerID`; nodes of GKE without an outer address are private ones. */
export function judgeNodes(nodes: readonly KubeObject[]): Judgement {
  const ids = nodes.map((node) => text(node, 'spec', 'providerID'));
  const addresses = nodes.map((node) => items(node, 'status', 'addresses').map((one) => text(one, 'type')));
  const sights = [
    sight('nodes', 'spec.providerID', ids.find((id) => id !== '') ?? 'absent'),
    sight('nodes', 'status.addresses[].type', [...new Set(addresses.flat())].join(', ') || 'absent'),
  ];
  const all = (scheme: string) => nodes.length > 0 && ids.every((id) => id.startsWith(scheme));
  if (all('aws://')) return say('eks', sights);
  const isPrivate = addresses.every((types) => types.includes('InternalIP') && !types.includes('ExternalIP'));
  return all('gce://') && isPrivate ? say('gke-private', sights) : seen(...sights);
}
