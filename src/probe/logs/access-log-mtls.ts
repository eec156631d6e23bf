/** What does a call show that fails between two workloads: an error of TLS and which, a refusal, or a mere reset? */

import type { Probe } from '../probe.ts';
import { type AccessLine, lineFacts, lineSight, newest, originOf } from '../shared/access-lines.ts';
import type { Judgement } from '../shared/traffic.ts';
import { type Call, readCall, undecided } from './access-log.ts';

export const accessLogMtls: Probe = {
  reads: ['pods', 'services', 'pods/log'],
  needs: ['namespace'],
  answers: ['not-tls', 'certificate', 'wrong-version', 'denied', 'reset'],
  async look(reader, facts) {
    return judgeMtls(await readCall(reader, facts));
  },
};

/** Judges the newest line that shows any of it, at the proxy where its request failed. */
export function judgeMtls({ lines }: Call): Judgement {
  const telling = lines.filter((line) => answerOf(line) !== undefined);
  const line = newest(telling);
  if (!line) return undecided(lines, newest(lines.filter(({ flags }) => flags.length > 0)));
  const origin = originOf(line, telling);
  const sights = (origin === line ? [line] : [origin, line]).map(lineSight);
  return { candidates: [{ answer: answerOf(origin)!, sights, facts: lineFacts(origin) }], sights };
}

function answerOf(line: AccessLine): string | undefined {
  const reason = `${line.details} ${line.tlsReason}`.replace(/_/g, ' ');
  if (/delayed connect error/i.test(reason)) return 'not-tls';
  if (/rbac access denied/i.test(reason)) return 'denied';
  if (/TLS error/i.test(reason)) return errorOf(reason);
  // A server that takes TLS only has no filter chain for plain text.
  if (/filter chain not found/i.test(reason)) return line.side === 'server' ? 'reset' : undefined;
  return line.flags.includes('UC') ? 'reset' : undefined;
}

function errorOf(reason: string): string | undefined {
  if (/certificate (?:verify failed|unknown|expired)|unknown ca|verify san|san match/i.test(reason))
    return 'certificate';
  return /wrong version number/i.test(reason) ? 'wrong-version' : undefined;
}
