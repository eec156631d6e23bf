/** Who set a limit of streams, connections or of the time to send a request? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe, Sight } from '../probe.ts';
import { filterName, namespacesOf, patchesOf, valuesOf } from '../shared/envoy-filters.ts';
import { annotationsOf, namespaceOf } from '../shared/fields.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { rootNamespaces } from '../shared/policies.ts';
import { clientPodOf, type Judgement, join, say, seen } from '../shared/traffic.ts';

/** Envoy's fields, in both spellings that its configuration takes. */
const FIELDS = [
  'stream_idle_timeout',
  'streamIdleTimeout',
  'request_timeout',
  'requestTimeout',
  'request_headers_timeout',
  'requestHeadersTimeout',
  'max_stream_duration',
  'maxStreamDuration',
];

export const idleLimits: Probe = {
  reads: ['envoyfilters.networking.istio.io', 'pods'],
  needs: ['namespace'],
  answers: ['filter', 'connection-settings'],
  async look(reader, facts) {
    const filters = await reader.list('envoyfilters.networking.istio.io');
    const pods = [await podOf(reader, facts), await clientPodOf(reader, facts)];
    return judgeLimits(
      filters,
      pods.filter((one) => one !== undefined),
      facts,
    );
  },
};

export function judgeLimits(
  filters: readonly KubeObject[],
  pods: readonly KubeObject[],
  facts: Facts,
): Judgement {
  const namespaces = [...namespacesOf(facts), ...rootNamespaces(facts)];
  const near = filters.filter((one) => namespaces.includes(namespaceOf(one)));
  const sights = near.flatMap((filter): Sight[] =>
    patchesOf(filter)
      .flatMap(({ value }) => valuesOf(value, FIELDS))
      .filter((one) => !/^0(?:s|\.0*s|ms)?$/.test(String(one.value)))
      .map(({ key, value }) => sight(filterName(filter), key, value)),
  );
  const settings = pods
    .filter((pod) => /\bconnectionSettings\b/.test(annotationsOf(pod)['proxy.istio.io/config'] ?? ''))
    .map((pod) =>
      sight(podName(pod), 'annotations[proxy.istio.io/config]', annotationsOf(pod)['proxy.istio.io/config']),
    );
  return join(
    sights.length > 0 ? say('filter', sights) : seen(),
    settings.length > 0 ? say('connection-settings', settings) : seen(),
    seen(sight('envoyfilters', namespaces.join(' '), `${near.length}, with such a field ${sights.length}`)),
  );
}
