/** From `apiVersion` and `kind` of an object to the resource it is listed under. */
import { RESOURCES, type ResourceId } from '../resources.ts';

const BY_PLURAL = new Map(
  (Object.keys(RESOURCES) as ResourceId[]).map((id) => [
    `${RESOURCES[id].group}/${RESOURCES[id].plural}`,
    id,
  ]),
);

/** `networking.istio.io` of `networking.istio.io/v1`; empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** `undefined` for kinds that no probe reads. `kind` is that of one object, not of a list. */
export function resourceOf(apiVersion: string, kind: string): ResourceId | undefined {
  // Events have a second group with other field names; API servers answer `get events` in the core group.
  return BY_PLURAL.get(`${groupOf(apiVersion)}/${pluralOf(kind)}`);
}

/** The resource of a name as files carry it: `pods`, `Pod`, `virtualservices.networking.istio.io`, `vs`-less. */
export function resourceNamed(name: string): ResourceId | undefined {
  const wanted = name.toLowerCase().replaceAll(/[-_]/g, '');
  const ids = Object.keys(RESOURCES) as ResourceId[];
  const exact = ids.find(
    (id) => id === wanted || `${RESOURCES[id].plural}.${RESOURCES[id].group}` === wanted,
  );
  if (exact) return exact;
  const same = ids.filter(
    (id) => RESOURCES[id].plural === wanted || RESOURCES[id].plural === pluralOf(wanted),
  );
  // `gateways` are Istio's and the Gateway API's: such a name decides nothing.
  return same.length === 1 ? same[0] : undefined;
}

/** As Kubernetes makes plurals of kinds: NetworkPolicy -> networkpolicies, GatewayClass -> gatewayclasses. */
function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(?:s|x|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}
