/** Why does a Service have nobody to answer: no pod selected, none ready, an empty subset? */
import type { KubeObject } from '../../cluster/reader.ts';
import { type Facts, named, type Probe } from '../probe.ts';
import { appSight, appStates, hasCrashed } from '../shared/app-state.ts';
import { count, hasLabels, labelsOf, map, nameOf, namespaceOf, text } from '../shared/fields.ts';
import { serviceName } from '../shared/gateways.ts';
import { podName, readyAddresses, sight } from '../shared/mesh.ts';
import { rootNamespaces } from '../shared/policies.ts';
import {
  destinationRulesFor,
  destinationsOf,
  hostsOf,
  ruleName,
  subsetsOf,
} from '../shared/routing-rules.ts';
import { calledHost, isReady, type Judgement, join, podsOf, say, seen } from '../shared/traffic.ts';

/** An application that has run for less than this may only be starting. Milliseconds. */
const START = 60_000;
/** Reasons of the kubelet for a container that is only on its way. */
const STARTING = ['ContainerCreating', 'PodInitializing'];

export const serviceEndpoints: Probe = {
  reads: [
    'services',
    'endpointslices.discovery.k8s.io',
    'pods',
    'deployments.apps',
    'virtualservices.networking.istio.io',
    'destinationrules.networking.istio.io',
    'version',
  ],
  needs: ['namespace', 'service'],
  answers: ['none-selected', 'crash', 'not-ready', 'probe-fails', 'starting', 'subset-empty', 'all-ready'],
  async look(reader, facts) {
    const { namespace } = facts;
    const service = await reader.get('services', facts.service!, namespace);
    if (!service)
      return seen(sight(named('service', facts.service!, namespace), 'metadata.name', 'not found'));
    const own = podsOf(service, await reader.list('pods', { namespace }));
    if (own.length === 0) return judgeNobody(service, await reader.list('deployments.apps', { namespace }));
    const addresses = await readyAddresses(reader, facts.service!, namespace!);
    const { date } = await reader.version();
    const routes = await reader.list('virtualservices.networking.istio.io');
    const rules = await reader.list('destinationrules.networking.istio.io');
    return join(
      judgeBackends(own, addresses, date?.getTime() ?? Number.NaN),
      judgeSubsetPods(own, routes, rules, facts),
    );
  },
};

/** A Service that selects no living pod; a Deployment of these labels without pods is another matter. */
export function judgeNobody(service: KubeObject, deployments: readonly KubeObject[]): Judgement {
  const selector = map(service, 'spec', 'selector');
  const asked = sight(serviceName(service), 'spec.selector', selector);
  if (Object.keys(selector).length === 0) return seen(asked);
  const makers = deployments.filter((one) =>
    hasLabels(map(one, 'spec', 'template', 'metadata', 'labels'), selector),
  );
  const shown = makers.map((one) =>
    sight(
      named('deployment', nameOf(one), namespaceOf(one)),
      'spec.replicas',
      String(count(one, ['spec', 'replicas'], 1)),
    ),
  );
  if (makers.length > 0) return seen(asked, ...shown);
  return say('none-selected', [asked, sight('pods', 'selected and alive', '0')]);
}

/** `now` is the API server's clock in milliseconds, NaN where it is not known. */
export function judgeBackends(own: readonly KubeObject[], addresses: number, now: number): Judgement {
  const ready = own.filter(isReady);
  const sights = [...own.map(appSight), sight('endpointslices', 'ready addresses', String(addresses))];
  const crashed = own.filter((pod) => !isReady(pod) && hasCrashed(pod, now));
  const parts: Judgement[] = [];
  if (crashed.length > 0) parts.push(say('crash', crashed.map(appSight)));
  if (ready.length === 0 && addresses === 0) {
    const known = own.every((pod) => text(pod, 'status', 'phase') !== '');
    if (known) parts.push(say('not-ready', sights));
    if (known && own.every((pod) => starts(pod, now))) parts.push(say('starting', sights));
    else if (own.some((pod) => probeFails(pod, now))) parts.push(say('probe-fails', sights));
  }
  if (ready.length === own.length && addresses > 0) parts.push(say('all-ready', sights));
  return join(...parts, seen(...sights));
}

/** Not started yet, or so lately that its readiness probe had no time. */
function starts(pod: KubeObject, now: number): boolean {
  const apps = appStates(pod);
  if (apps.length === 0) return text(pod, 'status', 'phase') === 'Pending';
  return apps.every(({ waiting, terminated, startedAt }) =>
    waiting !== '' ? STARTING.includes(waiting) : terminated === '' && now - startedAt < START,
  );
}

/** A container of the application runs and has not become ready; only a readiness probe does that. */
function probeFails(pod: KubeObject, now: number): boolean {
  return (
    text(pod, 'status', 'phase') === 'Running' &&
    appStates(pod).some(
      (one) => !one.ready && one.waiting === '' && one.terminated === '' && now - one.startedAt >= START,
    )
  );
}

/** Subsets that a route names and that no ready pod belongs to, though there are ready pods. */
export function judgeSubsetPods(
  own: readonly KubeObject[],
  routes: readonly KubeObject[],
  all: readonly KubeObject[],
  facts: Facts,
): Judgement {
  const ready = own.filter(isReady);
  if (ready.length === 0) return seen();
  const host = calledHost(facts);
  const { rules, isCertain } = destinationRulesFor(all, host, {
    client: facts['client-namespace'] ?? '',
    server: facts.namespace ?? '',
    roots: rootNamespaces(facts),
  });
  if (!isCertain) return seen();
  const parts = subsetsOf(rules)
    .filter((subset) => !ready.some((pod) => hasLabels(labelsOf(pod), map(subset, 'labels'))))
    .flatMap((subset) => {
      const name = text(subset, 'name');
      const users = routes.filter((route) =>
        destinationsOf(route, host).some((one) => name !== '' && text(one, 'subset') === name),
      );
      if (users.length === 0) return [];
      return [
        say('subset-empty', [
          ...users.map((one) =>
            sight(ruleName('virtualservice', one), 'subset', `${name}, ${hostsOf(one).join(' ')}`),
          ),
          ...rules.map((one) =>
            sight(ruleName('destinationrule', one), `subset ${name}`, map(subset, 'labels')),
          ),
          ...ready.slice(0, 4).map((pod) => sight(podName(pod), 'labels', labelsOf(pod))),
        ]),
      ];
    });
  return join(...parts);
}
