/** Do the faults of a service stand on routes with retries or a timeout, and can they reach the caller at all? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe, Sight } from '../probe.ts';
import { at, count, items, text } from '../shared/fields.ts';
import { podName, sight } from '../shared/mesh.ts';
import { gatewaysOf, hostsOf, ruleName } from '../shared/routing-rules.ts';
import { portsMeant } from '../shared/service-protocol.ts';
import {
  calledHost,
  calledName,
  clientPodOf,
  containerNames,
  covers,
  hasProxy,
  isAmbient,
  type Judgement,
  join,
  say,
  seen,
} from '../shared/traffic.ts';

/** Faults are parts of HTTP routes; a port of one of these protocols has none. */
const OPAQUE = ['tcp', 'tls', 'https', 'mongo', 'mysql', 'redis', 'udp'];

export const faultRoutes: Probe = {
  reads: ['virtualservices.networking.istio.io', 'services', 'pods'],
  needs: ['namespace', 'service'],
  answers: [
    'retries-ignored',
    'timeout-ignored',
    'no-fault',
    'no-sidecar',
    'not-applied',
    'gateway',
    'tcp-or-grpc',
    'headers',
  ],
  async look(reader, facts) {
    const rules = await reader.list('virtualservices.networking.istio.io');
    const service = await reader.get('services', facts.service!, facts.namespace);
    return judgeFaults(rules, service, await clientPodOf(reader, facts), facts);
  },
};

/** One HTTP route with a fault on the way to the called service. */
interface FaultRoute {
  readonly rule: KubeObject;
  readonly route: unknown;
}

export function judgeFaults(
  rules: readonly KubeObject[],
  service: KubeObject | undefined,
  client: KubeObject | undefined,
  facts: Facts,
): Judgement {
  const names = [calledHost(facts), calledName(facts)].filter((one) => one !== '');
  const faulty = rules
    .filter((rule) => hostsOf(rule).some((host) => names.some((name) => covers(host, name))))
    .flatMap((rule) => items(rule, 'spec', 'http').map((route) => ({ rule, route })))
    .filter(({ route }) => kinds(route).length > 0);
  const missed = judgeMissed(faulty, service, client, facts);
  // A fault that does not happen is no matter of retries, whatever else stands on its route.
  if (missed.candidates.length > 0) return missed;
  const retried = faulty.filter(({ route }) => kinds(route).includes('abort') && hasRetries(route));
  const timed = faulty.filter(({ route }) => kinds(route).includes('delay') && hasTimeout(route));
  const shown = faulty.flatMap(faultSights);
  if (retried.length > 0 && timed.length === 0) return say('retries-ignored', retried.flatMap(faultSights));
  if (timed.length > 0 && retried.length === 0) return say('timeout-ignored', timed.flatMap(faultSights));
  return seen(...(shown.length > 0 ? shown : missed.sights));
}

/** Why no fault can reach the caller. Who calls, and through what, is only taken from what the case knows. */
function judgeMissed(
  faulty: readonly FaultRoute[],
  service: KubeObject | undefined,
  client: KubeObject | undefined,
  facts: Facts,
): Judgement {
  const none = sight('virtualservices', `fault for ${calledHost(facts)}`, 'none');
  // An EnvoyFilter or the server itself may make faults too, so that there is none of them says nothing.
  if (faulty.length === 0) return say('not-applied', [none]);
  const shown = faulty.flatMap(faultSights);
  const forPods = faulty.filter(({ rule }) => gatewaysOf(rule).includes('mesh'));
  const bound = faulty.map(({ rule }) =>
    sight(ruleName('virtualservice', rule), 'spec.gateways', gatewaysOf(rule).join(', ')),
  );
  const isPlain = client !== undefined && containerNames(client) !== '' && !hasProxy(client);
  if (isPlain && !isAmbient(client))
    return no('no-sidecar', sight(podName(client), 'containers', containerNames(client)));
  const throughGateway = facts.gateway !== undefined && facts['client-pod'] === undefined;
  if (throughGateway && faulty.every(({ rule }) => gatewaysOf(rule).every((one) => one === 'mesh')))
    return no('gateway', ...bound);
  if (client !== undefined && forPods.length === 0) return no('not-applied', ...bound);
  const ports = service ? portsMeant(service, facts.port) : [];
  if (ports.length > 0 && ports.every(({ protocol }) => OPAQUE.includes(protocol)))
    return no('tcp-or-grpc', ...ports.map((one) => portSight(facts, one.name, one.port)));
  if (faulty.every(({ route }) => kinds(route).every((kind) => isNever(route, kind))))
    return no('headers', ...shown);
  return seen(none);
}

const no = (why: string, ...sights: readonly Sight[]): Judgement =>
  join(say('no-fault', sights), say(why, sights));

function portSight(facts: Facts, name: string, port: number): Sight {
  return sight(`service/${facts.service} -n ${facts.namespace}`, `port ${port}`, name);
}

/** The kinds of faults of a route. */
function kinds(route: unknown): ('abort' | 'delay')[] {
  return (['abort', 'delay'] as const).filter((kind) => {
    const fault = at(route, 'fault', kind);
    return typeof fault === 'object' && fault !== null && Object.keys(fault).length > 0;
  });
}

/** `percentage: {}` is 0 as well: zero is what an absent number of a message is. */
function isNever(route: unknown, kind: string): boolean {
  const percentage = at(route, 'fault', kind, 'percentage');
  return typeof percentage === 'object' && percentage !== null && count(percentage, ['value']) === 0;
}

/** `attempts: 0` switches retries off. */
const hasRetries = (route: unknown): boolean => count(route, ['retries', 'attempts']) > 0;

/** `0s` switches a timeout off. */
function hasTimeout(route: unknown): boolean {
  const value = text(route, 'timeout');
  return value !== '' && !/^0(?:ms|s|m|h)?$/.test(value);
}

function faultSights({ rule, route }: FaultRoute): Sight[] {
  const name = ruleName('virtualservice', rule);
  const beside = ['retries', 'timeout'].filter((field) => at(route, field) !== undefined);
  return [
    sight(name, 'http[].fault', at(route, 'fault')),
    ...beside.map((field) => sight(name, `http[].${field}`, at(route, field))),
  ];
}
