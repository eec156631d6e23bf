/** May istiod read the resource that its log complains about; if not, is it the role or its binding? */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import { type Facts, named, type Probe } from '../probe.ts';
import { items, nameOf, namespaceOf, text } from '../shared/fields.ts';
import { istioNamespace, sight } from '../shared/mesh.ts';
import { isLive, type Judgement, say, seen, texts } from '../shared/traffic.ts';

/** istiod has these through a Role in its own namespace, which is not looked at. */
const NAMESPACED = ['leases', 'secrets', 'configmaps', 'serviceaccounts'];

const BUILT_IN = [
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apps',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'discovery.k8s.io',
  'networking.k8s.io',
  'policy',
];

export const istiodRole: Probe = {
  reads: [
    'pods',
    'clusterroles.rbac.authorization.k8s.io',
    'clusterrolebindings.rbac.authorization.k8s.io',
    'customresourcedefinitions.apiextensions.k8s.io',
  ],
  needs: ['resource'],
  answers: ['role-old', 'binding'],
  async look(reader, facts) {
    return judgeRole(await readRights(reader, facts), facts.resource!.toLowerCase());
  },
};

export interface Rights {
  /** `namespace/name` of the accounts that istiod's pods run as. */
  readonly accounts: readonly string[];
  readonly roles: readonly KubeObject[];
  readonly bindings: readonly KubeObject[];
  /** Names of CRDs: `gateways.networking.istio.io`. */
  readonly kinds: readonly string[];
}

async function readRights(reader: ClusterReader, facts: Facts): Promise<Rights> {
  const namespace = istioNamespace(facts);
  const pods = await reader.list('pods', { namespace, labelSelector: 'app=istiod' });
  const accounts = pods
    .filter(isLive)
    .map((pod) => text(pod, 'spec', 'serviceAccountName'))
    .filter((name) => name !== '')
    .map((name) => `${namespace}/${name}`);
  return {
    accounts: [...new Set(accounts)],
    roles: await reader.list('clusterroles.rbac.authorization.k8s.io'),
    bindings: await reader.list('clusterrolebindings.rbac.authorization.k8s.io'),
    kinds: (await reader.list('customresourcedefinitions.apiextensions.k8s.io')).map(nameOf),
  };
}

/**
 * A role without the resource is certain only where no group of that resource is covered as a whole: the message's
 * group is not known here, and two groups may have resources of one name.
 */
export function judgeRole({ accounts, roles, bindings, kinds }: Rights, resource: string): Judgement {
  const own = bindings.filter((one) =>
    items(one, 'subjects').some(
      (subject) =>
        text(subject, 'kind') === 'ServiceAccount' &&
        accounts.includes(`${text(subject, 'namespace')}/${text(subject, 'name')}`),
    ),
  );
  const sights = [
    ...accounts.map((one) => sight('pods app=istiod', 'spec.serviceAccountName', one)),
    ...own.map((one) =>
      sight(
        named('clusterrolebinding', nameOf(one), namespaceOf(one)),
        'roleRef.name',
        text(one, 'roleRef', 'name'),
      ),
    ),
  ];
  if (accounts.length === 0 || !/^[a-z]{2,60}$/.test(resource) || NAMESPACED.includes(resource))
    return seen(...sights);
  if (own.length === 0)
    return say('binding', [
      ...sights,
      sight('clusterrolebindings', `subjects ${accounts.join(', ')}`, 'none'),
    ]);
  const granted = roles.filter((role) => own.some((one) => text(one, 'roleRef', 'name') === nameOf(role)));
  // A binding to a role that is gone grants nothing, and names what is missing.
  if (granted.length === 0) return say('binding', sights);
  const groups = kinds
    .filter((name) => name.startsWith(`${resource}.`))
    .map((name) => name.slice(resource.length + 1));
  const isListed = (group: string | undefined) =>
    granted.some((role) => items(role, 'rules').some((rule) => lists(rule, resource, group)));
  const missing =
    groups.length > 0 ? groups.filter((group) => !isListed(group)) : isListed(undefined) ? [] : ['*'];
  if (missing.length === 0) return seen(...sights);
  const shown = missing.map((group) =>
    sight('clusterroles of istiod', `rules for ${resource} in ${group}`, 'none'),
  );
  return say('role-old', [...shown, ...sights]);
}

/** Whether a rule lets its holder list the resource; a resource without a CRD is one of Kubernetes' own groups. */
function lists(rule: unknown, resource: string, group: string | undefined): boolean {
  const [groups, resources, verbs] = ['apiGroups', 'resources', 'verbs'].map((field) => texts(rule, field));
  const hasVerbs = ['list', 'watch'].every((verb) => verbs!.includes(verb) || verbs!.includes('*'));
  if (!hasVerbs) return false;
  if (group === undefined && resources!.includes(resource)) return true;
  const inGroup =
    group === undefined ? groups!.some((one) => BUILT_IN.includes(one)) : groups!.includes(group);
  return (inGroup || groups!.includes('*')) && (resources!.includes(resource) || resources!.includes('*'));
}
