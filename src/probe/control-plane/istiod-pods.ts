/** Is istiod there, does it run, and if not, what holds it up? */
import type { KubeObject } from '../../cluster/reader.ts';
import { type Candidate, named, type Probe, type Sight } from '../probe.ts';
import { count, items, nameOf, text } from '../shared/fields.ts';
import { containersOf, istioNamespace, podName, readyAddresses, sight } from '../shared/mesh.ts';

export const istiodPods: Probe = {
  reads: ['deployments.apps', 'replicasets.apps', 'pods', 'events', 'endpointslices.discovery.k8s.io'],
  needs: [],
  answers: [
    'none',
    'missing',
    'scaled-to-zero',
    'pending',
    'starting',
    'crash',
    'oom',
    'not-ready',
    'ready',
    'selector',
    'capacity',
    'placement',
    'quota',
    'image',
    'ca-volume',
    'volume',
  ],
  async look(reader, facts) {
    const namespace = istioNamespace(facts);
    const options = { namespace, labelSelector: 'app=istiod' };
    const deployments = await reader.list('deployments.apps', options);
    const pods = await reader.list('pods', options);
    const sights: Sight[] = deployments.map((one) =>
      sight(
        named('deployment', nameOf(one), namespace),
        'status.readyReplicas',
        `${count(one, ['status', 'readyReplicas'])}/${count(one, ['spec', 'replicas'], 1)}`,
      ),
    );
    if (deployments.length === 0 && pods.length === 0) {
      const seen = [sight(named('deployment', 'istiod', namespace), 'metadata.name', 'absent')];
      return {
        candidates: [
          { answer: 'none', sights: seen },
          { answer: 'missing', sights: seen },
        ],
        sights: seen,
      };
    }
    if (deployments.length > 0 && deployments.every((one) => count(one, ['spec', 'replicas'], 1) === 0))
      return { candidates: [{ answer: 'scaled-to-zero', sights }], sights };
    const replicaSets = await reader.list('replicasets.apps', options);
    const events = await reader.list('events', { namespace });
    const candidates = judgeIstiod(pods, replicaSets, events, sights);
    if (candidates[0]?.answer === 'ready') {
      const services = new Set(deployments.map(nameOf));
      for (const service of services) {
        if ((await readyAddresses(reader, service, namespace)) > 0) continue;
        const seen = [...sights, sight(named('service', service, namespace), 'ready addresses', '0')];
        candidates.unshift({ answer: 'selector', sights: seen });
      }
    }
    return { candidates, sights };
  },
};

/** What the pods and events say, the most telling first. */
export function judgeIstiod(
  pods: readonly KubeObject[],
  replicaSets: readonly KubeObject[],
  events: readonly KubeObject[],
  sights: readonly Sight[],
): Candidate[] {
  const found: Candidate[] = [];
  const say = (answer: string, own: readonly Sight[] = []) =>
    found.push({ answer, sights: [...sights, ...own] });
  const quota = replicaSets
    .flatMap((set) => items(set, 'status', 'conditions'))
    .find((c) => /exceeded quota/.test(text(c, 'message')));
  if (quota) say('quota', [sight('replicaset', 'status.conditions.message', text(quota, 'message'))]);
  for (const pod of pods) {
    const own = events.filter((event) => text(event, 'involvedObject', 'name') === nameOf(pod));
    for (const [answer, pattern] of EVENTS) {
      const event = own.find((one) => pattern.test(text(one, 'message')));
      if (event && !isReady(pod))
        say(answer, [sight(podName(pod), `event ${text(event, 'reason')}`, text(event, 'message'))]);
    }
    const states = containersOf(pod);
    const seen = states.map((one) =>
      sight(podName(pod), one.name, one.waiting || one.lastTerminated || (one.ready ? 'ready' : 'not ready')),
    );
    const recent = states.some((one) => one.waiting === 'CrashLoopBackOff' || !one.ready);
    if (recent && states.some((one) => one.lastTerminated === 'OOMKilled' || one.terminated === 'OOMKilled'))
      say('oom', seen);
    else if (states.some((one) => one.waiting === 'CrashLoopBackOff')) say('crash', seen);
    else if (text(pod, 'status', 'phase') === 'Pending' && text(pod, 'spec', 'nodeName') === '')
      say('pending', seen);
    else if (states.some((one) => one.waiting !== '')) say('starting', seen);
    else if (!isReady(pod)) say('not-ready', seen);
  }
  const down = found.length > 0;
  if (down) say('not-ready');
  else if (pods.length > 0)
    say(
      'ready',
      pods.map((pod) => sight(podName(pod), 'conditions.Ready', 'True')),
    );
  else say('missing');
  return found;
}

const EVENTS: readonly (readonly [string, RegExp])[] = [
  ['capacity', /Insufficient (?:cpu|memory)|Too many pods/],
  ['placement', /untolerated taint|node affinity|node selector|topology spread/],
  ['image', /Failed to pull image|ErrImagePull|ImagePullBackOff/],
  ['ca-volume', /MountVolume.*(?:cacerts|secrets-store)/],
  ['volume', /MountVolume|FailedMount/],
];

function isReady(pod: KubeObject): boolean {
  return items(pod, 'status', 'conditions').some(
    (one) => text(one, 'type') === 'Ready' && text(one, 'status') === 'True',
  );
}
