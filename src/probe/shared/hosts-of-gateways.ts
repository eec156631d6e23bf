/** Istio's Gateways: the servers that listen for a host, and the rules bound to them. */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Facts, Sight } from '../probe.ts';
import { count, hasLabels, items, labelsOf, map, nameOf, namespaceOf, text } from './fields.ts';
import { sight } from './mesh.ts';
import { gatewaysOf, hostsOf, ruleName } from './routing-rules.ts';
import { covers, GATEWAY_NAME, overlaps, texts } from './traffic.ts';

export interface Server {
  readonly gateway: KubeObject;
  readonly port: number;
  readonly tls: string;
  readonly credential: string;
  /** Without the namespace that may stand before them. */
  readonly hosts: readonly string[];
  /** As written: `namespace/host` lets only rules of that namespace in. */
  readonly bound: readonly string[];
}

export const gatewayId = (gateway: KubeObject): string => `${namespaceOf(gateway)}/${nameOf(gateway)}`;

export function serversOf(gateway: KubeObject): Server[] {
  return items(gateway, 'spec', 'servers').map((one) => {
    const bound = texts(one, 'hosts').map((host) => host.toLowerCase());
    return {
      gateway,
      port: count(one, ['port', 'number']),
      tls: text(one, 'tls', 'mode'),
      credential: text(one, 'tls', 'credentialName'),
      hosts: bound.map(withoutNamespace),
      bound,
    };
  });
}

const withoutNamespace = (host: string): string => host.slice(host.indexOf('/') + 1);

/** Whether a server takes rules with this host from this namespace. */
export function admits(server: Server, host: string, namespace: string): boolean {
  return server.bound.some((one) => {
    const [from, pattern] = one.includes('/') ? [one.split('/')[0]!, withoutNamespace(one)] : ['*', one];
    const isFrom =
      from === '*' || from === namespace || (from === '.' && namespace === namespaceOf(server.gateway));
    return isFrom && overlaps(pattern, host);
  });
}

/** Rules with a host that covers the called one and that name a gateway other than the sidecars. */
export function boundTo(rules: readonly KubeObject[], host: string): KubeObject[] {
  return rules.filter(
    (one) =>
      gatewaysOf(one).some((name) => name !== 'mesh') &&
      hostsOf(one).some((pattern) => covers(pattern, host)),
  );
}

/** Gateways whose selector takes a pod's labels; an empty selector takes every gateway. */
export function gatewaysOn(gateways: readonly KubeObject[], pods: readonly KubeObject[]): KubeObject[] {
  return gateways.filter((one) => pods.some((pod) => hasLabels(labelsOf(pod), map(one, 'spec', 'selector'))));
}

/** A pod of the gateway that a case names: by its own name, its label or its Gateway API object; none where it names none. */
export function isPodOfGateway(pod: KubeObject, facts: Facts): boolean {
  const { gateway } = facts;
  if (gateway === undefined) return false;
  const labels = labelsOf(pod);
  return (
    nameOf(pod) === gateway ||
    nameOf(pod).startsWith(`${gateway}-`) ||
    [labels[GATEWAY_NAME], labels.app, labels.istio].includes(gateway)
  );
}

export const serverSight = ({ gateway, port, tls, bound }: Server): Sight =>
  sight(ruleName('gateway', gateway), `server ${port}`, `${tls || 'no tls'}, hosts ${bound.join(' ')}`);

export const ruleSight = (rule: KubeObject): Sight =>
  sight(
    ruleName('virtualservice', rule),
    'hosts, gateways',
    `${hostsOf(rule).join(' ')}, ${gatewaysOf(rule).join(' ')}`,
  );
