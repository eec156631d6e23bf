/**
 * Envoy access logs as Istio writes them, text (1.0 to today) and JSON, field by field.
 * Order and names of the fields: istio.io, "Envoy Access Logs", and Envoy's access-log reference.
 */

/** The upstream cluster's name taken apart: `outbound|9080|v1|reviews.default.svc.cluster.local`. */
export interface UpstreamCluster {
  readonly raw: string;
  readonly direction: 'inbound' | 'outbound' | undefined;
  readonly port: string | undefined;
  readonly subset: string | undefined;
  readonly host: string | undefined;
}

export interface AccessLogField {
  /** The JSON key of the field, for example `response_flags`. */
  readonly name: string;
  readonly value: string;
  /** Place in the line, [start, end); for JSON the place of the value. */
  readonly start: number;
  readonly end: number;
}

export interface AccessLogEntry {
  readonly format: 'text' | 'json';
  readonly fields: readonly AccessLogField[];
  /** Response flags, one by one; empty when the log has `-`. */
  readonly flags: readonly string[];
  readonly cluster: UpstreamCluster | undefined;
  readonly direction: 'inbound' | 'outbound' | undefined;
  /** How far the line could be read: index of the first character that was not understood, or its length. */
  readonly readTo: number;
}

/** Fields of the text format behind the flags, in order. */
const TAIL = [
  'bytes_received',
  'bytes_sent',
  'duration',
  'upstream_service_time',
  'x_forwarded_for',
  'user_agent',
  'request_id',
  'authority',
  'upstream_host',
  'upstream_cluster',
  'upstream_local_address',
  'downstream_local_address',
  'downstream_remote_address',
  'requested_server_name',
  'route_name',
] as const;

const JSON_KEYS = [
  'start_time',
  'method',
  'path',
  'protocol',
  'response_code',
  'response_flags',
  'response_code_details',
  'connection_termination_details',
  'upstream_transport_failure_reason',
  ...TAIL,
] as const;

/** Names that other configurations give the same fields. */
const JSON_ALIASES: Readonly<Record<string, string>> = {
  status: 'response_code',
  code: 'response_code',
  response_flag: 'response_flags',
  flags: 'response_flags',
  host: 'authority',
  upstream_cluster_raw: 'upstream_cluster',
  upstream_cluster_name: 'upstream_cluster',
  'user-agent': 'user_agent',
  sni: 'requested_server_name',
  upstream_failure_reason: 'upstream_transport_failure_reason',
};

const FLAG =
  /^(?:-|(?:UH|UF|UO|NR|URX|NC|DT|DC|LH|UT|LR|UR|UC|DI|FI|RL|UAEX|RLSE|IH|SI|DPE|UPE|UMSDR|RFCF|NFCF|OM|DF|DO|DR|UDO)(?:,[A-Z]{2,5})*)$/;

export function isResponseFlags(text: string): boolean {
  return FLAG.test(text);
}

/** Cheap look before the parse: does this line have the shape of an access log at all? */
export function looksLikeAccessLog(line: string): boolean {
  if (line.includes('"response_flags"') || line.includes('"response_code"')) return true;
  const quote = line.indexOf('" ');
  if (quote === -1 || quote > 8000) return false;
  const code = line.slice(quote + 2, quote + 6);
  return (
    /^(?:\d{3} |0 )/.test(code) &&
    /HTTP\/[\d.]+"|"- - -"|"- - HTTP|^\S+ \S+HTTP/.test(line.slice(Math.max(0, quote - 24), quote + 1))
  );
}

export function decodeAccessLog(line: string): AccessLogEntry | undefined {
  const brace = line.indexOf('{');
  if (brace !== -1 && line.includes('"response_')) {
    const entry = decodeJson(line, brace);
    if (entry !== undefined) return entry;
  }
  return decodeText(line);
}

interface Token {
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

/** The next blank-separated or quoted token at or behind `from`. */
function nextToken(line: string, from: number): Token | undefined {
  let start = from;
  while (start < line.length && (line[start] === ' ' || line[start] === '\t')) start++;
  if (start >= line.length) return undefined;
  if (line[start] === '"') {
    let end = line.indexOf('"', start + 1);
    while (end !== -1 && line[end - 1] === '\\') end = line.indexOf('"', end + 1);
    if (end === -1) return undefined;
    return { value: line.slice(start + 1, end), start: start + 1, end, quoted: true };
  }
  let end = line.indexOf(' ', start);
  if (end === -1) end = line.length;
  const tab = line.slice(start, end).indexOf('\t');
  if (tab !== -1) end = start + tab;
  return { value: line.slice(start, end), start, end, quoted: false };
}

function decodeText(line: string): AccessLogEntry | undefined {
  const closing = line.indexOf('" ');
  if (closing === -1) return undefined;
  const codeToken = nextToken(line, closing + 1);
  const flagToken = codeToken && nextToken(line, codeToken.end);
  if (codeToken === undefined || flagToken === undefined) return undefined;
  if (!/^\d{1,3}$/.test(codeToken.value)) return undefined;
  // A log with a hand-written format may lack the flags; without them it is some other server's log.
  if (flagToken.quoted || !isResponseFlags(flagToken.value)) return undefined;

  const fields: AccessLogField[] = [];
  const add = (name: string, token: Token): void => {
    fields.push({ name, value: token.value, start: token.start, end: token.end });
  };
  const time = /\[?(\d{4}-\d\d-\d\dT[\d:.]{8,20}Z?)\]/.exec(line.slice(0, Math.min(closing, 400)));
  if (time !== null) {
    const start = time.index + time[0].indexOf(time[1]!);
    fields.push({ name: 'start_time', value: time[1]!, start, end: start + time[1]!.length });
  }
  const opening = line.lastIndexOf('"', closing - 1);
  addRequest(line, opening === -1 ? 0 : opening + 1, closing, fields);
  add('response_code', codeToken);
  add('response_flags', flagToken);

  let at = flagToken.end + 1 + closingQuote(line, flagToken);
  let token = nextToken(line, at);
  // 1.9 and later: details and termination details stand before the transport failure reason. Before 1.8 the
  // bytes followed at once; in between (1.5 to 1.8) came two quoted fields, mixer's status and the reason.
  if (token !== undefined && !(/^\d+$/.test(token.value) && !token.quoted)) {
    if (!token.quoted) {
      const details = spreadToken(line, token);
      add('response_code_details', details);
      at = details.end;
      const termination = nextToken(line, at);
      if (termination !== undefined && !termination.quoted && !/^\d+$/.test(termination.value)) {
        add('connection_termination_details', termination);
        at = termination.end;
      }
    } else {
      const next = nextToken(line, token.end + 1);
      if (next?.quoted) at = token.end + 1;
    }
    token = nextToken(line, at);
    if (token?.quoted) {
      add('upstream_transport_failure_reason', token);
      at = token.end + 1;
    }
  }
  for (const name of TAIL) {
    const next = nextToken(line, at);
    if (next === undefined) break;
    if (/^(?:bytes_|duration|upstream_service_time)/.test(name) && !/^(?:\d+|-)$/.test(next.value)) break;
    add(name, next);
    at = next.end + (next.quoted ? 1 : 0);
  }
  return finish('text', fields, Math.min(line.length, at));
}

function closingQuote(_line: string, token: Token): number {
  return token.quoted ? 1 : 0;
}

/** Details may hold blanks inside their braces when someone copied them from a viewer. */
function spreadToken(line: string, token: Token): Token {
  const brace = token.value.indexOf('{');
  if (brace === -1 || token.value.endsWith('}')) return token;
  const end = line.indexOf('}', token.end);
  if (end === -1 || end - token.start > 600 || line.slice(token.end, end).includes('"')) return token;
  return { value: line.slice(token.start, end + 1), start: token.start, end: end + 1, quoted: false };
}

/** `METHOD PATH PROTOCOL`; damaged pastes may lack blanks or the opening quote. */
function addRequest(line: string, from: number, to: number, fields: AccessLogField[]): void {
  const request = line.slice(from, to);
  const protocol = /(HTTP\/[\d.]+|-)$/.exec(request);
  const head = protocol === null ? request : request.slice(0, protocol.index);
  const blank = head.indexOf(' ');
  const method = blank === -1 ? head : head.slice(0, blank);
  if (/^(?:[A-Z]{2,10}|-)$/.test(method)) {
    fields.push({ name: 'method', value: method, start: from, end: from + method.length });
    const path = head.slice(blank + 1).trim();
    const start = from + head.indexOf(path, blank + 1);
    if (blank !== -1 && path !== '')
      fields.push({ name: 'path', value: path, start, end: start + path.length });
  }
  if (protocol !== null)
    fields.push({ name: 'protocol', value: protocol[1]!, start: from + protocol.index, end: to });
}

function decodeJson(line: string, brace: number): AccessLogEntry | undefined {
  const end = line.lastIndexOf('}');
  const source = line.slice(brace, end + 1);
  let data: unknown;
  try {
    data = JSON.parse(source);
  } catch {
    data = looseJson(source);
  }
  if (data === null || typeof data !== 'object') return undefined;
  const fields: AccessLogField[] = [];
  for (const [key, value] of Object.entries(data)) {
    const lower = key.toLowerCase();
    const name = JSON_ALIASES[lower] ?? lower;
    if (!(JSON_KEYS as readonly string[]).includes(name)) continue;
    if (value !== null && typeof value !== 'string' && typeof value !== 'number') continue;
    const text = value === null || value === '' ? '-' : String(value);
    const at = line.indexOf(`"${key}"`, brace);
    const start = at === -1 ? brace : Math.max(line.indexOf(text, at + key.length + 2), brace);
    fields.push({ name, value: text, start, end: Math.min(start + text.length, line.length) });
  }
  if (!fields.some((field) => field.name === 'response_code' || field.name === 'response_flags'))
    return undefined;
  return finish('json', fields, end + 1);
}

/** Reads `"key":"value"` pairs of an object that was cut off. */
function looseJson(source: string): Record<string, string> {
  const data: Record<string, string> = {};
  for (const pair of source.matchAll(
    /"([a-zA-Z_-]{2,48})"\s{0,4}:\s{0,4}(?:"([^"\\]{0,4000})"|(\d{1,12}))/g,
  )) {
    data[pair[1]!] = pair[2] ?? pair[3] ?? '';
  }
  return data;
}

function finish(
  format: AccessLogEntry['format'],
  fields: readonly AccessLogField[],
  readTo: number,
): AccessLogEntry {
  const fieldValue = (name: string): string | undefined => fields.find((field) => field.name === name)?.value;
  const flags = (fieldValue('response_flags') ?? '-')
    .split(',')
    .filter((flag) => flag !== '-' && flag !== '');
  const rawCluster = fieldValue('upstream_cluster');
  const cluster = rawCluster === undefined || rawCluster === '-' ? undefined : readCluster(rawCluster);
  return { format, fields, flags, cluster, direction: directionOf(cluster, fieldValue), readTo };
}

/** Takes `outbound|PORT|SUBSET|HOST` apart, also with a trailing `;` of newer releases, and the SNI form. */
export function readCluster(raw: string): UpstreamCluster {
  let end = raw.length;
  while (raw[end - 1] === ';') end--;
  const parts = raw.slice(0, end).split('|');
  if (
    parts.length >= 4 &&
    (parts[0] === 'outbound' || parts[0] === 'inbound' || parts[0] === 'inbound-vip')
  ) {
    const direction = parts[0] === 'outbound' ? 'outbound' : 'inbound';
    return {
      raw,
      direction,
      port: parts[1] || undefined,
      subset: parts[2] || undefined,
      host: parts[3] || undefined,
    };
  }
  const sni = /^(outbound|inbound)_\.(\d+)_\.([^_]*)_\.(.+)$/.exec(raw);
  if (sni !== null) {
    const direction = sni[1] === 'outbound' ? 'outbound' : 'inbound';
    return { raw, direction, port: sni[2]!, subset: sni[3] || undefined, host: sni[4]! };
  }
  if (/^InboundPassthrough/.test(raw))
    return { raw, direction: 'inbound', port: undefined, subset: undefined, host: undefined };
  if (/^(?:PassthroughCluster|BlackHoleCluster)/.test(raw))
    return { raw, direction: 'outbound', port: undefined, subset: undefined, host: undefined };
  return { raw, direction: undefined, port: undefined, subset: undefined, host: undefined };
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
    flag: fieldValue('response_flags') || '-',
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
  };
}
