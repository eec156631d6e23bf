/** Why is a backend of an HTTPRoute not resolved? Istio's own reason, and the Services the route names. */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import { type Facts, named, type Probe } from '../probe.ts';
import { at, items, nameOf, namespaceOf, text } from '../shared/fields.ts';
import { conditionsOf, istioParents, routeName, routeOf } from '../shared/gateway-api.ts';
import { serviceName } from '../shared/gateways.ts';
import { sight } from '../shared/mesh.ts';
import { portsOf } from '../shared/service-protocol.ts';
import { type Judgement, join, say, seen } from '../shared/traffic.ts';

/** Reasons of ResolvedRefs that Istio writes (pilot/pkg/config/kube/gateway, conversion.go). */
const REASONS: Readonly<Record<string, string | undefined>> = {
  RefNotPermitted: 'not-permitted',
  BackendNotFound: 'not-found',
  InvalidKind: 'kind',
};

export const routeBackends: Probe = {
  reads: ['httproutes.gateway.networking.k8s.io', 'services'],
  needs: ['namespace'],
  answers: ['not-permitted', 'not-found', 'kind', 'port'],
  async look(reader, facts) {
    const routes = await reader.list('httproutes.gateway.networking.k8s.io', { namespace: facts.namespace });
    const route = meant(routes, facts);
    if (!route)
      return seen(
        sight('httproutes', facts.namespace!, routes.map(nameOf).join(', ') || 'none'),
        ...routes.flatMap(refusals).map(({ shown }) => shown),
      );
    const backends = backendsOf(route);
    return judgeBackends(route, await servicesOf(reader, backends));
  },
};

/** The route of the case, else the only one with a backend that is not resolved. */
function meant(routes: readonly KubeObject[], facts: Facts): KubeObject | undefined {
  const broken = routes.filter((one) => refusals(one).length > 0);
  return routeOf(routes, facts) ?? (broken.length === 1 ? broken[0] : undefined);
}

/** Istio's conditions that a backend is not resolved. */
function refusals(route: KubeObject) {
  return istioParents(route)
    .flatMap((parent) => conditionsOf(parent))
    .filter(({ type, status }) => type === 'ResolvedRefs' && status === 'False')
    .map(({ reason, message }) => ({
      reason,
      message,
      shown: sight(routeName(route), 'ResolvedRefs', `False ${reason}: ${message}`),
    }));
}

export interface Backend {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  /** `undefined` where the reference has none. */
  readonly port: number | undefined;
}

export function backendsOf(route: KubeObject): Backend[] {
  return items(route, 'spec', 'rules')
    .flatMap((rule) => items(rule, 'backendRefs'))
    .map((ref) => {
      const port = at(ref, 'port');
      return {
        kind: `${text(ref, 'group')}/${text(ref, 'kind') || 'Service'}`,
        name: text(ref, 'name'),
        namespace: text(ref, 'namespace') || namespaceOf(route),
        port: typeof port === 'number' ? port : undefined,
      };
    });
}

/** The Services behind the backends, by `namespace/name`; at most twenty are asked for. */
async function servicesOf(reader: ClusterReader, backends: readonly Backend[]) {
  const found = new Map<string, KubeObject>();
  for (const { kind, name, namespace } of backends.slice(0, 20)) {
    if (kind !== '/Service' || name === '' || found.has(`${namespace}/${name}`)) continue;
    const service = await reader.get('services', name, namespace);
    if (service) found.set(`${namespace}/${name}`, service);
  }
  return found;
}

export function judgeBackends(route: KubeObject, services: ReadonlyMap<string, KubeObject>): Judgement {
  const told = refusals(route).flatMap(({ reason, message, shown }) => {
    const answer = /port is required/.test(message) ? 'port' : REASONS[reason];
    return answer ? [say(answer, [shown])] : [seen(shown)];
  });
  const ports = backendsOf(route).flatMap(({ kind, name, namespace, port }) => {
    const service = kind === '/Service' ? services.get(`${namespace}/${name}`) : undefined;
    if (!service || portsOf(service).some((one) => one.port === port)) return [];
    const ref = sight(
      routeName(route),
      'backendRef',
      `${named('service', name, namespace)} port ${port ?? 'absent'}`,
    );
    const own = portsOf(service).map((one) => one.port);
    return [say('port', [ref, sight(serviceName(service), 'spec.ports', own.join(', ') || 'none')])];
  });
  const all = backendsOf(route).map(({ kind, name, namespace, port }) =>
    sight(routeName(route), 'backendRef', `${kind} ${namespace}/${name} port ${port ?? 'absent'}`),
  );
  return join(
    ...told,
    ...ports,
    seen(...(all.length > 0 ? all : [sight(routeName(route), 'backendRefs', 'none')])),
  );
}
