/** Does a RequestAuthentication apply to the pod, and has it rules? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { items, namespaceOf, text } from '../shared/fields.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { policyName, rootNamespaces, selectsPod } from '../shared/policies.ts';
import { type Judgement, say, seen } from '../shared/traffic.ts';

export const requestAuthentication: Probe = {
  reads: ['pods', 'requestauthentications.security.istio.io'],
  needs: ['namespace'],
  answers: ['no-policy', 'no-rules'],
  async look(reader, facts) {
    const pod = await podOf(reader, facts);
    if (!pod) return seen(sight('pods', facts.namespace!, 'no pod of this name'));
    const policies = await reader.list('requestauthentications.security.istio.io');
    return judgeRequestAuthentication(pod, policies, rootNamespaces(facts));
  },
};

/** Whether an issuer fits is the person's to say: the token is not in the cluster. */
export function judgeRequestAuthentication(
  pod: KubeObject,
  policies: readonly KubeObject[],
  roots: readonly string[],
): Judgement {
  const own = policies.filter((one) => selectsPod(one, pod, roots) === 'yes');
  const sights = own.map((one) => sight(nameOfPolicy(one), 'spec.jwtRules[].issuer', issuers(one)));
  if (own.length > 0) {
    const isEmpty = own.every((one) => items(one, 'spec', 'jwtRules').length === 0);
    return isEmpty ? say('no-rules', sights) : seen(...sights);
  }
  const behind = policies.filter((one) => selectsPod(one, pod, roots) === 'behind');
  if (behind.length > 0)
    return seen(
      ...behind.map((one) => sight(nameOfPolicy(one), 'spec.targetRefs', items(one, 'spec', 'targetRefs'))),
    );
  const near = policies.filter((one) => [namespaceOf(pod), ...roots].includes(namespaceOf(one)));
  return say('no-policy', [
    sight(podName(pod), 'requestauthentications', `none of ${policies.length} selects it`),
    ...near.map((one) =>
      sight(
        nameOfPolicy(one),
        'spec.selector',
        (one as { spec?: { selector?: unknown } }).spec?.selector ?? '',
      ),
    ),
  ]);
}

const nameOfPolicy = (one: KubeObject): string => policyName('requestauthentication', one);

function issuers(policy: KubeObject): string {
  return (
    items(policy, 'spec', 'jwtRules')
      .map((rule) => text(rule, 'issuer'))
      .join(', ') || 'no jwtRules'
  );
}
