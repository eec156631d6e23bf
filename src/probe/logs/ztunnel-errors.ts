/** What does ztunnel say about the failing connection, on the nodes of both sides? Texts: ztunnel's src/proxy.rs. */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import { type Facts, named, type Probe } from '../probe.ts';
import { nameOf, text } from '../shared/fields.ts';
import { linesOf } from '../shared/logs.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { readServers } from '../shared/server-pods.ts';
import {
  clientPodOf,
  isAmbient,
  isLive,
  isReady,
  type Judgement,
  join,
  say,
  seen,
} from '../shared/traffic.ts';
import { judgeEnrolment } from '../traffic/ztunnel.ts';

const MAX_ZTUNNELS = 4;

export const ztunnelErrors: Probe = {
  reads: ['namespaces', 'pods', 'services', 'daemonsets.apps', 'pods/log'],
  needs: ['namespace'],
  answers: ['hbone-blocked', 'denied', 'waypoint', 'certificates', 'not-enrolled', 'ztunnel-down'],
  async look(reader, facts) {
    const servers = (await readServers(reader, facts)).pods;
    const client = await clientPodOf(reader, facts);
    const sets = await reader.list('daemonsets.apps', { labelSelector: 'app=ztunnel' });
    const ztunnels = await reader.list('pods', { labelSelector: 'app=ztunnel' });
    const both = [...(client ? [client] : []), ...servers];
    const state = judgeRunning(both.filter(isAmbient), sets.length, ztunnels);
    const nodes = new Set(both.map(nodeOf).filter((node) => node !== ''));
    const logs: ZtunnelLog[] = [];
    for (const pod of ztunnels
      .filter((one) => isLive(one) && nodes.has(nodeOf(one)))
      .slice(0, MAX_ZTUNNELS)) {
      const lines = await linesOf(reader, pod, { container: 'istio-proxy', tail: 2000 });
      if (lines) logs.push({ pod, lines });
    }
    const told = judgeErrors(logs, aboutCall(facts, both));
    const isSilent = told.candidates.length === 0 && state.candidates.length === 0;
    return join(told, state, isSilent ? await judgeOutside(reader, facts) : seen());
  },
};

const nodeOf = (pod: KubeObject): string => text(pod, 'spec', 'nodeName');

export interface ZtunnelLog {
  readonly pod: KubeObject;
  readonly lines: readonly string[];
}

/** Without the one on its node, or with one that is not ready, an ambient pod has no network. */
export function judgeRunning(
  pods: readonly KubeObject[],
  sets: number,
  ztunnels: readonly KubeObject[],
): Judgement {
  const down = pods.flatMap((pod) => {
    const own = ztunnels.filter((one) => isLive(one) && nodeOf(one) === nodeOf(pod));
    if (nodeOf(pod) === '' || own.some(isReady)) return [];
    const found = own.map((one) => sight(podName(one), 'ready', 'false'));
    return [
      sight(podName(pod), 'spec.nodeName', nodeOf(pod)),
      ...(found.length > 0 ? found : [sight('pods', `app=ztunnel on ${nodeOf(pod)}`, 'none')]),
    ];
  });
  const shown = sight('daemonsets', 'app=ztunnel', `${sets} in all namespaces`);
  return down.length > 0 ? say('ztunnel-down', [...down, shown]) : seen(shown);
}

/** Whether a connection is the case's, by the fields that ztunnel writes; quoted or not, by its version. */
function aboutCall(facts: Facts, pods: readonly KubeObject[]): (line: string) => boolean {
  const service = facts.service ? `${facts.service}.${facts.namespace}.svc.` : undefined;
  const names = pods.map(nameOf).filter((name) => name !== '');
  return (line) => {
    const called = fieldOf(line, 'dst.service');
    if (service !== undefined && called !== '') return called.startsWith(service);
    return names.includes(fieldOf(line, 'dst.workload')) && names.length > 0;
  };
}

function fieldOf(line: string, name: string): string {
  const start = line.indexOf(` ${name}=`);
  if (start === -1) return '';
  const value = line.slice(start + name.length + 2, start + name.length + 300);
  return (value.startsWith('"') ? value.slice(1).split('"')[0] : value.split(' ')[0]) ?? '';
}

/** The newest connection of the call on each node; one that ended well tells that it works by now. */
export function judgeErrors(logs: readonly ZtunnelLog[], isAbout: (line: string) => boolean): Judgement {
  const parts = logs.map(({ pod, lines }) => {
    const line = lines.findLast((one) => one.includes('connection complete') && isAbout(one));
    const object = named('ztunnel', nameOf(pod));
    if (line === undefined) return seen(sight(object, 'log', 'no connection of this call'));
    const error = /error="([^"]{1,400})/.exec(line)?.[1] ?? '';
    const answer = answerOf(error, fieldOf(line, 'dst.addr'));
    const shown = sight(object, 'log', error === '' ? 'the newest connection ended without an error' : error);
    return answer === undefined ? seen(shown) : say(answer, [shown]);
  });
  return join(...parts);
}

function answerOf(error: string, address: string): string | undefined {
  if (/blocking HBONE port/.test(error)) return 'hbone-blocked';
  if (/policy rejection|^http status: 40[13]/.test(error)) return 'denied';
  if (/^unknown waypoint|^no healthy upstream|^no valid routing destination/.test(error)) return 'waypoint';
  if (/^identity error/.test(error) || /^tls error.{0,200}certificate/i.test(error)) return 'certificates';
  if (/^(?:failed to fetch information about local workload|unknown source)/.test(error))
    return 'not-enrolled';
  const isCut = /connection refused|timed out|deadline has elapsed/i.test(error);
  return isCut && address.endsWith(':15008') ? 'hbone-blocked' : undefined;
}

/** Of a pod that is not in the ambient mesh ztunnel has nothing to say. */
async function judgeOutside(reader: ClusterReader, facts: Facts): Promise<Judgement> {
  const pod = await podOf(reader, facts);
  const namespace = await reader.get('namespaces', facts.namespace!);
  if (!pod || !namespace) return seen(sight('pods', facts.namespace!, 'no pod of this name'));
  const { candidates, sights } = judgeEnrolment(namespace, pod);
  const isOut = candidates.some(({ answer }) => answer !== 'enrolled');
  return isOut ? say('not-enrolled', sights) : seen(...sights);
}
