/** Access logs as JSON, whole or cut off, under the names that Istio and other configurations give the fields. */
import { type AccessLogField, type ReadFields, TAIL } from './fields.ts';

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

/** The object that begins at `brace`; `undefined` where it has neither a code nor flags. */
export function readJsonLog(line: string, brace: number): ReadFields | undefined {
  let readTo = line.lastIndexOf('}') + 1;
  let data: unknown;
  try {
    data = JSON.parse(line.slice(brace, readTo));
  } catch {
    // Cut off: the last brace, if there is one, stands in a value.
    const loose = looseJson(line.slice(brace));
    data = loose.data;
    readTo = brace + loose.end;
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
  return { fields, readTo };
}

/** Reads `"key":"value"` pairs of an object that was cut off; `end` is where the last whole pair ends. */
function looseJson(source: string): { readonly data: Record<string, string>; readonly end: number } {
  const data: Record<string, string> = {};
  let end = 0;
  for (const pair of source.matchAll(
    /"([a-zA-Z_-]{2,48})"\s{0,4}:\s{0,4}(?:"([^"\\]{0,4000})"|(\d{1,12}))/g,
  )) {
    data[pair[1]!] = pair[2] ?? pair[3] ?? '';
    end = pair.index + pair[0].length;
  }
  return { data, end };
}
