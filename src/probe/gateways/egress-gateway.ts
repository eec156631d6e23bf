/** A call goes over an egress gateway: does it run, and do rules and ServiceEntry lead through it? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe } from '../probe.ts';
import { map, namespaceOf } from '../shared/fields.ts';
import { takesHost } from '../shared/gateway-api.ts';
import {
  gatewayId,
  gatewaysOn,
  isPodOfGateway,
  ruleSight,
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
  isReady,
  isVisible,
  type Judgement,
  overlaps,
  say,
  seen,
  texts,
} from '../shared/traffic.ts';

export const egressGateway: Probe = {
  reads: [
    'pods',
    'gateways.networking.istio.io',
    'virtualservices.networking.istio.io',
    'serviceentries.networking.istio.io',
    'httproutes.gateway.networking.k8s.io',
  ],
  needs: ['host'],
  answers: ['not-running', 'rules', 'entry'],
  async look(reader, facts) {
    const pods = await reader.list('pods');
    const gateways = await reader.list('gateways.networking.istio.io');
    const rules = await reader.list('virtualservices.networking.istio.io');
    const entries = await reader.list('serviceentries.networking.istio.io');
    const routes = await reader.list('httproutes.gateway.networking.k8s.io');
    return judgeEgressGateway({ pods, gateways, rules, entries, routes }, facts);
  },
};

export interface EgressState {
  readonly pods: readonly KubeObject[];
  readonly gateways: readonly KubeObject[];
  readonly rules: readonly KubeObject[];
  readonly entries: readonly KubeObject[];
  readonly routes: readonly KubeObject[];
}

export function judgeEgressGateway(
  { pods, gateways, rules, entries, routes }: EgressState,
  facts: Facts,
): Judgement {
  const host = calledName(facts);
  const ways = rules.filter((one) => hostsOf(one).some((pattern) => covers(pattern, host)));
  const hops = ways.flatMap(gatewaysOf);
  const own = egressPods(
    pods,
    gateways.filter((one) => hops.includes(gatewayId(one))),
    facts,
  );
  const shown = own.map((pod) => sight(podName(pod), 'Ready', isReady(pod) ? 'True' : 'False'));
  if (own.length === 0) return judgeAbsence(pods);
  if (!own.some(isReady)) return say('not-running', shown);
  // Routes of the Gateway API lead through a gateway without any VirtualService.
  if (routes.some((one) => texts(one, 'spec', 'hostnames').length > 0 && takesHost(one, host)))
    return seen(...shown);
  const servers = gatewaysOn(gateways, own)
    .filter(hasSelector)
    .flatMap(serversOf)
    .filter(({ hosts }) => hosts.some((one) => overlaps(one, host)));
  const ids = new Set(servers.map(({ gateway }) => gatewayId(gateway)));
  const seenRules = [...servers.map(serverSight), ...ways.map(ruleSight)];
  if (servers.length === 0 || !hops.includes('mesh') || !hops.some((one) => ids.has(one)))
    return say('rules', [
      sight('gateways.networking.istio.io', `of the egress gateway, with ${host}`, String(servers.length)),
      sight('virtualservices', `gateways of those with ${host}`, hops.join(' ') || 'none'),
      ...seenRules,
    ]);
  const known = entries.filter((one) => hostsOf(one).some((pattern) => covers(pattern, host)));
  const visible = known.filter((one) => own.some((pod) => isVisible(one, namespaceOf(pod))));
  const isService = host.endsWith('.svc.cluster.local') || !host.includes('.');
  if (visible.length === 0 && !isService)
    return say('entry', [
      sight('serviceentries', `with ${host}`, `${known.length}, for the gateway's namespace 0`),
      ...known.map((one) =>
        sight(ruleName('serviceentry', one), 'spec.exportTo', texts(one, 'spec', 'exportTo').join(' ')),
      ),
    ]);
  return seen(...shown, ...seenRules);
}

/** Pods of the gateway that the case or a rule of the host names; else those with the label of Istio's charts. */
function egressPods(pods: readonly KubeObject[], named: readonly KubeObject[], facts: Facts): KubeObject[] {
  const live = pods.filter((one) => isLive(one) && isGatewayPod(one));
  const ofCase = live.filter((one) => isPodOfGateway(one, facts));
  if (ofCase.length > 0) return ofCase;
  const ofRules = live.filter(
    (pod) => gatewaysOn(named.filter(hasSelector), [pod]).length > 0 && !isIngress(pod),
  );
  return ofRules.length > 0 ? ofRules : live.filter((pod) => label(pod).includes('egress'));
}

const label = (pod: KubeObject): string => map(pod, 'metadata', 'labels').istio ?? '';
const isIngress = (pod: KubeObject): boolean => /ingress|eastwest/.test(label(pod));
const hasSelector = (gateway: KubeObject): boolean =>
  Object.keys(map(gateway, 'spec', 'selector')).length > 0;

/** A gateway of other labels may be the one for egress; only where there is none at all, none runs. */
function judgeAbsence(pods: readonly KubeObject[]): Judgement {
  const others = pods.filter((one) => isLive(one) && isGatewayPod(one) && !isIngress(one));
  const none = sight('pods', 'of an egress gateway', 'none');
  return others.length > 0
    ? seen(none, ...others.map((pod) => sight(podName(pod), 'labels', map(pod, 'metadata', 'labels'))))
    : say('not-running', [none]);
}
