/** What goes wrong with certificates: are they not issued, run out, of another root, or is the CA itself down? */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import { webhookService } from '../control-plane/webhook-service.ts';
import { named, type Probe } from '../probe.ts';
import { items, namespaceOf, text } from '../shared/fields.ts';
import { lastMatch, linesOf } from '../shared/logs.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { hasProxy, type Judgement, join, say, seen } from '../shared/traffic.ts';
import { istiodCrash } from './istiod-crash.ts';

const CONFIGMAP = 'istio-ca-root-cert';

export const caTrouble: Probe = {
  reads: [...new Set([...istiodCrash.reads, ...webhookService.reads, 'configmaps', 'events'] as const)],
  needs: ['namespace'],
  answers: [
    'istiod-ca',
    'no-configmap',
    'not-issued',
    'expired',
    'not-yet',
    'other-root',
    'webhook',
    'identity',
    'trust',
    'overload',
    'unreachable',
  ],
  async look(reader, facts) {
    const pod = await podOf(reader, facts);
    const proxied = pod && hasProxy(pod) ? pod : undefined;
    const crash = await istiodCrash.look(reader, facts);
    const service = await webhookService.look(reader, facts);
    const log = proxied
      ? await linesOf(reader, proxied, { container: 'istio-proxy', tail: 2000 })
      : undefined;
    const events = await reader.list('events', {
      namespace: facts.namespace,
      fieldSelector: 'reason=FailedCreate',
    });
    const own = crash.candidates.find(({ answer }) => answer === 'certificates');
    return join(
      own ? say('istiod-ca', own.sights) : seen(),
      proxied
        ? await judgeVolume(reader, proxied)
        : seen(sight('pods', facts.namespace!, 'no proxy in this pod')),
      proxied && log ? judgeProxyLines(proxied, log) : seen(),
      judgeCreation(events),
      { ...service, candidates: service.candidates.filter(({ answer }) => answer === 'unreachable') },
    );
  },
};

/** A pod that mounts the root from a ConfigMap which its namespace lacks does not even start. */
async function judgeVolume(reader: ClusterReader, pod: KubeObject): Promise<Judgement> {
  const volume = items(pod, 'spec', 'volumes').find((one) => text(one, 'configMap', 'name') === CONFIGMAP);
  if (!volume || (await reader.get('configmaps', CONFIGMAP, namespaceOf(pod)))) return seen();
  return say('no-configmap', [
    sight(podName(pod), `volume ${text(volume, 'name')}`, CONFIGMAP),
    sight(named('configmap', CONFIGMAP, namespaceOf(pod)), 'metadata.name', 'absent'),
  ]);
}

/** Texts of istio-agent: security/pkg/nodeagent/sds and cache. What it got later makes up for what failed before. */
const FAILED = /failed to warm certificate: /;
const ISSUED = /generated new workload certificate/;
/** Alerts that the other side of a connection sent to Envoy, in its access log. */
const ALERT = /ALERT_CERTIFICATE_EXPIRED|ALERT_UNKNOWN_CA/;

export function judgeProxyLines(pod: KubeObject, lines: readonly string[]): Judgement {
  const show = (line: string) => [sight(podName(pod), 'istio-proxy log', line)];
  const failed = lastMatch(lines, FAILED);
  if (failed > lastMatch(lines, ISSUED)) return say(reasonsOf(lines[failed]!), show(lines[failed]!));
  const alert = lines.findLast((line) => ALERT.test(line) && isInMesh(line));
  if (alert === undefined) return seen(sight(podName(pod), 'istio-proxy log', `${lines.length} lines read`));
  return say(alert.includes('UNKNOWN_CA') ? 'other-root' : 'expired', show(alert));
}

/** The answer, and why the request was refused where the line says it. */
function reasonsOf(line: string): readonly string[] {
  // Go's own text for both names both; only the comparison behind it tells which.
  if (/ is before \d/.test(line)) return ['not-yet'];
  if (/ is after \d/.test(line)) return ['expired'];
  if (/code = Unauthenticated|authentication failure/.test(line)) return ['not-issued', 'identity'];
  if (/certificate signed by unknown authority/.test(line)) return ['not-issued', 'trust'];
  if (/code = ResourceExhausted/.test(line)) return ['not-issued', 'overload'];
  const isCut = /connection refused|i\/o timeout|no such host|no route to host|no healthy upstream/.test(
    line,
  );
  return isCut ? ['not-issued', 'unreachable'] : ['not-issued'];
}

/** Hosts outside have certificates of their own, and their own CA. */
function isInMesh(line: string): boolean {
  const host = /outbound\|\d{1,5}\|[^|\s]{0,80}\|(\S{1,253})/.exec(line)?.[1];
  return host === undefined ? /inbound\|\d/.test(line) : host.includes('.svc.');
}

/** Pods that were not created because the API server does not trust the injector. */
function judgeCreation(events: readonly KubeObject[]): Judgement {
  const event = events.find((one) => {
    const message = text(one, 'message');
    const isTrust = ['failed calling webhook', 'istio', 'x509: '].every((part) => message.includes(part));
    return text(one, 'reason') === 'FailedCreate' && isTrust;
  });
  if (!event) return seen();
  const kind = text(event, 'involvedObject', 'kind').toLowerCase();
  const object = named(kind, text(event, 'involvedObject', 'name'), namespaceOf(event));
  return say('webhook', [sight(object, 'event FailedCreate', text(event, 'message'))]);
}
