/** Did the application start before its proxy could carry traffic? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Candidate, Probe } from '../probe.ts';
import { annotationsOf, items, text } from '../shared/fields.ts';
import { type ContainerState, containersOf, podName, podOf, sight } from '../shared/mesh.ts';

export const proxyStartOrder: Probe = {
  reads: ['pods'],
  needs: ['namespace'],
  answers: [
    'no-sidecar',
    'native',
    'held',
    'app-first',
    'proxy-first',
    'proxy-not-ready',
    'proxy-ready',
    'app-restarted',
  ],
  async look(reader, facts) {
    const pod = await podOf(reader, facts);
    if (!pod) return { candidates: [], sights: [sight('pods', facts.namespace!, 'no pod of this name')] };
    return judgeStartOrder(pod);
  },
};

export function judgeStartOrder(pod: KubeObject): { candidates: Candidate[]; sights: Candidate['sights'] } {
  const states = containersOf(pod);
  const proxy = states.find(({ name }) => name === 'istio-proxy');
  const apps = states.filter(({ name, isInit }) => name !== 'istio-proxy' && !isInit);
  const sights = [proxy, ...apps].filter((one) => one !== undefined).map((one) => startSight(pod, one));
  const say = (answer: string): Candidate => ({ answer, sights });
  if (!proxy) return { candidates: [say('no-sidecar')], sights };
  const found: Candidate[] = [];
  if (proxy.isNativeSidecar) found.push(say('native'));
  if (holdsApplication(pod)) found.push(say('held'));
  if (!proxy.ready) found.push(say('proxy-not-ready'));
  // A second's resolution: containers of the same second started in the order of the spec.
  const first = Math.min(...apps.map(({ startedAt }) => startedAt).filter((time) => !Number.isNaN(time)));
  if (proxy.startedAt >= first && !proxy.isNativeSidecar && !holdsApplication(pod))
    found.push(say('app-first'));
  if (proxy.startedAt < first) found.push(say('proxy-first'));
  if (apps.some(({ restarts }) => restarts > 0) && proxy.restarts === 0) found.push(say('app-restarted'));
  if (proxy.ready) found.push(say('proxy-ready'));
  return { candidates: found, sights };
}

/** `holdApplicationUntilProxyStarts` leaves a postStart hook on the proxy and puts it first. */
function holdsApplication(pod: KubeObject): boolean {
  const proxy = items(pod, 'spec', 'containers').find((one) => text(one, 'name') === 'istio-proxy');
  const hook = JSON.stringify((proxy as { lifecycle?: unknown } | undefined)?.lifecycle ?? '');
  return (
    (hook.includes('pilot-agent') && hook.includes('wait')) ||
    /holdApplicationUntilProxyStarts["':\s]+true/.test(annotationsOf(pod)['proxy.istio.io/config'] ?? '')
  );
}

function startSight(pod: KubeObject, { name, startedAt, ready, restarts }: ContainerState) {
  const started = Number.isNaN(startedAt) ? 'not started' : `started ${new Date(startedAt).toISOString()}`;
  return sight(podName(pod), name, `${started}, ready ${ready}, restarts ${restarts}`);
}
