/** Which security policies of Istio apply to a pod, and which mTLS mode follows from them. */
import type { KubeObject } from '../../cluster/reader.ts';
import { type Facts, named } from '../probe.ts';
import { at, hasLabels, items, labelsOf, map, nameOf, namespaceOf, text } from './fields.ts';
import { GATEWAY_NAME } from './traffic.ts';

/**
 * Namespaces whose policies count for the whole mesh. Where the case does not know the control plane's, both of the
 * usual ones: a policy taken for one of the mesh is shown, one that is overlooked would be a wrong "none".
 */
export function rootNamespaces(facts: Facts): readonly string[] {
  const known = facts['istio-namespace'];
  return known ? [known] : ['istio-system', 'aks-istio-system'];
}

/** `yes`, `no`, or `behind`: the policy is for a Service or waypoint, so the pod's own proxy does not have it. */
export type Selected = 'yes' | 'no' | 'behind';

/** Whether a RequestAuthentication or AuthorizationPolicy selects the pod. */
export function selectsPod(policy: KubeObject, pod: KubeObject, roots: readonly string[]): Selected {
  const namespace = namespaceOf(policy);
  if (namespace !== namespaceOf(pod) && !roots.includes(namespace)) return 'no';
  const single = at(policy, 'spec', 'targetRef');
  const refs = [...items(policy, 'spec', 'targetRefs'), ...(single === undefined ? [] : [single])];
  if (refs.length > 0) {
    const gateway = labelsOf(pod)[GATEWAY_NAME];
    if (namespace === namespaceOf(pod) && refs.some((ref) => isGateway(ref, gateway))) return 'yes';
    return 'behind';
  }
  return hasLabels(labelsOf(pod), map(policy, 'spec', 'selector', 'matchLabels')) ? 'yes' : 'no';
}

function isGateway(ref: unknown, gateway: string | undefined): boolean {
  return gateway !== undefined && text(ref, 'kind') === 'Gateway' && text(ref, 'name') === gateway;
}

export const policyName = (kind: string, policy: KubeObject): string =>
  named(kind, nameOf(policy), namespaceOf(policy));

export type MtlsMode = 'STRICT' | 'PERMISSIVE' | 'DISABLE';

export interface EffectiveMtls {
  /** One mode; several where the port is not known and ports have different ones. */
  readonly modes: readonly MtlsMode[];
  /** The policies that took part, the most specific first. */
  readonly from: readonly KubeObject[];
}

/**
 * The mode in force on a port of a pod: the pod's own policy, else its namespace's, else the mesh's, the oldest of
 * each; what one leaves UNSET it takes from the next (pilot/pkg/security/authn, ComposePeerAuthentication). A policy
 * with a selector in the root namespace selects nothing there. `port` is the container's.
 */
export function effectiveMtls(
  policies: readonly KubeObject[],
  pod: KubeObject,
  port: number | undefined,
  roots: readonly string[],
): EffectiveMtls {
  const oldestFirst = [...policies].sort((a, b) =>
    text(a, 'metadata', 'creationTimestamp').localeCompare(text(b, 'metadata', 'creationTimestamp')),
  );
  const labels = (one: KubeObject) => map(one, 'spec', 'selector', 'matchLabels');
  const isWide = (one: KubeObject) => Object.keys(labels(one)).length === 0;
  const namespace = namespaceOf(pod);
  const own = oldestFirst.find(
    (one) =>
      namespaceOf(one) === namespace &&
      !roots.includes(namespace) &&
      !isWide(one) &&
      hasLabels(labelsOf(pod), labels(one)),
  );
  const near = oldestFirst.find((one) => namespaceOf(one) === namespace && isWide(one));
  const mesh = oldestFirst.find((one) => roots.includes(namespaceOf(one)) && isWide(one));
  const from = [own, near, mesh].filter((one) => one !== undefined);
  const mode = from.map((one) => modeOf(at(one, 'spec', 'mtls'))).find((one) => one !== undefined);
  const whole = mode ?? 'PERMISSIVE';
  const ports = own ? portModes(own) : new Map<string, MtlsMode>();
  if (port !== undefined) return { modes: [ports.get(String(port)) ?? whole], from };
  return { modes: [...new Set([whole, ...ports.values()])], from };
}

function portModes(policy: KubeObject): Map<string, MtlsMode> {
  const ports = at(policy, 'spec', 'portLevelMtls');
  const pairs = typeof ports === 'object' && ports !== null ? Object.entries(ports) : [];
  return new Map(
    pairs.flatMap(([port, mtls]) => {
      const mode = modeOf(mtls);
      return mode ? [[port, mode] as const] : [];
    }),
  );
}

function modeOf(mtls: unknown): MtlsMode | undefined {
  const mode = text(mtls, 'mode');
  return mode === 'STRICT' || mode === 'PERMISSIVE' || mode === 'DISABLE' ? mode : undefined;
}
