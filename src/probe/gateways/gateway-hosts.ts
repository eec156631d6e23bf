/** Why is no VirtualService bound to the gateway for a host: its reference, its hosts, its visibility, or a twin? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe, Sight } from '../probe.ts';
import { at, map, namespaceOf } from '../shared/fields.ts';
import {
  boundTo,
  gatewayId,
  ruleSight,
  type Server,
  serverSight,
  serversOf,
} from '../shared/hosts-of-gateways.ts';
import { sight } from '../shared/mesh.ts';
import { gatewaysOf, hostsOf, ruleName } from '../shared/routing-rules.ts';
import {
  calledName,
  covers,
  isVisible,
  type Judgement,
  join,
  overlaps,
  say,
  seen,
} from '../shared/traffic.ts';
import { isBound } from './gateway-routes.ts';

export const gatewayHosts: Probe = {
  reads: ['gateways.networking.istio.io', 'virtualservices.networking.istio.io'],
  needs: ['host'],
  answers: ['no-rule', 'reference', 'host-differs', 'not-visible', 'twice'],
  async look(reader, facts) {
    const gateways = await reader.list('gateways.networking.istio.io');
    const rules = await reader.list('virtualservices.networking.istio.io');
    return judgeGatewayHosts(gateways, rules, facts);
  },
};

export function judgeGatewayHosts(
  gateways: readonly KubeObject[],
  rules: readonly KubeObject[],
  facts: Facts,
): Judgement {
  const host = calledName(facts);
  const withHost = rules.filter((one) => hostsOf(one).some((pattern) => covers(pattern, host)));
  const servers = gateways.flatMap(serversOf).filter(({ hosts }) => hosts.some((one) => overlaps(one, host)));
  const sights = [...withHost.map(ruleSight), ...servers.map(serverSight)];
  if (withHost.length === 0)
    return say('no-rule', [sight('virtualservices', `with host ${host}`, `0 of ${rules.length}`), ...sights]);
  const own = boundTo(rules, host);
  if (own.length === 0) return say('reference', sights);
  if (own.some((rule) => servers.some((server) => isBound(rule, server, host))))
    return join(judgeTwins(servers, own), seen(...sights));
  return join(...own.map((rule) => judgeRule(rule, gateways, host)), seen(...sights));
}

/** One rule that no server takes: where does it fall out? */
function judgeRule(rule: KubeObject, gateways: readonly KubeObject[], host: string): Judgement {
  const names = gatewaysOf(rule).filter((one) => one !== 'mesh');
  const named = gateways.filter((one) => names.includes(gatewayId(one)));
  if (named.length === 0)
    return say('reference', [
      ruleSight(rule),
      sight(
        'gateways.networking.istio.io',
        names.join(', '),
        `not among ${gateways.map(gatewayId).join(', ') || 'none'}`,
      ),
    ]);
  const servers = named.flatMap(serversOf);
  const near = servers.filter(({ hosts }) => hosts.some((one) => covers(one, host)));
  const sights = [ruleSight(rule), ...servers.map(serverSight)];
  if (near.length === 0) return say('host-differs', sights);
  const isHidden = named.every((one) => !isVisible(rule, namespaceOf(one)));
  const to = sight(
    ruleName('virtualservice', rule),
    'spec.exportTo',
    at(rule, 'spec', 'exportTo') ?? 'absent',
  );
  return say('not-visible', isHidden ? [to, ...sights] : sights);
}

/** Of two servers with TLS, one port, one host and the same pods only the first is taken (IST0145). */
function judgeTwins(servers: readonly Server[], rules: readonly KubeObject[]): Judgement {
  const named = new Set(rules.flatMap(gatewaysOf));
  const own = servers.filter(({ tls, gateway }) => tls !== '' && named.has(gatewayId(gateway)));
  const isTwin = (a: Server, b: Server) =>
    gatewayId(a.gateway) !== gatewayId(b.gateway) &&
    a.port === b.port &&
    b.tls !== '' &&
    selector(a) === selector(b) &&
    a.hosts.some((host) => b.hosts.includes(host));
  const pairs = own.flatMap((mine) => servers.filter((one) => isTwin(mine, one)).map((one) => [mine, one]));
  return pairs.length > 0 ? say('twice', pairs.flat().map(withSelector)) : seen();
}

const selector = ({ gateway }: Server): string =>
  JSON.stringify(Object.entries(map(gateway, 'spec', 'selector')).sort());

const withSelector = (server: Server): Sight => {
  const shown = serverSight(server);
  return { ...shown, value: `${shown.value}, selector ${selector(server)}` };
};
