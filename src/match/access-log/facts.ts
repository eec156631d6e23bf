/** Facts of a failed call in an access log: its flag, code and details, and the names in its upstream cluster. */

import { plainTwin } from '../clean.ts';
import type { ClaimFact } from '../fact-claims.ts';
import type { Record } from '../records/split.ts';
import { type AccessLogEntry, decodeAccessLog } from './entry.ts';
import { shortFlag } from './response-flags.ts';

/** Claims nothing of a call that succeeded, nor of a record that is no access log after all. */
export function claimFromAccessLog(record: Record, claimFact: ClaimFact): void {
  const lines = record.lines.map(plainTwin);
  const joined = lines.join(record.glue);
  const entry = decodeAccessLog(joined);
  if (entry === undefined) return;
  const fieldValue = (name: string) => entry.fields.find((field) => field.name === name);
  const code = fieldValue('response_code');
  const isFailure = entry.flags.length > 0 || Number(code?.value ?? 0) >= 400;
  if (!isFailure) return;
  const claim = (
    name: string,
    value: string | undefined,
    start: number,
    weight = 3,
    length?: number,
  ): void => {
    if (value === undefined || value === '' || value === '-') return;
    const place = placeIn(record, start, length ?? value.length);
    if (place !== undefined)
      claimFact(name, value, { ...place, line: record.line + place.line, text: lines[place.line]! }, weight);
  };
  const flag = entry.flags.find((one) => one !== 'URX') ?? entry.flags[0];
  const flags = fieldValue('response_flags');
  if (flag !== undefined && flags !== undefined) {
    const logged = flags.value.split(',').find((one) => shortFlag(one) === flag)!;
    claim('flag', flag, flags.start + flags.value.indexOf(logged), 3, logged.length);
  }
  if (code !== undefined && code.value !== '0') claim('code', code.value, code.start);
  const details = fieldValue('response_code_details');
  if (details !== undefined) claim('details', details.value, details.start);
  const path = fieldValue('path');
  if (path?.value.startsWith('/')) claim('path', path.value, path.start);
  readCluster(entry, joined, claim);
  const authority = fieldValue('authority');
  const host = /^([a-z0-9](?:[-a-z0-9.]{0,250}[a-z0-9])?)(?::\d{1,5})?$/.exec(authority?.value ?? '');
  if (authority !== undefined && host !== null && /[a-z]/.test(host[1]!))
    claim('host', host[1], authority.start, 2);
}

/** What the name of the upstream cluster says, field by field. */
function readCluster(
  { cluster, fields }: AccessLogEntry,
  text: string,
  claim: (name: string, value: string | undefined, start: number) => void,
): void {
  const field = fields.find((one) => one.name === 'upstream_cluster');
  if (cluster === undefined || field === undefined) return;
  const claimPart = (name: string, value: string | undefined): void => {
    const at = value === undefined ? -1 : text.indexOf(value, field.start);
    if (at !== -1) claim(name, value, at);
  };
  claimPart('port', cluster.port);
  if (cluster.direction !== 'outbound') return;
  claimPart('host', cluster.host);
  const svc = /^([a-z0-9-]{1,63})\.([a-z0-9-]{1,63})\.svc\b/.exec(cluster.host ?? '');
  claimPart('service', svc?.[1]);
  claimPart('namespace', svc?.[2]);
}

/** The place in its own line of what stands in the joined lines; undefined where a break may have cut it. */
function placeIn(
  { lines, glue }: Record,
  start: number,
  length: number,
): { line: number; start: number; end: number } | undefined {
  let before = 0;
  for (let line = 0; line < lines.length; line++) {
    const width = lines[line]!.length;
    if (start < before + width) {
      const end = start - before + length;
      const isCut =
        lines.length > 1 && (start === before ? line > 0 : end === width && line < lines.length - 1);
      return end > width || isCut ? undefined : { line, start: start - before, end };
    }
    before += width + glue.length;
  }
  return undefined;
}
