/** Reads the logs of istiod, of all its replicas and revisions in one namespace. */
import { type ClusterReader, type KubeObject, LookError } from '../../cluster/reader.ts';
import type { Facts } from '../probe.ts';
import { nameOf, namespaceOf } from './fields.ts';
import { istioNamespace } from './mesh.ts';
import { type TimedLog, timedLines } from './timed-lines.ts';
import { isLive } from './traffic.ts';

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
): Promise<TimedLog[]> {
  const logs: TimedLog[] = [];
  let failure: LookError | undefined;
  for (const pod of pods) {
    try {
      const own = { namespace: namespaceOf(pod), pod: nameOf(pod), container: CONTAINER };
      const log = await reader.log({ ...own, tail: TAIL, ...(previous ? { previous } : {}) });
      logs.push({ pod, lines: timedLines(log, pod) });
    } catch (error) {
      if (!(error instanceof LookError) || error.failure === 'cancelled') throw error;
      failure ??= error;
    }
  }
  if (failure && logs.length === 0) throw failure;
  return logs;
}
