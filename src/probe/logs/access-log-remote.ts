/** What does the caller's access log say of calls that left for another network, through its east-west gateway? */

import type { Probe } from '../probe.ts';
import { type AccessLine, newest } from '../shared/access-lines.ts';
import type { Judgement } from '../shared/traffic.ts';
import { type Call, readCall, told, undecided } from './access-log.ts';

/** The port on which an east-west gateway takes the calls of other networks. */
const CROSS_NETWORK = ':15443';

export const accessLogRemote: Probe = {
  reads: ['pods', 'services', 'pods/log'],
  needs: ['client-pod', 'client-namespace', 'namespace', 'service'],
  answers: ['tls', 'denied', 'one-side'],
  async look(reader, facts) {
    return judgeRemote(await readCall(reader, facts));
  },
};

/** On one network a pod of the other cluster cannot be told from one that is gone here, so only gateways count. */
export function judgeRemote({ lines }: Call): Judgement {
  const near = lines.filter(({ side }) => side === 'near');
  const away = near.filter(({ upstream }) => upstream.endsWith(CROSS_NETWORK));
  const line = newest(away.filter((one) => answerOf(one) !== undefined));
  if (!line) return undecided(away);
  const answer = answerOf(line)!;
  if (answer !== 'one-side') return told(answer, line);
  const passed = newest(near.filter(({ code }) => /^2\d\d$/.test(code)));
  return passed ? told(answer, line, passed) : undecided(away, line);
}

function answerOf(line: AccessLine): string | undefined {
  if (/TLS[_ ]error/i.test(`${line.details} ${line.tlsReason}`)) return 'tls';
  if (line.code === '403') return 'denied';
  return line.code === '503' ? 'one-side' : undefined;
}
