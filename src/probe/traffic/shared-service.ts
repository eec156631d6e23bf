/** Is the called Service of several clusters there in this one, and may the caller see it? */
import type { KubeObject } from '../../cluster/reader.ts';
import { type Facts, named, type Probe } from '../probe.ts';
import { annotationsOf, labelsOf, namespaceOf, selects } from '../shared/fields.ts';
import { istioNamespace, sight } from '../shared/mesh.ts';
import { meshSettings } from '../shared/mesh-config.ts';
import { rootNamespaces } from '../shared/policies.ts';
import { revisionOfPod } from '../shared/revisions.ts';
import { lets, type View, viewOf } from '../shared/routing-rules.ts';
import { serviceIsExported } from '../shared/service-visibility.ts';
import { clientPodOf, type Judgement, say, seen } from '../shared/traffic.ts';

export const sharedService: Probe = {
  reads: ['pods', 'services', 'namespaces', 'configmaps', 'sidecars.networking.istio.io'],
  needs: ['namespace', 'service'],
  answers: ['no-service', 'hidden'],
  async look(reader, facts) {
    const service = await reader.get('services', facts.service!, facts.namespace);
    if (!service) return judgeShared({ service, namespace: undefined, selectors: undefined }, facts);
    const client = await clientPodOf(reader, facts);
    const place = { namespace: istioNamespace(facts), revision: client ? revisionOfPod(client) : '' };
    const selectors = await meshSettings(reader, place, 'discoverySelectors');
    const sidecars = await reader.list('sidecars.networking.istio.io');
    return judgeShared(
      {
        service,
        namespace: await reader.get('namespaces', facts.namespace!),
        selectors: selectors?.flatMap((one) => (Array.isArray(one) ? one : [])),
        ...(client ? { view: viewOf(sidecars, namespaceOf(client), client, rootNamespaces(facts)) } : {}),
      },
      facts,
    );
  },
};

export interface Shared {
  readonly service: KubeObject | undefined;
  readonly namespace: KubeObject | undefined;
  /** Label selectors of the namespaces that istiod reads; undefined where MeshConfig cannot be read. */
  readonly selectors: readonly unknown[] | undefined;
  /** What the caller's Sidecar lets in; absent where the caller is not known. */
  readonly view?: View;
}

/** Only this cluster is looked at: that the Service is right here says nothing of the other one. */
export function judgeShared({ service, namespace, selectors, view }: Shared, facts: Facts): Judgement {
  const name = named('service', facts.service!, facts.namespace);
  if (!service) return say('no-service', [sight(name, 'metadata.name', 'absent in this cluster')]);
  const labels = namespace && labelsOf(namespace);
  if (labels && selectors && selectors.length > 0 && !selectors.some((one) => selects(one, labels)))
    return say('hidden', [
      sight('MeshConfig', 'discoverySelectors', selectors),
      sight(named('namespace', facts.namespace!), 'metadata.labels', labels),
    ]);
  const client = facts['client-namespace'];
  if (client !== undefined && !serviceIsExported(service, client))
    return say('hidden', [
      sight(name, 'networking.istio.io/exportTo', annotationsOf(service)['networking.istio.io/exportTo']),
    ]);
  const host = `${facts.service}.${facts.namespace}.svc.cluster.local`;
  if (
    client !== undefined &&
    view?.isCertain &&
    view.hosts &&
    !lets(view.hosts, host, facts.namespace!, client)
  )
    return say('hidden', [sight('sidecars', 'spec.egress.hosts', view.hosts.join(' '))]);
  return seen(sight(name, 'metadata.name', 'there'));
}
