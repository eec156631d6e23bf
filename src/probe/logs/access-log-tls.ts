/**
 * Between which two ends does TLS fail, and with which error? Envoy writes BoringSSL's reason into the details of the
 * request or into its own field; the words are those of BoringSSL's err_data (ssl.errordata).
 */

import type { Probe } from '../probe.ts';
import { type AccessLine, lineFacts, lineSight, newest } from '../shared/access-lines.ts';
import { isGatewayPod, type Judgement } from '../shared/traffic.ts';
import { type Call, readCall, undecided } from './access-log.ts';

export const accessLogTls: Probe = {
  reads: ['pods', 'services', 'pods/log'],
  needs: ['client-pod', 'client-namespace', 'host'],
  answers: [
    'not-yet-valid',
    'gateway',
    'sidecars',
    'egress',
    'version',
    'not-trusted',
    'client-cert',
    'versions',
    'blocked',
  ],
  async look(reader, facts) {
    return judgeTls(await readCall(reader, facts));
  },
};

/** Judges the newest failed line of the caller or of the gateway. */
export function judgeTls({ lines, isServerPlain }: Call): Judgement {
  const near = lines.filter(({ side }) => side === 'near');
  const telling = (line: AccessLine) => answersOf(line, isServerPlain);
  const line = newest(near.filter((one) => telling(one).length > 0));
  if (!line) return undecided(near, newest(near.filter(({ flags }) => flags.length > 0)));
  const sights = [lineSight(line)];
  const facts = lineFacts(line);
  return { candidates: telling(line).map((answer) => ({ answer, sights, facts })), sights };
}

function answersOf(line: AccessLine, isServerPlain: boolean): readonly string[] {
  if (line.cluster.startsWith('BlackHoleCluster')) return ['blocked'];
  // The handshake itself found no listener that takes its server name.
  if (line.details.startsWith('filter_chain_not_found')) return isGatewayPod(line.pod) ? ['gateway'] : [];
  const reason = `${line.details} ${line.tlsReason}`.replace(/_/g, ' ');
  if (!/TLS error/i.test(reason) || line.direction === 'inbound' || line.clusterHost === '') return [];
  if (/not yet valid/i.test(reason)) return ['not-yet-valid'];
  if (line.clusterHost.includes('.svc.')) return isServerPlain ? [] : ['sidecars'];
  return ['egress', ...errorOf(reason)];
}

/** A refused handshake without a reason (handshake failure) may be for want of a cipher or of a certificate. */
function errorOf(reason: string): readonly string[] {
  if (/wrong version number/i.test(reason)) return ['version'];
  if (/certificate verify failed/i.test(reason)) return ['not-trusted'];
  if (/certificate required|alert bad certificate/i.test(reason)) return ['client-cert'];
  return /protocol version|unsupported protocol|no shared cipher/i.test(reason) ? ['versions'] : [];
}
