/** What do Gateway, listeners, route and class of the Gateway API report about themselves? */
import type { KubeObject } from '../../cluster/reader.ts';
import { named, type Probe } from '../probe.ts';
import { items, nameOf, text } from '../shared/fields.ts';
import {
  type Condition,
  conditionSights,
  conditionsOf,
  GROUP,
  gatewayName,
  gatewayOf,
  ISTIO_CONTROLLER,
  istioParents,
  isWaypoint,
  routeName,
  routeOf,
} from '../shared/gateway-api.ts';
import { sight } from '../shared/mesh.ts';
import { type Judgement, join, say, seen } from '../shared/traffic.ts';

export const gatewayApiConditions: Probe = {
  reads: [
    'discovery',
    'gateways.gateway.networking.k8s.io',
    'httproutes.gateway.networking.k8s.io',
    'gatewayclasses.gateway.networking.k8s.io',
  ],
  needs: [],
  answers: [
    'no-crd',
    'class',
    'listener',
    'not-programmed',
    'route-accepted',
    'route-refs',
    'all-true',
    'no-istio-class',
    'misspelled',
    'other-controller',
    'istio',
    'not-allowed',
    'hostname',
    'parent',
    'no-status',
  ],
  async look(reader, facts) {
    const groups = await reader.groups();
    if (!groups.has(GROUP)) return say('no-crd', [sight('discovery', GROUP, 'not served')]);
    const gateways = await reader.list('gateways.gateway.networking.k8s.io');
    const routes = await reader.list('httproutes.gateway.networking.k8s.io');
    const route = routeOf(routes, facts);
    const gateway = gatewayOf(gateways, route, facts);
    const classes = gateway ? await reader.list('gatewayclasses.gateway.networking.k8s.io') : [];
    if (gateway || route)
      return join(
        judgeConditions(gateway, route),
        gateway ? judgeClass(gateway, classes) : seen(),
        route ? judgeRouteReason(route) : seen(),
      );
    // Several objects, none of them named by the case: which one is meant is the person's to say.
    return seen(
      ...gateways
        .filter((one) => !isWaypoint(one))
        .map((one) =>
          sight(gatewayName(one), 'Programmed', statusOf(conditionsOf(one, 'status'), 'Programmed')),
        ),
    );
  },
};

/** The first thing that is wrong on the way from the Gateway to its route; "all-true" needs both to be known. */
export function judgeConditions(gateway: KubeObject | undefined, route: KubeObject | undefined): Judgement {
  const parts: Judgement[] = [];
  if (gateway) parts.push(judgeGateway(gateway));
  if (route) parts.push(judgeRoute(route));
  const all = join(...parts);
  const isFine = gateway && route && all.candidates.length === 0 && isAccepted(gateway) && isRouteFine(route);
  return isFine ? join(all, say('all-true', all.sights)) : all;
}

function isAccepted(gateway: KubeObject): boolean {
  const own = conditionsOf(gateway, 'status');
  return ['Accepted', 'Programmed'].every((type) => statusOf(own, type) === 'True');
}

function judgeGateway(gateway: KubeObject): Judgement {
  const own = conditionsOf(gateway, 'status');
  const accepted = own.find(({ type }) => type === 'Accepted');
  const seenHere =
    own.length > 0
      ? conditionSights(gatewayName(gateway), own)
      : [sight(gatewayName(gateway), 'status.conditions', 'none')];
  // The CRD fills in Unknown, "Waiting for controller": nobody has looked at the Gateway yet.
  if (!accepted || accepted.status === 'Unknown') return say('class', seenHere);
  for (const listener of items(gateway, 'status', 'listeners')) {
    const wrong = conditionsOf(listener).filter(
      ({ type, status }) =>
        (status === 'False' && (type === 'Accepted' || type === 'ResolvedRefs')) ||
        (status === 'True' && type === 'Conflicted'),
    );
    if (wrong.length > 0)
      return say(
        'listener',
        conditionSights(`${gatewayName(gateway)} listener ${text(listener, 'name')}`, wrong),
      );
  }
  if (statusOf(own, 'Programmed') === 'False') return say('not-programmed', seenHere);
  return seen(...seenHere);
}

function judgeRoute(route: KubeObject): Judgement {
  const parents = istioParents(route).map((one) => conditionsOf(one));
  const sights = parents.flatMap((one) => conditionSights(routeName(route), one));
  if (parents.length === 0) {
    return say('route-accepted', [sight(routeName(route), `status.parents of ${ISTIO_CONTROLLER}`, 'none')]);
  }
  if (parents.some((one) => statusOf(one, 'Accepted') === 'False')) return say('route-accepted', sights);
  if (parents.some((one) => statusOf(one, 'ResolvedRefs') === 'False')) return say('route-refs', sights);
  return seen(...sights);
}

/** A condition that is missing or Unknown is no "True". */
function isRouteFine(route: KubeObject): boolean {
  const parents = istioParents(route).map((one) => conditionsOf(one));
  return (
    parents.length > 0 &&
    parents.every((one) => ['Accepted', 'ResolvedRefs'].every((type) => statusOf(one, type) === 'True'))
  );
}

/** Whose class the Gateway names. */
export function judgeClass(gateway: KubeObject, classes: readonly KubeObject[]): Judgement {
  const wanted = text(gateway, 'spec', 'gatewayClassName');
  if (wanted === '') return seen(sight(gatewayName(gateway), 'spec.gatewayClassName', 'none'));
  const own = classes.find((one) => nameOf(one) === wanted);
  const sights = [
    sight(gatewayName(gateway), 'spec.gatewayClassName', wanted),
    ...classes.map((one) =>
      sight(
        named('gatewayclass', nameOf(one)),
        'spec.controllerName',
        `${controllerOf(one)}, Accepted ${statusOf(conditionsOf(one, 'status'), 'Accepted') || 'absent'}`,
      ),
    ),
  ];
  if (!own) {
    const hasIstio = classes.some((one) => controllerOf(one) === ISTIO_CONTROLLER);
    return say(hasIstio ? 'misspelled' : 'no-istio-class', sights);
  }
  if (controllerOf(own) === '') return seen(...sights);
  if (!controllerOf(own).startsWith('istio.io/')) return say('other-controller', sights);
  if (controllerOf(own) !== ISTIO_CONTROLLER) return seen(...sights);
  const accepted = statusOf(conditionsOf(own, 'status'), 'Accepted');
  return say(accepted === 'True' ? 'istio' : 'no-istio-class', sights);
}

const controllerOf = (one: KubeObject): string => text(one, 'spec', 'controllerName');

const REASONS: Readonly<Record<string, string>> = {
  NotAllowedByListeners: 'not-allowed',
  NoMatchingListenerHostname: 'hostname',
  NoMatchingParent: 'parent',
};

/** The reason beside the route's Accepted, in Istio's own entry. */
export function judgeRouteReason(route: KubeObject): Judgement {
  const parents = istioParents(route);
  if (parents.length === 0) {
    const others = items(route, 'status', 'parents').map((one) => text(one, 'controllerName'));
    return say('no-status', [sight(routeName(route), 'status.parents', others.join(', ') || 'none')]);
  }
  const wrong = parents
    .flatMap((one) => conditionsOf(one))
    .filter(({ type, status }) => type === 'Accepted' && status === 'False');
  const answers = [...new Set(wrong.flatMap(({ reason }) => REASONS[reason] ?? []))];
  const sights = conditionSights(routeName(route), wrong);
  return answers.length === 1 ? say(answers[0]!, sights) : seen(...sights);
}

function statusOf(conditions: readonly Condition[], type: string): string {
  return conditions.find((one) => one.type === type)?.status ?? '';
}
