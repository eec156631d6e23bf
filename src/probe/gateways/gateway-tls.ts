/** Do the TLS mode of a gateway's servers and the kind of routes bound to them agree? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe } from '../probe.ts';
import { items } from '../shared/fields.ts';
import { boundTo, serverSight, serversOf } from '../shared/hosts-of-gateways.ts';
import { sight } from '../shared/mesh.ts';
import { ruleName } from '../shared/routing-rules.ts';
import { calledName, type Judgement, overlaps, say, seen } from '../shared/traffic.ts';
import { isBound } from './gateway-routes.ts';

/** Modes with which the gateway ends TLS itself. */
const ENDS = ['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'];

export const gatewayTls: Probe = {
  reads: ['gateways.networking.istio.io', 'virtualservices.networking.istio.io'],
  needs: ['host'],
  answers: ['terminate-tls-routes', 'passthrough-http-routes', 'consistent'],
  async look(reader, facts) {
    const gateways = await reader.list('gateways.networking.istio.io');
    const rules = await reader.list('virtualservices.networking.istio.io');
    return judgeGatewayTls(gateways, rules, facts);
  },
};

export function judgeGatewayTls(
  gateways: readonly KubeObject[],
  rules: readonly KubeObject[],
  facts: Facts,
): Judgement {
  const host = calledName(facts);
  const servers = gateways
    .flatMap(serversOf)
    .filter(({ tls, hosts }) => tls !== '' && hosts.some((one) => overlaps(one, host)));
  const own = boundTo(rules, host).filter((rule) => servers.some((server) => isBound(rule, server, host)));
  const sights = [
    ...servers.map(serverSight),
    ...own.map((rule) =>
      sight(ruleName('virtualservice', rule), 'routes', kindsOf(rule).join(', ') || 'none'),
    ),
  ];
  if (servers.length === 0 || own.length === 0)
    return seen(
      sight('gateways, virtualservices', host, `${servers.length} servers with TLS, ${own.length} rules`),
      ...sights,
    );
  const kinds = new Set(own.flatMap(kindsOf));
  if (servers.every(({ tls }) => ENDS.includes(tls))) {
    if (kinds.size === 1 && kinds.has('tls')) return say('terminate-tls-routes', sights);
    return kinds.has('http') ? say('consistent', sights) : seen(...sights);
  }
  if (servers.every(({ tls }) => tls === 'PASSTHROUGH')) {
    if (kinds.size === 1 && kinds.has('http')) return say('passthrough-http-routes', sights);
    return kinds.has('tls') ? say('consistent', sights) : seen(...sights);
  }
  return seen(...sights);
}

/** Kinds of routes that a rule has. */
const kindsOf = (rule: KubeObject): string[] =>
  ['http', 'tls', 'tcp'].filter((kind) => items(rule, 'spec', kind).length > 0);
