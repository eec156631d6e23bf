/** What stands between the API server and the port on which istiod answers webhooks? */
import type { KubeObject } from '../cluster/reader.ts';
import { at, count, items, labelsOf, nameOf, namespaceOf, selects, text } from './fields.ts';
import { istioNamespace, podName, sight } from './mesh.ts';
import { named, type Probe } from './probe.ts';
import { isLive, type Judgement, join, say, seen, texts } from './traffic.ts';

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
    const own = policies.filter(
      (one) =>
        namespaceOf(one) === namespaceOf(pod) &&
        // Kubernetes adds `Ingress` to every policy that does not name its types.
        (at(one, 'spec', 'policyTypes') === undefined ||
          texts(one, 'spec', 'policyTypes').includes('Ingress')) &&
        selects(at(one, 'spec', 'podSelector'), labelsOf(pod)),
    );
    if (own.length === 0 || own.some(mayOpen)) continue;
    return say('network-policy', [
      sight(podName(pod), 'metadata.labels', labelsOf(pod)),
      ...own.map((one) =>
        sight(
          named('networkpolicy', nameOf(one), namespaceOf(one)),
          'spec.ingress[].ports',
          items(one, 'spec', 'ingress').flatMap((rule) => items(rule, 'ports')),
        ),
      ),
    ]);
  }
  return seen();
}

/** Whether a rule has the port: every port, this one, a range around it, or a name that may stand for it. */
function mayOpen(policy: KubeObject): boolean {
  return items(policy, 'spec', 'ingress').some((rule) => {
    const ports = items(rule, 'ports');
    return (
      ports.length === 0 ||
      ports.some((one) => {
        if ((text(one, 'protocol') || 'TCP') !== 'TCP') return false;
        const port = at(one, 'port');
        if (typeof port !== 'number') return true;
        return port <= WEBHOOK_PORT && WEBHOOK_PORT <= count(one, ['endPort'], port);
      })
    );
  });
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
