/** Pods: sidecars that are missing, not ready, crashing, in the way of a Job. */
import type { KubeObject } from '../../cluster/reader.ts';
import {
  annotationsOf,
  at,
  items,
  labelsOf,
  nameOf,
  namespaceOf,
  selects,
  text,
  timeAt,
} from '../../probe/shared/fields.ts';
import { type ContainerState, isInjector, webhooksOf } from '../../probe/shared/mesh.ts';
import { type Found, inScope, type Rule, type World } from '../rule.ts';

const MUTATING = 'mutatingwebhookconfigurations.admissionregistration.k8s.io';
/** A proxy may take this long to become ready, an init container this long to end. Milliseconds. */
const GRACE = 5 * 60_000;

const found = (pod: KubeObject, field: string, value: string): Found => ({
  kind: 'Pod',
  name: nameOf(pod),
  namespace: namespaceOf(pod),
  field,
  value,
});
const pods = (world: World) => world.list('pods').filter((pod) => inScope(world, namespaceOf(pod)));
const phaseOf = (pod: KubeObject) => text(pod, 'status', 'phase');
const isOld = (world: World, pod: KubeObject) =>
  world.now - timeAt(pod, 'metadata', 'creationTimestamp') > GRACE &&
  !at(pod, 'metadata', 'deletionTimestamp');

/** Names of all containers a pod asks for. */
const namesOf = (pod: KubeObject): string[] =>
  [...items(pod, 'spec', 'containers'), ...items(pod, 'spec', 'initContainers')].map((one) =>
    text(one, 'name'),
  );

const podWithoutSidecar: Rule = {
  id: 'pod-without-sidecar',
  level: 'warning',
  flow: 'sidecar-missing',
  reads: ['pods', 'namespaces', MUTATING],
  judge: (world) => {
    const webhooks = world.list(MUTATING).filter(isInjector).flatMap(webhooksOf);
    const labels = new Map(world.list('namespaces').map((one) => [nameOf(one), labelsOf(one)] as const));
    const injects = (pod: KubeObject) => {
      const own = labels.get(namespaceOf(pod)) ?? {};
      return webhooks.some(
        ({ namespaceSelector, objectSelector }) =>
          selects(namespaceSelector, own) &&
          (objectSelector === undefined || selects(objectSelector, labelsOf(pod))),
      );
    };
    return pods(world)
      .filter((pod) => phaseOf(pod) === 'Running' && isOld(world, pod))
      .filter((pod) => at(pod, 'spec', 'hostNetwork') !== true)
      .filter((pod) => annotationsOf(pod)['sidecar.istio.io/inject'] !== 'false')
      .filter((pod) => annotationsOf(pod)['ambient.istio.io/redirection'] !== 'enabled')
      .filter((pod) => annotationsOf(pod)['kubernetes.io/config.mirror'] === undefined)
      .filter((pod) => injects(pod) && !namesOf(pod).includes('istio-proxy'))
      .map((pod) => found(pod, 'spec.containers', namesOf(pod).join(', ')));
  },
};

/** A rule over the state of one container in each pod. */
const containerRule = (
  id: string,
  flow: string,
  judge: (
    states: readonly ContainerState[],
    pod: KubeObject,
    world: World,
  ) => readonly [string, string] | undefined,
): Rule => ({
  id,
  level: 'error',
  flow,
  reads: ['pods'],
  judge: (world) =>
    pods(world).flatMap((pod) => {
      const fault = judge(world.containersOf(pod), pod, world);
      return fault ? [found(pod, ...fault)] : [];
    }),
});

const proxyOf = (states: readonly ContainerState[]) => states.find(({ name }) => name === 'istio-proxy');

const proxyNotReady = containerRule('proxy-not-ready', 'proxy-not-ready', (states, pod, world) => {
  const proxy = proxyOf(states);
  const crashes = proxy && (proxy.waiting !== '' || proxy.restarts >= 3);
  return proxy && !proxy.ready && !crashes && phaseOf(pod) === 'Running' && isOld(world, pod)
    ? // A finished Job's proxy is another fault.
      states.some(({ isInit, name, terminated }) => !isInit && name !== 'istio-proxy' && terminated !== '')
      ? undefined
      : ['status.containerStatuses[istio-proxy].ready', 'false']
    : undefined;
});

const proxyCrashes = containerRule('proxy-crashes', 'envoy-crash', (states) => {
  const proxy = proxyOf(states);
  if (!proxy) return undefined;
  if (proxy.lastTerminated === 'OOMKilled')
    return ['status.containerStatuses[istio-proxy].lastState', 'OOMKilled'];
  return proxy.waiting === 'CrashLoopBackOff'
    ? ['status.containerStatuses[istio-proxy].state', 'CrashLoopBackOff']
    : undefined;
});

const initFails = containerRule('istio-init-fails', 'istio-init-crash', (states) => {
  const init = states.find(({ name }) => name === 'istio-init' || name === 'istio-validation');
  const fails =
    init && (init.waiting === 'CrashLoopBackOff' || (init.terminated !== '' && init.exitCode !== 0));
  return fails
    ? [`status.initContainerStatuses[${init.name}]`, init.waiting || `exit ${init.exitCode}`]
    : undefined;
});

const initStuck = containerRule('init-stuck', 'init-stuck', (states, pod, world) => {
  const stuck = states.find(
    ({ isInit, isNativeSidecar, startedAt, terminated }) =>
      isInit && !isNativeSidecar && terminated === '' && world.now - startedAt > GRACE,
  );
  // Only where the mesh has a part in it: others wait for reasons of their own.
  return stuck && phaseOf(pod) === 'Pending' && namesOf(pod).includes('istio-proxy')
    ? [
        `status.initContainerStatuses[${stuck.name}]`,
        `running since ${new Date(stuck.startedAt).toISOString()}`,
      ]
    : undefined;
});

const jobHeldOpen = containerRule('job-held-open', 'job-never-completes', (states, pod) => {
  const labels = labelsOf(pod);
  const proxy = proxyOf(states);
  const others = states.filter(({ name, isInit }) => !isInit && name !== 'istio-proxy');
  const isJob = labels['job-name'] !== undefined || labels['batch.kubernetes.io/job-name'] !== undefined;
  return isJob &&
    proxy &&
    !proxy.isInit &&
    proxy.terminated === '' &&
    others.length > 0 &&
    others.every(({ terminated }) => terminated === 'Completed')
    ? ['status.containerStatuses[istio-proxy].state', 'running']
    : undefined;
});

const podsNotCreated: Rule = {
  id: 'pods-not-created',
  level: 'error',
  flow: 'pod-not-created',
  reads: ['replicasets.apps'],
  judge: (world) =>
    world
      .list('replicasets.apps')
      .filter((one) => inScope(world, namespaceOf(one)))
      .flatMap((one) =>
        items(one, 'status', 'conditions')
          .filter((c) => text(c, 'type') === 'ReplicaFailure' && text(c, 'status') === 'True')
          .map((c) => ({
            kind: 'ReplicaSet',
            name: nameOf(one),
            namespace: namespaceOf(one),
            field: 'status.conditions[ReplicaFailure]',
            value: text(c, 'message') || text(c, 'reason'),
          })),
      ),
};

export const WORKLOAD_RULES: readonly Rule[] = [
  podWithoutSidecar,
  proxyNotReady,
  proxyCrashes,
  initFails,
  initStuck,
  jobHeldOpen,
  podsNotCreated,
];
