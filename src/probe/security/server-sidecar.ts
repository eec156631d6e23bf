/** Does a sidecar take the connection on the server's port? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe } from '../probe.ts';
import { annotationsOf } from '../shared/fields.ts';
import { podName, sight } from '../shared/mesh.ts';
import { effectiveMtls, policyName, rootNamespaces } from '../shared/policies.ts';
import { readServers, type Servers, serverPort } from '../shared/server-pods.ts';
import { containerNames, hasProxy, isAmbient, type Judgement, say, seen } from '../shared/traffic.ts';

const EXCLUDE = 'traffic.sidecar.istio.io/excludeInboundPorts';
const INCLUDE = 'traffic.sidecar.istio.io/includeInboundPorts';

export const serverSidecar: Probe = {
  reads: ['services', 'pods', 'peerauthentications.security.istio.io'],
  needs: ['namespace'],
  answers: ['no-sidecar', 'excluded', 'disabled', 'captured'],
  async look(reader, facts) {
    const servers = await readServers(reader, facts);
    const policies = await reader.list('peerauthentications.security.istio.io');
    return judgeServer(servers, policies, facts);
  },
};

export function judgeServer(servers: Servers, policies: readonly KubeObject[], facts: Facts): Judgement {
  const { pods } = servers;
  if (pods.length === 0) return seen(sight('pods', facts.namespace ?? '', 'none for this Service or name'));
  const containers = pods.map((pod) => sight(podName(pod), 'containers', containerNames(pod)));
  const without = pods.filter((pod) => !hasProxy(pod));
  if (without.some(isAmbient)) return seen(...containers);
  if (without.length > 0)
    return say(
      'no-sidecar',
      without.map((pod) => sight(podName(pod), 'containers', containerNames(pod))),
    );
  const states = pods.map((pod) => stateOf(pod, servers, policies, facts));
  const answers = new Set(states.map(({ answer }) => answer));
  const sights = [...containers.slice(0, 3), ...states.flatMap((one) => one.sights).slice(0, 8)];
  const [answer] = answers;
  return answers.size === 1 && answer ? say(answer, sights) : seen(...sights);
}

/** One pod's state; an empty answer where the port that decides is not known. */
function stateOf(pod: KubeObject, servers: Servers, policies: readonly KubeObject[], facts: Facts) {
  const port = serverPort(servers, pod, facts);
  const annotations = annotationsOf(pod);
  const exclude = annotations[EXCLUDE] ?? '';
  const include = annotations[INCLUDE] ?? '*';
  const { modes, from } = effectiveMtls(policies, pod, port, rootNamespaces(facts));
  const sights = [
    sight(podName(pod), 'port', port === undefined ? 'not known' : String(port)),
    sight(podName(pod), EXCLUDE, exclude || 'absent'),
    sight(podName(pod), INCLUDE, include),
    ...from.map((one) =>
      sight(policyName('peerauthentication', one), 'spec', (one as { spec?: unknown }).spec),
    ),
  ];
  const isWhole = exclude.trim() === '' && include.trim() === '*';
  const isOut =
    port !== undefined && (listed(exclude, port) || !(include.trim() === '*' || listed(include, port)));
  if (isOut) return { answer: 'excluded', sights };
  if (port === undefined && !isWhole) return { answer: '', sights };
  if (!modes.includes('DISABLE')) return { answer: 'captured', sights };
  return { answer: modes.length === 1 ? 'disabled' : '', sights };
}

function listed(list: string, port: number): boolean {
  return list.split(',').some((one) => one.trim() === '*' || Number(one.trim() || 'NaN') === port);
}
