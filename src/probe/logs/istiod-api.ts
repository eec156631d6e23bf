/** Which error does istiod have with the API server, and does it still have it? */

import type { Candidate, Probe } from '../probe.ts';
import { istiodPodsOf, readIstiodLogs } from '../shared/istiod-lines.ts';
import { podName, sight } from '../shared/mesh.ts';
import { clockOf, latest, lineSight, type TimedLog } from '../shared/timed-lines.ts';
import { type Judgement, seen } from '../shared/traffic.ts';

/** How far back an error counts as one of now. Milliseconds. */
const RECENT = 5 * 60_000;
/** A reflector tries again within half a minute or so, so two minutes without an error mean that it got through. */
const ONGOING = 2 * 60_000;
/** Every start waits once or twice; only a client that keeps waiting is throttled. */
const MANY_WAITS = 3;

/** client-go's reflectors, through klog, in the wording of both old and structured logging. */
const REFLECTOR = /failed to (?:watch|list)|reflector\.go/i;
const WAITS = /client-side throttling|TooManyRequests|the server has received too many requests/i;
const RESOURCE = /cannot (?:list|watch|get) resource "([a-z]{1,63})"/i;
const REFUSED =
  /connection refused|i\/o timeout|no route to host|\bEOF\b|TLS handshake timeout|connection reset|network is unreachable|context deadline exceeded/;

function kindOf(text: string): string | undefined {
  if (RESOURCE.test(text)) return 'rbac';
  if (!REFLECTOR.test(text)) return undefined;
  if (/\bUnauthorized\b|provide credentials/.test(text)) return 'unauthorized';
  if (/x509:/.test(text)) return 'x509';
  return REFUSED.test(text) ? 'unreachable' : undefined;
}

/** An error of istiod's watches, whatever its reason. */
export const isWatchError = (text: string): boolean => RESOURCE.test(text) || REFLECTOR.test(text);

export const istiodApi: Probe = {
  reads: ['pods', 'pods/log', 'version'],
  needs: [],
  answers: ['rbac', 'unauthorized', 'x509', 'unreachable', 'throttled', 'quiet', 'ongoing', 'ended'],
  async look(reader, facts) {
    const pods = await istiodPodsOf(reader, facts);
    const logs = await readIstiodLogs(reader, pods);
    if (logs.length === 0) return seen(sight('pods', 'app=istiod', 'none'));
    return judgeApi(logs, await clockOf(reader, logs), pods.length === logs.length);
  },
};

/** `now` in milliseconds; `isAll`: whether the log of every istiod could be read. */
export function judgeApi(logs: readonly TimedLog[], now: number, isAll: boolean): Judgement {
  const since = (span: number) =>
    logs.flatMap(({ lines }) => lines.filter(({ time }) => !(time < now - span)));
  const recent = since(RECENT);
  const told = recent.filter(({ text }) => kindOf(text) !== undefined);
  const waits = recent.filter(({ text }) => WAITS.test(text));
  const errors = recent.filter(({ text }) => isWatchError(text));
  const last = latest(told);
  const found: Candidate[] = [];
  if (last) {
    const resource = RESOURCE.exec(last.text)?.[1];
    found.push({
      answer: kindOf(last.text)!,
      sights: [lineSight(last)],
      ...(resource ? { facts: { resource } } : {}),
    });
  } else if (waits.length >= MANY_WAITS) {
    found.push({ answer: 'throttled', sights: [lineSight(latest(waits)!)] });
  }
  const covered = logs.map(({ pod, lines }) =>
    sight(podName(pod), 'log', `${lines.length} lines read since ${shown(lines[0]?.time)}`),
  );
  const covers = (span: number) =>
    isAll && Number.isFinite(now) && logs.every(({ lines }) => (lines[0]?.time ?? Number.NaN) <= now - span);
  if (errors.length === 0 && found.length === 0 && covers(RECENT))
    found.push({ answer: 'quiet', sights: covered });
  const current = latest(errors.filter(({ time }) => time >= now - ONGOING));
  if (current) found.push({ answer: 'ongoing', sights: [lineSight(current)] });
  else if (covers(ONGOING)) found.push({ answer: 'ended', sights: covered });
  return { candidates: found, sights: covered };
}

function shown(time: number | undefined): string {
  return time !== undefined && Number.isFinite(time) ? new Date(time).toISOString() : '-';
}
