/** Which init container does a pod wait for, what runs before it, and why does Istio's own one fail? */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import { type Facts, named, type Probe, type Sight } from '../probe.ts';
import { at, count, items, labelsOf, nameOf, namespaceOf, text } from '../shared/fields.ts';
import { linesOf } from '../shared/logs.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { eventsOf } from '../shared/pod-events.ts';
import { initNames, specContainer } from '../shared/pod-parts.ts';
import { type Judgement, join, say, seen } from '../shared/traffic.ts';

export const initContainers: Probe = {
  reads: ['pods', 'events', 'pods/log'],
  needs: ['namespace'],
  answers: [
    'sandbox',
    'capability',
    'kernel',
    'validation',
    'istiod',
    'istio-init',
    'volume-or-image',
    'vault',
    'own-init',
    'native-first',
    'cni',
    'redirected',
    'istio-last',
  ],
  async look(reader, facts) {
    const namespace = facts.namespace!;
    const [pod, events] = [await podOf(reader, facts), await reader.list('events', { namespace })];
    if (!pod) return judgeRefused(events, facts);
    const stuck = stuckInit(pod);
    const lines = stuck?.failed || stuck?.running ? await stuckLines(reader, pod, stuck) : [];
    return judgeInit(pod, eventsOf(pod, events), stuck, lines);
  },
};

export interface StuckInit {
  readonly name: string;
  readonly running: boolean;
  /** It has ended with an error, now or the last time. */
  readonly failed: boolean;
  /** The kubelet's reason why it does not run; empty where it gives none. */
  readonly waiting: string;
}

/** The first init container that has not done its part; undefined where all have. They start one after another. */
export function stuckInit(pod: KubeObject): StuckInit | undefined {
  const statuses = items(pod, 'status', 'initContainerStatuses');
  for (const name of initNames(pod)) {
    const status = statuses.find((one) => text(one, 'name') === name);
    const exit = count(status, ['state', 'terminated', 'exitCode'], Number.NaN);
    const isSidecar = text(specContainer(pod, name), 'restartPolicy') === 'Always';
    if (isSidecar ? at(status, 'started') === true : exit === 0) continue;
    return {
      name,
      running: at(status, 'state', 'running') !== undefined,
      failed: exit > 0 || count(status, ['lastState', 'terminated', 'exitCode']) > 0,
      waiting: text(status, 'state', 'waiting', 'reason'),
    };
  }
  return undefined;
}

/** A container that starts anew has not logged yet why it failed: the one before it has. */
async function stuckLines(reader: ClusterReader, pod: KubeObject, stuck: StuckInit): Promise<string[]> {
  const part = { container: stuck.name, tail: 200 };
  const now = (await linesOf(reader, pod, part)) ?? [];
  if (!stuck.failed) return now;
  return [...((await linesOf(reader, pod, { ...part, previous: true })) ?? []), ...now];
}

const ISTIO_INIT = ['istio-init', 'istio-validation'];

export function judgeInit(
  pod: KubeObject,
  events: readonly KubeObject[],
  stuck: StuckInit | undefined,
  lines: readonly string[],
): Judgement {
  const sights = [
    sight(podName(pod), 'spec.initContainers', initNames(pod).join(', ')),
    ...items(pod, 'status', 'initContainerStatuses').map((one) =>
      sight(podName(pod), `${text(one, 'name')} state`, at(one, 'state') ?? 'absent'),
    ),
  ];
  // Without a stuck container nothing waits; one of istiod's own pods leads elsewhere, whatever it waits for.
  if (!stuck) return seen(...sights);
  if (labelsOf(pod).app === 'istiod') return say('istiod', sights);
  return join(
    judgeSandbox(pod, events),
    ISTIO_INIT.includes(stuck.name) ? judgeIstioInit(pod, stuck, lines, sights) : seen(),
    judgeWaiting(pod, events, stuck, lines, sights),
    judgeOrder(pod, stuck, sights),
    seen(...sights),
  );
}

/** No container has started, so the newest word of the kubelet about the sandbox or a volume still holds. */
function judgeSandbox(pod: KubeObject, events: readonly KubeObject[]): Judgement {
  const statuses = items(pod, 'status', 'initContainerStatuses');
  const hasStarted = statuses.some(
    (one) =>
      at(one, 'state', 'running') !== undefined ||
      at(one, 'state', 'terminated') !== undefined ||
      at(one, 'lastState', 'terminated') !== undefined,
  );
  const event = events.find((one) =>
    /^(?:FailedCreatePodSandBox|FailedMount|FailedAttachVolume)$/.test(text(one, 'reason')),
  );
  if (!event || hasStarted) return seen();
  const sights = [sight(podName(pod), `event ${text(event, 'reason')}`, text(event, 'message'))];
  if (text(event, 'reason') !== 'FailedCreatePodSandBox') return say('volume-or-image', sights);
  return text(event, 'message').includes('istio-cni') ? say('sandbox', sights) : seen(...sights);
}

const CAPABILITY = /violates PodSecurity|Operation not permitted|Permission denied \(you must be root\)/i;
const KERNEL =
  /table does not exist|Could not fetch rule set|No chain\/target\/match|unable to initialize table/i;

/** What iptables writes when it may not change the rules, or when the kernel lacks a table or a module. */
function judgeIstioInit(
  pod: KubeObject,
  stuck: StuckInit,
  lines: readonly string[],
  sights: readonly Sight[],
): Judgement {
  if (!stuck.failed) return seen();
  if (stuck.name === 'istio-validation') return say(['validation', 'istio-init'], sights);
  const line = (pattern: RegExp) => lines.filter((one) => pattern.test(one)).slice(-1);
  const shown = (found: readonly string[]) => [
    ...found.map((one) => sight(podName(pod), 'istio-init log', one)),
    ...sights,
  ];
  const [denied, lacking] = [line(CAPABILITY), line(KERNEL)];
  if (denied.length > 0) return say(['capability', 'istio-init'], shown(denied));
  return say(lacking.length > 0 ? ['kernel', 'istio-init'] : 'istio-init', shown(lacking));
}

const NO_START = /^(?:ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull)$/;
const NO_NETWORK =
  /connection refused|connection reset|i\/o timeout|timed? ?out|no such host|resolve host|bad address|name resolution|network is unreachable|no route to host|deadline exceeded/i;

/** An init container that runs waits for something; one that fails does so only where its log tells of the network. */
function judgeWaiting(
  pod: KubeObject,
  events: readonly KubeObject[],
  stuck: StuckInit,
  lines: readonly string[],
  sights: readonly Sight[],
): Judgement {
  if (NO_START.test(stuck.waiting)) return say('volume-or-image', sights);
  if (stuck.waiting === 'CreateContainerConfigError') {
    const event = events.find((one) => text(one, 'reason') === 'Failed');
    const why = event ? [sight(podName(pod), 'event Failed', text(event, 'message'))] : [];
    return say('volume-or-image', [...sights, ...why]);
  }
  if (ISTIO_INIT.includes(stuck.name) || stuck.name === 'istio-proxy') return seen();
  const line = lines.findLast((one) => NO_NETWORK.test(one));
  if (!stuck.running && !(stuck.failed && line !== undefined)) return seen();
  const why = line === undefined ? [] : [sight(podName(pod), `${stuck.name} log`, line)];
  return say(stuck.name === 'vault-agent-init' ? 'vault' : 'own-init', [...why, ...sights]);
}

/** Istio's containers before and after the one that waits. With istio-cni the redirection is there from the start. */
function judgeOrder(pod: KubeObject, stuck: StuckInit, sights: readonly Sight[]): Judgement {
  if (ISTIO_INIT.includes(stuck.name) || stuck.name === 'istio-proxy') return seen();
  const names = initNames(pod);
  const before = names.slice(0, names.indexOf(stuck.name));
  const isNative = text(specContainer(pod, 'istio-proxy'), 'restartPolicy') === 'Always';
  if (before.includes('istio-proxy') && isNative) return say('native-first', sights);
  if (names.includes('istio-validation')) return say('cni', sights);
  if (before.includes('istio-init')) return say('redirected', sights);
  return names.includes('istio-init') ? say('istio-last', sights) : seen();
}

/** Without a pod: was istio-init the reason why the ReplicaSet could not create one? */
export function judgeRefused(events: readonly KubeObject[], facts: Facts): Judgement {
  const name = facts.workload ?? facts.app ?? facts.service ?? facts.pod;
  const none = sight('pods', facts.namespace!, 'no pod of this name');
  const event = events.find(
    (one) =>
      text(one, 'reason') === 'FailedCreate' &&
      name !== undefined &&
      text(one, 'involvedObject', 'name').startsWith(name) &&
      /violates PodSecurity/.test(text(one, 'message')) &&
      text(one, 'message').includes('istio-init'),
  );
  if (!event) return seen(none);
  const owner = named('replicaset', text(event, 'involvedObject', 'name'), namespaceOf(event));
  return say('capability', [sight(owner, `event ${nameOf(event)}`, text(event, 'message'))]);
}
