/** Did a request without a route come over a TLS connection that was opened for another host? */
import type { KubeObject } from '../../cluster/reader.ts';
import { decodeAccessLog, looksLikeAccessLog } from '../../match/access-log/entry.ts';
import type { Facts, Probe } from '../probe.ts';
import { nameOf, namespaceOf } from '../shared/fields.ts';
import { podName, sight } from '../shared/mesh.ts';
import { calledName, hasProxy, type Judgement, say, seen } from '../shared/traffic.ts';
import { gatewayPodsOf } from './gateway-routes.ts';

/** At most this many pods are read: the ones of a gateway all have the same routes. */
const MAX_PODS = 5;

export const gatewaySni: Probe = {
  reads: ['pods', 'pods/log'],
  needs: ['host'],
  answers: ['differ', 'same', 'plain-http'],
  async look(reader, facts) {
    const pods = await reader.list('pods', { namespace: facts['gateway-namespace'] });
    const own = gatewayPodsOf(pods, facts).filter(hasProxy).slice(0, MAX_PODS);
    const lines: Failed[] = [];
    for (const pod of own) {
      const at = { namespace: namespaceOf(pod), pod: nameOf(pod), container: 'istio-proxy' };
      lines.push(...failedLines(await reader.log({ ...at, tail: 2000 }), pod));
    }
    return judgeSni(lines, own.length, facts);
  },
};

/** A line of the gateway about a request that found no route. */
export interface Failed {
  readonly pod: KubeObject;
  readonly time: string;
  /** Without a port; empty where the line has none. */
  readonly authority: string;
  readonly serverName: string;
}

export function failedLines(log: string, pod: KubeObject): Failed[] {
  return log.split('\n').flatMap((row) => {
    const entry = looksLikeAccessLog(row) ? decodeAccessLog(row) : undefined;
    if (!entry?.flags.includes('NR')) return [];
    const field = (name: string): string => {
      const value = entry.fields.find((one) => one.name === name)?.value ?? '';
      return value === '-' ? '' : value.toLowerCase().replace(/:\d+$/, '');
    };
    const authority = field('authority');
    const time = entry.fields.find((one) => one.name === 'start_time')?.value ?? '';
    return authority === '' ? [] : [{ pod, time, authority, serverName: field('requested_server_name') }];
  });
}

/** The newest line of the host decides. */
export function judgeSni(lines: readonly Failed[], pods: number, facts: Facts): Judgement {
  const host = calledName(facts);
  const own = lines.filter((one) => one.authority === host);
  const [last] = own.sort((a, b) => b.time.localeCompare(a.time));
  if (!last)
    return seen(sight(`logs of ${pods} gateway pods`, `NR for ${host}`, `0 of ${lines.length} lines`));
  const sights = [
    sight(podName(last.pod), 'authority', last.authority),
    sight(podName(last.pod), 'requested server name', last.serverName || '-'),
  ];
  if (last.serverName === '') return say('plain-http', sights);
  return say(last.serverName === last.authority ? 'same' : 'differ', sights);
}
