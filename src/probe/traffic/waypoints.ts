/** Is there a waypoint for this namespace, does it run, and does the called object use it? */
import type { KubeObject } from '../../cluster/reader.ts';
import { named, type Probe, type Sight } from '../probe.ts';
import { items, labelsOf, nameOf, namespaceOf, text } from '../shared/fields.ts';
import { gatewayName, isWaypoint } from '../shared/gateway-api.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { GATEWAY_NAME, isLive, isReady, type Judgement, say, seen } from '../shared/traffic.ts';

const USE = 'istio.io/use-waypoint';
const USE_NAMESPACE = 'istio.io/use-waypoint-namespace';
const FOR = 'istio.io/waypoint-for';

export const waypoints: Probe = {
  reads: ['gateways.gateway.networking.k8s.io', 'namespaces', 'services', 'pods'],
  needs: ['namespace'],
  answers: ['none', 'not-ready', 'not-used', 'wrong-type', 'used'],
  async look(reader, facts) {
    const all = (await reader.list('gateways.gateway.networking.k8s.io')).filter(isWaypoint);
    if (all.length === 0)
      return say('none', [sight('gateways.gateway.networking.k8s.io', 'class istio-waypoint', 'none')]);
    const namespace = await reader.get('namespaces', facts.namespace!);
    const service = facts.service ? await reader.get('services', facts.service, facts.namespace) : undefined;
    const pod = facts.pod ? await podOf(reader, facts) : undefined;
    const others = (service ?? pod) ? [] : await reader.list('services', { namespace: facts.namespace });
    const proxies = await reader.list('pods', { labelSelector: GATEWAY_NAME });
    return namespace
      ? judgeWaypoints(all, { namespace, service, pod, others }, proxies)
      : seen(sight(named('namespace', facts.namespace!), 'metadata.name', 'absent'));
  },
};

export interface Called {
  readonly namespace: KubeObject;
  readonly service: KubeObject | undefined;
  readonly pod: KubeObject | undefined;
  /** Services of the namespace, where neither Service nor pod is known. */
  readonly others: readonly KubeObject[];
}

/** What a label says about its object: the waypoint's name, `none` where it is switched off. */
interface Use {
  readonly from: 'service' | 'workload' | 'namespace';
  readonly name: string;
  readonly namespace: string;
  readonly seen: Sight;
}

export function judgeWaypoints(
  all: readonly KubeObject[],
  called: Called,
  proxies: readonly KubeObject[],
): Judgement {
  const use = usedBy(called);
  const here = nameOf(called.namespace);
  const sights = [
    ...all.slice(0, 4).map((one) => sight(gatewayName(one), FOR, waypointFor(one))),
    use?.seen ?? sight(named('namespace', here), `labels[${USE}]`, 'absent'),
  ];
  if (use === undefined || use.name === 'none') {
    const unused = called.others.every((one) => labelsOf(one)[USE] === undefined);
    return unused && all.some((one) => namespaceOf(one) === here) ? say('not-used', sights) : seen(...sights);
  }
  const waypoint = all.find((one) => nameOf(one) === use.name && namespaceOf(one) === use.namespace);
  const object = named('gateway', use.name, use.namespace);
  if (!waypoint) return say('none', [...sights, sight(object, 'metadata.name', 'absent')]);
  const programmed = items(waypoint, 'status', 'conditions').find(
    (one) => text(one, 'type') === 'Programmed',
  );
  const own = proxies.filter(
    (pod) => labelsOf(pod)[GATEWAY_NAME] === use.name && namespaceOf(pod) === use.namespace && isLive(pod),
  );
  sights.push(
    sight(object, 'conditions.Programmed', text(programmed, 'status') || 'absent'),
    sight(object, 'ready pods', `${own.filter(isReady).length} of ${own.length}`),
  );
  if (text(programmed, 'status') !== 'True' || !own.some(isReady)) return say('not-ready', sights);
  const kinds = waypointFor(waypoint);
  const target = use.from === 'namespace' && called.service ? 'service' : use.from;
  if (kinds === 'none' || (kinds !== 'all' && target !== 'namespace' && kinds !== target))
    return say('wrong-type', sights);
  return say('used', sights);
}

/** The label nearest to what is called decides: its own, else its namespace's. */
function usedBy({ namespace, service, pod }: Called): Use | undefined {
  const read = (object: KubeObject | undefined, from: Use['from'], name: string): Use | undefined => {
    const value = object && labelsOf(object)[USE];
    if (object === undefined || value === undefined) return undefined;
    return {
      from,
      name: value,
      namespace: labelsOf(object)[USE_NAMESPACE] ?? nameOf(namespace),
      seen: sight(name, `labels[${USE}]`, value),
    };
  };
  return (
    read(service, 'service', service ? named('service', nameOf(service), namespaceOf(service)) : '') ??
    read(pod, 'workload', pod ? podName(pod) : '') ??
    read(namespace, 'namespace', named('namespace', nameOf(namespace)))
  );
}

/** A waypoint without the label takes traffic to Services (istio-waypoint's default). */
const waypointFor = (gateway: KubeObject): string => labelsOf(gateway)[FOR] ?? 'service';
