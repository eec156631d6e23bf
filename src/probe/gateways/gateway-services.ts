/** Is there a Service before the ingress gateway, and has it got an address? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe } from '../probe.ts';
import { map, nameOf, text } from '../shared/fields.ts';
import { addressesOf, ingressServices, serviceName } from '../shared/gateways.ts';
import { sight } from '../shared/mesh.ts';
import { type Judgement, say, seen } from '../shared/traffic.ts';

export const gatewayServices: Probe = {
  reads: ['services', 'gateways.networking.istio.io'],
  needs: [],
  answers: ['none', 'pending', 'no-load-balancer', 'has-address'],
  async look(reader, facts) {
    const services = await reader.list('services');
    const gateways = await reader.list('gateways.networking.istio.io');
    return judgeGatewayServices(services, gateways, facts);
  },
};

/** `services` are all of the cluster: only then can "none" be said. */
export function judgeGatewayServices(
  services: readonly KubeObject[],
  gateways: readonly KubeObject[],
  facts: Facts,
): Judgement {
  const own = ingressServices(services, gateways, facts);
  if (own.length === 0) return judgeAbsence(services, gateways);
  const sights = own.map((one) => sight(serviceName(one), 'type, address', shown(one)));
  const states = new Set(own.map(stateOf));
  // Several gateways in different states: which of them the case means, only a person knows.
  return states.size === 1 && !states.has('') ? say([...states][0]!, sights) : seen(...sights);
}

function judgeAbsence(services: readonly KubeObject[], gateways: readonly KubeObject[]): Judgement {
  const others = ingressServices(services, gateways, {});
  const alike = services.filter(
    (one) => /gateway|ingress/.test(nameOf(one)) && Object.keys(map(one, 'spec', 'selector')).length > 0,
  );
  if (others.length + alike.length > 0)
    return seen(...[...others, ...alike].map((one) => sight(serviceName(one), 'type, address', shown(one))));
  return say('none', [sight('services', 'selector', `no Service of a gateway among ${services.length}`)]);
}

function stateOf(service: KubeObject): string {
  const type = text(service, 'spec', 'type') || 'ClusterIP';
  if (type === 'ClusterIP' || type === 'NodePort') return 'no-load-balancer';
  if (type !== 'LoadBalancer') return '';
  return addressesOf(service).length > 0 ? 'has-address' : 'pending';
}

function shown(service: KubeObject): string {
  return `${text(service, 'spec', 'type') || 'ClusterIP'}, ${addressesOf(service).join(' ') || 'none'}`;
}
