/** Does the cluster serve the kind that was not found, and in which versions? */
import { RESOURCES, type ResourceId } from '../../cluster/resources.ts';
import type { Facts, Probe, Sight } from '../probe.ts';
import { at, items, nameOf, text } from '../shared/fields.ts';
import { sight } from '../shared/mesh.ts';
import { type Judgement, say, seen } from '../shared/traffic.ts';

/** Groups of Istio's own kinds. */
const ISTIO_GROUPS = [
  'networking.istio.io',
  'security.istio.io',
  'telemetry.istio.io',
  'extensions.istio.io',
] as const;
const GATEWAY_API = 'gateway.networking.k8s.io';
/** Kinds of the Gateway API that no group of Istio has: `Gateway` is both. */
const GATEWAY_KINDS = [
  'httproute',
  'grpcroute',
  'tlsroute',
  'tcproute',
  'udproute',
  'gatewayclass',
  'referencegrant',
];

export const crdVersions: Probe = {
  reads: ['discovery', 'customresourcedefinitions.apiextensions.k8s.io'],
  needs: [],
  answers: ['no-istio', 'old-version', 'gateway-api', 'none', 'only-old', 'all-there'],
  async look(reader, facts) {
    const groups = await reader.groups();
    const crds = await reader.list('customresourcedefinitions.apiextensions.k8s.io');
    const served = crds.map((crd) => ({
      name: nameOf(crd),
      kind: text(crd, 'spec', 'names', 'kind'),
      plural: text(crd, 'spec', 'names', 'plural'),
      singular: text(crd, 'spec', 'names', 'singular'),
      group: text(crd, 'spec', 'group'),
      versions: items(crd, 'spec', 'versions')
        .filter((version) => at(version, 'served') === true)
        .map((version) => text(version, 'name')),
    }));
    return judgeCrds(facts, groups, served);
  },
};

export interface ServedKind {
  readonly name: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly group: string;
  readonly versions: readonly string[];
}

/** Absence is certain here: discovery lists every group that the cluster serves. */
export function judgeCrds(
  facts: Facts,
  groups: ReadonlyMap<string, readonly string[]>,
  kinds: readonly ServedKind[],
): Judgement {
  const istio = ISTIO_GROUPS.filter((group) => groups.has(group));
  const sights: Sight[] = [...ISTIO_GROUPS, GATEWAY_API].map((group) =>
    sight('apis', group, groups.get(group)?.join(', ') ?? 'not served'),
  );
  // Names as they come from a message: `VirtualService`, `virtualservices`, `virtualservices.networking.istio.io`.
  const asked = (facts.kind ?? facts.resource ?? '').toLowerCase();
  const [name = '', group = ''] = splitOnce(asked);
  if (group === GATEWAY_API || GATEWAY_KINDS.some((kind) => name === kind || name === plural(kind))) {
    if (!groups.has(GATEWAY_API)) return say('gateway-api', sights);
    return seen(...sights);
  }
  if (istio.length === 0) return say(['no-istio', 'none'], sights);
  const own = kinds.filter(
    (one) =>
      (ISTIO_GROUPS as readonly string[]).includes(one.group) &&
      (group === '' || one.group === group) &&
      [one.kind.toLowerCase(), one.plural, one.singular].includes(name),
  );
  if (name === '' || own.length !== 1) return seen(...sights);
  const { versions } = own[0]!;
  const shown = [...sights, sight(`crd/${own[0]!.name}`, 'served versions', versions.join(', '))];
  // The message names a version that facts do not carry: it is certain only where every version of Istio's is served,
  // or where the newest one is not.
  const known = Object.hasOwn(RESOURCES, own[0]!.name) ? RESOURCES[own[0]!.name as ResourceId].versions : [];
  if (known.length > 0 && known.every((version) => versions.includes(version)))
    return say('all-there', shown);
  const newest = known[0];
  const isOld = newest !== undefined && versions.length > 0 && !versions.includes(newest);
  return isOld ? say(['old-version', 'only-old'], shown) : seen(...shown);
}

function splitOnce(name: string): [string, string] {
  const dot = name.indexOf('.');
  return dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot + 1)];
}

const plural = (kind: string) => (kind.endsWith('s') ? `${kind}es` : `${kind}s`);
