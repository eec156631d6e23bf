/** How the application in a pod does, its proxy and its init containers left aside. */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Sight } from '../probe.ts';
import { at, items, text, timeAt } from './fields.ts';
import { type ContainerState, containersOf, podName, sight } from './mesh.ts';

/** A crash longer ago than this explains no call of now. Milliseconds. */
const RECENT = 3_600_000;

/** States of the application's containers. */
export function appStates(pod: KubeObject): ContainerState[] {
  return containersOf(pod).filter((one) => !one.isInit && one.name !== 'istio-proxy');
}

/** No container of the application runs now. A pod without any status says nothing. */
export function isStopped(pod: KubeObject): boolean {
  if (text(pod, 'status', 'phase') === 'Pending') return true;
  const apps = appStates(pod);
  return apps.length > 0 && apps.every((one) => one.waiting !== '' || one.terminated !== '');
}

/**
 * A container of the application waits after a crash, or ended with an error within the last hour. `now` is the
 * API server's clock in milliseconds; with NaN no end counts as recent.
 */
export function hasCrashed(pod: KubeObject, now: number): boolean {
  return items(pod, 'status', 'containerStatuses')
    .filter((one) => text(one, 'name') !== 'istio-proxy')
    .some((one) => {
      if (text(one, 'state', 'waiting', 'reason') === 'CrashLoopBackOff') return true;
      const ends = [at(one, 'state', 'terminated'), at(one, 'lastState', 'terminated')];
      return ends.some((end) => {
        const code = at(end, 'exitCode');
        return typeof code === 'number' && code !== 0 && now - timeAt(end, 'finishedAt') < RECENT;
      });
    });
}

/** Phase, and every container of the application with its state, restarts and last end. */
export function appSight(pod: KubeObject): Sight {
  const parts = appStates(pod).map((one) => {
    const state = one.waiting || one.terminated || (one.ready ? 'ready' : 'not ready');
    return [one.name, state, `${one.restarts} restarts`, one.lastTerminated && `last ${one.lastTerminated}`]
      .filter((part) => part !== '')
      .join(' ');
  });
  return sight(
    podName(pod),
    'application',
    [text(pod, 'status', 'phase') || 'no phase', ...parts].join(', '),
  );
}
