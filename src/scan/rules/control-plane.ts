/** istiod, its webhooks, the node agents, versions. */
import {
  at,
  count,
  items,
  labelsOf,
  map,
  nameOf,
  namespaceOf,
  selects,
  text,
} from '../../probe/shared/fields.ts';
import { isInjector, webhooksOf } from '../../probe/shared/mesh.ts';
import { type Found, inScope, type Rule, type World } from '../rule.ts';

const MUTATING = 'mutatingwebhookconfigurations.admissionregistration.k8s.io';
const VALIDATING = 'validatingwebhookconfigurations.admissionregistration.k8s.io';

const isIstiod = (object: unknown) => map(object, 'metadata', 'labels').app === 'istiod';

const istiodNotReady: Rule = {
  id: 'istiod-not-ready',
  level: 'error',
  flow: 'istiod-unhealthy',
  reads: ['deployments.apps'],
  judge: (world) =>
    world
      .list('deployments.apps')
      .filter(isIstiod)
      .filter((one) => count(one, ['status', 'readyReplicas']) === 0)
      .map((one) => ({
        kind: 'Deployment',
        name: nameOf(one),
        namespace: namespaceOf(one),
        field: 'status.readyReplicas',
        value: `0/${count(one, ['spec', 'replicas'], 1)}`,
      })),
};

/** Webhooks of Istio with the kind of their configuration. */
function istioWebhooks(world: World) {
  return (['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'] as const).flatMap((kind) => {
    const all = world.list(kind === 'MutatingWebhookConfiguration' ? MUTATING : VALIDATING);
    return all
      .filter((one) => isInjector(one) || /istio/.test(nameOf(one)))
      .flatMap((one) => webhooksOf(one).map((webhook) => ({ kind, ...webhook })));
  });
}

const webhookWithoutCa: Rule = {
  id: 'webhook-without-ca',
  level: 'error',
  flow: 'webhook-error',
  reads: [MUTATING, VALIDATING],
  judge: (world) =>
    istioWebhooks(world)
      .filter(({ service, caBundle }) => service && caBundle === '')
      .map(({ kind, configuration, name }) => ({
        kind,
        name: configuration,
        namespace: '',
        field: `webhooks[${name}].clientConfig.caBundle`,
        value: '""',
      })),
};

const webhookWithoutEndpoints: Rule = {
  id: 'webhook-without-endpoints',
  level: 'error',
  flow: 'webhook-error',
  reads: [MUTATING, VALIDATING, 'endpointslices.discovery.k8s.io'],
  judge: (world) => {
    const ready = new Map<string, number>();
    for (const slice of world.list('endpointslices.discovery.k8s.io')) {
      const key = `${namespaceOf(slice)}/${labelsOf(slice)['kubernetes.io/service-name'] ?? ''}`;
      const own = items(slice, 'endpoints').filter((one) => at(one, 'conditions', 'ready') !== false).length;
      ready.set(key, (ready.get(key) ?? 0) + own);
    }
    return istioWebhooks(world)
      .filter(({ service }) => service && (ready.get(`${service.namespace}/${service.name}`) ?? 0) === 0)
      .map(({ kind, configuration, name, service }) => ({
        kind,
        name: configuration,
        namespace: '',
        field: `webhooks[${name}].clientConfig.service`,
        value: `${service!.namespace}/${service!.name}`,
      }));
  },
};

/** Labels that ask for injection. */
function wantsInjection(labels: Readonly<Record<string, string>>): boolean {
  return labels['istio-injection'] === 'enabled' || (labels['istio.io/rev'] ?? '') !== '';
}

const namespaceNotServed: Rule = {
  id: 'namespace-not-served',
  level: 'error',
  flow: 'upgrade-revision',
  reads: ['namespaces', MUTATING],
  judge: (world) => {
    const webhooks = world.list(MUTATING).filter(isInjector).flatMap(webhooksOf);
    return world
      .list('namespaces')
      .filter((one) => inScope(world, nameOf(one)) && wantsInjection(labelsOf(one)))
      .filter((one) => !webhooks.some(({ namespaceSelector }) => selects(namespaceSelector, labelsOf(one))))
      .map((one): Found => {
        const labels = labelsOf(one);
        const revision = labels['istio.io/rev'];
        return {
          kind: 'Namespace',
          name: nameOf(one),
          namespace: '',
          field: revision ? 'metadata.labels[istio.io/rev]' : 'metadata.labels[istio-injection]',
          value: revision ?? 'enabled',
        };
      });
  },
};

const agentNotReady = (
  id: string,
  flow: string,
  isAgent: (labels: Record<string, string>) => boolean,
): Rule => ({
  id,
  level: 'error',
  flow,
  reads: ['daemonsets.apps'],
  judge: (world) =>
    world
      .list('daemonsets.apps')
      .filter((one) => isAgent(labelsOf(one)))
      .filter(
        (one) => count(one, ['status', 'numberReady']) < count(one, ['status', 'desiredNumberScheduled']),
      )
      .map((one) => ({
        kind: 'DaemonSet',
        name: nameOf(one),
        namespace: namespaceOf(one),
        field: 'status.numberReady',
        value: `${count(one, ['status', 'numberReady'])}/${count(one, ['status', 'desiredNumberScheduled'])}`,
      })),
});

/** `1.27` of `…/proxyv2:1.27.3-distroless`; empty for a tag that is no version. */
const minorOf = (image: string): string => /:v?(\d+\.\d+)\.\d+/.exec(image)?.[1] ?? '';

const versionSkew: Rule = {
  id: 'version-skew',
  level: 'warning',
  flow: 'upgrade-revision',
  reads: ['deployments.apps', 'pods'],
  judge: (world) => {
    const served = new Set(
      world
        .list('deployments.apps')
        .filter(isIstiod)
        .flatMap((one) => items(one, 'spec', 'template', 'spec', 'containers'))
        .map((container) => minorOf(text(container, 'image')))
        .filter((minor) => minor !== ''),
    );
    if (served.size === 0) return [];
    return world
      .list('pods')
      .filter((pod) => inScope(world, namespaceOf(pod)))
      .flatMap((pod) => {
        const all = [...items(pod, 'spec', 'containers'), ...items(pod, 'spec', 'initContainers')];
        const image = text(
          all.find((one) => text(one, 'name') === 'istio-proxy'),
          'image',
        );
        const minor = minorOf(image);
        return minor === '' || served.has(minor)
          ? []
          : [
              {
                kind: 'Pod',
                name: nameOf(pod),
                namespace: namespaceOf(pod),
                field: 'istio-proxy.image',
                value: image,
              },
            ];
      });
  },
};

const dnsNotReady: Rule = {
  id: 'dns-not-ready',
  level: 'error',
  flow: 'dns-resolution',
  reads: ['deployments.apps'],
  judge: (world) =>
    world
      .list('deployments.apps')
      .filter((one) => labelsOf(one)['k8s-app'] === 'kube-dns' && namespaceOf(one) === 'kube-system')
      // GKE's autoscaler has the same label and serves no name.
      .filter((one) => !/autoscaler/.test(nameOf(one)) && count(one, ['status', 'readyReplicas']) === 0)
      .map((one) => ({
        kind: 'Deployment',
        name: nameOf(one),
        namespace: 'kube-system',
        field: 'status.readyReplicas',
        value: `0/${count(one, ['spec', 'replicas'], 1)}`,
      })),
};

export const CONTROL_PLANE_RULES: readonly Rule[] = [
  istiodNotReady,
  webhookWithoutCa,
  webhookWithoutEndpoints,
  namespaceNotServed,
  agentNotReady('cni-not-ready', 'istio-init-crash', (labels) => labels['k8s-app'] === 'istio-cni-node'),
  agentNotReady(
    'ztunnel-not-ready',
    'ambient-traffic',
    (labels) => labels.app === 'ztunnel' || labels['app.kubernetes.io/name'] === 'ztunnel',
  ),
  versionSkew,
  dnsNotReady,
];
