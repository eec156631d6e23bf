/** Which part of the way from a gateway's port to a route is missing for a host and its path? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe, Sight } from '../probe.ts';
import { at, items, namespaceOf, text } from '../shared/fields.ts';
import { routeName, takesHost } from '../shared/gateway-api.ts';
import {
  admits,
  boundTo,
  gatewayId,
  gatewaysOn,
  isPodOfGateway,
  ruleSight,
  type Server,
  serverSight,
  serversOf,
} from '../shared/hosts-of-gateways.ts';
import { podName, sight } from '../shared/mesh.ts';
import { gatewaysOf, hostsOf, ruleName } from '../shared/routing-rules.ts';
import {
  calledName,
  covers,
  isGatewayPod,
  isLive,
  isVisible,
  type Judgement,
  overlaps,
  say,
  seen,
  texts,
} from '../shared/traffic.ts';

export const gatewayRoutes: Probe = {
  reads: [
    'pods',
    'gateways.networking.istio.io',
    'virtualservices.networking.istio.io',
    'httproutes.gateway.networking.k8s.io',
  ],
  needs: ['host'],
  answers: ['no-listener', 'host-missing', 'path-missing', 'http-route', 'complete'],
  async look(reader, facts) {
    const pods = await reader.list('pods', { namespace: facts['gateway-namespace'] });
    const own = gatewayPodsOf(pods, facts);
    if (own.length === 0) return seen(sight('pods', facts.gateway ?? 'of a gateway', 'none found'));
    const gateways = await reader.list('gateways.networking.istio.io');
    const rules = await reader.list('virtualservices.networking.istio.io');
    const routes = await reader.list('httproutes.gateway.networking.k8s.io');
    return judgeGatewayRoutes(own, { gateways, rules, routes }, facts);
  },
};

/** Pods of the gateway that the case names; where it names none, of the ingress gateways. */
export function gatewayPodsOf(pods: readonly KubeObject[], facts: Facts): KubeObject[] {
  const live = pods.filter(isLive);
  if (facts.gateway !== undefined) return live.filter((one) => isPodOfGateway(one, facts));
  return live.filter(
    (one) => isGatewayPod(one) && !/egress|eastwest/.test(text(one, 'metadata', 'labels', 'istio')),
  );
}

export interface Routing {
  readonly gateways: readonly KubeObject[];
  readonly rules: readonly KubeObject[];
  /** HTTPRoutes of the Gateway API. */
  readonly routes: readonly KubeObject[];
}

export function judgeGatewayRoutes(
  pods: readonly KubeObject[],
  { gateways, rules, routes }: Routing,
  facts: Facts,
): Judgement {
  const host = calledName(facts);
  const on = gatewaysOn(gateways, pods);
  const servers = on.flatMap(serversOf).filter(({ hosts }) => hosts.some((one) => overlaps(one, host)));
  const bound = boundTo(rules, host).filter((rule) => servers.some((server) => isBound(rule, server, host)));
  if (bound.length > 0) return judgePath(bound, servers, facts);
  const api = routes.filter((one) => texts(one, 'spec', 'hostnames').length > 0 && takesHost(one, host));
  if (api.length > 0)
    return say(
      'http-route',
      api.map((one) => sight(routeName(one), 'spec.hostnames', texts(one, 'spec', 'hostnames').join(' '))),
    );
  const seenPods = pods
    .slice(0, 3)
    .map((pod) => sight(podName(pod), 'labels', at(pod, 'metadata', 'labels')));
  const elsewhere = gateways.flatMap(serversOf).filter(({ hosts }) => hosts.some((one) => covers(one, host)));
  const isUnselected = servers.length === 0 && elsewhere.length > 0;
  // A Gateway API gateway has its listeners without any Gateway of Istio's.
  const isOfApi = pods.some(
    (pod) => text(pod, 'metadata', 'labels', 'gateway.networking.k8s.io/gateway-name') !== '',
  );
  if (isOfApi) return seen(...seenPods, ...servers.map(serverSight));
  if (on.length === 0 || isUnselected)
    return say('no-listener', [...seenPods, ...elsewhere.map(serverSight), ...selectorSights(gateways)]);
  return say('host-missing', [...on.flatMap(serversOf).map(serverSight), ...rulesSight(rules, host)]);
}

function selectorSights(gateways: readonly KubeObject[]): Sight[] {
  if (gateways.length === 0) return [sight('gateways.networking.istio.io', 'in any namespace', 'none')];
  return gateways.map((one) =>
    sight(ruleName('gateway', one), 'spec.selector', at(one, 'spec', 'selector') ?? 'absent'),
  );
}

function rulesSight(rules: readonly KubeObject[], host: string): Sight[] {
  const own = boundTo(rules, host);
  return own.length > 0
    ? own.map(ruleSight)
    : [sight('virtualservices', `with host ${host}`, `0 of ${rules.length}`)];
}

/** A rule that names the server's Gateway, that the server's hosts let in and that the gateway's namespace may see. */
export function isBound(rule: KubeObject, server: Server, host: string): boolean {
  return (
    gatewaysOf(rule).includes(gatewayId(server.gateway)) &&
    isVisible(rule, namespaceOf(server.gateway)) &&
    hostsOf(rule).some((one) => covers(one, host) && admits(server, one, namespaceOf(rule)))
  );
}

/** Whether a match of the rules takes the path; what regular expressions and headers decide stays open. */
function judgePath(rules: readonly KubeObject[], servers: readonly Server[], facts: Facts): Judgement {
  const path = (facts.path ?? '').replace(/[?#].*/s, '');
  const http = rules.flatMap((rule) => items(rule, 'spec', 'http'));
  const matches = http.map((one) => takesPath(one, path));
  const sights = [
    sight('path called', 'path', path || 'not known'),
    ...rules.map((one) => sight(ruleName('virtualservice', one), 'http[].match', paths(one))),
    ...servers.map(serverSight),
  ];
  if (path === '' || http.length === 0) return seen(...sights);
  if (matches.includes('yes')) return say('complete', sights);
  return matches.every((one) => one === 'no') ? say('path-missing', sights) : seen(...sights);
}

function paths(rule: KubeObject): string {
  const all = items(rule, 'spec', 'http').flatMap((one) =>
    items(one, 'match').length === 0
      ? ['all']
      : items(one, 'match').map((match) => JSON.stringify(at(match, 'uri') ?? 'other')),
  );
  return all.join(', ') || 'no http routes';
}

type Takes = 'yes' | 'no' | 'open';

function takesPath(http: unknown, path: string): Takes {
  if (at(http, 'match') === undefined) return 'yes';
  const matches = items(http, 'match');
  if (matches.length === 0) return 'open';
  const all = matches.map((one) => takes(one, path));
  if (all.includes('yes')) return 'yes';
  return all.includes('open') ? 'open' : 'no';
}

function takes(match: unknown, path: string): Takes {
  if (typeof match !== 'object' || match === null) return 'open';
  const onlyUri = Object.keys(match).every((key) => ['uri', 'name', 'ignoreUriCase'].includes(key));
  const uri = takesUri(match, path);
  return uri === 'yes' && !onlyUri ? 'open' : uri;
}

function takesUri(match: unknown, path: string): Takes {
  if (at(match, 'uri') === undefined) return 'yes';
  const fold = (one: string) => (at(match, 'ignoreUriCase') === true ? one.toLowerCase() : one);
  const [exact, prefix] = [at(match, 'uri', 'exact'), at(match, 'uri', 'prefix')];
  if (typeof exact === 'string') return fold(exact) === fold(path) ? 'yes' : 'no';
  if (typeof prefix === 'string') return fold(path).startsWith(fold(prefix)) ? 'yes' : 'no';
  return 'open';
}
