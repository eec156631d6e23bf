/** Why do new pods fail in their first seconds: no readiness probe, or a proxy that comes after the application? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { at, text } from '../shared/fields.ts';
import { linesOf } from '../shared/logs.ts';
import { containersOf, podName, podOf, sight } from '../shared/mesh.ts';
import { appContainers, hasField, hasNativeProxy, holdsApplication } from '../shared/pod-parts.ts';
import { hasProxy, type Judgement, join, say, seen } from '../shared/traffic.ts';

/** A log shorter than this is whole, so its first lines are those of the start. */
const TAIL = 2000;
const START = 100;

export const podStart: Probe = {
  reads: ['pods', 'pods/log'],
  needs: ['namespace'],
  answers: ['no-readiness', 'proxy-late'],
  async look(reader, facts) {
    const pod = await podOf(reader, facts);
    if (!pod) return seen(sight('pods', facts.namespace!, 'no pod of this name'));
    const logs: AppLog[] = [];
    for (const app of isUnguarded(pod) ? appContainers(pod) : []) {
      const container = text(app, 'name');
      const previous = containersOf(pod).some(({ name, restarts }) => name === container && restarts > 0);
      const lines = await linesOf(reader, pod, { container, tail: TAIL, previous });
      if (lines) logs.push({ container, lines });
    }
    return join(judgeReadiness(pod), judgeFirstCalls(pod, logs));
  },
};

interface AppLog {
  readonly container: string;
  readonly lines: readonly string[];
}

/** A container without a probe counts as ready as soon as it runs; a startup probe delays that too. */
export function judgeReadiness(pod: KubeObject): Judgement {
  const apps = appContainers(pod);
  const sights = apps.map((one) =>
    sight(podName(pod), `${text(one, 'name')} readinessProbe`, at(one, 'readinessProbe') ?? 'absent'),
  );
  const hasProbe = (one: unknown) => hasField(one, 'readinessProbe') || hasField(one, 'startupProbe');
  return apps.length > 0 && !apps.some(hasProbe) ? say('no-readiness', sights) : seen(...sights);
}

/** Nothing makes the application wait for its proxy. */
const isUnguarded = (pod: KubeObject) => hasProxy(pod) && !hasNativeProxy(pod) && !holdsApplication(pod);

/** Calls refused right after the start, in a pod whose application may start before its proxy. */
export function judgeFirstCalls(pod: KubeObject, logs: readonly AppLog[]): Judgement {
  if (!isUnguarded(pod)) return seen();
  for (const { container, lines } of logs) {
    const first = lines.length < TAIL ? lines.slice(0, START) : [];
    const line = first.find((one) => /connection refused|ECONNREFUSED/i.test(one));
    if (line === undefined) continue;
    return say('proxy-late', [
      sight(podName(pod), `${container} log`, line),
      sight(podName(pod), 'holdApplicationUntilProxyStarts', 'not set'),
    ]);
  }
  return seen();
}
