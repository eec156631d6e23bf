/** Who refused a call, and why, in the words that Envoy's filters for tokens and rules leave in the access log. */

import type { Probe } from '../probe.ts';
import { type AccessLine, isPassedOn, newest, originOf, sameRequest } from '../shared/access-lines.ts';
import type { Judgement } from '../shared/traffic.ts';
import { type Call, readCall, told, undecided } from './access-log.ts';

const JWT = 'jwt_authn_access_denied';
const RBAC = 'rbac_access_denied_matched_policy';

export const accessLog401: Probe = {
  reads: ['pods', 'services', 'pods/log'],
  needs: ['namespace'],
  answers: ['issuer', 'audience', 'time', 'key', 'missing', 'malformed', 'no-jwt-text'],
  async look(reader, facts) {
    return judge401(await readCall(reader, facts));
  },
};

/** A token for another audience is refused with 403, everything else of a token with 401. */
export function judge401(call: Call): Judgement {
  return judgeRefused(
    call,
    (line) => line.code === '401' || line.details.includes(JWT),
    (line) => (line.details.includes(JWT) ? textOf(line.details) : undefined),
    'no-jwt-text',
  );
}

/** The texts of Envoy's library for tokens (jwt_verify_lib, status.cc); the log has underscores for their spaces. */
const TEXTS: readonly (readonly [answer: string, text: RegExp])[] = [
  ['issuer', /Jwt issuer is not configured/],
  ['audience', /Audiences in Jwt are not allowed/],
  ['time', /Jwt is expired|Jwt not yet valid/],
  ['key', /Jwt verification fails|\bJwks /],
  ['missing', /Jwt is missing/],
  ['malformed', /Jwt (?:is not in the form|header|payload|signature)/],
];

function textOf(details: string): string | undefined {
  const words = details.replaceAll('_', ' ');
  return TEXTS.find(([, text]) => text.test(words))?.[0];
}

export const accessLog403: Probe = {
  reads: ['pods', 'services', 'pods/log'],
  needs: ['namespace'],
  answers: ['none-matched', 'deny-matched', 'ext-authz', 'tcp', 'app'],
  async look(reader, facts) {
    return judge403(await readCall(reader, facts));
  },
};

export function judge403(call: Call): Judgement {
  return judgeRefused(call, (line) => line.code === '403' || isRule(line) || isExternal(line), ruleOf, 'app');
}

const isRule = (line: AccessLine): boolean => line.details.includes(RBAC);

/** An authorizer may refuse with any code; one that fails, with 403 unless told another. */
const isExternal = (line: AccessLine): boolean =>
  line.details.includes('ext_authz_') || line.flags.includes('UAEX');

function ruleOf(line: AccessLine): string | undefined {
  if (isExternal(line)) return 'ext-authz';
  if (!isRule(line)) return undefined;
  if (line.protocol === '' && line.code === '0') return 'tcp';
  return line.details.includes(`${RBAC}[none]`) ? 'none-matched' : 'deny-matched';
}

/** Judges the newest refusal at the proxy that made it; `passed` where that was the application. */
function judgeRefused(
  { lines, isServerPlain }: Call,
  wanted: (line: AccessLine) => boolean,
  answer: (line: AccessLine) => string | undefined,
  passed: string,
): Judgement {
  const refused = lines.filter(wanted);
  const line = newest(refused);
  if (!line) return undecided(lines);
  const origin = originOf(line, refused);
  const shown = origin === line ? [origin] : [origin, line];
  if (!isPassedOn(origin)) {
    const found = answer(origin);
    return found === undefined ? undecided(lines, origin) : told(found, ...shown);
  }
  // "Passed on" at the caller may have been made by the server's proxy, so that one must have passed it on too.
  const byServer = sameRequest(line, lines).some((one) => one.side === 'server' && isPassedOn(one));
  return byServer || isServerPlain ? told(passed, ...shown) : undecided(lines, origin);
}
