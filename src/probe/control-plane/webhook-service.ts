/** Where Istio's webhooks call, and whether anything answers there. */
import type { ClusterReader } from '../../cluster/reader.ts';
import { type Candidate, named, type Probe } from '../probe.ts';
import { labelsOf, nameOf } from '../shared/fields.ts';
import { isInjector, readyAddresses, sight, type Webhook, webhooksOf } from '../shared/mesh.ts';

export async function istioWebhooks(reader: ClusterReader): Promise<Webhook[]> {
  const mutating = await reader.list('mutatingwebhookconfigurations.admissionregistration.k8s.io');
  const validating = await reader.list('validatingwebhookconfigurations.admissionregistration.k8s.io');
  return [
    ...mutating.filter(isInjector),
    ...validating.filter((one) => /istio/.test(nameOf(one)) || labelsOf(one).app === 'istiod'),
  ].flatMap(webhooksOf);
}

export const webhookService: Probe = {
  reads: [
    'mutatingwebhookconfigurations.admissionregistration.k8s.io',
    'validatingwebhookconfigurations.admissionregistration.k8s.io',
    'endpointslices.discovery.k8s.io',
    'deployments.apps',
    'services',
  ],
  needs: [],
  answers: ['has-addresses', 'no-addresses', 'other-revision', 'ready', 'not-ready', 'unreachable'],
  async look(reader) {
    const services = new Map(
      (await istioWebhooks(reader)).flatMap(({ service, configuration }) =>
        service ? [[`${service.namespace}/${service.name}`, { ...service, configuration }] as const] : [],
      ),
    );
    const found: Candidate[] = [];
    const sights = [];
    let dead = 0;
    for (const { name, namespace, configuration } of services.values()) {
      const object = await reader.get('services', name, namespace);
      const ready = object ? await readyAddresses(reader, name, namespace) : 0;
      const seen = [
        sight(named('webhookconfiguration', configuration), 'clientConfig.service', `${namespace}/${name}`),
        sight(named('service', name, namespace), 'ready addresses', object ? String(ready) : 'absent'),
      ];
      sights.push(...seen);
      if (ready === 0) dead += 1;
      if (!object && (await otherIstiod(reader, name, namespace)))
        found.push({ answer: 'other-revision', sights: seen });
      else if (ready === 0)
        found.push({ answer: 'no-addresses', sights: seen }, { answer: 'not-ready', sights: seen });
    }
    // Which revision a proxy asks is not seen here, so only where all are dead can none be reached.
    if (services.size > 0 && dead === services.size) found.push({ answer: 'unreachable', sights });
    // A single dead service decides; only when all are alive is "has addresses" the answer.
    if (found.length === 0 && services.size > 0)
      found.push({ answer: 'has-addresses', sights }, { answer: 'ready', sights });
    if (services.size === 0) sights.push(sight('webhookconfigurations', 'clientConfig.service', 'none'));
    return { candidates: found, sights };
  },
};

/** Whether the cluster has an istiod elsewhere: then the webhook is left over from another revision. */
async function otherIstiod(reader: ClusterReader, service: string, namespace: string): Promise<boolean> {
  const all = await reader.list('deployments.apps', { labelSelector: 'app=istiod' });
  return all.some(
    (one) =>
      nameOf(one) !== service ||
      (one as { metadata?: { namespace?: string } }).metadata?.namespace !== namespace,
  );
}
