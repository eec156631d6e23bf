/** Why did a call fail while pods were replaced: had its pod gone, was it not listening yet, or was there none? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { type AccessLine, isPassedOn, newest, originOf, sameRequest } from '../shared/access-lines.ts';
import { at, count, items, namespaceOf, text, timeAt } from '../shared/fields.ts';
import { podName, sight } from '../shared/mesh.ts';
import type { Judgement } from '../shared/traffic.ts';
import { type Call, readCall, told, undecided } from './access-log.ts';

/** How long a pod that is ready may still count as starting: its listeners and routes lag behind. Milliseconds. */
const SETTLING = 10_000;

export const accessLogRollout: Probe = {
  reads: ['pods', 'services', 'pods/log'],
  needs: ['client-pod', 'client-namespace', 'namespace'],
  answers: ['cut-off', 'no-endpoint', 'no-cluster', 'app', 'refused-old', 'refused-new'],
  async look(reader, facts) {
    const call = await readCall(reader, facts);
    return judgeRollout(call, await reader.list('pods', { namespace: facts.namespace }));
  },
};

/** `pods` are all of the namespace that is called: an address that none of them has belonged to one that is gone. */
export function judgeRollout({ lines, isServerPlain }: Call, pods: readonly KubeObject[]): Judgement {
  const failing = lines.filter((line) => line.side === 'near' && line.code === '503');
  const line = newest(failing);
  if (!line) return undecided(lines);
  const has = (...flags: readonly string[]) => line.flags.some((flag) => flags.includes(flag));
  if (has('UC')) return told('cut-off', line);
  if (has('UH')) return told('no-endpoint', line);
  if (has('NC')) return told('no-cluster', line);
  if (has('UF')) return judgeRefused(line, pods);
  const origin = originOf(line, lines);
  const byServer = sameRequest(line, lines).some((one) => one.side === 'server' && isPassedOn(one));
  if (isPassedOn(origin) && (byServer || isServerPlain)) return told('app', line);
  return undecided(lines, origin);
}

/** A refused connection, by the age of the pod whose address it went to. */
function judgeRefused(line: AccessLine, pods: readonly KubeObject[]): Judgement {
  const address = line.upstream.replace(/:\d+$/, '');
  if (address === '' || !Number.isFinite(line.time) || pods.length === 0) return undecided([line], line);
  const holder = pods.find((pod) => text(pod, 'status', 'podIP') === address);
  const created = timeAt(holder, 'metadata', 'creationTimestamp');
  const shown = sight(
    holder ? podName(holder) : 'pods',
    'status.podIP',
    holder
      ? `${address}, created ${text(holder, 'metadata', 'creationTimestamp')}`
      : `${address}: no pod has it`,
  );
  const say = (answer: string): Judgement => {
    const { candidates } = told(answer, line);
    const sights = [...candidates[0]!.sights, shown];
    return { candidates: [{ ...candidates[0]!, sights }], sights };
  };
  // Addresses of other namespaces, of machines and of names outside are nobody's here, gone or not.
  const isOurs = line.clusterHost.split('.')[1] === namespaceOf(pods[0]!);
  if (!isOurs) return undecided([line], line);
  // A pod younger than the line got the address from one that is gone.
  if (!holder || created > line.time) return say('refused-old');
  if (line.time >= stoppedAt(holder)) return say('refused-old');
  const ready = items(holder, 'status', 'conditions').find((one) => text(one, 'type') === 'Ready');
  const isReady = text(ready, 'status') === 'True';
  const since = timeAt(ready, 'lastTransitionTime');
  if (isReady && line.time < since + SETTLING) return say('refused-new');
  if (!isReady && line.time >= created && isFirstStart(holder)) return say('refused-new');
  return undecided([line], line);
}

/** When the pod was told to stop, in milliseconds; NaN where it was not. Its deletionTimestamp is the end of its grace. */
function stoppedAt(pod: KubeObject): number {
  const grace = count(pod, ['metadata', 'deletionGracePeriodSeconds']);
  return timeAt(pod, 'metadata', 'deletionTimestamp') - grace * 1000;
}

/** Whether no container of the pod has run before: one that crashed later is no news of a rollout. */
function isFirstStart(pod: KubeObject): boolean {
  const states = items(pod, 'status', 'containerStatuses');
  return states.length > 0 && states.every((one) => at(one, 'restartCount') === 0);
}
