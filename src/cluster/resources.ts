/** What unmesh may read in a cluster, and how the API names it. Nothing outside this table is ever asked for. */

export interface Resource {
  /** API group; empty for the core group. */
  readonly group: string;
  /** Versions to try, best first: the first one that the cluster serves is used. */
  readonly versions: readonly string[];
  readonly plural: string;
  readonly namespaced: boolean;
}

const core = (plural: string, namespaced = true): Resource => ({
  group: '',
  versions: ['v1'],
  plural,
  namespaced,
});
const of = (
  group: string,
  plural: string,
  versions: readonly string[] = ['v1'],
  namespaced = true,
): Resource => ({
  group,
  versions,
  plural,
  namespaced,
});
// Istio serves v1 from 1.22; older releases have the beta only, EnvoyFilter has never left alpha.
const BETA = ['v1', 'v1beta1', 'v1alpha3'];
const GATEWAY_API = ['v1', 'v1beta1', 'v1alpha2'];

/** Named as `kubectl get` takes them, with the group where the plain name is ambiguous. */
export const RESOURCES = {
  pods: core('pods'),
  services: core('services'),
  events: core('events'),
  configmaps: core('configmaps'),
  serviceaccounts: core('serviceaccounts'),
  namespaces: core('namespaces', false),
  nodes: core('nodes', false),
  'deployments.apps': of('apps', 'deployments'),
  'replicasets.apps': of('apps', 'replicasets'),
  'daemonsets.apps': of('apps', 'daemonsets'),
  'jobs.batch': of('batch', 'jobs'),
  'endpointslices.discovery.k8s.io': of('discovery.k8s.io', 'endpointslices'),
  'networkpolicies.networking.k8s.io': of('networking.k8s.io', 'networkpolicies'),
  'ingresses.networking.k8s.io': of('networking.k8s.io', 'ingresses'),
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': of(
    'admissionregistration.k8s.io',
    'mutatingwebhookconfigurations',
    ['v1'],
    false,
  ),
  'validatingwebhookconfigurations.admissionregistration.k8s.io': of(
    'admissionregistration.k8s.io',
    'validatingwebhookconfigurations',
    ['v1'],
    false,
  ),
  'customresourcedefinitions.apiextensions.k8s.io': of(
    'apiextensions.k8s.io',
    'customresourcedefinitions',
    ['v1'],
    false,
  ),
  'clusterroles.rbac.authorization.k8s.io': of('rbac.authorization.k8s.io', 'clusterroles', ['v1'], false),
  'clusterrolebindings.rbac.authorization.k8s.io': of(
    'rbac.authorization.k8s.io',
    'clusterrolebindings',
    ['v1'],
    false,
  ),
  'virtualservices.networking.istio.io': of('networking.istio.io', 'virtualservices', BETA),
  'destinationrules.networking.istio.io': of('networking.istio.io', 'destinationrules', BETA),
  'gateways.networking.istio.io': of('networking.istio.io', 'gateways', BETA),
  'serviceentries.networking.istio.io': of('networking.istio.io', 'serviceentries', BETA),
  'sidecars.networking.istio.io': of('networking.istio.io', 'sidecars', BETA),
  'envoyfilters.networking.istio.io': of('networking.istio.io', 'envoyfilters', ['v1alpha3']),
  'proxyconfigs.networking.istio.io': of('networking.istio.io', 'proxyconfigs', ['v1beta1']),
  'peerauthentications.security.istio.io': of('security.istio.io', 'peerauthentications', ['v1', 'v1beta1']),
  'requestauthentications.security.istio.io': of('security.istio.io', 'requestauthentications', [
    'v1',
    'v1beta1',
  ]),
  'authorizationpolicies.security.istio.io': of('security.istio.io', 'authorizationpolicies', [
    'v1',
    'v1beta1',
  ]),
  'telemetries.telemetry.istio.io': of('telemetry.istio.io', 'telemetries', ['v1', 'v1alpha1']),
  'wasmplugins.extensions.istio.io': of('extensions.istio.io', 'wasmplugins', ['v1alpha1']),
  'gateways.gateway.networking.k8s.io': of('gateway.networking.k8s.io', 'gateways', GATEWAY_API),
  'gatewayclasses.gateway.networking.k8s.io': of(
    'gateway.networking.k8s.io',
    'gatewayclasses',
    GATEWAY_API,
    false,
  ),
  'httproutes.gateway.networking.k8s.io': of('gateway.networking.k8s.io', 'httproutes', GATEWAY_API),
  // Google's managed mesh reports its control planes here.
  'controlplanerevisions.mesh.cloud.google.com': of('mesh.cloud.google.com', 'controlplanerevisions', [
    'v1beta1',
    'v1alpha1',
  ]),
  'podmonitors.monitoring.coreos.com': of('monitoring.coreos.com', 'podmonitors'),
  'servicemonitors.monitoring.coreos.com': of('monitoring.coreos.com', 'servicemonitors'),
  'leases.coordination.k8s.io': of('coordination.k8s.io', 'leases'),
} as const satisfies Record<string, Resource>;

export type ResourceId = keyof typeof RESOURCES;

/** What a probe may declare: resources to get and list, logs, and the paths that name no object. */
export type ReadId = ResourceId | 'pods/log' | 'discovery' | 'version';

export const READ_IDS: readonly ReadId[] = [
  ...(Object.keys(RESOURCES) as ResourceId[]),
  'pods/log',
  'discovery',
  'version',
];
