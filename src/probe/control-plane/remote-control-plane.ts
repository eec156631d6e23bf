/** Is this a remote cluster, whose proxies get their configuration and policies from another cluster's istiod? */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import { named, type Probe, type Sight } from '../probe.ts';
import { items, map, nameOf, text } from '../shared/fields.ts';
import { isInjector, sight } from '../shared/mesh.ts';
import { type Judgement, say, seen } from '../shared/traffic.ts';

/** Google's managed control plane is called by URL too, and reads this cluster's own objects. */
const GOOGLE = /^https:\/\/[^/]+\.googleapis\.com(?:[:/]|$)/;

export const remoteControlPlane: Probe = {
  reads: [
    'deployments.apps',
    'pods',
    'services',
    'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  ],
  needs: [],
  answers: ['remote'],
  async look(reader) {
    const own = { labelSelector: 'app=istiod' };
    const istiods = [...(await reader.list('deployments.apps', own)), ...(await reader.list('pods', own))];
    const all = await reader.list('mutatingwebhookconfigurations.admissionregistration.k8s.io');
    return judgeRemote(istiods, await callsOf(reader, all.filter(isInjector)));
  },
};

/** Where one webhook of the injector calls. */
export interface Call {
  readonly configuration: string;
  /** Empty where it calls a Service. */
  readonly url: string;
  /** The Service as it lies in the cluster; undefined where there is none of that name. */
  readonly service: KubeObject | undefined;
}

async function callsOf(reader: ClusterReader, injectors: readonly KubeObject[]): Promise<Call[]> {
  const calls: Call[] = [];
  for (const one of injectors)
    for (const webhook of items(one, 'webhooks')) {
      const [name, namespace] = ['name', 'namespace'].map((field) =>
        text(webhook, 'clientConfig', 'service', field),
      );
      calls.push({
        configuration: nameOf(one),
        url: text(webhook, 'clientConfig', 'url'),
        service: name && namespace ? await reader.get('services', name, namespace) : undefined,
      });
    }
  return calls;
}

/** An istiod scaled to zero is a fault of its own, so only one that is not there at all makes a cluster remote. */
export function judgeRemote(istiods: readonly KubeObject[], calls: readonly Call[]): Judgement {
  const shown: Sight[] = calls.map(({ configuration, url, service }) =>
    sight(
      named('mutatingwebhookconfiguration', configuration),
      'clientConfig',
      url ||
        (service
          ? `service ${nameOf(service)}, selector ${JSON.stringify(map(service, 'spec', 'selector'))}`
          : 'no such service'),
    ),
  );
  const found = sight('deployments, pods', 'app=istiod', String(istiods.length));
  const isAway = calls.length > 0 && calls.every(isElsewhere);
  return istiods.length === 0 && isAway ? say('remote', [found, ...shown]) : seen(found, ...shown);
}

/** A URL, or the Service without a selector behind which a remote installation writes the primary's address. */
function isElsewhere({ url, service }: Call): boolean {
  if (url !== '') return !GOOGLE.test(url);
  return service !== undefined && Object.keys(map(service, 'spec', 'selector')).length === 0;
}
