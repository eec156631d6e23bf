/** What the probes of access logs share: the lines of the proxies on a call's way, and which of them are about it. */
import { type ClusterReader, type KubeObject, LookError } from '../../cluster/reader.ts';
import { accessLogFields, decodeAccessLog, looksLikeAccessLog } from '../../match/access-log/entry.ts';
import type { Facts, Sight } from '../probe.ts';
import { nameOf, namespaceOf, text } from './fields.ts';
import { podName, sight } from './mesh.ts';
import { calledName, hasProxy, isLive } from './traffic.ts';

/** `near`: the proxy that the call meets first, a caller's or a gateway's. `server`: one of the called pods. */
export type Side = 'near' | 'server';

export interface AccessLine {
  readonly side: Side;
  readonly pod: KubeObject;
  /** Milliseconds since the epoch; -Infinity where the line has no time. */
  readonly time: number;
  readonly method: string;
  /** `HTTP/1.1`, `HTTP/2`; empty for a connection without requests. */
  readonly protocol: string;
  readonly code: string;
  /** Without URX: it tells that retries ran out, never why. */
  readonly flags: readonly string[];
  readonly details: string;
  readonly tlsReason: string;
  readonly clusterHost: string;
  readonly cluster: string;
  readonly route: string;
  readonly requestId: string;
  readonly upstream: string;
  /** The address that was called, before any routing. */
  readonly local: string;
  /** Milliseconds; NaN where the line has none. */
  readonly duration: number;
  readonly direction: 'inbound' | 'outbound' | undefined;
  /** Whom the caller named: authority, server name, host of the cluster, original address. */
  readonly names: readonly string[];
}

/** At most this many pods a side: a gateway of fifty replicas is not worth a minute of reading. */
const MAX_PODS = 5;
const TAIL = 2000;

/** The access-log lines of the proxies of these pods. Rejects only where no log at all can be read. */
export async function readAccessLines(
  reader: ClusterReader,
  pods: Readonly<Record<Side, readonly KubeObject[]>>,
): Promise<AccessLine[]> {
  const usable = (side: Side) =>
    pods[side]
      .filter((pod) => isLive(pod) && hasProxy(pod))
      .slice(0, MAX_PODS)
      .map((pod) => ({ pod, side }));
  const lines: AccessLine[] = [];
  let failure: LookError | undefined;
  let isRead = false;
  for (const { pod, side } of [...usable('near'), ...usable('server')]) {
    try {
      const own = { namespace: namespaceOf(pod), pod: nameOf(pod), container: 'istio-proxy' };
      const log = await reader.log({ ...own, tail: TAIL });
      isRead = true;
      lines.push(...accessLines(log, pod, side));
    } catch (error) {
      if (!(error instanceof LookError) || error.failure === 'cancelled') throw error;
      failure ??= error;
    }
  }
  if (failure && !isRead) throw failure;
  return lines;
}

export function accessLines(log: string, pod: KubeObject, side: Side): AccessLine[] {
  return log.split('\n').flatMap((row) => {
    const entry = looksLikeAccessLog(row) ? decodeAccessLog(row) : undefined;
    if (!entry) return [];
    const raw = (name: string): string => {
      const value = entry.fields.find((field) => field.name === name)?.value ?? '';
      return value === '-' ? '' : value;
    };
    const fields = accessLogFields(entry);
    const time = Date.parse(raw('start_time'));
    const names = [
      raw('authority'),
      raw('requested_server_name'),
      entry.cluster?.host ?? '',
      raw('downstream_local_address'),
    ].filter((one) => one !== '');
    return [
      {
        side,
        pod,
        time: Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time,
        method: raw('method'),
        protocol: raw('protocol'),
        code: fields.code ?? '',
        flags: entry.flags.filter((flag) => flag !== 'URX'),
        details: fields.details ?? '',
        tlsReason: raw('upstream_transport_failure_reason'),
        clusterHost: entry.cluster?.host ?? '',
        cluster: raw('upstream_cluster'),
        route: raw('route_name'),
        requestId: raw('request_id'),
        upstream: raw('upstream_host'),
        local: raw('downstream_local_address'),
        duration: raw('duration') === '' ? Number.NaN : Number(raw('duration')),
        direction: entry.direction,
        names,
      },
    ];
  });
}

/** What a person needs to see of a line; without the path, which may carry what is nobody's business. */
export function lineSight(line: AccessLine): Sight {
  const time = Number.isFinite(line.time) ? new Date(line.time).toISOString() : '-';
  const flags = line.flags.join(',') || '-';
  const rest = [
    line.details,
    line.tlsReason,
    line.names[0] ?? '-',
    line.upstream || '-',
    line.cluster || '-',
  ];
  const shown = [time, line.code, flags, ...rest].filter((one) => one !== '');
  return sight(podName(line.pod), 'istio-proxy log', shown.join(' '));
}

/** The line's own words, for the steps that follow. */
export function lineFacts(line: AccessLine): Facts {
  const [flag] = line.flags;
  return {
    ...(/^[1-5]\d\d$/.test(line.code) ? { code: line.code } : {}),
    ...(flag ? { flag } : {}),
    ...(line.details === '' || line.details === '-' ? {} : { details: line.details }),
  };
}

/** Every form in which a name may stand in a log, for a caller in this namespace. */
function forms(name: string, namespace: string): string[] {
  const plain = name
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$|\.$/g, '');
  const parts = plain.split('.').length;
  if (plain === '') return [];
  if (parts === 1 && namespace !== '') return [`${plain}.${namespace}.svc.cluster.local`];
  if (parts === 2) return [plain, `${plain}.svc.cluster.local`];
  return plain.endsWith('.svc') ? [`${plain}.cluster.local`] : [plain];
}

/** The names of whom the case calls; empty where it does not know them. */
export function calledNames(facts: Facts): ReadonlySet<string> {
  const namespace = facts.namespace ?? '';
  const service = facts.service && namespace ? forms(facts.service, namespace) : [];
  const host =
    facts.host === undefined ? [] : [...forms(facts.host, namespace), ...forms(calledName(facts), '')];
  return new Set([...service, ...host]);
}

/** Whether a line is about the call of the case, as far as its names tell. */
export function isAbout(line: AccessLine, called: ReadonlySet<string>): boolean {
  // What enters a called pod is meant for it, whatever name the caller used.
  if (line.side === 'server' && (line.direction === 'inbound' || isToPod(line))) return true;
  if (called.size === 0) return line.side === 'near';
  const namespace = namespaceOf(line.pod);
  return line.names.some((name) => forms(name, namespace).some((form) => called.has(form)));
}

/** A line without a cluster is still an inbound one where the connection came to the pod's own address. */
function isToPod(line: AccessLine): boolean {
  const address = text(line.pod, 'status', 'podIP');
  return address !== '' && line.local.replace(/:\d+$/, '') === address;
}

/** Whether the proxy passed on what it was answered. */
export const isPassedOn = (line: AccessLine): boolean =>
  line.flags.length === 0 && /(?:^|\s)via_upstream/.test(line.details);

/** The newest line; of lines with one time the last. */
export function newest(lines: readonly AccessLine[]): AccessLine | undefined {
  return lines.reduce<AccessLine | undefined>(
    (best, line) => (best === undefined || line.time >= best.time ? line : best),
    undefined,
  );
}

/** The lines of all proxies about the same request as this one. */
export function sameRequest(line: AccessLine, lines: readonly AccessLine[]): AccessLine[] {
  return line.requestId === '' ? [line] : lines.filter((one) => one.requestId === line.requestId);
}

/**
 * Where a request failed: of its lines the one whose proxy made the answer, the nearest to the caller first; else one
 * that passed it on.
 */
export function originOf(line: AccessLine, lines: readonly AccessLine[]): AccessLine {
  const all = sameRequest(line, lines);
  const made = all.filter((one) => !isPassedOn(one));
  return made.find((one) => one.side === 'near') ?? newest(made) ?? line;
}
