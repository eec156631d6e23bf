/** Can istiod read the other clusters of the mesh, as far as its own log tells? */

import type { Probe } from '../probe.ts';
import { istiodPodsOf, readIstiodLogs } from '../shared/istiod-lines.ts';
import { podName, sight } from '../shared/mesh.ts';
import { envOf, specContainer } from '../shared/pod-parts.ts';
import { clockOf, latest, lineSight, type TimedLog } from '../shared/timed-lines.ts';
import { type Judgement, say, seen } from '../shared/traffic.ts';

/** A reflector that cannot list tries again within a minute; a single failure is none to speak of. Milliseconds. */
const RECENT = 5 * 60_000;
const REPEATED = 2;
/** Nothing is logged when a cluster gets ready after all, so what is older than this tells nothing. Milliseconds. */
const LATE = 10 * 60_000;

/** Of a watch of one cluster (pkg/kube/informermetric). */
const WATCH = /watch error in cluster (\S+): /;
/** The reflector's words where it cannot begin anew; a watch that just ended is no fault. */
const LIST = 'failed to list';
const UNSYNCED = /remote cluster (\S+) (?:failed to sync|is timed out)/;

export const remoteClusters: Probe = {
  reads: ['pods', 'pods/log', 'version'],
  needs: [],
  answers: ['not-synced'],
  async look(reader, facts) {
    const pods = await istiodPodsOf(reader, facts);
    if (pods.length === 0) return seen(sight('pods', 'app=istiod', 'none'));
    const logs = await readIstiodLogs(reader, pods);
    return judgeRemotes(logs, await clockOf(reader, logs));
  },
};

/** `now` in milliseconds. That nothing is said against a cluster does not mean that istiod knows it. */
export function judgeRemotes(logs: readonly TimedLog[], now: number): Judgement {
  const lines = logs.flatMap(({ pod, lines: all }) => {
    // Istio's own name for the cluster it runs in, unless the installation gives one.
    const own = envOf(specContainer(pod, 'discovery'), 'CLUSTER_ID') || 'Kubernetes';
    const of = (pattern: RegExp, span: number) =>
      all.filter((line) => {
        const cluster = pattern.exec(line.text)?.[1];
        return cluster !== undefined && cluster !== own && line.time >= now - span;
      });
    const watches = of(WATCH, RECENT).filter(({ text }) => text.includes(LIST));
    return [...(watches.length >= REPEATED ? watches : []), ...of(UNSYNCED, LATE)];
  });
  const last = latest(lines);
  if (last) return say('not-synced', [lineSight(last)]);
  return seen(...logs.map(({ pod, lines: all }) => sight(podName(pod), 'log', `${all.length} lines read`)));
}
