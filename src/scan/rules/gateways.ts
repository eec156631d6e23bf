/** The Gateway API, load balancers, and the roots of trust. */
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../cluster/reader.ts';
import { at, items, labelsOf, nameOf, namespaceOf, text, timeAt } from '../../probe/shared/fields.ts';
import { type Found, inScope, type Rule, type World } from '../rule.ts';

const GATEWAYS = 'gateways.gateway.networking.k8s.io';
const ROUTES = 'httproutes.gateway.networking.k8s.io';
/** A controller or a cloud may take this long. Milliseconds. */
const GRACE = 10 * 60_000;

const isOld = (world: World, object: KubeObject) =>
  world.now - timeAt(object, 'metadata', 'creationTimestamp') > GRACE;

/** Conditions of these types that say no. */
function negative(conditions: readonly unknown[], types: readonly string[]): unknown[] {
  return conditions.filter((one) => types.includes(text(one, 'type')) && text(one, 'status') === 'False');
}

const said = (condition: unknown) => `${text(condition, 'reason')}: ${text(condition, 'message')}`;

const gatewayNotAccepted: Rule = {
  id: 'gateway-api-gateway-refused',
  level: 'error',
  flow: 'gateway-api',
  reads: [GATEWAYS],
  judge: (world) =>
    world
      .list(GATEWAYS)
      .filter((one) => inScope(world, namespaceOf(one)))
      .filter((one) => /^istio/.test(text(one, 'spec', 'gatewayClassName')) && isOld(world, one))
      .flatMap((one) =>
        [
          ...negative(items(one, 'status', 'conditions'), ['Accepted', 'Programmed']),
          ...items(one, 'status', 'listeners').flatMap((listener) =>
            negative(items(listener, 'conditions'), ['Accepted', 'ResolvedRefs']),
          ),
        ]
          .slice(0, 1)
          .map((condition) => ({
            kind: 'Gateway.gateway.networking.k8s.io',
            name: nameOf(one),
            namespace: namespaceOf(one),
            field: `status.conditions[${text(condition, 'type')}]`,
            value: said(condition),
          })),
      ),
};

const routeNotAccepted: Rule = {
  id: 'gateway-api-route-refused',
  level: 'error',
  flow: 'gateway-api',
  reads: [ROUTES],
  judge: (world) =>
    world
      .list(ROUTES)
      .filter((one) => inScope(world, namespaceOf(one)))
      .flatMap((one) =>
        items(one, 'status', 'parents')
          .filter((parent) => text(parent, 'controllerName').startsWith('istio.io/'))
          .flatMap((parent) => negative(items(parent, 'conditions'), ['Accepted', 'ResolvedRefs']))
          .slice(0, 1)
          .map((condition) => ({
            kind: 'HTTPRoute',
            name: nameOf(one),
            namespace: namespaceOf(one),
            field: `status.parents.conditions[${text(condition, 'type')}]`,
            value: said(condition),
          })),
      ),
};

const loadBalancerPending: Rule = {
  id: 'load-balancer-pending',
  level: 'error',
  flow: 'ingress-no-address',
  reads: ['services'],
  judge: (world) =>
    world
      .list('services')
      .filter((one) => inScope(world, namespaceOf(one)) && text(one, 'spec', 'type') === 'LoadBalancer')
      .filter((one) => {
        const labels = labelsOf(one);
        return /gateway/.test(labels.istio ?? '') || 'gateway.networking.k8s.io/gateway-name' in labels;
      })
      .filter((one) => items(one, 'status', 'loadBalancer', 'ingress').length === 0 && isOld(world, one))
      .map((one) => ({
        kind: 'Service',
        name: nameOf(one),
        namespace: namespaceOf(one),
        field: 'status.loadBalancer.ingress',
        value: '[]',
      })),
};

const ROOT_CERTIFICATE = 'istio-ca-root-cert';

const rootDiffers: Rule = {
  id: 'root-certificate-differs',
  level: 'error',
  flow: 'ca-errors',
  reads: ['configmaps'],
  judge: (world) => {
    const roots = world.list('configmaps').filter((one) => nameOf(one) === ROOT_CERTIFICATE);
    const own = roots.find((one) => namespaceOf(one) === world.controlNamespace);
    if (!own) return [];
    const expected = at(own, 'data', 'root-cert.pem');
    return roots
      .filter((one) => inScope(world, namespaceOf(one)))
      .filter((one) => !isDeepStrictEqual(at(one, 'data', 'root-cert.pem'), expected))
      .map(
        (one): Found => ({
          kind: 'ConfigMap',
          name: ROOT_CERTIFICATE,
          namespace: namespaceOf(one),
          field: 'data[root-cert.pem]',
          value: `differs from ${world.controlNamespace}`,
        }),
      );
  },
};

export const GATEWAY_RULES: readonly Rule[] = [
  gatewayNotAccepted,
  routeNotAccepted,
  loadBalancerPending,
  rootDiffers,
];
