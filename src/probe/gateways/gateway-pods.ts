/** How are the pods behind the gateway's Service, when none of them takes traffic? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { count, hasLabels, items, map, namespaceOf, text } from '../shared/fields.ts';
import { readIngressServices, selectorSights, serviceName } from '../shared/gateways.ts';
import { podName, sight } from '../shared/mesh.ts';
import { hasProxy, isReady, type Judgement, podsOf, say, seen } from '../shared/traffic.ts';

export const gatewayPods: Probe = {
  reads: ['services', 'gateways.networking.istio.io', 'pods', 'deployments.apps', 'daemonsets.apps'],
  needs: [],
  answers: ['selector', 'not-injected', 'not-ready', 'not-started'],
  async look(reader, facts) {
    const services = await readIngressServices(reader, facts);
    const [service] = services;
    if (!service || services.length > 1) return seen(...selectorSights(services));
    const namespace = namespaceOf(service);
    const pods = await reader.list('pods', { namespace });
    const workloads = [
      ...(await reader.list('deployments.apps', { namespace })),
      ...(await reader.list('daemonsets.apps', { namespace })),
    ];
    return judgeGatewayPods(service, pods, workloads);
  },
};

export function judgeGatewayPods(
  service: KubeObject,
  pods: readonly KubeObject[],
  workloads: readonly KubeObject[],
): Judgement {
  const selector = map(service, 'spec', 'selector');
  const asked = sight(serviceName(service), 'spec.selector', selector);
  if (Object.keys(selector).length === 0) return seen(asked);
  const own = podsOf(service, pods);
  if (own.length === 0) return judgeAbsence(service, workloads, asked);
  const sights = [asked, ...own.map((pod) => sight(podName(pod), 'status', shown(pod)))];
  if (own.some(isReady)) return seen(...sights);
  if (own.some(isAuto) || !own.some(hasProxy)) return say('not-injected', sights);
  if (own.every(isWaiting)) return say('not-started', sights);
  if (own.some((pod) => text(pod, 'status', 'phase') === 'Running' && !isWaiting(pod)))
    return say('not-ready', sights);
  return seen(...sights);
}

/** No pod: either nobody makes pods with these labels, or somebody wants to and cannot. */
function judgeAbsence(
  service: KubeObject,
  workloads: readonly KubeObject[],
  asked: ReturnType<typeof sight>,
): Judgement {
  const makers = workloads.filter((one) =>
    hasLabels(map(one, 'spec', 'template', 'metadata', 'labels'), map(service, 'spec', 'selector')),
  );
  if (makers.length === 0) return say('selector', [asked, sight(serviceName(service), 'pods', 'none')]);
  const wanted = makers.map((one) =>
    Math.max(count(one, ['spec', 'replicas'], 0), count(one, ['status', 'desiredNumberScheduled'], 0)),
  );
  const sights = [asked, sight(serviceName(service), 'pods wanted', wanted.join(', '))];
  return wanted.some((one) => one > 0) ? say('not-started', sights) : seen(...sights);
}

/** `auto` is the image that injection replaces; it is no image of its own. */
function isAuto(pod: KubeObject): boolean {
  return items(pod, 'spec', 'containers').some((one) => text(one, 'image') === 'auto');
}

function isWaiting(pod: KubeObject): boolean {
  return (
    text(pod, 'status', 'phase') === 'Pending' ||
    waits(pod).some((reason) =>
      /^(?:ErrImage|ImagePull|InvalidImage|CreateContainer|ContainerCreating)/.test(reason),
    )
  );
}

function waits(pod: KubeObject): string[] {
  return [...items(pod, 'status', 'initContainerStatuses'), ...items(pod, 'status', 'containerStatuses')]
    .map((one) => text(one, 'state', 'waiting', 'reason'))
    .filter((reason) => reason !== '');
}

function shown(pod: KubeObject): string {
  const image = isAuto(pod) ? ['image auto'] : [];
  return [text(pod, 'status', 'phase'), isReady(pod) ? 'ready' : 'not ready', ...waits(pod), ...image].join(
    ', ',
  );
}
