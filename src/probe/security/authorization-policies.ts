/** Which AuthorizationPolicies does the pod have, and what do they add up to? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe, Sight } from '../probe.ts';
import { annotationsOf, items, map, text } from '../shared/fields.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { policyName, rootNamespaces, selectsPod } from '../shared/policies.ts';
import { isAmbient, type Judgement, say, seen } from '../shared/traffic.ts';

export const authorizationPolicies: Probe = {
  reads: ['pods', 'authorizationpolicies.security.istio.io'],
  needs: ['namespace'],
  answers: [
    'l7-on-ztunnel',
    'ambient',
    'no-policy',
    'not-selected',
    'dry-run',
    'custom',
    'allow-nothing',
    'allow-rules',
    'deny-only',
    'no-allow',
  ],
  async look(reader, facts) {
    const pod = await podOf(reader, facts);
    if (!pod) return seen(sight('pods', facts.namespace!, 'no pod of this name'));
    const policies = await reader.list('authorizationpolicies.security.istio.io');
    return judgeAuthorization(pod, policies, rootNamespaces(facts));
  },
};

export function judgeAuthorization(
  pod: KubeObject,
  policies: readonly KubeObject[],
  roots: readonly string[],
): Judgement {
  const own = policies.filter((one) => selectsPod(one, pod, roots) === 'yes');
  const behind = policies.filter((one) => selectsPod(one, pod, roots) === 'behind');
  const sights = [...own, ...behind].map(shown);
  if (isAmbient(pod)) {
    // ztunnel takes no CUSTOM and no AUDIT policy at all.
    const onZtunnel = own.filter((one) => ['ALLOW', 'DENY'].includes(actionOf(one)) && usesHttp(one));
    const ambient = sight(podName(pod), 'ambient.istio.io/redirection', 'enabled');
    if (onZtunnel.length > 0) return say(['l7-on-ztunnel', 'ambient'], [...onZtunnel.map(shown), ambient]);
    return say('ambient', [ambient, ...sights]);
  }
  if (own.length === 0) {
    // A policy for a Service or waypoint acts at another hop; whether this case passes it is not known here.
    const none = sight(podName(pod), 'authorizationpolicies', `none of ${policies.length} selects it`);
    return behind.length > 0 ? seen(none, ...sights) : say(['no-policy', 'not-selected'], [none]);
  }
  const enforced = own.filter((one) => actionOf(one) !== 'AUDIT' && !isDryRun(one));
  if (enforced.length === 0) return say('dry-run', sights);
  if (enforced.some((one) => actionOf(one) === 'CUSTOM')) return say('custom', sights);
  const allowing = enforced.filter((one) => actionOf(one) === 'ALLOW');
  if (allowing.length === 0) return say(['deny-only', 'no-allow'], sights);
  const hasRules = allowing.some((one) => items(one, 'spec', 'rules').length > 0);
  return say(hasRules ? 'allow-rules' : 'allow-nothing', sights);
}

const actionOf = (policy: KubeObject): string => text(policy, 'spec', 'action') || 'ALLOW';

const isDryRun = (policy: KubeObject): boolean => annotationsOf(policy)['istio.io/dry-run'] === 'true';

/** Fields of a rule that need HTTP; ztunnel sees addresses, ports and identities only. */
const HTTP_SOURCE = ['requestPrincipals', 'notRequestPrincipals', 'remoteIpBlocks', 'notRemoteIpBlocks'];
const HTTP_OPERATION = ['methods', 'notMethods', 'paths', 'notPaths', 'hosts', 'notHosts'];
const HTTP_KEY = /^(?:request\.|remote\.ip$)/;

function usesHttp(policy: KubeObject): boolean {
  return items(policy, 'spec', 'rules').some(
    (rule) =>
      items(rule, 'from').some((one) =>
        HTTP_SOURCE.some((field) => items(one, 'source', field).length > 0),
      ) ||
      items(rule, 'to').some((one) =>
        HTTP_OPERATION.some((field) => items(one, 'operation', field).length > 0),
      ) ||
      items(rule, 'when').some((one) => HTTP_KEY.test(text(one, 'key'))),
  );
}

function shown(policy: KubeObject): Sight {
  const selector = Object.entries(map(policy, 'spec', 'selector', 'matchLabels')).map((pair) =>
    pair.join('='),
  );
  const targets = items(policy, 'spec', 'targetRefs').map(
    (ref) => `${text(ref, 'kind')}/${text(ref, 'name')}`,
  );
  return sight(
    policyName('authorizationpolicy', policy),
    'action, rules, selector',
    [
      `${actionOf(policy)}${isDryRun(policy) ? ' (dry-run)' : ''}`,
      `${items(policy, 'spec', 'rules').length} rules`,
      [...selector, ...targets].join(' ') || 'all',
    ].join(', '),
  );
}
