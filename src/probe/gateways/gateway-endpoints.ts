/** A gateway's address does not answer: are there pods, the port, a listener, and what kind of load balancer is it? */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import { type Facts, named, type Probe } from '../probe.ts';
import {
  annotationsOf,
  count,
  hasLabels,
  items,
  labelsOf,
  map,
  nameOf,
  namespaceOf,
  text,
} from '../shared/fields.ts';
import { readIngressServices, selectorSights, serviceName } from '../shared/gateways.ts';
import { podName, readyAddresses, sight } from '../shared/mesh.ts';
import { portsMeant, portsOf, type ServicePort } from '../shared/service-protocol.ts';
import { GATEWAY_NAME, isReady, type Judgement, podsOf, say, seen } from '../shared/traffic.ts';

/** Annotations with which clouds are asked for a private address, and the values that do. */
const INTERNAL: readonly (readonly [string, RegExp])[] = [
  ['service.beta.kubernetes.io/azure-load-balancer-internal', /^true$/i],
  ['networking.gke.io/load-balancer-type', /^internal$/i],
  ['cloud.google.com/load-balancer-type', /^internal$/i],
  ['service.beta.kubernetes.io/aws-load-balancer-scheme', /^internal$/i],
  ['service.beta.kubernetes.io/aws-load-balancer-internal', /^(?:true|0\.0\.0\.0\/0)$/i],
];

export const gatewayEndpoints: Probe = {
  reads: [
    'services',
    'gateways.networking.istio.io',
    'gateways.gateway.networking.k8s.io',
    'endpointslices.discovery.k8s.io',
    'pods',
  ],
  needs: [],
  answers: ['no-pods', 'port', 'internal', 'local', 'fine'],
  async look(reader, facts) {
    const services = await readIngressServices(reader, facts);
    const [service] = services;
    if (!service || services.length > 1) return seen(...selectorSights(services));
    const namespace = namespaceOf(service);
    const pods = podsOf(service, await reader.list('pods', { namespace }));
    const addresses = await readyAddresses(reader, nameOf(service), namespace);
    return judgeGatewayEndpoints(service, pods, addresses, await listenersOf(reader, service, pods), facts);
  },
};

/** Ports that Gateways open on these pods; `undefined` where the Gateway API has a say in them. */
async function listenersOf(
  reader: ClusterReader,
  service: KubeObject,
  pods: readonly KubeObject[],
): Promise<readonly number[] | undefined> {
  if (map(service, 'spec', 'selector')[GATEWAY_NAME] !== undefined) return undefined;
  const manual = await reader.list('gateways.gateway.networking.k8s.io');
  // A Gateway of the Gateway API can take an existing Service by its name in spec.addresses.
  if (manual.some((one) => items(one, 'spec', 'addresses').length > 0)) return undefined;
  const gateways = await reader.list('gateways.networking.istio.io');
  return gateways
    .filter((one) => pods.some((pod) => hasLabels(labelsOf(pod), map(one, 'spec', 'selector'))))
    .flatMap((one) => items(one, 'spec', 'servers'))
    .map((server) => count(server, ['port', 'number']));
}

export function judgeGatewayEndpoints(
  service: KubeObject,
  pods: readonly KubeObject[],
  addresses: number,
  listeners: readonly number[] | undefined,
  facts: Facts,
): Judgement {
  const name = serviceName(service);
  const backends = [
    sight(
      named('endpointslices', nameOf(service), namespaceOf(service)),
      'ready addresses',
      String(addresses),
    ),
    ...pods.map((pod) => sight(podName(pod), 'Ready', isReady(pod) ? 'True' : 'False')),
  ];
  if (Object.keys(map(service, 'spec', 'selector')).length === 0)
    return seen(sight(name, 'spec.selector', 'none'), ...backends);
  if (addresses === 0) return pods.some(isReady) ? seen(...backends) : say('no-pods', backends);
  const meant = portsMeant(service, facts.port);
  const own = portsOf(service).map(({ port, targetPort }) => `${port} to ${targetPort}`);
  const ways = [
    sight(name, 'spec.ports', own.join(', ') || 'none'),
    sight('gateways', 'ports for these pods', listeners?.join(', ') ?? 'of the Gateway API'),
  ];
  if (facts.port !== undefined && meant.length === 0)
    return say('port', [sight('port called', name, facts.port), ...ways]);
  const isServed = meant.some((port) => listeners === undefined || isOpen(port, listeners));
  if (!isServed) return say('port', ways);
  return judgeBalancer(service, [...ways, ...backends], facts.port !== undefined && listeners !== undefined);
}

/** A server's number is the Service's port; Istio takes the container's too (pilot/pkg/model, resolvePorts). */
const isOpen = ({ port, targetPort }: ServicePort, listeners: readonly number[]): boolean =>
  listeners.includes(port) || listeners.includes(Number(targetPort));

function judgeBalancer(
  service: KubeObject,
  ways: readonly ReturnType<typeof sight>[],
  isCertain: boolean,
): Judgement {
  const name = serviceName(service);
  const annotations = annotationsOf(service);
  const internal = INTERNAL.filter(([key, wanted]) => wanted.test(annotations[key] ?? ''));
  const policy = text(service, 'spec', 'externalTrafficPolicy');
  const shown = [
    ...internal.map(([key]) => sight(name, key, annotations[key])),
    sight(name, 'spec.externalTrafficPolicy', policy || 'absent'),
    ...ways,
  ];
  if (internal.length > 0) return say('internal', shown);
  if (policy === 'Local') return say('local', shown);
  return isCertain ? say('fine', shown) : seen(...shown);
}
