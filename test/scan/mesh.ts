/** A small healthy mesh as an API server lists it; tests change one thing and look what a scan says. */
import type { ResourceId } from '../../src/cluster/resources.ts';

type Json = Record<string, unknown>;
export type Mesh = Partial<Record<ResourceId, Json[]>>;

/** The clock of every test. */
export const NOW = Date.parse('2026-03-01T12:00:00Z');
const LONG_AGO = '2026-02-01T08:00:00Z';

export const meta = (name: string, namespace?: string, more: Json = {}): Json => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  creationTimestamp: LONG_AGO,
  ...more,
});

const ready = [{ type: 'Ready', status: 'True' }];
const running = (name: string): Json => ({
  name,
  ready: true,
  restartCount: 0,
  state: { running: { startedAt: LONG_AGO } },
});

/** A pod of the mesh with a sidecar. */
export function meshPod(name: string, app: string, labels: Json = {}): Json {
  return {
    metadata: meta(name, 'shop', {
      labels: { app, ...labels },
      annotations: { 'istio.io/rev': 'default', 'sidecar.istio.io/status': '{}' },
    }),
    spec: {
      initContainers: [{ name: 'istio-init', image: 'docker.io/istio/proxyv2:1.27.1' }],
      containers: [
        { name: 'app', image: 'shop/app:1' },
        { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.27.1' },
      ],
    },
    status: {
      phase: 'Running',
      conditions: ready,
      initContainerStatuses: [
        {
          name: 'istio-init',
          ready: true,
          restartCount: 0,
          state: { terminated: { reason: 'Completed', exitCode: 0 } },
        },
      ],
      containerStatuses: [running('app'), running('istio-proxy')],
    },
  };
}

const webhook = (name: string, more: Json): Json => ({
  name,
  clientConfig: {
    service: { name: 'istiod', namespace: 'istio-system', path: '/inject' },
    caBundle: 'LS0tLS1CRUdJTg==',
  },
  failurePolicy: 'Fail',
  ...more,
});

const service = (name: string, namespace: string, more: Json = {}): Json => ({
  metadata: meta(name, namespace),
  spec: { type: 'ClusterIP', selector: { app: name }, ports: [{ name: 'http', port: 8080 }], ...more },
  status: {},
});

const slice = (name: string, namespace: string): Json => ({
  metadata: meta(`${name}-x1`, namespace, { labels: { 'kubernetes.io/service-name': name } }),
  endpoints: [{ addresses: ['10.1.0.9'], conditions: { ready: true } }],
});

const ROOT_CERT = '-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n';
const root = (namespace: string): Json => ({
  metadata: meta('istio-ca-root-cert', namespace),
  data: { 'root-cert.pem': ROOT_CERT },
});

export function healthyMesh(): Mesh {
  return {
    namespaces: [
      { metadata: meta('istio-system') },
      { metadata: meta('kube-system') },
      { metadata: meta('shop', undefined, { labels: { 'istio-injection': 'enabled' } }) },
    ],
    'deployments.apps': [
      {
        metadata: meta('istiod', 'istio-system', { labels: { app: 'istiod', 'istio.io/rev': 'default' } }),
        spec: {
          replicas: 2,
          template: {
            spec: { containers: [{ name: 'discovery', image: 'docker.io/istio/pilot:1.27.1' }] },
          },
        },
        status: { readyReplicas: 2 },
      },
      {
        metadata: meta('coredns', 'kube-system', { labels: { 'k8s-app': 'kube-dns' } }),
        spec: { replicas: 2 },
        status: { readyReplicas: 2 },
      },
    ],
    'daemonsets.apps': [
      {
        metadata: meta('istio-cni-node', 'istio-system', { labels: { 'k8s-app': 'istio-cni-node' } }),
        status: { desiredNumberScheduled: 3, numberReady: 3 },
      },
      {
        metadata: meta('ztunnel', 'istio-system', { labels: { app: 'ztunnel' } }),
        status: { desiredNumberScheduled: 3, numberReady: 3 },
      },
    ],
    'replicasets.apps': [{ metadata: meta('cart-1', 'shop'), status: { replicas: 1 } }],
    'mutatingwebhookconfigurations.admissionregistration.k8s.io': [
      {
        metadata: meta('istio-sidecar-injector', undefined, {
          labels: { app: 'sidecar-injector', 'istio.io/rev': 'default' },
        }),
        webhooks: [
          webhook('namespace.sidecar-injector.istio.io', {
            namespaceSelector: {
              matchExpressions: [{ key: 'istio-injection', operator: 'In', values: ['enabled'] }],
            },
            objectSelector: {
              matchExpressions: [{ key: 'sidecar.istio.io/inject', operator: 'NotIn', values: ['false'] }],
            },
          }),
        ],
      },
    ],
    'validatingwebhookconfigurations.admissionregistration.k8s.io': [
      {
        metadata: meta('istio-validator-istio-system'),
        webhooks: [webhook('rev.validation.istio.io', {})],
      },
    ],
    'endpointslices.discovery.k8s.io': [slice('istiod', 'istio-system'), slice('cart', 'shop')],
    pods: [
      meshPod('cart-1-a', 'cart', { version: 'v1' }),
      meshPod('pay-1-a', 'pay', { version: 'v1' }),
      {
        ...meshPod('gw-1-a', 'gw', { istio: 'ingressgateway' }),
        metadata: meta('gw-1-a', 'istio-system', {
          labels: { app: 'gw', istio: 'ingressgateway' },
          annotations: { 'istio.io/rev': 'default' },
        }),
      },
      { metadata: meta('coredns-1', 'kube-system'), spec: { containers: [{ name: 'coredns' }] } },
    ],
    services: [
      service('cart', 'shop'),
      service('pay', 'shop'),
      service('istiod', 'istio-system', { selector: { app: 'istiod' } }),
      {
        metadata: meta('gw', 'istio-system', { labels: { istio: 'ingressgateway' } }),
        spec: { type: 'LoadBalancer', selector: { istio: 'ingressgateway' } },
        status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } },
      },
    ],
    'virtualservices.networking.istio.io': [
      {
        metadata: meta('cart', 'shop'),
        spec: {
          hosts: ['cart', 'shop.example.com'],
          gateways: ['mesh', 'istio-system/web'],
          http: [{ route: [{ destination: { host: 'cart', subset: 'v1' } }] }],
        },
      },
      {
        metadata: meta('outside', 'shop'),
        spec: {
          hosts: ['api.example.com'],
          http: [{ route: [{ destination: { host: 'api.example.com' } }] }],
        },
      },
    ],
    'destinationrules.networking.istio.io': [
      {
        metadata: meta('cart', 'shop'),
        spec: {
          host: 'cart',
          trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } },
          subsets: [{ name: 'v1', labels: { version: 'v1' } }],
        },
      },
    ],
    'serviceentries.networking.istio.io': [
      { metadata: meta('api', 'shop'), spec: { hosts: ['api.example.com'], resolution: 'DNS' } },
    ],
    'gateways.networking.istio.io': [
      {
        metadata: meta('web', 'istio-system'),
        spec: {
          selector: { istio: 'ingressgateway' },
          servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
        },
      },
    ],
    'envoyfilters.networking.istio.io': [
      {
        metadata: meta('headers', 'shop'),
        spec: { workloadSelector: { labels: { app: 'cart' } }, configPatches: [] },
      },
    ],
    'peerauthentications.security.istio.io': [
      { metadata: meta('default', 'istio-system'), spec: { mtls: { mode: 'STRICT' } } },
      {
        metadata: meta('pay', 'shop'),
        spec: {
          selector: { matchLabels: { app: 'pay' } },
          portLevelMtls: { '9090': { mode: 'PERMISSIVE' } },
        },
      },
    ],
    'requestauthentications.security.istio.io': [
      { metadata: meta('jwt', 'shop'), spec: { selector: { matchLabels: { app: 'cart' } } } },
    ],
    'authorizationpolicies.security.istio.io': [
      { metadata: meta('allow', 'shop'), spec: { selector: { matchLabels: { app: 'pay' } } } },
      // In the root namespace a selector holds for pods of every namespace.
      { metadata: meta('all', 'istio-system'), spec: { selector: { matchLabels: { app: 'pay' } } } },
    ],
    'gateways.gateway.networking.k8s.io': [
      {
        metadata: meta('edge', 'shop'),
        spec: { gatewayClassName: 'istio', listeners: [] },
        status: {
          conditions: [
            { type: 'Accepted', status: 'True', reason: 'Accepted' },
            { type: 'Programmed', status: 'True', reason: 'Programmed' },
          ],
        },
      },
    ],
    'httproutes.gateway.networking.k8s.io': [
      {
        metadata: meta('edge', 'shop'),
        status: {
          parents: [
            {
              controllerName: 'istio.io/gateway-controller',
              conditions: [
                { type: 'Accepted', status: 'True' },
                { type: 'ResolvedRefs', status: 'True' },
              ],
            },
          ],
        },
      },
    ],
    configmaps: [root('istio-system'), root('shop')],
  };
}

/** Sets a value deep in an object of the mesh; a missing link in the path is a mistake of the test. */
export function change(mesh: Mesh, path: readonly (string | number)[], value: unknown): Mesh {
  let here = mesh as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) {
    const next = here[step];
    if (typeof next !== 'object' || next === null) throw new Error(`no ${String(step)} in ${path.join('.')}`);
    here = next as Record<string | number, unknown>;
  }
  here[path.at(-1)!] = value;
  return mesh;
}
