/** Can the proxy of a pod count requests at all: is there one, does a Telemetry switch its metrics off, is the port HTTP? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { at, items, map, namespaceOf, text } from '../shared/fields.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { lacksProxy } from '../shared/pod-parts.ts';
import { policyName, rootNamespaces, selectsPod } from '../shared/policies.ts';
import { containerNames, isAmbient, isLive, type Judgement, join, say, seen } from '../shared/traffic.ts';
import { servicePorts } from '../traffic/service-ports.ts';

export const metricsExposed: Probe = {
  reads: [...servicePorts.reads, 'telemetries.telemetry.istio.io'],
  needs: ['namespace'],
  answers: ['no-sidecar', 'none', 'switched-off', 'not-http'],
  async look(reader, facts) {
    const pod = await podOf(reader, facts);
    const telemetries = await reader.list('telemetries.telemetry.istio.io');
    const ports = await servicePorts.look(reader, facts);
    return join(
      pod ? judgeSidecar(pod) : seen(sight('pods', facts.namespace!, 'no pod of this name')),
      pod ? judgeTelemetry(telemetries, pod, rootNamespaces(facts)) : seen(),
      { ...ports, candidates: ports.candidates.filter(({ answer }) => answer === 'not-http') },
    );
  },
};

/** Traffic of ambient pods is counted by ztunnel and waypoints. */
export function judgeSidecar(pod: KubeObject): Judgement {
  const shown = sight(podName(pod), 'containers', containerNames(pod));
  return isLive(pod) && lacksProxy(pod) && !isAmbient(pod) ? say('no-sidecar', [shown]) : seen(shown);
}

/**
 * The most specific Telemetry that says anything about metrics decides: workload, namespace, mesh. One that leaves part
 * of them on, or only adds tags, leaves it open, for then Istio merges what the wider ones say.
 */
export function judgeTelemetry(
  telemetries: readonly KubeObject[],
  pod: KubeObject,
  roots: readonly string[],
): Judgement {
  const own = telemetries
    .filter((one) => items(one, 'spec', 'metrics').length > 0 && selectsPod(one, pod, roots) === 'yes')
    .map((one) => ({ one, rank: rankOf(one, pod) }))
    .sort((a, b) => b.rank - a.rank);
  const sights = own.map(({ one }) =>
    sight(policyName('telemetry', one), 'spec.metrics', at(one, 'spec', 'metrics')),
  );
  const nearest = own.filter(({ rank }) => rank === own[0]?.rank);
  // Of two for one scope Istio takes one, and which is not to be relied on.
  return nearest.length === 1 && isOff(nearest[0]!.one)
    ? say(['none', 'switched-off'], sights)
    : seen(...sights);
}

function rankOf(telemetry: KubeObject, pod: KubeObject): number {
  const isWide = Object.keys(map(telemetry, 'spec', 'selector', 'matchLabels')).length === 0;
  if (namespaceOf(telemetry) !== namespaceOf(pod)) return 0;
  return isWide ? 1 : 2;
}

/** Every metric of both sides, in Prometheus as well; an absent match means all of them. */
function isOff(telemetry: KubeObject): boolean {
  return items(telemetry, 'spec', 'metrics').every((entry) => {
    const providers = items(entry, 'providers').map((one) => text(one, 'name'));
    const isForAll = providers.length === 0 || providers.includes('prometheus');
    return (
      isForAll &&
      items(entry, 'overrides').length === 1 &&
      items(entry, 'overrides').every((one) => at(one, 'disabled') === true && isEverything(at(one, 'match')))
    );
  });
}

function isEverything(match: unknown): boolean {
  const metric = text(match, 'metric') || 'ALL_METRICS';
  const mode = text(match, 'mode') || 'CLIENT_AND_SERVER';
  return text(match, 'customMetric') === '' && metric === 'ALL_METRICS' && mode === 'CLIENT_AND_SERVER';
}
