/** The ClusterRole that lets unmesh look: made from what probes declare, so it never grants more than they read. */
import { RESOURCES, type ReadId, type ResourceId } from './resources.ts';

/** A rule as the RBAC API has it. */
export type RoleRule =
  | { readonly apiGroups: readonly string[]; readonly resources: readonly string[]; readonly verbs: string[] }
  | { readonly nonResourceURLs: readonly string[]; readonly verbs: string[] };

/** Who is bound to the role, as the RBAC API has it. */
export type RoleSubject =
  | { readonly kind: 'User' | 'Group'; readonly name: string; readonly apiGroup: string }
  | { readonly kind: 'ServiceAccount'; readonly name: string; readonly namespace: string };

export const RBAC_GROUP = 'rbac.authorization.k8s.io';
/** Name of the role and of its binding. */
export const ROLE_NAME = 'unmesh-reader';

/** One rule for each API group, in the order of their names, so that the output changes only with the reads. */
export function rulesOf(reads: readonly ReadId[]): RoleRule[] {
  const resources = [...new Set(reads)].filter(isResource).map((id) => RESOURCES[id]);
  const groups = [...new Set(resources.map(({ group }) => group))].sort();
  const rules: RoleRule[] = groups.map((group) => ({
    apiGroups: [group],
    resources: [
      ...new Set(resources.filter((one) => one.group === group).map(({ plural }) => plural)),
    ].sort(),
    verbs: ['get', 'list'],
  }));
  if (reads.includes('pods/log')) rules.push({ apiGroups: [''], resources: ['pods/log'], verbs: ['get'] });
  const urls = urlsOf(reads);
  return urls.length === 0 ? rules : [...rules, { nonResourceURLs: urls, verbs: ['get'] }];
}

/** Paths that name no object. A kind with several versions costs a look at the groups that the cluster serves. */
function urlsOf(reads: readonly ReadId[]): string[] {
  const discovers = reads.some((id) =>
    isResource(id) ? RESOURCES[id].versions.length > 1 : id === 'discovery',
  );
  return [...(discovers ? ['/apis'] : []), ...(reads.includes('version') ? ['/version'] : [])];
}

function isResource(id: ReadId): id is ResourceId {
  return Object.hasOwn(RESOURCES, id);
}

/** The role, and with subjects the binding: objects to write as YAML. */
export function roleObjects(reads: readonly ReadId[], subjects: readonly RoleSubject[] = []): object[] {
  const metadata = { name: ROLE_NAME };
  const role = {
    apiVersion: `${RBAC_GROUP}/v1`,
    kind: 'ClusterRole',
    metadata,
    rules: rulesOf(reads),
  };
  if (subjects.length === 0) return [role];
  const binding = {
    apiVersion: `${RBAC_GROUP}/v1`,
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name: ROLE_NAME },
    subjects,
  };
  return [role, binding];
}
