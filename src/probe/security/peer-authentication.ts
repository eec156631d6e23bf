/** Which mTLS mode is in force on the server's port? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe } from '../probe.ts';
import { podName, sight } from '../shared/mesh.ts';
import { effectiveMtls, policyName, rootNamespaces } from '../shared/policies.ts';
import { readServers, type Servers, serverPort } from '../shared/server-pods.ts';
import { type Judgement, say, seen } from '../shared/traffic.ts';

const ANSWERS = { STRICT: 'strict', PERMISSIVE: 'permissive', DISABLE: 'disabled' } as const;

export const peerAuthentication: Probe = {
  reads: ['services', 'pods', 'peerauthentications.security.istio.io'],
  needs: ['namespace'],
  answers: ['strict', 'permissive', 'disabled'],
  async look(reader, facts) {
    const servers = await readServers(reader, facts);
    const policies = await reader.list('peerauthentications.security.istio.io');
    return judgePeerAuthentication(servers, policies, facts);
  },
};

export function judgePeerAuthentication(
  servers: Servers,
  policies: readonly KubeObject[],
  facts: Facts,
): Judgement {
  const found = servers.pods.map((pod) => {
    const port = serverPort(servers, pod, facts);
    return { pod, port, ...effectiveMtls(policies, pod, port, rootNamespaces(facts)) };
  });
  const from = [...new Set(found.flatMap((one) => one.from))];
  const sights = [
    ...found.map(({ pod, port, modes }) =>
      sight(podName(pod), `mode${port === undefined ? '' : ` of port ${port}`}`, modes.join(' or ')),
    ),
    ...from.map((one) =>
      sight(policyName('peerauthentication', one), 'spec', (one as { spec?: unknown }).spec),
    ),
  ];
  if (found.length === 0) return seen(sight('pods', facts.namespace ?? '', 'none for this Service or name'));
  const modes = new Set(found.flatMap((one) => one.modes));
  const [mode] = modes;
  return modes.size === 1 && mode !== undefined ? say(ANSWERS[mode], sights) : seen(...sights);
}
