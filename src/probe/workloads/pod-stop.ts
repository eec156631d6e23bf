/** What happens in a pod of this workload after SIGTERM: who ends first, and is the grace period long enough? */
import type { KubeObject } from '../../cluster/reader.ts';
import { type Facts, named, type Probe } from '../probe.ts';
import { annotationsOf, at, count, items, nameOf, text } from '../shared/fields.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { lastSeen } from '../shared/pod-events.ts';
import { appContainers, envOf, hasField, hasNativeProxy, specContainer } from '../shared/pod-parts.ts';
import { hasProxy, type Judgement, join, say, seen, texts } from '../shared/traffic.ts';

/** What a classic sidecar drains where nothing else is set (MeshConfig, terminationDrainDuration). Seconds. */
const DRAIN = 5;
/** Kubernetes' own default of terminationGracePeriodSeconds. */
const GRACE = 30;

export const podStop: Probe = {
  reads: ['pods', 'events'],
  needs: ['namespace'],
  answers: ['killed', 'proxy-first', 'exits-at-once'],
  async look(reader, facts) {
    const events = await reader.list('events', { namespace: facts.namespace });
    const pod = await podOf(reader, facts);
    if (!pod)
      return join(judgeKills(events, facts), seen(sight('pods', facts.namespace!, 'no pod of this name')));
    return join(judgeKills(events, facts), judgeStop(pod));
  },
};

/** The kubelet says so when a container outlived the grace period. Such a pod is gone: only its name tells whose it was. */
export function judgeKills(events: readonly KubeObject[], facts: Facts): Judgement {
  const name = facts.workload ?? facts.app ?? facts.service ?? facts.pod;
  const own = events
    .filter(
      (one) =>
        text(one, 'reason') === 'ExceededGracePeriod' &&
        name !== undefined &&
        text(one, 'involvedObject', 'name').startsWith(name),
    )
    .sort((a, b) => lastSeen(b) - lastSeen(a));
  if (own.length === 0) return seen();
  const pod = named('pod', text(own[0], 'involvedObject', 'name'), facts.namespace);
  return say('killed', [sight(pod, `event ${nameOf(own[0]!)}`, text(own[0], 'message'))]);
}

/** SIGTERM reaches an application only after its preStop, a classic sidecar at once. */
export function judgeStop(pod: KubeObject): Judgement {
  const apps = appContainers(pod);
  const waits = apps.map(preStopSeconds);
  const longest = Math.max(0, ...waits.filter((seconds) => !Number.isNaN(seconds)));
  const grace = count(pod, ['spec', 'terminationGracePeriodSeconds'], GRACE);
  const sights = [
    ...apps.map((one) =>
      sight(
        podName(pod),
        `${text(one, 'name')} lifecycle.preStop`,
        at(one, 'lifecycle', 'preStop') ?? 'absent',
      ),
    ),
    sight(podName(pod), 'spec.terminationGracePeriodSeconds', String(grace)),
    sight(podName(pod), 'istio-proxy native', String(hasNativeProxy(pod))),
  ];
  if (apps.length === 0) return seen(...sights);
  if (longest >= grace) return say('killed', sights);
  const drain = drainSeconds(pod);
  if (drain !== undefined && longest > drain)
    return say('proxy-first', [...sights, sight(podName(pod), 'drain of istio-proxy', `${drain}s`)]);
  return apps.some((one) => hasField(one, 'lifecycle', 'preStop'))
    ? seen(...sights)
    : say('exits-at-once', sights);
}

/** How long a preStop waits; NaN where there is none, or one that does not tell. Seconds. */
function preStopSeconds(container: unknown): number {
  const hook = at(container, 'lifecycle', 'preStop');
  const seconds = count(hook, ['sleep', 'seconds'], Number.NaN);
  if (!Number.isNaN(seconds)) return seconds;
  const command = texts(hook, 'exec', 'command').join(' ');
  return Number(/\bsleep (\d{1,5})(?![\d.]|\s*[mhd])/.exec(command)?.[1] ?? Number.NaN);
}

/** How long a classic sidecar drains; undefined for a native one, and where it waits for its connections instead. */
function drainSeconds(pod: KubeObject): number | undefined {
  const proxy = specContainer(pod, 'istio-proxy');
  if (!hasProxy(pod) || hasNativeProxy(pod) || hasField(proxy, 'lifecycle', 'preStop')) return undefined;
  // The injector writes the pod's whole ProxyConfig into one variable and its proxyMetadata into others.
  const config = `${annotationsOf(pod)['proxy.istio.io/config'] ?? ''}\n${envOf(proxy, 'PROXY_CONFIG')}`;
  const waits = items(proxy, 'env').some((one) => text(one, 'name') === 'EXIT_ON_ZERO_ACTIVE_CONNECTIONS');
  if (waits || config.includes('EXIT_ON_ZERO_ACTIVE_CONNECTIONS')) return undefined;
  if (!config.includes('terminationDrainDuration')) return DRAIN;
  const set = /terminationDrainDuration["']?:\s?["']?(\d{1,5})s\b/.exec(config)?.[1];
  return set === undefined ? undefined : Number(set);
}
