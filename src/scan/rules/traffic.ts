/** Rules and what they refer to: hosts, subsets, gateways, endpoints, TLS modes. */
import type { KubeObject } from '../../cluster/reader.ts';
import { at, hasLabels, items, labelsOf, map, nameOf, namespaceOf, text } from '../../probe/shared/fields.ts';
import { effectiveMtls } from '../../probe/shared/policies.ts';
import { covers, fullHost, hasProxy, isLive, isReady, texts } from '../../probe/shared/traffic.ts';
import { type Found, inScope, type Rule, type World } from '../rule.ts';

const VS = 'virtualservices.networking.istio.io';
const DR = 'destinationrules.networking.istio.io';
const SE = 'serviceentries.networking.istio.io';
const GW = 'gateways.networking.istio.io';

const hostOf = (service: KubeObject) => `${nameOf(service)}.${namespaceOf(service)}.svc.cluster.local`;
const scoped = (world: World, objects: readonly KubeObject[]) =>
  objects.filter((one) => inScope(world, namespaceOf(one)));
const found = (kind: string, object: KubeObject, field: string, value: string): Found => ({
  kind,
  name: nameOf(object),
  namespace: namespaceOf(object),
  field,
  value,
});

interface Destination {
  readonly field: string;
  readonly host: string;
  readonly subset: string;
}

/** Where a VirtualService sends requests, mirrors included. */
function destinationsOf(rule: KubeObject): Destination[] {
  return ['http', 'tls', 'tcp'].flatMap((protocol) =>
    items(rule, 'spec', protocol).flatMap((route, i) => {
      const field = `spec.${protocol}[${i}].route`;
      const mirror = at(route, 'mirror');
      return [
        ...items(route, 'route').map((one) => ({ field, destination: at(one, 'destination') })),
        ...(mirror ? [{ field: `spec.${protocol}[${i}].mirror`, destination: mirror }] : []),
      ].map((one) => ({
        field: one.field,
        host: fullHost(text(one.destination, 'host'), namespaceOf(rule)),
        subset: text(one.destination, 'subset'),
      }));
    }),
  );
}

/** A host in the cluster's own domain: only those can be said to be missing. */
const isOwn = (host: string) => host.endsWith('.svc.cluster.local') && !host.startsWith('*');

const hostMissing: Rule = {
  id: 'destination-host-missing',
  level: 'error',
  flow: 'http-503',
  reads: [VS, SE, 'services'],
  judge: (world) => {
    const known = new Set(world.list('services').map(hostOf));
    const entries = world.list(SE).flatMap((entry) => texts(entry, 'spec', 'hosts'));
    return scoped(world, world.list(VS)).flatMap((rule) =>
      destinationsOf(rule)
        .filter(
          ({ host }) => isOwn(host) && !known.has(host) && !entries.some((entry) => covers(entry, host)),
        )
        .map(({ field, host }) => found('VirtualService', rule, `${field}.destination.host`, host)),
    );
  },
};

/** Subset names by the host they are defined for. */
function subsetsByHost(world: World): Map<string, Set<string>> {
  const subsets = new Map<string, Set<string>>();
  for (const rule of world.list(DR)) {
    const host = fullHost(text(rule, 'spec', 'host'), namespaceOf(rule));
    const own = subsets.get(host) ?? new Set();
    for (const subset of items(rule, 'spec', 'subsets')) own.add(text(subset, 'name'));
    subsets.set(host, own);
  }
  return subsets;
}

const subsetMissing: Rule = {
  id: 'subset-missing',
  level: 'error',
  flow: 'http-503',
  reads: [VS, DR],
  judge: (world) => {
    const subsets = subsetsByHost(world);
    return scoped(world, world.list(VS)).flatMap((rule) =>
      destinationsOf(rule)
        .filter(({ host, subset }) => subset !== '' && !subsets.get(host)?.has(subset))
        .map(({ field, host, subset }) =>
          found('VirtualService', rule, `${field}.destination.subset`, `${subset} of ${host}`),
        ),
    );
  },
};

const subsetEmpty: Rule = {
  id: 'subset-selects-no-pods',
  level: 'warning',
  flow: 'http-503',
  reads: [DR, 'services', 'pods'],
  judge: (world) => {
    const services = new Map(world.list('services').map((one) => [hostOf(one), one] as const));
    return scoped(world, world.list(DR)).flatMap((rule) => {
      const service = services.get(fullHost(text(rule, 'spec', 'host'), namespaceOf(rule)));
      const pods = service ? world.podsOf(service) : [];
      // A Service without pods is another fault.
      if (pods.length === 0) return [];
      return items(rule, 'spec', 'subsets')
        .filter((subset) => !pods.some((pod) => hasLabels(labelsOf(pod), map(subset, 'labels'))))
        .map((subset) =>
          found(
            'DestinationRule',
            rule,
            `spec.subsets[${text(subset, 'name')}].labels`,
            JSON.stringify(map(subset, 'labels')),
          ),
        );
    });
  },
};

const noReadyPods: Rule = {
  id: 'service-without-ready-pods',
  level: 'error',
  flow: 'http-503',
  reads: ['services', 'pods'],
  judge: (world) =>
    scoped(world, world.list('services')).flatMap((service) => {
      const pods = world.podsOf(service);
      return pods.length > 0 && pods.some(hasProxy) && !pods.some(isReady)
        ? [found('Service', service, 'ready pods', `0/${pods.length}`)]
        : [];
    }),
};

const gatewayMissing: Rule = {
  id: 'gateway-missing',
  level: 'error',
  flow: 'http-404',
  reads: [VS, GW],
  judge: (world) => {
    const known = new Set(world.list(GW).map((one) => `${namespaceOf(one)}/${nameOf(one)}`));
    return scoped(world, world.list(VS)).flatMap((rule) =>
      texts(rule, 'spec', 'gateways')
        .filter((name) => name !== 'mesh')
        .filter((name) => !known.has(name.includes('/') ? name : `${namespaceOf(rule)}/${name}`))
        .map((name) => found('VirtualService', rule, 'spec.gateways', name)),
    );
  },
};

const gatewayWithoutPods: Rule = {
  id: 'gateway-selects-no-pods',
  level: 'error',
  flow: 'http-404',
  reads: [GW, 'pods'],
  judge: (world) =>
    scoped(world, world.list(GW)).flatMap((gateway) => {
      const selector = map(gateway, 'spec', 'selector');
      const isServed =
        Object.keys(selector).length === 0 ||
        world.list('pods').some((pod) => isLive(pod) && hasLabels(labelsOf(pod), selector));
      return isServed ? [] : [found('Gateway', gateway, 'spec.selector', JSON.stringify(selector))];
    }),
};

/** Modes that make a client speak something else than the mesh's mutual TLS. */
const PLAIN = new Set(['DISABLE', 'SIMPLE']);

const tlsModeConflict: Rule = {
  id: 'tls-mode-conflict',
  level: 'error',
  flow: 'mtls-conflict',
  reads: [DR, 'services', 'pods', 'peerauthentications.security.istio.io'],
  judge: (world) => {
    const services = new Map(world.list('services').map((one) => [hostOf(one), one] as const));
    const policies = world.list('peerauthentications.security.istio.io');
    const roots = [world.controlNamespace];
    return scoped(world, world.list(DR)).flatMap((rule) => {
      const mode = text(rule, 'spec', 'trafficPolicy', 'tls', 'mode');
      const service = services.get(fullHost(text(rule, 'spec', 'host'), namespaceOf(rule)));
      const pods = service ? world.podsOf(service) : [];
      if (pods.length === 0 || mode === '') return [];
      const isPlainServer = mode === 'ISTIO_MUTUAL' && !pods.some(hasProxy);
      const isPlainClient =
        PLAIN.has(mode) &&
        pods.some(
          (pod) =>
            hasProxy(pod) &&
            effectiveMtls(policies, pod, undefined, roots).modes.every((one) => one === 'STRICT'),
        );
      const value = isPlainServer ? `${mode}, pods without sidecar` : `${mode}, PeerAuthentication STRICT`;
      return isPlainClient || isPlainServer
        ? [found('DestinationRule', rule, 'spec.trafficPolicy.tls.mode', value)]
        : [];
    });
  },
};

const filterWithoutPods: Rule = {
  id: 'envoyfilter-selects-no-pods',
  level: 'warning',
  flow: 'envoyfilter-broken',
  reads: ['envoyfilters.networking.istio.io', 'pods'],
  judge: (world) =>
    scoped(world, world.list('envoyfilters.networking.istio.io')).flatMap((filter) => {
      const selector = map(filter, 'spec', 'workloadSelector', 'labels');
      const isRoot = namespaceOf(filter) === world.controlNamespace;
      const isServed =
        Object.keys(selector).length === 0 ||
        (isRoot ? world.list('pods') : world.podsIn(namespaceOf(filter))).some((pod) =>
          hasLabels(labelsOf(pod), selector),
        );
      return isServed
        ? []
        : [found('EnvoyFilter', filter, 'spec.workloadSelector.labels', JSON.stringify(selector))];
    }),
};

export const TRAFFIC_RULES: readonly Rule[] = [
  hostMissing,
  subsetMissing,
  subsetEmpty,
  noReadyPods,
  gatewayMissing,
  gatewayWithoutPods,
  tlsModeConflict,
  filterWithoutPods,
];
