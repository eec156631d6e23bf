/** Does a pod belong to the ambient mesh, and does ztunnel work on its node? */
import type { KubeObject } from '../../cluster/reader.ts';
import { named, type Probe } from '../probe.ts';
import { rolloutOf } from '../shared/daemonsets.ts';
import { at, items, labelsOf, nameOf, text } from '../shared/fields.ts';
import { lastMatch, linesOf } from '../shared/logs.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import {
  hasProxy,
  isAmbient,
  isGatewayPod,
  isLive,
  type Judgement,
  join,
  say,
  seen,
} from '../shared/traffic.ts';

const LABEL = 'istio.io/dataplane-mode';
const ANNOTATION = 'ambient.istio.io/redirection';

export const ztunnel: Probe = {
  reads: ['namespaces', 'pods', 'daemonsets.apps', 'pods/log'],
  needs: ['namespace'],
  answers: [
    'enrolled',
    'not-labelled',
    'has-sidecar',
    'host-network',
    'cni-did-not',
    'missing',
    'not-ready',
    'no-istiod',
    'no-certificate',
    'ready',
  ],
  async look(reader, facts) {
    const namespace = await reader.get('namespaces', facts.namespace!);
    const pod = await podOf(reader, facts);
    const enrolment =
      namespace && pod
        ? judgeEnrolment(namespace, pod)
        : seen(sight('pods', facts.namespace!, 'no pod of this name'));
    const sets = await reader.list('daemonsets.apps', { labelSelector: 'app=ztunnel' });
    const ztunnels = sets.length > 0 ? await reader.list('pods', { labelSelector: 'app=ztunnel' }) : [];
    const node = text(pod, 'spec', 'nodeName');
    const own = ztunnels.find((one) => isLive(one) && node !== '' && text(one, 'spec', 'nodeName') === node);
    const log = own
      ? await linesOf(reader, own, { container: 'istio-proxy', tail: 500, sinceSeconds: 600 })
      : undefined;
    return join(enrolment, own && log ? judgeZtunnelLog(own, log) : seen(), judgeDaemonSets(sets));
  },
};

export function judgeEnrolment(namespace: KubeObject, pod: KubeObject): Judgement {
  const own = labelsOf(pod)[LABEL];
  const mode = own ?? labelsOf(namespace)[LABEL];
  const sights = [
    sight(named('namespace', nameOf(namespace)), `labels[${LABEL}]`, labelsOf(namespace)[LABEL] ?? 'absent'),
    sight(podName(pod), `labels[${LABEL}]`, own ?? 'absent'),
    sight(podName(pod), `annotations[${ANNOTATION}]`, isAmbient(pod) ? 'enabled' : 'absent'),
    sight(podName(pod), 'spec.hostNetwork', at(pod, 'spec', 'hostNetwork') ?? false),
  ];
  if (isAmbient(pod)) return say('enrolled', sights);
  if (items(pod, 'spec', 'containers').length === 0) return seen(...sights);
  if (at(pod, 'spec', 'hostNetwork') === true) return say('host-network', sights);
  // The proxy of a gateway or a waypoint is no sidecar; such pods are never enrolled and need not be.
  if (hasProxy(pod))
    return isGatewayPod(pod) || labelsOf(pod)['gateway.istio.io/managed'] !== undefined
      ? seen(...sights)
      : say('has-sidecar', [...sights, sight(podName(pod), 'containers', 'istio-proxy')]);
  if (mode !== 'ambient') return say('not-labelled', sights);
  // The node's CNI writes the annotation when it makes the sandbox, so only a running pod can lack it.
  return text(pod, 'status', 'phase') === 'Running' ? say('cni-did-not', sights) : seen(...sights);
}

/** An error that a later success undid is over. Texts: ztunnel's xds::client and identity::manager. */
export function judgeZtunnelLog(pod: KubeObject, lines: readonly string[]): Judgement {
  const connected = lastMatch(lines, /Stream established/i);
  const xds = lastMatch(lines, /XDS client (?:connection )?error/i);
  const identity = lastMatch(lines, /no valid certificates|identity error|failed to fetch certificate/i);
  const show = (index: number) => [sight(podName(pod), 'log', lines[index]!)];
  if (xds > connected) return say('no-istiod', show(xds));
  return identity > connected ? say('no-certificate', show(identity)) : seen();
}

export function judgeDaemonSets(sets: readonly KubeObject[]): Judgement {
  if (sets.length === 0) return say('missing', [sight('daemonsets', 'app=ztunnel', 'none in any namespace')]);
  const { isComplete, isLacking, sights } = rolloutOf(sets);
  if (isLacking) return say('not-ready', sights);
  return isComplete ? say('ready', sights) : seen(...sights);
}
