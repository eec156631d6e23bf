/** The rule is in the proxy: does it name subsets that lead nowhere, and does an earlier match hide a later one? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe, Sight } from '../probe.ts';
import { at, hasLabels, items, labelsOf, map, text } from '../shared/fields.ts';
import { sight } from '../shared/mesh.ts';
import { rootNamespaces } from '../shared/policies.ts';
import {
  destinationRulesFor,
  destinationsOf,
  gatewaysOf,
  hostsOf,
  policyOf,
  ruleName,
  subsetsOf,
} from '../shared/routing-rules.ts';
import { readServers, type Servers } from '../shared/server-pods.ts';
import { calledHost, covers, type Judgement, join, say, seen } from '../shared/traffic.ts';

export const destinationRuleSubsets: Probe = {
  reads: ['services', 'pods', 'virtualservices.networking.istio.io', 'destinationrules.networking.istio.io'],
  needs: ['namespace', 'service'],
  answers: ['subset', 'hidden', 'policy-only'],
  async look(reader, facts) {
    const routes = await reader.list('virtualservices.networking.istio.io');
    const rules = await reader.list('destinationrules.networking.istio.io');
    return judgeSubsets(routes, rules, await readServers(reader, facts), facts);
  },
};

export function judgeSubsets(
  routes: readonly KubeObject[],
  all: readonly KubeObject[],
  servers: Servers,
  facts: Facts,
): Judgement {
  const host = calledHost(facts);
  const own = routes.filter(
    (one) => gatewaysOf(one).includes('mesh') && hostsOf(one).some((pattern) => covers(pattern, host)),
  );
  const { rules, isCertain } = destinationRulesFor(all, host, {
    client: facts['client-namespace'] ?? '',
    server: facts.namespace ?? '',
    roots: rootNamespaces(facts),
  });
  const sights: Sight[] = [
    ...own.map((one) => sight(ruleName('virtualservice', one), 'hosts', hostsOf(one).join(', '))),
    ...rules.map((one) =>
      sight(ruleName('destinationrule', one), 'subsets', names(subsetsOf([one])).join(', ')),
    ),
  ];
  const shown = sights.length > 0 ? sights : [sight('virtualservices', host, 'none for this host')];
  return join(
    isCertain ? judgeNames(own, rules, servers, host) : seen(),
    judgeOrder(own),
    isCertain ? judgePolicies(own, rules, host) : seen(),
    seen(...shown),
  );
}

const names = (subsets: readonly unknown[]): string[] => subsets.map((one) => text(one, 'name'));

/** Subsets that a route names: defined, and with pods behind them? */
function judgeNames(
  routes: readonly KubeObject[],
  rules: readonly KubeObject[],
  { service, pods }: Servers,
  host: string,
): Judgement {
  const defined = subsetsOf(rules);
  const parts = routes.flatMap((route) =>
    [...new Set(destinationsOf(route, host).map((one) => text(one, 'subset')))]
      .filter((name) => name !== '')
      .flatMap((name) => {
        const subset = defined.find((one) => text(one, 'name') === name);
        const named = sight(ruleName('virtualservice', route), 'route[].destination.subset', name);
        if (!subset)
          return [
            say('subset', [
              named,
              sight('destinationrules', `subsets of ${host}`, names(defined).join(', ') || 'none'),
            ]),
          ];
        const labels = map(subset, 'labels');
        // Without the Service or with no pod at all the labels are not what is wrong.
        if (!service || pods.length === 0 || pods.some((pod) => hasLabels(labelsOf(pod), labels))) return [];
        return [
          say('subset', [named, sight('pods', `with ${JSON.stringify(labels)}`, `0 of ${pods.length}`)]),
        ];
      }),
  );
  return join(...parts);
}

/** A rule that takes every request, with others behind it that no request reaches. */
function judgeOrder(routes: readonly KubeObject[]): Judgement {
  const parts = routes.flatMap((route) => {
    const rules = items(route, 'spec', 'http');
    const first = rules.findIndex(takesAll);
    if (first === -1 || first === rules.length - 1) return [];
    const hidden = rules.length - 1 - first;
    return [
      say('hidden', [
        sight(ruleName('virtualservice', route), `http[${first}]`, `takes all; ${hidden} behind it`),
      ]),
    ];
  });
  return join(...parts);
}

function takesAll(rule: unknown): boolean {
  const matches = at(rule, 'match');
  if (matches === undefined) return true;
  if (!Array.isArray(matches)) return false;
  return matches.length === 0 || matches.some((one) => isEmptyMatch(one));
}

/** No condition, or the path prefix `/` as the only one. */
function isEmptyMatch(match: unknown): boolean {
  if (typeof match !== 'object' || match === null) return false;
  const conditions = Object.keys(match).filter((key) => key !== 'name');
  return conditions.length === 0 || (conditions.join() === 'uri' && text(match, 'uri', 'prefix') === '/');
}

/** A policy under subsets acts only for routes that name the subset. */
function judgePolicies(routes: readonly KubeObject[], rules: readonly KubeObject[], host: string): Judgement {
  const withPolicy = subsetsOf(rules).filter((one) => at(one, 'trafficPolicy') !== undefined);
  if (withPolicy.length === 0 || policyOf(rules) !== undefined) return seen();
  const used = routes.flatMap((route) => destinationsOf(route, host)).map((one) => text(one, 'subset'));
  if (withPolicy.some((one) => used.includes(text(one, 'name')))) return seen();
  return say('policy-only', [
    ...rules.map((one) =>
      sight(ruleName('destinationrule', one), 'policy only in subsets', names(withPolicy).join(', ')),
    ),
    sight('virtualservices', 'routes to these subsets', '0'),
  ]);
}
