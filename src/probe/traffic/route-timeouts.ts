/** Which route sets the timeout that a call may have run into? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe, Sight } from '../probe.ts';
import { at, items, namespaceOf, text } from '../shared/fields.ts';
import { routeName, takesHost } from '../shared/gateway-api.ts';
import { sight } from '../shared/mesh.ts';
import { hostsOf, ruleName } from '../shared/routing-rules.ts';
import { calledHost, calledName, covers, type Judgement, say, seen } from '../shared/traffic.ts';

export const routeTimeouts: Probe = {
  reads: ['virtualservices.networking.istio.io', 'httproutes.gateway.networking.k8s.io'],
  needs: ['namespace'],
  answers: ['route', 'retries'],
  async look(reader, facts) {
    const rules = await reader.list('virtualservices.networking.istio.io');
    const routes = await reader.list('httproutes.gateway.networking.k8s.io');
    return judgeTimeouts(rules, routes, facts);
  },
};

export function judgeTimeouts(
  rules: readonly KubeObject[],
  routes: readonly KubeObject[],
  facts: Facts,
): Judgement {
  const names = [calledHost(facts), calledName(facts)].filter((one) => one !== '');
  const own = rules.filter((one) =>
    hostsOf(one).some((pattern) => names.some((name) => covers(pattern, name))),
  );
  const http = own.flatMap((rule) => items(rule, 'spec', 'http').map((one) => ({ rule, one })));
  const limits = [
    ...http.flatMap(({ rule, one }) =>
      limit(ruleName('virtualservice', rule), 'timeout', text(one, 'timeout')),
    ),
    ...routes.filter((one) => leadsTo(one, facts)).flatMap(apiLimits),
  ];
  const tries = http.flatMap(({ rule, one }) =>
    limit(ruleName('virtualservice', rule), 'retries.perTryTimeout', text(one, 'retries', 'perTryTimeout')),
  );
  const all = [...limits, ...tries];
  // Envoy tells the two apart in its details; without them, where both are set, either may have run out.
  const isTry = /per_try_timeout/.test(facts.details ?? '');
  const isWhole = /response_timeout/.test(facts.details ?? '');
  if (tries.length > 0 && (isTry || (limits.length === 0 && !isWhole))) return say('retries', all);
  if (limits.length > 0 && !isTry && (isWhole || tries.length === 0)) return say('route', all);
  return seen(
    ...(all.length > 0 ? all : [sight('virtualservices, httproutes', names.join(' '), 'no timeout set')]),
  );
}

/** `0s` switches a timeout off. */
function limit(object: string, field: string, value: string): Sight[] {
  return value === '' || /^0(?:ms|s|m|h)?$/.test(value) ? [] : [sight(object, field, value)];
}

function apiLimits(route: KubeObject): Sight[] {
  return items(route, 'spec', 'rules').flatMap((rule) => [
    ...limit(routeName(route), 'timeouts.request', text(rule, 'timeouts', 'request')),
    ...limit(routeName(route), 'timeouts.backendRequest', text(rule, 'timeouts', 'backendRequest')),
  ]);
}

/** A route whose backend is the called Service, or that names the called host. */
function leadsTo(route: KubeObject, facts: Facts): boolean {
  const isBackend = items(route, 'spec', 'rules')
    .flatMap((rule) => items(rule, 'backendRefs'))
    .some(
      (ref) =>
        facts.service !== undefined &&
        text(ref, 'name') === facts.service &&
        (text(ref, 'namespace') || namespaceOf(route)) === facts.namespace,
    );
  const host = calledName(facts);
  return isBackend || (host !== '' && at(route, 'spec', 'hostnames') !== undefined && takesHost(route, host));
}
