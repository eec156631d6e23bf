/** What the probes of istiod's log share: its lines with their times, and the clock they are measured by. */
import { type ClusterReader, type KubeObject, LookError } from '../cluster/reader.ts';
import { nameOf, namespaceOf } from './fields.ts';
import { istioNamespace, podName, sight } from './mesh.ts';
import type { Facts, Sight } from './probe.ts';
import { isLive } from './traffic.ts';

export interface IstiodLine {
  readonly pod: KubeObject;
  readonly text: string;
  /** Milliseconds since the epoch; klog's own lines have no year, so they take the time of the line before. */
  readonly time: number;
}

/** One istiod's log. */
export interface IstiodLog {
  readonly pod: KubeObject;
  readonly lines: readonly IstiodLine[];
}

const CONTAINER = 'discovery';
const TAIL = 2000;
const MAX_PODS = 5;

/** Pods of istiod; charts, revisions, Google's in-cluster and Azure's all carry the label. */
export async function istiodPodsOf(reader: ClusterReader, facts: Facts): Promise<KubeObject[]> {
  const pods = await reader.list('pods', { namespace: istioNamespace(facts), labelSelector: 'app=istiod' });
  return pods.filter(isLive).slice(0, MAX_PODS);
}

/**
 * The logs that these pods have; `previous` is that of the container before its last restart. A pod whose log cannot
 * be read is left out; rejects where that is so for all of them.
 */
export async function readIstiodLogs(
  reader: ClusterReader,
  pods: readonly KubeObject[],
  previous = false,
): Promise<IstiodLog[]> {
  const logs: IstiodLog[] = [];
  let failure: LookError | undefined;
  for (const pod of pods) {
    try {
      const own = { namespace: namespaceOf(pod), pod: nameOf(pod), container: CONTAINER };
      const log = await reader.log({ ...own, tail: TAIL, ...(previous ? { previous } : {}) });
      logs.push({ pod, lines: istiodLines(log, pod) });
    } catch (error) {
      if (!(error instanceof LookError) || error.failure === 'cancelled') throw error;
      failure ??= error;
    }
  }
  if (failure && logs.length === 0) throw failure;
  return logs;
}

/** Text and JSON (`"time":"…"`) lines alike. */
const TIME = /^(?:\{.{0,200}?"time":")?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)/;

export function istiodLines(log: string, pod: KubeObject): IstiodLine[] {
  let last = Number.NaN;
  return log
    .split('\n')
    .filter((text) => text.trim() !== '')
    .map((text) => {
      const stamp = Date.parse(TIME.exec(text)?.[1] ?? '');
      if (!Number.isNaN(stamp)) last = stamp;
      return { pod, text, time: last };
    });
}

export function istiodSight(line: IstiodLine): Sight {
  return sight(podName(line.pod), 'log', line.text);
}

/** The API server's clock; where it tells none, the newest line of the logs is as late as can be known. */
export async function clockOf(reader: ClusterReader, logs: readonly IstiodLog[]): Promise<number> {
  const { date } = await reader.version();
  return date?.getTime() ?? Math.max(...logs.map(({ lines }) => lines.at(-1)?.time ?? Number.NaN));
}

/** The latest of these lines; of lines with one time the last. */
export function latest(lines: readonly IstiodLine[]): IstiodLine | undefined {
  return lines.reduce<IstiodLine | undefined>(
    (best, line) => (best === undefined || !(line.time < best.time) ? line : best),
    undefined,
  );
}
