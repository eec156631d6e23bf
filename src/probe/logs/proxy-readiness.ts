/** What does a proxy repeat that is not ready: a rejected configuration, none at all, or no way to istiod? */
import type { KubeObject } from '../../cluster/reader.ts';
import { looksLikeAccessLog } from '../../match/access-log/entry.ts';
import type { Probe } from '../probe.ts';
import { nameOf, namespaceOf } from '../shared/fields.ts';
import { containersOf, podName, podOf, sight } from '../shared/mesh.ts';
import { clockOf, lineSight, type TimedLine, timedLines } from '../shared/timed-lines.ts';
import { hasProxy, type Judgement, say, seen } from '../shared/traffic.ts';
import { lastRejection } from './proxy-log.ts';

const TAIL = 2000;
/** The agent looks every two seconds and connects again within a minute: what is still so is said twice. Milliseconds. */
const RECENT = 10 * 60_000;
const REPEATED = 2;

/** The agent on the readiness of Envoy (pilot/cmd/pilot-agent/status/ready). */
const NOT_READY = 'Envoy proxy is NOT ready';
const READY = 'Envoy proxy is ready';
const WAS_REJECTED = 'but was rejected';
const NOT_RECEIVED = 'config not received from XDS server';

const LOOKUP = /\blookup istiod/;
const TRUST = /\bx509: |\bUnauthenticated\b|authentication failure/;
const DIAL =
  /:15012: (?:i\/o timeout|connect: (?:connection refused|no route to host|network is unreachable))/;
const SIGN = /failed to (?:generate|fetch) (?:workload )?cert|\bCSR\b/;
/** What Envoy makes of it, without the reason. */
const STREAM = 'config stream';
const NO_WAY = /no healthy upstream|upstream connect error/;

export const proxyReadiness: Probe = {
  reads: ['pods', 'pods/log', 'version'],
  needs: ['namespace', 'pod'],
  answers: ['rejected', 'nothing', 'unreachable', 'certificate', 'dns', 'only-at-start'],
  async look(reader, facts) {
    const pod = await podOf(reader, facts);
    if (!pod || !hasProxy(pod))
      return seen(sight('pods', facts.namespace!, 'no proxy in a pod of this name'));
    const own = { namespace: namespaceOf(pod), pod: nameOf(pod), container: 'istio-proxy' };
    const all = timedLines(await reader.log({ ...own, tail: TAIL }), pod);
    const lines = all.filter((line) => !looksLikeAccessLog(line.text));
    return judgeReadiness(
      pod,
      { lines, isWhole: all.length < TAIL },
      await clockOf(reader, [{ pod, lines }]),
    );
  },
};

export interface ProxyLog {
  /** Without access-log lines: they quote what callers and servers say. */
  readonly lines: readonly TimedLine[];
  /** Whether the log begins with the container. */
  readonly isWhole: boolean;
}

/** `now` in milliseconds. Only what is said since the proxy was last ready can tell why it is not. */
export function judgeReadiness(pod: KubeObject, { lines, isWhole }: ProxyLog, now: number): Judgement {
  const isReady = containersOf(pod).some((one) => one.name === 'istio-proxy' && one.ready);
  const ready = lines.findLastIndex((line) => line.text.includes(READY));
  const waits = lines.filter((line) => line.text.includes(NOT_READY));
  const state = sight(podName(pod), 'istio-proxy ready', String(isReady));
  const recent = lines.slice(isReady ? 0 : ready + 1).filter(({ time }) => time >= now - RECENT);
  const wait = recent.findLast((line) => line.text.includes(NOT_READY));
  if (!isReady && wait?.text.includes(WAS_REJECTED)) return say('rejected', [lineSight(wait), state]);
  const [trouble, line] = troubleOf(recent);
  if (trouble !== undefined && line) return say(trouble, [lineSight(line), state]);
  const rejected = lastRejection(lines, now);
  if (rejected) return say('rejected', [lineSight(rejected), state]);
  const empty = recent.filter((one) => one.text.includes(NOT_RECEIVED));
  if (!isReady && empty.length >= REPEATED) return say('nothing', [lineSight(empty.at(-1)!), state]);
  const last = waits.at(-1);
  // Lines before the first "is ready" are the start; a proxy that lost its readiness later has some behind it.
  const first = lines.findIndex((one) => one.text.includes(READY));
  const isStart = last !== undefined && first !== -1 && lines.indexOf(last) < first;
  if (isReady && isWhole && isStart)
    return say('only-at-start', [lineSight(last), lineSight(lines[first]!), state]);
  return seen(state, ...(last ? [lineSight(last)] : []));
}

/** Why the way to istiod fails, where that is said again and again; a line with the reason counts for more than Envoy's. */
function troubleOf(lines: readonly TimedLine[]): readonly [answer?: string, line?: TimedLine] {
  const told = lines.flatMap((line) => {
    const reason = reasonOf(line.text);
    return reason === undefined ? [] : [[reason, line] as const];
  });
  const last = told.at(-1);
  if (last) return told.filter(([reason]) => reason === last[0]).length >= REPEATED ? last : [];
  const streams = lines.filter((line) => line.text.includes(STREAM) && NO_WAY.test(line.text));
  return streams.length >= REPEATED ? ['unreachable', streams.at(-1)!] : [];
}

/** A certificate that could not be signed has its reason behind it, mostly that istiod was not reached. */
function reasonOf(line: string): string | undefined {
  if (LOOKUP.test(line) && line.includes('no such host')) return 'dns';
  if (TRUST.test(line)) return 'certificate';
  if (DIAL.test(line)) return 'unreachable';
  return SIGN.test(line) ? 'certificate' : undefined;
}
