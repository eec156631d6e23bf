/** Why does an EnvoyFilter not act: whom it selects, in which direction, for which version, and what it stands beside? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe } from '../probe.ts';
import { appliesTo, filterName, inOrder, type Patch, patchesOf } from '../shared/envoy-filters.ts';
import { at, items, map, nameOf, namespaceOf, text } from '../shared/fields.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { specContainer } from '../shared/pod-parts.ts';
import { rootNamespaces } from '../shared/policies.ts';
import { hasProxy, isGatewayPod, isLive, type Judgement, join, say, seen } from '../shared/traffic.ts';

export const envoyFilterOrder: Probe = {
  reads: ['envoyfilters.networking.istio.io', 'pods'],
  needs: ['namespace'],
  answers: ['selector', 'context', 'version', 'order'],
  async look(reader, facts) {
    const filters = await reader.list('envoyfilters.networking.istio.io');
    const filter = filterOf(filters, facts);
    if (!filter)
      return seen(
        sight('envoyfilters', facts.namespace!, filters.slice(0, 8).map(filterName).join(', ') || 'none'),
      );
    const isMeshWide = rootNamespaces(facts).includes(namespaceOf(filter));
    const pods = await reader.list('pods', isMeshWide ? {} : { namespace: namespaceOf(filter) });
    const pod = facts.pod === undefined ? undefined : await podOf(reader, facts);
    return judgeFilter(
      filter,
      filters,
      pod ? [pod] : pods.filter((one) => isLive(one) && hasProxy(one)),
      facts,
    );
  },
};

/** The filter of a case: named by it, else the only one of its namespace. */
function filterOf(filters: readonly KubeObject[], facts: Facts): KubeObject | undefined {
  const isNamed = facts.resource !== undefined && (facts.kind ?? 'EnvoyFilter') === 'EnvoyFilter';
  const exact = filters.filter((one) => isNamed && nameOf(one) === facts.resource);
  const near = (isNamed ? exact : filters).filter((one) => namespaceOf(one) === facts.namespace);
  if (near.length === 1) return near[0];
  return exact.length === 1 ? exact[0] : undefined;
}

/** `pods`: the one of the case, else all with a proxy that the filter could select. */
export function judgeFilter(
  filter: KubeObject,
  filters: readonly KubeObject[],
  pods: readonly KubeObject[],
  facts: Facts,
): Judgement {
  const roots = rootNamespaces(facts);
  const selected = pods.filter((pod) => appliesTo(filter, pod, roots));
  const patches = patchesOf(filter);
  const name = filterName(filter);
  const selector = sight(name, 'spec.workloadSelector', at(filter, 'spec', 'workloadSelector') ?? 'absent');
  const shown = [selector, ...selected.slice(0, 3).map((pod) => sight(podName(pod), 'selected', 'yes'))];
  if (pods.length === 0 || patches.length === 0)
    return seen(selector, sight(name, 'spec.configPatches', String(patches.length)));
  if (selected.length === 0 && items(filter, 'spec', 'targetRefs').length === 0)
    return say('selector', [
      selector,
      ...pods.slice(0, 3).map((pod) => sight(podName(pod), 'labels', map(pod, 'metadata', 'labels'))),
    ]);
  return join(
    judgeContext(patches, selected, name),
    judgeVersion(patches, selected, name),
    judgeAnchors(patches, filters, selected, roots),
    seen(...shown),
  );
}

/** Sidecars and gateways have listeners of their own. */
function judgeContext(patches: readonly Patch[], pods: readonly KubeObject[], name: string): Judgement {
  const contexts = [...new Set(patches.map(({ context }) => context))];
  const onlyGateway = contexts.every((one) => one === 'GATEWAY');
  const onlySidecar = contexts.every((one) => one.startsWith('SIDECAR_'));
  const isOther = (pod: KubeObject) => (isGatewayPod(pod) ? onlySidecar : onlyGateway);
  if (pods.length === 0 || !pods.every(isOther)) return seen();
  return say('context', [
    sight(name, 'match.context', contexts.join(', ')),
    ...pods.slice(0, 3).map((pod) => sight(podName(pod), 'kind', isGatewayPod(pod) ? 'gateway' : 'sidecar')),
  ]);
}

/** No patch is for the version that any selected proxy has. */
function judgeVersion(patches: readonly Patch[], pods: readonly KubeObject[], name: string): Judgement {
  const versions = [...new Set(pods.map(versionOf))];
  const isOut = (pattern: string) => versions.every((one) => one !== '' && excludes(pattern, one));
  if (versions.length === 0 || !patches.every(({ proxyVersion }) => isOut(proxyVersion))) return seen();
  return say('version', [
    sight(name, 'match.proxy.proxyVersion', [...new Set(patches.map((one) => one.proxyVersion))].join(', ')),
    sight('pods', 'version of istio-proxy', versions.join(', ')),
  ]);
}

/** The version in the tag of the proxy's image; empty where the tag holds none. */
function versionOf(pod: KubeObject): string {
  const image = text(specContainer(pod, 'istio-proxy'), 'image');
  return /^v?(\d+\.\d+(?:\.\d+)?)/.exec(image.slice(image.lastIndexOf(':') + 1))?.[1] ?? '';
}

/** Only literal expressions are read, as `^1\.27.*`: a foreign one is never run. */
function excludes(pattern: string, version: string): boolean {
  const body = /^(\^?)([\d\\.]+?)(?:\.\*)?(\$?)$/.exec(pattern);
  if (!body) return false;
  const literal = body[2]!.replace(/\\/g, '');
  return body[1] === '^' ? !version.startsWith(literal) : !version.includes(literal);
}

/** The patch stands beside a filter that another EnvoyFilter adds, and that one comes later. */
function judgeAnchors(
  patches: readonly Patch[],
  filters: readonly KubeObject[],
  pods: readonly KubeObject[],
  roots: readonly string[],
): Judgement {
  const parts = patches
    .filter(({ anchor, operation }) => anchor !== '' && operation.startsWith('INSERT_'))
    .flatMap((patch) => {
      const makers = filters.filter(
        (one) =>
          one !== patch.filter &&
          pods.some((pod) => appliesTo(one, pod, roots)) &&
          patchesOf(one).some(({ value }) => text(value, 'name') === patch.anchor),
      );
      const isLate = makers.length > 0 && makers.every((one) => inOrder(patch.filter, one, roots) < 0);
      if (!isLate) return [];
      return [
        say('order', [
          sight(filterName(patch.filter), patch.operation, patch.anchor),
          ...makers.map((one) => sight(filterName(one), 'adds, later', patch.anchor)),
        ]),
      ];
    });
  return join(...parts);
}
