/** What do the DestinationRules of a host say about TLS and about limits of connections, and does the server fit? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe, Sight } from '../probe.ts';
import { at, text } from '../shared/fields.ts';
import { sight } from '../shared/mesh.ts';
import { effectiveMtls, rootNamespaces } from '../shared/policies.ts';
import { destinationRulesFor, ruleName, settingsOf, subsetsOf } from '../shared/routing-rules.ts';
import { readServers, type Servers, serverPort } from '../shared/server-pods.ts';
import { portsMeant } from '../shared/service-protocol.ts';
import { calledHost, hasProxy, isAmbient, type Judgement, join, say, seen } from '../shared/traffic.ts';

/** Limits whose overflow Envoy reports as UO. */
const LIMITS = [
  ['tcp', 'maxConnections'],
  ['http', 'http1MaxPendingRequests'],
  ['http', 'http2MaxRequests'],
] as const;

export const destinationRuleTls: Probe = {
  reads: [
    'services',
    'pods',
    'destinationrules.networking.istio.io',
    'peerauthentications.security.istio.io',
  ],
  needs: ['namespace'],
  answers: [
    'rule-plain',
    'server-plain',
    'plain',
    'own-tls',
    'istio-mutual',
    'auto',
    'small-pool',
    'slow-upstream',
  ],
  async look(reader, facts) {
    const host = calledHost(facts);
    if (host === '') return seen(sight('service', facts.namespace!, 'not known'));
    const rules = await reader.list('destinationrules.networking.istio.io');
    const policies = await reader.list('peerauthentications.security.istio.io');
    return judgeDestinationRules(rules, policies, await readServers(reader, facts), facts);
  },
};

export function judgeDestinationRules(
  all: readonly KubeObject[],
  policies: readonly KubeObject[],
  servers: Servers,
  facts: Facts,
): Judgement {
  const host = calledHost(facts);
  const { rules, isCertain } = destinationRulesFor(all, host, {
    client: facts['client-namespace'] ?? '',
    server: facts.namespace ?? '',
    roots: rootNamespaces(facts),
  });
  const number = Number(facts.port ?? 'NaN');
  const ports = servers.service
    ? portsMeant(servers.service, facts.port).map(({ port }) => port)
    : [number].filter((one) => !Number.isNaN(one));
  const modes = new Set(settingsOf(rules, 'tls', ports).map((tls) => text(tls, 'mode')));
  const sights = ruleSights(rules, host);
  if (!isCertain) return seen(...sights);
  return join(judgeTls(modes, policies, servers, facts, sights), judgePool(rules, ports, sights));
}

function ruleSights(rules: readonly KubeObject[], host: string): Sight[] {
  if (rules.length === 0) return [sight('destinationrules', host, 'none for this host')];
  return rules.flatMap((one) => [
    sight(
      ruleName('destinationrule', one),
      'spec.trafficPolicy',
      at(one, 'spec', 'trafficPolicy') ?? 'absent',
    ),
    ...subsetsOf([one])
      .filter((subset) => at(subset, 'trafficPolicy') !== undefined)
      .map((subset) =>
        sight(
          ruleName('destinationrule', one),
          `subset ${text(subset, 'name')}`,
          at(subset, 'trafficPolicy'),
        ),
      ),
  ]);
}

function judgeTls(
  modes: ReadonlySet<string>,
  policies: readonly KubeObject[],
  servers: Servers,
  facts: Facts,
  sights: readonly Sight[],
): Judgement {
  const only = (...wanted: string[]) => modes.size > 0 && [...modes].every((one) => wanted.includes(one));
  const { pods } = servers;
  const mtls = new Set(
    pods.flatMap(
      (pod) => effectiveMtls(policies, pod, serverPort(servers, pod, facts), rootNamespaces(facts)).modes,
    ),
  );
  const isOnly = (mode: string) => mtls.size === 1 && [...mtls][0] === mode;
  const inMesh = pods.length > 0 && pods.every(hasProxy);
  const plainPods = pods.some((pod) => !hasProxy(pod) && !isAmbient(pod));
  const server = [
    ...sights,
    sight('pods', 'with a sidecar', `${pods.filter(hasProxy).length} of ${pods.length}`),
    sight('peerauthentications', 'mode in force', [...mtls].join(' or ') || 'no pod seen'),
  ];
  const parts: Judgement[] = [];
  if (inMesh && isOnly('STRICT') && only('DISABLE', 'SIMPLE')) parts.push(say('rule-plain', server));
  if (only('ISTIO_MUTUAL') && (plainPods || isOnly('DISABLE'))) parts.push(say('server-plain', server));
  if (only('DISABLE')) parts.push(say('plain', sights));
  if (only('SIMPLE', 'MUTUAL')) parts.push(say('own-tls', sights));
  if (only('ISTIO_MUTUAL')) parts.push(say('istio-mutual', sights));
  if (only('')) parts.push(say('auto', sights));
  return parts.length > 0 ? join(...parts) : seen(...sights);
}

/** Without a limit of its own a pool is practically endless, so it is the upstream that is slow. */
function judgePool(
  rules: readonly KubeObject[],
  ports: readonly number[],
  sights: readonly Sight[],
): Judgement {
  const limits = settingsOf(rules, 'connectionPool', ports).flatMap((pool) =>
    LIMITS.flatMap(([part, name]) => {
      const value = at(pool, part, name);
      return typeof value === 'number' ? [sight('connectionPool', `${part}.${name}`, value)] : [];
    }),
  );
  return limits.length > 0 ? say('small-pool', [...limits, ...sights]) : say('slow-upstream', sights);
}
