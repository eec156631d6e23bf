/**
 * Envoy access logs as Istio writes them, text (1.0 to today) and JSON, field by field.
 * Order and names of the fields: istio.io, "Envoy Access Logs", and Envoy's access-log reference.
 */
import type { AccessLogField, ReadFields } from './fields.ts';
import { readJsonLog } from './json.ts';
import { shortFlag } from './response-flags.ts';
import { readTextLog } from './text.ts';
import { readCluster, type UpstreamCluster } from './upstream-cluster.ts';

export interface AccessLogEntry {
  readonly format: 'text' | 'json';
  readonly fields: readonly AccessLogField[];
  /** Response flags by their short names, one by one; empty when the log has `-`. */
  readonly flags: readonly string[];
  readonly cluster: UpstreamCluster | undefined;
  readonly direction: 'inbound' | 'outbound' | undefined;
  /** How far the line could be read: index of the first character that was not understood, or its length. */
  readonly readTo: number;
}

/** Cheap look before the parse: does this line have the shape of an access log at all? */
export function looksLikeAccessLog(line: string): boolean {
  if (line.includes('"response_flags"') || line.includes('"response_code"')) return true;
  const quote = line.indexOf('" ');
  if (quote === -1 || quote > 8000) return false;
  // Tickets and chats turn tabs and columns into several blanks.
  const code = line.slice(quote + 2, quote + 14).trimStart();
  return (
    /^(?:\d{3} |0 )/.test(code) &&
    /HTTP\/[\d.]+"|"- - -"|"- - HTTP|^\S+ \S+HTTP/.test(line.slice(Math.max(0, quote - 24), quote + 1))
  );
}

/** The entry of one line, JSON wherever in the line it begins; `undefined` where it is no access log. */
export function decodeAccessLog(line: string): AccessLogEntry | undefined {
  const brace = line.indexOf('{');
  if (brace !== -1 && line.includes('"response_')) {
    const read = readJsonLog(line, brace);
    if (read !== undefined) return entryOf('json', read);
  }
  const read = readTextLog(line);
  return read && entryOf('text', read);
}

function entryOf(format: AccessLogEntry['format'], { fields, readTo }: ReadFields): AccessLogEntry {
  const fieldValue = (name: string): string | undefined => fields.find((field) => field.name === name)?.value;
  const flags = (fieldValue('response_flags') ?? '-')
    .split(',')
    .filter((flag) => flag !== '-' && flag !== '')
    .map(shortFlag);
  const rawCluster = fieldValue('upstream_cluster');
  const cluster = rawCluster === undefined || rawCluster === '-' ? undefined : readCluster(rawCluster);
  return { format, fields, flags, cluster, direction: directionOf(cluster, fieldValue), readTo };
}

function directionOf(
  cluster: UpstreamCluster | undefined,
  fieldValue: (name: string) => string | undefined,
): AccessLogEntry['direction'] {
  if (cluster?.direction !== undefined) return cluster.direction;
  // A sidecar's inbound listener is reached on the pod's own address; 127.0.0.x upstreams are the application.
  const upstream = fieldValue('upstream_host') ?? '';
  if (/^127\.0\.0\.\d+:/.test(upstream)) return 'inbound';
  return undefined;
}

/** The named fields a signature may ask for (docs/packs.md), as one flat table. */
export function accessLogFields(entry: AccessLogEntry): Record<string, string> {
  const fieldValue = (name: string): string => entry.fields.find((field) => field.name === name)?.value ?? '';
  return {
    flag: entry.flags.join(',') || '-',
    details: [fieldValue('response_code_details'), fieldValue('connection_termination_details')]
      .filter((s) => s !== '')
      .join(' '),
    code: fieldValue('response_code'),
    direction: entry.direction ?? '',
    cluster: fieldValue('upstream_cluster'),
    'tls-reason': fieldValue('upstream_transport_failure_reason'),
    authority: fieldValue('authority'),
    sni: fieldValue('requested_server_name'),
    method: fieldValue('method'),
    path: fieldValue('path'),
    protocol: fieldValue('protocol'),
    'user-agent': fieldValue('user_agent'),
    'upstream-host': fieldValue('upstream_host'),
    'forwarded-for': fieldValue('x_forwarded_for'),
    'local-port': /:(\d{1,5})$/.exec(fieldValue('downstream_local_address'))?.[1] ?? '',
  };
}
