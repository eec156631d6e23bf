/** Does istiod fail to fetch the keys of an issuer that the pod's policies name? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { items, text } from '../shared/fields.ts';
import { istiodPodsOf, readIstiodLogs } from '../shared/istiod-lines.ts';
import { podOf, sight } from '../shared/mesh.ts';
import { policyName, rootNamespaces, selectsPod } from '../shared/policies.ts';
import { clockOf, latest, lineSight, type TimedLog } from '../shared/timed-lines.ts';
import { type Judgement, say, seen } from '../shared/traffic.ts';

/** istiod refreshes every twenty minutes, so a failure of now has been said within the hour. Milliseconds. */
const RECENT = 60 * 60_000;
/** Wordings of pilot/pkg/model/jwks_resolver.go, from the false keys of old releases to those of today. */
const FAILED =
  /Failed to (?:fetch|refresh) (?:jwt )?public key|JWKS fetch failed|fake JWKS|is not a valid JWKS|Failed to fetch jwks_uri/i;
const FETCHED = /Updated cached JWT public key/i;

export const jwksFetch: Probe = {
  reads: ['pods', 'requestauthentications.security.istio.io', 'pods/log', 'version'],
  needs: ['namespace'],
  answers: ['fetch-failed'],
  async look(reader, facts) {
    const pod = await podOf(reader, facts);
    if (!pod) return seen(sight('pods', facts.namespace!, 'no pod of this name'));
    const roots = rootNamespaces(facts);
    const all = await reader.list('requestauthentications.security.istio.io');
    const policies = all.filter((one) => selectsPod(one, pod, roots) !== 'no');
    const logs = await readIstiodLogs(reader, await istiodPodsOf(reader, facts));
    return judgeJwks(policies, logs, await clockOf(reader, logs));
  },
};

/** `now` in milliseconds. Silence is no success: the keys may be fetched and still be the wrong ones. */
export function judgeJwks(
  policies: readonly KubeObject[],
  logs: readonly TimedLog[],
  now: number,
): Judgement {
  const issuers = policies.flatMap((policy) =>
    items(policy, 'spec', 'jwtRules')
      // Keys that stand in the policy are never fetched.
      .filter((rule) => text(rule, 'jwks') === '')
      .map((rule) => ({ policy, issuer: text(rule, 'issuer'), uri: text(rule, 'jwksUri') })),
  );
  const sights = issuers.map(({ policy, issuer, uri }) =>
    sight(policyName('requestauthentication', policy), 'spec.jwtRules[].jwksUri', uri || `of ${issuer}`),
  );
  for (const [index, { issuer, uri }] of issuers.entries()) {
    const about = (line: string) => names(line, uri) || names(line, issuer);
    // One istiod that fails is enough: the proxies that are connected to it get false keys.
    for (const { lines } of logs) {
      const own = lines.filter((line) => about(line.text));
      const last = latest(own.filter((line) => FAILED.test(line.text) || FETCHED.test(line.text)));
      if (last && FAILED.test(last.text) && last.time >= now - RECENT)
        return say('fetch-failed', [lineSight(last), sights[index]!]);
    }
  }
  return seen(sight('pods', 'app=istiod', `${logs.length} logs read`), ...sights);
}

/** Whether a line names the address itself, and not merely one that begins with it. */
function names(line: string, address: string): boolean {
  const plain = address.replace(/\/$/, '');
  if (plain === '') return false;
  const at = line.indexOf(plain);
  return at !== -1 && /^(?:\/?(?:\.well-known\S*)?["\\\s(),:]|\/?$)/.test(line.slice(at + plain.length));
}
