/** Objects of a mesh in use: pods with a sidecar, Istio's kinds, gateways. They are as a real API server takes them. */
import type { Manifest } from './kube.ts';
import { type ContainerReport, type PodShape, pod, running } from './objects.ts';

export const ISTIO = 'istio-system';

/** Istio's proxy beside the application. */
export const proxy = (over: Partial<ContainerReport> = {}): ContainerReport => ({
  name: 'istio-proxy',
  ready: true,
  state: running(),
  ...over,
  spec: { image: 'docker.io/istio/proxyv2:1.29.0', ...over.spec },
});
export const app = (over: Partial<ContainerReport> = {}): ContainerReport => ({
  name: 'app',
  ready: true,
  state: running(),
  ...over,
});

/** A pod of `cart`, named as a case names it. */
export const CART = 'cart-5d8f-x2x';
export const plain = (over: Partial<PodShape> = {}): Manifest =>
  pod({
    name: CART,
    node: 'node-1',
    containers: [app()],
    ...over,
    labels: { app: 'cart', ...over.labels },
  });
export const meshed = (over: Partial<PodShape> = {}): Manifest =>
  plain({ containers: [proxy(), app()], ...over });
/** The pod that calls. */
export const WEB = 'web-1';
export const web = (over: Partial<PodShape> = {}): Manifest =>
  meshed({ name: WEB, ...over, labels: { app: 'web', ...over.labels } });

/** What istio-cni writes once ztunnel takes a pod's traffic. */
export const AMBIENT = { 'ambient.istio.io/redirection': 'enabled' };

export function service(
  name: string,
  ports: readonly object[],
  over: {
    readonly namespace?: string;
    readonly selector?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
    readonly type?: string;
    readonly address?: string;
  } = {},
): Manifest {
  const { namespace = 'shop', selector = { app: name }, labels = {}, type, address } = over;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels },
    spec: { selector, ports, ...(type ? { type } : {}) },
    ...(address ? { status: { loadBalancer: { ingress: [{ ip: address }] } } } : {}),
  };
}

const custom =
  (apiVersion: string) =>
  (kind: string, name: string, spec: object, namespace = 'shop', status?: object): Manifest => ({
    apiVersion,
    kind,
    metadata: { name, namespace },
    spec,
    ...(status ? { status } : {}),
  });

export const networking = custom('networking.istio.io/v1');
export const security = custom('security.istio.io/v1');
/** EnvoyFilters have never left alpha. */
export const envoyFilter = (name: string, spec: object): Manifest =>
  custom('networking.istio.io/v1alpha3')('EnvoyFilter', name, spec);
export const gatewayApi = custom('gateway.networking.k8s.io/v1');

/** A condition as the API demands it. */
export const condition = (type: string, status: 'True' | 'False', reason = type, message = '') => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: '2026-11-01T10:00:00Z',
});

/** The ingress gateway as Istio's charts install it. */
export const INGRESS = 'istio-ingressgateway';
export const ingressService = (over: Parameters<typeof service>[2] = {}): Manifest =>
  service(INGRESS, [{ name: 'http2', port: 80, targetPort: 8080 }], {
    namespace: ISTIO,
    selector: { istio: 'ingressgateway' },
    type: 'LoadBalancer',
    ...over,
  });
export const ingressPod = (over: Partial<PodShape> = {}): Manifest =>
  pod({
    name: `${INGRESS}-1`,
    namespace: ISTIO,
    labels: { istio: 'ingressgateway', app: INGRESS },
    node: 'node-1',
    containers: [proxy()],
    ...over,
  });

/** Something that makes pods with these labels; `status` as its controller would write it. */
export function workload(
  kind: 'Deployment' | 'DaemonSet',
  name: string,
  labels: Readonly<Record<string, string>>,
  over: {
    readonly namespace?: string;
    readonly own?: Readonly<Record<string, string>>;
    status?: object;
  } = {},
): Manifest {
  const { namespace = ISTIO, own = labels, status } = over;
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace, labels: own },
    spec: {
      ...(kind === 'Deployment' ? { replicas: 1 } : {}),
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.29.0' }] },
      },
    },
    ...(status ? { status } : {}),
  };
}
