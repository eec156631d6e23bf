/** What did istiod say before it gave up, and what does it wait for when it does not become ready? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { count, nameOf, text } from '../shared/fields.ts';
import { istiodPodsOf, readIstiodLogs } from '../shared/istiod-lines.ts';
import { containersOf, podName, sight } from '../shared/mesh.ts';
import { latest, lineSight, type TimedLine } from '../shared/timed-lines.ts';
import { isReady, type Judgement, join, say, seen } from '../shared/traffic.ts';
import { isWatchError } from './istiod-api.ts';

const restarts = (pod: KubeObject): number =>
  containersOf(pod).find(({ name }) => name === 'discovery')?.restarts ?? 0;

export const istiodCrash: Probe = {
  reads: ['pods', 'pods/log'],
  needs: [],
  answers: ['apiserver', 'mesh-config', 'certificates', 'missing-crd', 'panic'],
  async look(reader, facts) {
    const pods = await istiodPodsOf(reader, facts);
    const crashed = pods.filter((pod) => !isReady(pod) && restarts(pod) > 0);
    if (crashed.length === 0)
      return seen(
        sight('pods', 'app=istiod', String(pods.length)),
        ...pods.map((pod) => sight(podName(pod), 'restarts', restarts(pod))),
      );
    const logs = await readIstiodLogs(reader, crashed, true);
    return join(...logs.map(({ pod, lines }) => judgeCrash(pod, lines)));
  },
};

/** pilot-discovery's last words (its cmd.go and main.go), Go's own for a panic. */
const LAST_WORDS = /failed to (?:create|start) discovery service/;
const PANIC = /^(?:panic:|fatal error:)|\bSIGSEGV\b/;
/** The call to the API server that a start failed on, whatever it was made for. */
const API_CALL =
  /Get "?https:|dial tcp |is forbidden|cannot (?:list|watch|get) resource|\bUnauthorized\b|connection refused|i\/o timeout/;
const MESH = /mesh ?config|mesh configuration/i;
const CERTIFICATES =
  /failed to create (?:CA|RA)\b|istiod CA|remote CA certs|cacerts|ca-cert\.pem|root-cert\.pem|x509|private key|IstiodCert|key ?CertBundle|istiod key cert/i;
const NO_KIND = /no matches for kind|could not find the requested resource/;

export function judgeCrash(pod: KubeObject, lines: readonly TimedLine[]): Judgement {
  const panic = latest(lines.filter(({ text: line }) => PANIC.test(line)));
  const last = latest(lines.filter(({ text: line }) => LAST_WORDS.test(line)));
  if (last) {
    const answer = reasonOf(last.text) ?? reasonOfSync(last, lines);
    return answer ? say(answer, [lineSight(last)]) : seen(lineSight(last));
  }
  if (panic) return say('panic', [lineSight(panic)]);
  const tail = lines.at(-1);
  return seen(tail ? lineSight(tail) : sight(podName(pod), 'previous log', 'empty'));
}

/** A certificate that could not be read from the API server is a matter of the API server. */
function reasonOf(line: string): string | undefined {
  if (API_CALL.test(line)) return 'apiserver';
  if (MESH.test(line)) return 'mesh-config';
  if (CERTIFICATES.test(line)) return 'certificates';
  return NO_KIND.test(line) ? 'missing-crd' : undefined;
}

/** "failed to sync cache" has its reason in the watches before it. */
function reasonOfSync(last: TimedLine, lines: readonly TimedLine[]): string | undefined {
  if (!last.text.includes('failed to sync cache')) return undefined;
  const watch = latest(lines.filter(({ text: line }) => isWatchError(line)));
  if (!watch) return undefined;
  return NO_KIND.test(watch.text) ? 'missing-crd' : 'apiserver';
}

export const istiodReadiness: Probe = {
  reads: ['pods', 'pods/log', 'events'],
  needs: [],
  answers: ['remote', 'caches', 'probe-times-out'],
  async look(reader, facts) {
    const pods = (await istiodPodsOf(reader, facts)).filter((pod) => !isReady(pod));
    if (pods.length === 0) return seen(sight('pods', 'app=istiod', 'none that is not ready'));
    const logs = await readIstiodLogs(reader, pods);
    const events = await reader.list('events', { namespace: text(pods[0], 'metadata', 'namespace') });
    return join(
      ...logs.map(({ pod, lines }) => judgeWaiting(pod, lines)),
      ...pods.map((pod) => judgeProbe(pod, events)),
    );
  },
};

/** `Kubernetes` is the name that istiod gives the cluster it runs in, unless told another. */
const REMOTE =
  /remote cluster \S{1,253} (?:failed to sync|is timed out)|Timed out waiting for remote config source/;
const WAITING = /Waiting for caches to be synced|Failed waiting for cache sync/;
const SYNCED = /caches have been synced/;

export function judgeWaiting(pod: KubeObject, lines: readonly TimedLine[]): Judgement {
  const synced = lines.findLastIndex(({ text: line }) => SYNCED.test(line));
  const after = lines.slice(synced + 1);
  const remote = latest(after.filter(({ text: line }) => REMOTE.test(line)));
  const own = latest(after.filter(({ text: line }) => WAITING.test(line) || isWatchError(line)));
  if (remote) return say('remote', [lineSight(remote)]);
  if (own) return say('caches', [lineSight(own)]);
  return seen(sight(podName(pod), 'log', synced === -1 ? 'does not tell' : lines[synced]!.text));
}

const SLOW = /context deadline exceeded|Client\.Timeout|i\/o timeout/;

/** The kubelet's own words: the probe was not answered in time, rather than refused or answered "no". */
export function judgeProbe(pod: KubeObject, events: readonly KubeObject[]): Judgement {
  const event = events.find(
    (one) =>
      text(one, 'involvedObject', 'name') === nameOf(pod) &&
      text(one, 'reason') === 'Unhealthy' &&
      text(one, 'message').startsWith('Readiness probe failed') &&
      SLOW.test(text(one, 'message')),
  );
  if (!event) return seen();
  const times = count(event, ['count'], 1);
  return say('probe-times-out', [sight(podName(pod), `event Unhealthy (${times})`, text(event, 'message'))]);
}
