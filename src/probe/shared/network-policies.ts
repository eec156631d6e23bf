/** Which NetworkPolicies hold for a pod, and whether they may let a port through. */
import type { KubeObject } from '../../cluster/reader.ts';
import { named, type Sight } from '../probe.ts';
import { at, count, items, labelsOf, nameOf, namespaceOf, selects, text } from './fields.ts';
import { sight } from './mesh.ts';
import { texts } from './traffic.ts';

export type Direction = 'Ingress' | 'Egress';

/** Policies that select the pod. One without types is for ingress, and for egress where it has egress rules. */
export function policiesOn(
  policies: readonly KubeObject[],
  pod: KubeObject,
  direction: Direction,
): KubeObject[] {
  return policies.filter((one) => {
    if (namespaceOf(one) !== namespaceOf(pod)) return false;
    if (!selects(at(one, 'spec', 'podSelector'), labelsOf(pod))) return false;
    if (at(one, 'spec', 'policyTypes') !== undefined)
      return texts(one, 'spec', 'policyTypes').includes(direction);
    return direction === 'Ingress' || items(one, 'spec', 'egress').length > 0;
  });
}

/**
 * Whether a policy has a rule for the port: for every port, this one, a range around it, or a name that may stand for
 * it. Peers are left out, so "no" is certain and "yes" is not.
 */
export function mayPass(
  policy: KubeObject,
  direction: Direction,
  port: number,
  protocol: 'TCP' | 'UDP' = 'TCP',
): boolean {
  return items(policy, 'spec', direction.toLowerCase()).some((rule) => {
    const ports = items(rule, 'ports');
    return (
      ports.length === 0 ||
      ports.some((one) => {
        if ((text(one, 'protocol') || 'TCP') !== protocol) return false;
        const first = at(one, 'port');
        if (typeof first !== 'number') return true;
        return first <= port && port <= count(one, ['endPort'], first);
      })
    );
  });
}

export function policySights(policies: readonly KubeObject[], direction: Direction): Sight[] {
  const field = direction.toLowerCase();
  return policies.map((one) =>
    sight(
      named('networkpolicy', nameOf(one), namespaceOf(one)),
      `spec.${field}[].ports`,
      items(one, 'spec', field).flatMap((rule) => items(rule, 'ports')),
    ),
  );
}
