/** Policies that nobody obeys, rules that stand in each other's way, proxies of a control plane that is gone. */
import type { KubeObject } from '../../cluster/reader.ts';
import type { ResourceId } from '../../cluster/resources.ts';
import {
  annotationsOf,
  at,
  hasLabels,
  items,
  labelsOf,
  map,
  nameOf,
  namespaceOf,
} from '../../probe/shared/fields.ts';
import { fullHost, hasProxy, isLive, texts } from '../../probe/shared/traffic.ts';
import { type Found, inScope, type Rule, type World } from '../rule.ts';

const VS = 'virtualservices.networking.istio.io';

/** A selector that fits no pod is a policy that protects nothing; one without a selector holds for everybody. */
const policyWithoutPods = (kind: string, resource: ResourceId, flow: string): Rule => ({
  id: `${kind.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}-selects-no-pods`,
  level: 'warning',
  flow,
  reads: [resource, 'pods'],
  judge: (world) =>
    world
      .list(resource)
      .filter((policy) => inScope(world, namespaceOf(policy)))
      .flatMap((policy) => {
        const selector = map(policy, 'spec', 'selector', 'matchLabels');
        const namespace = namespaceOf(policy);
        // In the root namespace a policy with a selector holds for the whole mesh, but a PeerAuthentication for none.
        const isWide = namespace === world.controlNamespace && kind !== 'PeerAuthentication';
        const pods = isWide ? world.list('pods') : world.podsIn(namespace);
        const isServed =
          Object.keys(selector).length === 0 || pods.some((pod) => hasLabels(labelsOf(pod), selector));
        return isServed
          ? []
          : [
              {
                kind,
                name: nameOf(policy),
                namespace,
                field: 'spec.selector.matchLabels',
                value: JSON.stringify(selector),
              },
            ];
      }),
});

/** Istio takes port modes only from a policy with a selector (PeerAuthentication, portLevelMtls). */
const portModesIgnored: Rule = {
  id: 'port-level-mtls-ignored',
  level: 'warning',
  flow: 'mtls-conflict',
  reads: ['peerauthentications.security.istio.io'],
  judge: (world) =>
    world
      .list('peerauthentications.security.istio.io')
      .filter((policy) => inScope(world, namespaceOf(policy)))
      .flatMap((policy) => {
        const ports = at(policy, 'spec', 'portLevelMtls');
        const isSet = typeof ports === 'object' && ports !== null && Object.keys(ports).length > 0;
        const hasSelector = Object.keys(map(policy, 'spec', 'selector', 'matchLabels')).length > 0;
        return isSet && !hasSelector
          ? [
              {
                kind: 'PeerAuthentication',
                name: nameOf(policy),
                namespace: namespaceOf(policy),
                field: 'spec.portLevelMtls',
                value: Object.keys(ports).join(', '),
              },
            ]
          : [];
      }),
};

/** Namespaces in which an object counts; `*` for all. */
function reachOf(rule: KubeObject): string[] {
  const to = texts(rule, 'spec', 'exportTo');
  return to.length === 0 ? ['*'] : to.map((one) => (one === '.' ? namespaceOf(rule) : one));
}

const meet = (a: readonly string[], b: readonly string[]) =>
  a.includes('*') || b.includes('*') || a.some((one) => b.includes(one));

/** Sidecars take one VirtualService for a host; which one is not promised (IST0109). */
const sharedHost: Rule = {
  id: 'virtual-services-share-host',
  level: 'error',
  flow: 'routing-ignored',
  reads: [VS],
  judge: (world) => {
    const byHost = new Map<string, KubeObject[]>();
    for (const rule of world.list(VS)) {
      const gateways = texts(rule, 'spec', 'gateways');
      if (gateways.length > 0 && !gateways.includes('mesh')) continue;
      for (const host of new Set(texts(rule, 'spec', 'hosts'))) {
        const full = fullHost(host, namespaceOf(rule));
        byHost.set(full, [...(byHost.get(full) ?? []), rule]);
      }
    }
    return [...byHost].flatMap(([host, rules]) =>
      rules.flatMap((rule, i) => {
        const rival = rules.find((other, j) => j !== i && meet(reachOf(rule), reachOf(other)));
        return rival && inScope(world, namespaceOf(rule))
          ? [
              {
                kind: 'VirtualService',
                name: nameOf(rule),
                namespace: namespaceOf(rule),
                field: 'spec.hosts',
                value: `${host}, also in ${namespaceOf(rival)}/${nameOf(rival)}`,
              },
            ]
          : [];
      }),
    );
  },
};

/** The injector writes the revision it served into each pod; a proxy of a removed one gets no configuration. */
const revisionGone: Rule = {
  id: 'proxy-revision-gone',
  level: 'error',
  flow: 'upgrade-revision',
  reads: ['pods', 'deployments.apps'],
  judge: (world: World) => {
    const served = new Set(
      world
        .list('deployments.apps')
        .filter((one) => labelsOf(one).app === 'istiod')
        .map((one) => labelsOf(one)['istio.io/rev'] ?? 'default'),
    );
    // A managed control plane has no Deployment here: then nothing is known of its revisions.
    if (served.size === 0) return [];
    return world
      .list('pods')
      .filter((pod) => inScope(world, namespaceOf(pod)) && isLive(pod) && hasProxy(pod))
      .flatMap((pod): Found[] => {
        const revision = annotationsOf(pod)['istio.io/rev'] ?? '';
        return revision === '' || served.has(revision)
          ? []
          : [
              {
                kind: 'Pod',
                name: nameOf(pod),
                namespace: namespaceOf(pod),
                field: 'metadata.annotations[istio.io/rev]',
                value: revision,
              },
            ];
      });
  },
};

/** `auto` is what the injector replaces; where it still stands, the pod was made without it. */
const imageAuto: Rule = {
  id: 'proxy-image-auto',
  level: 'error',
  flow: 'ingress-no-address',
  reads: ['pods'],
  judge: (world) =>
    world
      .list('pods')
      .filter((pod) => inScope(world, namespaceOf(pod)) && isLive(pod))
      .filter((pod) => items(pod, 'spec', 'containers').some((one) => at(one, 'image') === 'auto'))
      .map((pod) => ({
        kind: 'Pod',
        name: nameOf(pod),
        namespace: namespaceOf(pod),
        field: 'spec.containers.image',
        value: 'auto',
      })),
};

export const POLICY_RULES: readonly Rule[] = [
  policyWithoutPods('AuthorizationPolicy', 'authorizationpolicies.security.istio.io', 'rbac-403'),
  policyWithoutPods('RequestAuthentication', 'requestauthentications.security.istio.io', 'jwt-401'),
  policyWithoutPods('PeerAuthentication', 'peerauthentications.security.istio.io', 'mtls-conflict'),
  portModesIgnored,
  sharedHost,
  revisionGone,
  imageAuto,
];
