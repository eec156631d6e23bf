/** Whose load balancer stands before the ingress gateway? */
import type { KubeObject } from '../../cluster/reader.ts';
import { named, type Probe } from '../probe.ts';
import { annotationsOf, at, items, nameOf, namespaceOf, text } from '../shared/fields.ts';
import { gatewayName, routeName } from '../shared/gateway-api.ts';
import { addressesOf, readIngressServices, serviceName } from '../shared/gateways.ts';
import { sight } from '../shared/mesh.ts';
import { type Judgement, join, say, seen } from '../shared/traffic.ts';

export const entryLoadBalancer: Probe = {
  reads: [
    'services',
    'gateways.networking.istio.io',
    'ingresses.networking.k8s.io',
    'gateways.gateway.networking.k8s.io',
    'httproutes.gateway.networking.k8s.io',
    'discovery',
    'nodes',
  ],
  needs: [],
  answers: ['gke-lb', 'aks-lb'],
  async look(reader, facts) {
    const services = await readIngressServices(reader, facts);
    const targets = services.map((one) => ({ namespace: namespaceOf(one), name: nameOf(one) }));
    const ingresses = await reader.list('ingresses.networking.k8s.io');
    const hasApi = (await reader.groups()).has('gateway.networking.k8s.io');
    const gateways = hasApi ? await reader.list('gateways.gateway.networking.k8s.io') : [];
    const routes = gateways.some(isGoogle) ? await reader.list('httproutes.gateway.networking.k8s.io') : [];
    return join(
      judgeIngresses(ingresses, targets),
      judgeGateways(gateways, routes, targets),
      judgeService(services, await reader.list('nodes')),
    );
  },
};

export interface Target {
  readonly namespace: string;
  readonly name: string;
}

const isGoogle = (gateway: KubeObject) => text(gateway, 'spec', 'gatewayClassName').startsWith('gke-l7-');

/** GKE's Ingress controller takes the classes `gce` and `gce-internal`; its load balancer ends the request. */
export function judgeIngresses(ingresses: readonly KubeObject[], targets: readonly Target[]): Judgement {
  const classOf = (one: KubeObject) =>
    annotationsOf(one)['kubernetes.io/ingress.class'] ?? text(one, 'spec', 'ingressClassName');
  const own = ingresses.filter(
    (one) =>
      /^gce(?:-internal)?$/.test(classOf(one)) &&
      targets.some(({ namespace, name }) => namespace === namespaceOf(one) && backends(one).includes(name)),
  );
  const sights = own.map((one) =>
    sight(named('ingress', nameOf(one), namespaceOf(one)), 'class', classOf(one)),
  );
  return own.length > 0 ? say('gke-lb', sights) : seen();
}

function backends(ingress: KubeObject): string[] {
  const paths = items(ingress, 'spec', 'rules').flatMap((rule) => items(rule, 'http', 'paths'));
  return [at(ingress, 'spec', 'defaultBackend'), ...paths.map((one) => at(one, 'backend'))].map((one) =>
    text(one, 'service', 'name'),
  );
}

/** A Gateway of one of Google's classes with a route to the mesh's own gateway. */
export function judgeGateways(
  gateways: readonly KubeObject[],
  routes: readonly KubeObject[],
  targets: readonly Target[],
): Judgement {
  const google = gateways.filter(isGoogle);
  for (const route of routes) {
    const home = namespaceOf(route);
    const isOurs = items(route, 'spec', 'rules')
      .flatMap((rule) => items(rule, 'backendRefs'))
      .some((ref) =>
        targets.some(
          ({ namespace, name }) =>
            text(ref, 'name') === name && (text(ref, 'namespace') || home) === namespace,
        ),
      );
    const parent = google.find((gateway) =>
      items(route, 'spec', 'parentRefs').some(
        (ref) =>
          text(ref, 'name') === nameOf(gateway) && (text(ref, 'namespace') || home) === namespaceOf(gateway),
      ),
    );
    if (isOurs && parent)
      return say('gke-lb', [
        sight(gatewayName(parent), 'spec.gatewayClassName', text(parent, 'spec', 'gatewayClassName')),
        sight(routeName(route), 'spec.parentRefs', nameOf(parent)),
      ]);
  }
  return seen();
}

/**
 * On Azure's nodes a Service of type LoadBalancer is an Azure Load Balancer. Google's one for Services passes packets
 * on and knows no time-out of requests, so it is no answer.
 */
export function judgeService(services: readonly KubeObject[], nodes: readonly KubeObject[]): Judgement {
  const balanced = services.filter(
    (one) => text(one, 'spec', 'type') === 'LoadBalancer' && addressesOf(one).length > 0,
  );
  const providers = nodes.map((one) => text(one, 'spec', 'providerID')).filter((id) => id !== '');
  const sights = [
    ...services.map((one) => sight(serviceName(one), 'spec.type', text(one, 'spec', 'type') || 'absent')),
    sight('nodes', 'spec.providerID', providers[0] ?? 'absent'),
  ];
  const isAzure = providers.length > 0 && providers.every((id) => id.startsWith('azure://'));
  return isAzure && balanced.length > 0 && balanced.length === services.length
    ? say('aks-lb', sights)
    : seen(...sights);
}
