/** A small mesh as an API server returns it: istiod works, the cart's application starts before its proxy. */
import type { Manifest } from './kube.ts';
import {
  endpoints,
  event,
  injector,
  istiodDeployment,
  istiodPod,
  namespace,
  pod,
  rootCertificate,
  running,
  service,
} from './objects.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nMIIBroot\n-----END CERTIFICATE-----\n';

export function deployment(name: string, of: string): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: of, labels: { app: name } },
    spec: { replicas: 1 },
    status: { readyReplicas: 1 },
  };
}

/** The API server writes who set which field when; it is most of an object. */
const managedFields = [
  {
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:metadata': { 'f:labels': { '.': {}, 'f:istio-injection': {} } } },
    manager: 'kubectl',
    operation: 'Update',
    time: '2026-10-01T08:00:00Z',
  },
];

function managed<T extends Manifest>(object: T): T {
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

function crd(plural: string, group: string, kind: string): Manifest {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, plural, singular: kind.toLowerCase() },
      scope: 'Namespaced',
      versions: [
        { name: 'v1', schema: { openAPIV3Schema: { type: 'object' } }, served: true, storage: true },
        { name: 'v1beta1', schema: { openAPIV3Schema: { type: 'object' } }, served: true, storage: false },
      ],
    },
  };
}

const cart = managed(
  pod({
    name: 'cart-1',
    labels: { app: 'cart' },
    containers: [
      { name: 'cart', ready: true, restarts: 2, state: running('2026-11-01T10:00:01Z') },
      { name: 'istio-proxy', ready: true, state: running('2026-11-01T10:00:05Z') },
    ],
  }),
);
const istiod = istiodPod({ ready: true, state: running() });
const gateway: Manifest = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  metadata: { name: 'public', namespace: 'istio-system' },
  spec: { selector: { istio: 'ingressgateway' } },
};
const crds = [
  crd('gateways', 'networking.istio.io', 'Gateway'),
  crd('virtualservices', 'networking.istio.io', 'VirtualService'),
];
const webhook = injector(PEM);
const validator: Manifest = {
  ...webhook,
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'istio-validator-istio-system', labels: { app: 'istiod', istio: 'istiod' } },
};
const namespaces = [
  managed(namespace('shop', { 'istio-injection': 'enabled' })),
  managed(namespace('istio-system')),
];
const events = [
  event(cart, 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 500'),
  event(istiod, 'Started', 'Started container discovery'),
];

export const mesh = {
  cart,
  istiod,
  gateway,
  crds,
  webhook,
  validator,
  namespaces,
  events,
  pods: [cart, istiod],
  services: [service('cart', 'shop', 80), service('istiod', 'istio-system')],
  deployments: [deployment('cart', 'shop'), istiodDeployment(1, 1)],
  replicaSets: [
    { ...deployment('cart-5f', 'shop'), kind: 'ReplicaSet' },
    { ...deployment('istiod-7d6c9b5f4d', 'istio-system'), kind: 'ReplicaSet' },
  ] as Manifest[],
  configMaps: [
    rootCertificate(PEM),
    { ...rootCertificate(PEM), metadata: { name: 'istio-ca-root-cert', namespace: 'shop' } },
  ] as Manifest[],
  slices: [
    endpoints('istiod', 'istio-system', ['10.0.0.7']),
    endpoints('cart', 'shop', ['10.0.0.8']),
  ] as Manifest[],
};

export const ofNamespaces: readonly Manifest[] = [
  ...mesh.pods,
  ...mesh.services,
  ...mesh.deployments,
  ...mesh.replicaSets,
  ...mesh.slices,
  ...mesh.configMaps,
];
export const ofCluster: readonly Manifest[] = [
  ...mesh.namespaces,
  ...mesh.crds,
  mesh.webhook,
  mesh.validator,
];
export const meshObjects: readonly Manifest[] = [...ofNamespaces, ...ofCluster, ...mesh.events, mesh.gateway];
