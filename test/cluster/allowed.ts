/** Judges requests against the rules of a role the way the API server's RBAC does, written from its documentation. */
import type { RoleRule } from '../../src/cluster/role.ts';

/** The requests (`METHOD /path`) that no rule allows. */
export function outside(rules: readonly RoleRule[], requests: readonly string[]): string[] {
  return requests.filter((request) => !rules.some((rule) => allows(rule, request)));
}

function allows(rule: RoleRule, request: string): boolean {
  const [method, path = ''] = request.split(' ');
  if (method !== 'GET') return false;
  const [, core, rest] = /^\/(?:api\/v1|apis\/([^/]+)\/[^/]+)\/(.+)$/.exec(path) ?? [];
  if (rest === undefined)
    return 'nonResourceURLs' in rule && rule.nonResourceURLs.includes(path) && rule.verbs.includes('get');
  if (!('resources' in rule)) return false;
  // `namespaces/<name>` alone is the object; with more behind it, it is where the rest lives.
  const inner = /^namespaces\/[^/]+\/(.+)$/.exec(rest)?.[1] ?? rest;
  const [resource = '', name, part] = inner.split('/');
  const wanted = part === undefined ? resource : `${resource}/${part}`;
  const verb = name === undefined ? 'list' : 'get';
  return rule.apiGroups.includes(core ?? '') && rule.resources.includes(wanted) && rule.verbs.includes(verb);
}
