/** Why does a proxy not take its configuration: does it reject it, lose its connection, or lack memory? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { at, items, nameOf, namespaceOf, text, timeAt } from '../shared/fields.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { clockOf, latest, lineSight, type TimedLine, timedLines } from '../shared/timed-lines.ts';
import { hasProxy, type Judgement, join, say, seen } from '../shared/traffic.ts';

/** istiod renews every stream after half an hour, and a proxy that still rejects says so again. Milliseconds. */
export const REJECTED_WITHIN = 60 * 60_000;
const CLOSED_WITHIN = 10 * 60_000;
const KILLED_WITHIN = 60 * 60_000;
const MANY_CLOSES = 3;

/** Both protocols of istiod: state of the world, and delta, which is the default from Istio 1.22. */
const REJECTED = /(?:gRPC|delta) config for \S{1,120} rejected|Error adding\/updating (?:listener|cluster)/;
const CLOSED = /config stream (?:to \S{1,60} )?closed/;

/** Whether Envoy says in this line that it does not take what it was sent. */
export const isRejection = (line: string): boolean => REJECTED.test(line);

export const proxyLog: Probe = {
  reads: ['pods', 'pods/log', 'version'],
  needs: ['namespace', 'pod'],
  answers: ['rejected', 'reconnects', 'starved'],
  async look(reader, facts) {
    const pod = await podOf(reader, facts);
    if (!pod || !hasProxy(pod))
      return seen(sight('pods', facts.namespace!, 'no proxy in a pod of this name'));
    const own = { namespace: namespaceOf(pod), pod: nameOf(pod), container: 'istio-proxy' };
    const lines = timedLines(await reader.log({ ...own, tail: 2000 }), pod);
    return judgeProxyLog(pod, lines, await clockOf(reader, [{ pod, lines }]));
  },
};

/** `now` in milliseconds. Throttled CPU stands in no log, so a quiet one decides nothing. */
export function judgeProxyLog(pod: KubeObject, lines: readonly TimedLine[], now: number): Judgement {
  const rejected = lastRejection(lines, now);
  const closed = lines.filter((line) => CLOSED.test(line.text) && line.time >= now - CLOSED_WITHIN);
  const killed = timeKilled(pod);
  const read = sight(podName(pod), 'istio-proxy log', `${lines.length} lines read`);
  return join(
    rejected ? say('rejected', [lineSight(rejected)]) : seen(),
    killed >= now - KILLED_WITHIN
      ? say('starved', [
          sight(podName(pod), 'istio-proxy lastState', `OOMKilled ${new Date(killed).toISOString()}`),
        ])
      : seen(),
    closed.length >= MANY_CLOSES ? say('reconnects', closed.slice(-3).map(lineSight)) : seen(read),
  );
}

/** The latest line with which Envoy refuses what it was sent, where that is not long ago. `now` in milliseconds. */
export function lastRejection(lines: readonly TimedLine[], now: number): TimedLine | undefined {
  return latest(lines.filter((line) => REJECTED.test(line.text) && line.time >= now - REJECTED_WITHIN));
}

/** When the proxy was last killed for memory, in milliseconds; NaN where that is not why it ended last. */
function timeKilled(pod: KubeObject): number {
  const statuses = [
    ...items(pod, 'status', 'initContainerStatuses'),
    ...items(pod, 'status', 'containerStatuses'),
  ];
  const proxy = statuses.find((one) => text(one, 'name') === 'istio-proxy');
  const last = at(proxy, 'state', 'terminated') ?? at(proxy, 'lastState', 'terminated');
  return text(last, 'reason') === 'OOMKilled' ? timeAt(last, 'finishedAt') : Number.NaN;
}
