/** Whose port does a failing health probe call, and if not the proxy's, why was it not rewritten? */
import type { KubeObject } from '../../cluster/reader.ts';
import { named, type Probe, type Sight } from '../probe.ts';
import { annotationsOf, at, nameOf, text } from '../shared/fields.ts';
import { istioNamespace, podName, podOf, sight } from '../shared/mesh.ts';
import { containerOf, readEvents } from '../shared/pod-events.ts';
import { lacksProxy, specContainer } from '../shared/pod-parts.ts';
import { containerNames, hasProxy, type Judgement, join, say, seen } from '../shared/traffic.ts';

export const probeRewrite: Probe = {
  reads: ['pods', 'events', 'configmaps'],
  needs: ['namespace'],
  answers: ['proxy', 'rewritten', 'not-rewritten', 'exec', 'no-sidecar', 'switched-off'],
  async look(reader, facts) {
    const pod = await podOf(reader, facts);
    if (!pod) return seen(sight('pods', facts.namespace!, 'no pod of this name'));
    const failing = judgeProbeEvents(pod, await readEvents(reader, pod));
    if (!hasProxy(pod)) return failing;
    // A revision's injector reads a ConfigMap of its own, named after it.
    const revision = annotationsOf(pod)['istio.io/rev'] ?? 'default';
    const name = revision === 'default' ? 'istio-sidecar-injector' : `istio-sidecar-injector-${revision}`;
    const config = await reader.get('configmaps', name, istioNamespace(facts));
    return join(failing, judgeRewrite(pod, config));
  },
};

const FIELDS = { liveness: 'livenessProbe', readiness: 'readinessProbe', startup: 'startupProbe' } as const;

/** What the newest event of a failing probe says; the container it names decides before its words do. */
export function judgeProbeEvents(pod: KubeObject, events: readonly KubeObject[]): Judgement {
  const names = sight(podName(pod), 'containers', containerNames(pod));
  if (lacksProxy(pod)) return say('no-sidecar', [names]);
  const event = events.find((one) => text(one, 'reason') === 'Unhealthy');
  if (!event) return seen(names, sight(podName(pod), 'event Unhealthy', 'absent'));
  const message = text(event, 'message');
  const container = containerOf(event);
  const sights: Sight[] = [sight(podName(pod), `event Unhealthy ${container}`.trim(), message)];
  if (container === 'istio-proxy' || message.includes(':15021/')) return say('proxy', sights);
  const kind = /^(liveness|readiness|startup) probe/i.exec(message)?.[1]?.toLowerCase();
  const probe = kind === undefined ? undefined : probeOf(pod, container, FIELDS[kind as keyof typeof FIELDS]);
  if (probe === undefined) {
    if (/\/app-health\/|:15020\//.test(message)) return say('rewritten', sights);
    return seen(...sights);
  }
  sights.push(sight(podName(pod), `${container} ${kind}Probe`, probe));
  if (at(probe, 'exec') !== undefined) return say('exec', sights);
  const path = text(probe, 'httpGet', 'path');
  if (path.startsWith('/app-health/')) return say('rewritten', sights);
  const own = ['httpGet', 'grpc', 'tcpSocket'].some((field) => at(probe, field) !== undefined);
  return own ? say('not-rewritten', sights) : seen(...sights);
}

function probeOf(pod: KubeObject, container: string, field: string): unknown {
  return container === '' ? undefined : at(specContainer(pod, container), field);
}

const ANNOTATION = 'sidecar.istio.io/rewriteAppHTTPProbers';

/** The pod's annotation decides over the mesh's value. `true` in either says nothing about another reason. */
export function judgeRewrite(pod: KubeObject, config: KubeObject | undefined): Judgement {
  const own = annotationsOf(pod)[ANNOTATION];
  if (own !== undefined) {
    const sights = [sight(podName(pod), `annotations[${ANNOTATION}]`, own)];
    return own === 'false' ? say('switched-off', sights) : seen(...sights);
  }
  const value = config ? meshRewrite(text(config, 'data', 'values')) : undefined;
  if (value === undefined) return seen(sight(podName(pod), `annotations[${ANNOTATION}]`, 'absent'));
  const where = named('configmap', nameOf(config!), text(config, 'metadata', 'namespace'));
  const sights = [sight(where, 'sidecarInjectorWebhook.rewriteAppHTTPProbe', value)];
  return value === false ? say('switched-off', sights) : seen(...sights);
}

/** `sidecarInjectorWebhook.rewriteAppHTTPProbe` of the injector's values, which are JSON in a string. */
function meshRewrite(values: string): unknown {
  try {
    return at(JSON.parse(values), 'sidecarInjectorWebhook', 'rewriteAppHTTPProbe');
  } catch {
    return undefined;
  }
}
