/** `unmesh rbac`: the permission to look, as YAML for `kubectl apply -f -`. */
import { stringify } from 'yaml';
import { RBAC_GROUP, type RoleSubject, roleObjects } from '../cluster/role.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { sanitiseLine } from '../text/sanitise.ts';

export interface RbacOptions {
  readonly user: readonly string[];
  readonly group: readonly string[];
  /** Each `namespace/name`. */
  readonly serviceAccount: readonly string[];
}

/** Throws UserError: a subject that no API server would take. */
export async function runRbac(options: RbacOptions): Promise<ExitCode> {
  const subjects = subjectsOf(options);
  const [{ PROBES }, { readsOfRules }, { readsOfLists }] = await Promise.all([
    import('../probe/probes.ts'),
    import('../scan/rules.ts'),
    import('../probe/fact-lists.ts'),
  ]);
  const ofProbes = Object.values(PROBES).flatMap((probe) => probe.reads);
  const reads = [...ofProbes, ...readsOfRules(), ...readsOfLists()];
  const documents = roleObjects(reads, subjects).map((object) => stringify(object, { lineWidth: 0 }));
  process.stdout.write(documents.join('---\n'));
  return EXIT.ok;
}

function subjectsOf({ user, group, serviceAccount }: RbacOptions): RoleSubject[] {
  return [
    ...user.map((name): RoleSubject => ({ kind: 'User', name: nameFrom(name), apiGroup: RBAC_GROUP })),
    ...group.map((name): RoleSubject => ({ kind: 'Group', name: nameFrom(name), apiGroup: RBAC_GROUP })),
    ...serviceAccount.map(accountFrom),
  ];
}

/** Users and groups are any text to the API; what hides or reorders text would bind somebody who is not seen. */
function nameFrom(name: string): string {
  if (name === '' || sanitiseLine(name) !== name) throw new UserError('subject-wrong', { subject: name });
  return name;
}

/** DNS names, as the API demands of namespaces (one label) and service accounts (labels with dots between). */
const ACCOUNT = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\/[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;

function accountFrom(text: string): RoleSubject {
  if (!ACCOUNT.test(text)) throw new UserError('subject-wrong', { subject: text });
  const [namespace = '', name = ''] = text.split('/');
  return { kind: 'ServiceAccount', name, namespace };
}
