/** What does CoreDNS itself say: most names do not exist, or it reloads and crashes for a reason of its own? */
import { type ClusterReader, type KubeObject, LookError } from '../../cluster/reader.ts';
import type { Probe, Sight } from '../probe.ts';
import { at, count, items, labelsOf, namespaceOf, text } from '../shared/fields.ts';
import { linesOf } from '../shared/logs.ts';
import { podName, sight } from '../shared/mesh.ts';
import { specContainer } from '../shared/pod-parts.ts';
import { hostsOf } from '../shared/routing-rules.ts';
import { hasProxy, isLive, type Judgement, join, say, seen } from '../shared/traffic.ts';

const TAIL = 2000;
const MAX_PODS = 5;
/** CoreDNS writes no times, so the API server is asked for the lines of this span. Seconds. */
const SPAN = 3600;
/** A share of fewer answers than this is chance. */
const MIN_ANSWERS = 50;
/** A Corefile that changes once is reloaded once; more often within the hour it does not come to rest. */
const MANY_RELOADS = 3;

/** A line of the plugin `log`, with the code of the answer. */
const ANSWER = /^\[INFO\] \S+ - \d+ "[^"]+" ([A-Z]+) /;
const RELOAD = /^\[INFO\] Reloading$/;
const LOOP = /plugin\/loop: Loop/;

export const corednsLog: Probe = {
  reads: ['pods', 'pods/log', 'serviceentries.networking.istio.io'],
  needs: [],
  answers: ['reloads', 'nxdomain'],
  async look(reader) {
    const all = await reader.list('pods');
    const servers = all
      .filter((pod) => namespaceOf(pod) === 'kube-system' && isLive(pod))
      .filter((pod) => labelsOf(pod)['k8s-app'] === 'kube-dns')
      .filter((pod) => specContainer(pod, 'coredns') !== undefined)
      .slice(0, MAX_PODS);
    const logs: ServerLog[] = [];
    for (const pod of servers) logs.push(await readServer(reader, pod));
    const judged = judgeServers(logs);
    return judged.candidates.length > 0 ? judged : join(judged, seen(await refreshes(reader, all)));
  },
};

export interface ServerLog {
  readonly pod: KubeObject;
  /** Of the last hour. */
  readonly lines: readonly string[];
  /** Of the container before its last restart; empty where it has not restarted. */
  readonly before: readonly string[];
}

async function readServer(reader: ClusterReader, pod: KubeObject): Promise<ServerLog> {
  const part = { container: 'coredns', tail: TAIL };
  const restarts = count(statusOf(pod), ['restartCount']);
  return {
    pod,
    lines: (await linesOf(reader, pod, { ...part, sinceSeconds: SPAN })) ?? [],
    before: restarts > 0 ? ((await linesOf(reader, pod, { ...part, previous: true })) ?? []) : [],
  };
}

const statusOf = (pod: KubeObject): unknown =>
  items(pod, 'status', 'containerStatuses').find((one) => text(one, 'name') === 'coredns');

export function judgeServers(logs: readonly ServerLog[]): Judgement {
  if (logs.length === 0) return seen(sight('pods', 'k8s-app=kube-dns with a container coredns', 'none'));
  const answers = logs.flatMap(({ lines }) => lines.flatMap((line) => ANSWER.exec(line)?.[1] ?? []));
  const missing = answers.filter((code) => code === 'NXDOMAIN').length;
  const share = sight('coredns log', 'NXDOMAIN of the answers logged', `${missing}/${answers.length}`);
  const isMost = answers.length >= MIN_ANSWERS && missing * 2 > answers.length;
  return join(...logs.map(judgeRest), isMost ? say('nxdomain', [share]) : seen(share));
}

/** Whether a server does not come to rest by its own fault: the load neither changes its Corefile nor ends it with 1. */
function judgeRest({ pod, lines, before }: ServerLog): Judgement {
  const loop = [...before, ...lines].findLast((line) => LOOP.test(line));
  if (loop) return say('reloads', [sight(podName(pod), 'log', loop)]);
  const reloads = lines.filter((line) => RELOAD.test(line)).length;
  if (reloads >= MANY_RELOADS)
    return say('reloads', [sight(podName(pod), `log, lines "Reloading" in ${SPAN}s`, String(reloads))]);
  const status = statusOf(pod);
  const code = at(status, 'lastState', 'terminated', 'exitCode');
  const waits = text(status, 'state', 'waiting', 'reason');
  const ended = sight(
    podName(pod),
    'state, last exit code',
    `${waits || 'running'}, ${String(code ?? 'none')}`,
  );
  const isOwn = waits === 'CrashLoopBackOff' && code === 1;
  return isOwn
    ? say('reloads', [ended, ...before.slice(-1).map((line) => sight(podName(pod), 'previous log', line))])
    : seen(ended);
}

/** How many names all sidecars together keep resolving: what there is to multiply, for the person who has to judge it. */
async function refreshes(reader: ClusterReader, pods: readonly KubeObject[]): Promise<Sight> {
  const proxies = pods.filter((pod) => isLive(pod) && hasProxy(pod)).length;
  try {
    const entries = await reader.list('serviceentries.networking.istio.io');
    const names = entries
      .filter((one) => text(one, 'spec', 'resolution').startsWith('DNS'))
      .flatMap((one) => hostsOf(one));
    return sight(
      'serviceentries',
      'hosts with resolution DNS, proxies',
      `${new Set(names).size}, ${proxies}`,
    );
  } catch (error) {
    if (!(error instanceof LookError) || error.failure === 'cancelled') throw error;
    return sight('pods', 'proxies', String(proxies));
  }
}
