/**
 * Which gRPC status did Envoy itself give the client? Its replies to gRPC calls are logged with HTTP code 200, so flags
 * and details say it (source/common/grpc/status.cc, httpToGrpcStatus). What the server answered stands in no access log.
 */

import type { Probe } from '../probe.ts';
import { type AccessLine, lineFacts, lineSight, newest, originOf } from '../shared/access-lines.ts';
import type { Judgement } from '../shared/traffic.ts';
import { type Call, readCall, undecided } from './access-log.ts';

export const accessLogGrpc: Probe = {
  reads: ['pods', 'services', 'pods/log'],
  needs: ['namespace'],
  answers: ['unavailable', 'flags', 'deadline', 'protocol', 'denied', 'unauthenticated', 'unimplemented'],
  async look(reader, facts) {
    return judgeGrpc(await readCall(reader, facts));
  },
};

/** Judges the newest gRPC call that a proxy answered itself. */
export function judgeGrpc({ lines }: Call): Judgement {
  const calls = lines.filter((line) => line.method === 'POST' && line.protocol === 'HTTP/2');
  const failed = calls.filter((line) => statusOf(line).length > 0);
  const line = newest(failed);
  if (!line) return undecided(calls);
  const origin = originOf(line, failed);
  const shown = origin === line ? [origin] : [origin, line];
  const sights = shown.map(lineSight);
  const facts = lineFacts(origin);
  return { candidates: statusOf(origin).map((answer) => ({ answer, sights, facts })), sights };
}

const UNAVAILABLE = ['UF', 'UH', 'UO', 'UT', 'NC', 'UC', 'UR', 'LH', 'LR'];
/** A connection that was cut fits a rollout and a pause as well, so these do not tell what comes after it. */
const CUT = ['UC', 'UR', 'LR'];

/** Empty where the proxy passed on what it was answered, or where the reply's status was another's choice (UAEX). */
function statusOf(line: AccessLine): readonly string[] {
  const has = (flags: readonly string[]) => line.flags.some((flag) => flags.includes(flag));
  const { details } = line;
  if (details.startsWith('rbac_access_denied')) return ['denied'];
  // A token for another audience is refused with 403, everything else of a token with 401.
  if (details.startsWith('jwt_authn_access_denied'))
    return details.includes('Audiences') ? [] : ['unauthenticated'];
  if (has(['UPE', 'DPE']) || /protocol_error/.test(details)) return ['protocol'];
  if (details.startsWith('route_not_found')) return ['unimplemented'];
  if (/max_duration_timeout|max_stream_duration/.test(details) || has(['DT', 'UMSDR'])) return ['deadline'];
  if (has(UNAVAILABLE)) return has(CUT) ? ['unavailable'] : ['unavailable', 'flags'];
  return [];
}
