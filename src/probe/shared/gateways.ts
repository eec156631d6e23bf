/** What the probes of gateways share: which Service and which pods a case means by its gateway. */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import { type Facts, named, type Sight } from '../probe.ts';
import { hasLabels, labelsOf, map, nameOf, namespaceOf, text } from './fields.ts';
import { sight } from './mesh.ts';
import { GATEWAY_NAME } from './traffic.ts';

/** Value of the label `istio` on ingress gateways: Istio's charts, the AKS add-on, own names on their pattern. */
const INGRESS = /ingress|^gateway$/;
const NOT_INGRESS = /egress|eastwest|waypoint/;

/** Selectors of Istio's Gateways: they name the labels of gateway pods whatever a team calls them. */
export function selectorsOf(gateways: readonly KubeObject[]): Record<string, string>[] {
  return gateways
    .map((gateway) => map(gateway, 'spec', 'selector'))
    .filter((selector) => Object.keys(selector).length > 0);
}

/** Whether a Service stands before pods of an ingress gateway; waypoints, egress and east-west gateways do not. */
export function isIngressService(
  service: KubeObject,
  selectors: readonly Readonly<Record<string, string>>[],
): boolean {
  const labels = labelsOf(service);
  const own = map(service, 'spec', 'selector');
  if (labels['gateway.istio.io/managed'] === 'istio.io-mesh-controller') return false;
  if (NOT_INGRESS.test([own.istio, own.app, nameOf(service)].join(' '))) return false;
  if (own[GATEWAY_NAME] !== undefined || labels[GATEWAY_NAME] !== undefined) return true;
  if (INGRESS.test(own.istio ?? '') || /istio-?ingress/.test(own.app ?? '')) return true;
  return selectors.some((selector) => hasLabels(own, selector));
}

/**
 * The Services that a case may mean by its gateway: those of its name or of its Gateway API object, in its
 * namespace; else all of the cluster.
 */
export function ingressServices(
  services: readonly KubeObject[],
  gateways: readonly KubeObject[],
  facts: Facts,
): KubeObject[] {
  const { gateway, 'gateway-namespace': namespace } = facts;
  const near = services.filter((one) => namespace === undefined || namespaceOf(one) === namespace);
  const exact = near.filter((one) => gateway !== undefined && nameOf(one) === gateway);
  if (exact.length > 0) return exact;
  const ingress = near.filter((one) => isIngressService(one, selectorsOf(gateways)));
  const own = ingress.filter((one) => gateway !== undefined && labelsOf(one)[GATEWAY_NAME] === gateway);
  return own.length > 0 ? own : ingress;
}

/** Reads what `ingressServices` needs; the namespace narrows it where the case knows it. */
export async function readIngressServices(reader: ClusterReader, facts: Facts): Promise<KubeObject[]> {
  const services = await reader.list('services', { namespace: facts['gateway-namespace'] });
  const gateways = await reader.list('gateways.networking.istio.io');
  return ingressServices(services, gateways, facts);
}

export function serviceName(service: KubeObject): string {
  return named('service', nameOf(service), namespaceOf(service));
}

/** Addresses that a load balancer gave, as the Service's status tells them. */
export function addressesOf(service: KubeObject): string[] {
  const status = (service as { status?: { loadBalancer?: { ingress?: unknown } } }).status;
  const list = status?.loadBalancer?.ingress;
  if (!Array.isArray(list)) return [];
  return list.map((one) => text(one, 'ip') || text(one, 'hostname')).filter((one) => one !== '');
}

/** What is shown where it cannot be told which gateway's Service is meant. */
export function selectorSights(services: readonly KubeObject[]): Sight[] {
  return [
    sight('services', 'of gateways', String(services.length)),
    ...services.map((one) => sight(serviceName(one), 'spec.selector', map(one, 'spec', 'selector'))),
  ];
}
