/** Is the rate limit service there that a global filter asks, and its Redis? */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import { type Facts, named, type Probe, type Sight } from '../probe.ts';
import { filterName, patchesOf, valuesOf } from '../shared/envoy-filters.ts';
import { items, nameOf, namespaceOf, text } from '../shared/fields.ts';
import { serviceName } from '../shared/gateways.ts';
import { podName, readyAddresses, sight } from '../shared/mesh.ts';
import { envOf } from '../shared/pod-parts.ts';
import { hostsOf } from '../shared/routing-rules.ts';
import { portsOf } from '../shared/service-protocol.ts';
import { covers, type Judgement, podsOf, say, seen } from '../shared/traffic.ts';
import { rateLimits } from './rate-limit-filters.ts';

const NAME = /^[a-z0-9-]+$/;

/** The Service behind Envoy's `outbound|port|subset|name.namespace.svc.…`; undefined for any other cluster. */
function serviceOf(
  cluster: string,
): { readonly port: number; readonly name: string; readonly namespace: string } | undefined {
  const [direction, port, , host = ''] = cluster.split('|');
  const [name = '', namespace = '', svc] = host.split('.');
  if (direction !== 'outbound' || svc !== 'svc' || !NAME.test(name) || !NAME.test(namespace))
    return undefined;
  return { port: Number(port), name, namespace };
}

export const rateLimitService: Probe = {
  reads: [
    'envoyfilters.networking.istio.io',
    'serviceentries.networking.istio.io',
    'services',
    'endpointslices.discovery.k8s.io',
    'pods',
  ],
  needs: [],
  answers: ['wrong-cluster', 'down', 'redis'],
  async look(reader, _facts: Facts) {
    const filters = await reader.list('envoyfilters.networking.istio.io');
    const asked = clustersOf(filters);
    const [cluster] = asked;
    if (!cluster || asked.length > 1)
      return seen(
        sight(
          'envoyfilters',
          'clusters of a global rate limit',
          asked.map(({ name }) => name).join(', ') || 'none',
        ),
      );
    const shown = sight(filterName(cluster.filter), 'cluster_name', cluster.name);
    const target = serviceOf(cluster.name);
    if (!target) return judgeOwnCluster(cluster.name, filters, shown);
    const { port, name, namespace } = target;
    const service = await reader.get('services', name, namespace);
    if (!service) {
      const entries = await reader.list('serviceentries.networking.istio.io');
      return judgeMissing(entries, `${name}.${namespace}.svc.cluster.local`, shown);
    }
    return lookAt(reader, service, port, shown);
  },
};

/** The clusters that global rate limit filters ask. */
export function clustersOf(
  filters: readonly KubeObject[],
): { readonly filter: KubeObject; readonly name: string }[] {
  const found = rateLimits(filters)
    .filter(({ kind }) => kind === 'global')
    .flatMap(({ patch }) =>
      valuesOf(patch.value, ['cluster_name', 'clusterName']).map(({ value }) => ({
        filter: patch.filter,
        name: value,
      })),
    )
    .filter((one): one is { filter: KubeObject; name: string } => typeof one.name === 'string');
  return found.filter((one, index) => found.findIndex(({ name }) => name === one.name) === index);
}

/** A cluster of another name exists only where an EnvoyFilter adds it. */
function judgeOwnCluster(name: string, filters: readonly KubeObject[], shown: Sight): Judgement {
  const makers = filters.filter((one) =>
    patchesOf(one).some(({ applyTo, value }) => applyTo === 'CLUSTER' && text(value, 'name') === name),
  );
  if (makers.length > 0)
    return seen(shown, ...makers.map((one) => sight(filterName(one), 'adds the cluster', name)));
  return say('wrong-cluster', [shown, sight('envoyfilters', `that add the cluster ${name}`, '0')]);
}

function judgeMissing(entries: readonly KubeObject[], host: string, shown: Sight): Judgement {
  if (entries.some((one) => hostsOf(one).some((pattern) => covers(pattern, host)))) return seen(shown);
  return say('wrong-cluster', [shown, sight('services', host, 'not found')]);
}

async function lookAt(
  reader: ClusterReader,
  service: KubeObject,
  port: number,
  shown: Sight,
): Promise<Judgement> {
  const ports = portsOf(service).map((one) => one.port);
  const own = sight(serviceName(service), 'spec.ports', ports.join(', ') || 'none');
  if (!ports.includes(port)) return say('wrong-cluster', [shown, own]);
  const namespace = namespaceOf(service);
  const ready = sight(serviceName(service), 'ready addresses', '0');
  if ((await readyAddresses(reader, nameOf(service), namespace)) === 0) return say('down', [shown, ready]);
  const pods = podsOf(service, await reader.list('pods', { namespace }));
  return lookAtRedis(reader, pods, [shown, own]);
}

/** The Redis that the service's environment names, where it is a Service of the cluster. */
async function lookAtRedis(
  reader: ClusterReader,
  pods: readonly KubeObject[],
  shown: readonly Sight[],
): Promise<Judgement> {
  for (const pod of pods.slice(0, 1)) {
    const url = items(pod, 'spec', 'containers')
      .map((one) => envOf(one, 'REDIS_URL'))
      .find((one) => one !== '');
    const parts = (url ?? '').replace(/:\d+$/, '').split('.');
    const [name = '', namespace = namespaceOf(pod), svc = 'svc'] = parts;
    if (!url || svc !== 'svc' || !NAME.test(name) || !NAME.test(namespace)) break;
    const seenUrl = sight(podName(pod), 'REDIS_URL', url);
    const redis = await reader.get('services', name, namespace);
    const isReady = redis && (await readyAddresses(reader, name, namespace)) > 0;
    // A name with one dot that is no Service may be one outside.
    if (isReady || (!redis && parts.length === 2)) return seen(...shown, seenUrl);
    const state = redis ? 'no ready address' : 'not found';
    return say('redis', [seenUrl, sight(named('service', name, namespace), 'state', state), ...shown]);
  }
  return seen(...shown);
}
