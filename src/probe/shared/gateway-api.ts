/** Objects of the Gateway API as the probes need them: which ones a case means, and what their conditions say. */
import type { KubeObject } from '../../cluster/reader.ts';
import { type Facts, named, type Sight } from '../probe.ts';
import { items, nameOf, namespaceOf, text } from './fields.ts';
import { sight } from './mesh.ts';
import { calledName, overlaps, texts } from './traffic.ts';

/** The controller of Istio's class `istio`; waypoints and gateways of other clusters have their own. */
export const ISTIO_CONTROLLER = 'istio.io/gateway-controller';
export const GROUP = 'gateway.networking.k8s.io';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export function conditionsOf(value: unknown, ...path: readonly string[]): Condition[] {
  return items(value, ...path, 'conditions').map((one) => ({
    type: text(one, 'type'),
    status: text(one, 'status'),
    reason: text(one, 'reason'),
    message: text(one, 'message'),
  }));
}

export function conditionSights(object: string, conditions: readonly Condition[]): Sight[] {
  return conditions.map(({ type, status, reason, message }) =>
    sight(object, type, `${status} ${reason}: ${message}`),
  );
}

export const isWaypoint = (gateway: KubeObject): boolean =>
  text(gateway, 'spec', 'gatewayClassName').includes('waypoint');

export const gatewayName = (gateway: KubeObject): string =>
  named(`gateway.${GROUP}`, nameOf(gateway), namespaceOf(gateway));

export const routeName = (route: KubeObject): string => named('httproute', nameOf(route), namespaceOf(route));

/** The names a route's hostnames share with the called one; a route without hostnames takes every name. */
export function takesHost(route: KubeObject, host: string): boolean {
  const hostnames = texts(route, 'spec', 'hostnames');
  return hostnames.length === 0 || hostnames.some((one) => overlaps(one.toLowerCase(), host));
}

/** The route of a case: named by it, else the only one in its namespace that names its host; else undefined. */
export function routeOf(routes: readonly KubeObject[], facts: Facts): KubeObject | undefined {
  const near = routes.filter((one) => facts.namespace === undefined || namespaceOf(one) === facts.namespace);
  const isNamed = facts.resource !== undefined && (facts.kind ?? 'HTTPRoute') === 'HTTPRoute';
  const exact = near.filter((one) => isNamed && nameOf(one) === facts.resource);
  if (exact.length === 1) return exact[0];
  const host = calledName(facts);
  const own = near.filter(
    (one) => host !== '' && texts(one, 'spec', 'hostnames').length > 0 && takesHost(one, host),
  );
  return own.length === 1 ? own[0] : undefined;
}

/**
 * The Gateway of a case: named by it (the object, or the Deployment `name-class` made for it), the route's parent,
 * or the only one there is. Waypoints are none. `undefined` where several are left.
 */
export function gatewayOf(
  gateways: readonly KubeObject[],
  route: KubeObject | undefined,
  facts: Facts,
): KubeObject | undefined {
  const all = gateways.filter((one) => !isWaypoint(one));
  const near = all.filter(
    (one) => facts['gateway-namespace'] === undefined || namespaceOf(one) === facts['gateway-namespace'],
  );
  const wanted = [facts.gateway, facts.kind === 'Gateway' ? facts.resource : undefined];
  const exact = near.filter(
    (one) =>
      wanted.includes(nameOf(one)) ||
      wanted.includes(`${nameOf(one)}-${text(one, 'spec', 'gatewayClassName')}`),
  );
  if (exact.length === 1) return exact[0];
  const parents = route ? all.filter((one) => isParent(route, one)) : [];
  if (parents.length === 1) return parents[0];
  return all.length === 1 ? all[0] : undefined;
}

/** Whether a route names this Gateway as a parent. */
export function isParent(route: KubeObject, gateway: KubeObject): boolean {
  return items(route, 'spec', 'parentRefs').some(
    (ref) =>
      (text(ref, 'kind') || 'Gateway') === 'Gateway' &&
      text(ref, 'name') === nameOf(gateway) &&
      (text(ref, 'namespace') || namespaceOf(route)) === namespaceOf(gateway),
  );
}

/** What Istio wrote into a route's status, one entry per parent. */
export function istioParents(route: KubeObject): unknown[] {
  return items(route, 'status', 'parents').filter((one) => text(one, 'controllerName') === ISTIO_CONTROLLER);
}
