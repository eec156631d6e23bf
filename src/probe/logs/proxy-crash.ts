/** How did istio-proxy end last: for want of memory or descriptors, by a signal; or does it run and cannot bind a port? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { at, count, items, text } from '../shared/fields.ts';
import { linesOf } from '../shared/logs.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { clockOf, latest, lineSight, type TimedLine, timedLines } from '../shared/timed-lines.ts';
import { hasProxy, type Judgement, join, say, seen } from '../shared/traffic.ts';

/** The last lines of a container that is gone hold its end; of one that runs, what it repeats. */
const TAIL = 2000;
/** istiod renews every stream after half an hour, and a proxy that still cannot bind says so again. Milliseconds. */
const REPEATED_WITHIN = 60 * 60_000;

/** In Envoy's words of errno 24; Go's begin with a small letter, and its watchers run into another limit (inotify). */
const DESCRIPTORS = /assert failure: fd_ != -1|\bToo many open files/;
const INOTIFY = /inotify/i;
/** Envoy's own handler of signals, and the agent on how its child ended (pkg/envoy/agent.go). */
const SIGNAL =
  /\bCaught (?:Segmentation fault|Aborted|Bus error|Illegal instruction)|Epoch \d{1,9} exited with error: signal: (?:segmentation fault|aborted|bus error|illegal instruction)/;
/** Nobody but the kernel kills Envoy alone: the kubelet's SIGKILL takes the agent too, which then says nothing. */
const KILLED = /Epoch \d{1,9} exited with error: signal: killed/;
const BIND = /\bcannot bind '/;
const NO_PORT = /: (?:Permission denied|Address already in use)/;
/** 128 and the numbers of SIGABRT, SIGBUS and SIGSEGV. */
const CRASH_CODES = [134, 135, 139];

export const proxyCrash: Probe = {
  reads: ['pods', 'pods/log', 'version'],
  needs: ['namespace', 'pod'],
  answers: ['descriptors', 'oom', 'segfault', 'bind'],
  async look(reader, facts) {
    const pod = await podOf(reader, facts);
    if (!pod || !hasProxy(pod))
      return seen(sight('pods', facts.namespace!, 'no proxy in a pod of this name'));
    const read = async (previous: boolean) => {
      const lines = await linesOf(reader, pod, { container: 'istio-proxy', tail: TAIL, previous });
      return timedLines((lines ?? []).join('\n'), pod);
    };
    const before = count(statusOf(pod), ['restartCount']) > 0 ? await read(true) : [];
    const now = await read(false);
    return join(judgeEnd(pod, before), judgeRunning(now, await clockOf(reader, [{ pod, lines: now }])));
  },
};

function statusOf(pod: KubeObject): unknown {
  return [
    ...items(pod, 'status', 'initContainerStatuses'),
    ...items(pod, 'status', 'containerStatuses'),
  ].find((one) => text(one, 'name') === 'istio-proxy');
}

/** `before` are the lines of the container that ended. One that ended quietly says nothing of why. */
export function judgeEnd(pod: KubeObject, before: readonly TimedLine[]): Judgement {
  const status = statusOf(pod);
  const end = at(status, 'lastState', 'terminated') ?? at(status, 'state', 'terminated');
  const reason = text(end, 'reason');
  const code = count(end, ['exitCode'], Number.NaN);
  const ended = sight(
    podName(pod),
    'istio-proxy lastState',
    end === undefined ? 'none' : `${reason} ${code} ${text(end, 'finishedAt')}`,
  );
  const line = (wanted: (text: string) => boolean) => latest(before.filter((one) => wanted(one.text)));
  const told = (answer: string, shown?: TimedLine) =>
    say(answer, [ended, ...(shown ? [lineSight(shown)] : [])]);
  if (reason === 'OOMKilled') return told('oom');
  const descriptors = line(isDescriptors);
  if (descriptors) return told('descriptors', descriptors);
  const signal = line((one) => SIGNAL.test(one));
  if (signal || CRASH_CODES.includes(code)) return told('segfault', signal);
  const killed = line((one) => KILLED.test(one));
  return killed ? told('oom', killed) : seen(ended);
}

/** What a proxy that runs repeats. `now` in milliseconds. */
export function judgeRunning(lines: readonly TimedLine[], now: number): Judgement {
  const recent = lines.filter(({ time }) => time >= now - REPEATED_WITHIN);
  const descriptors = latest(recent.filter((one) => isDescriptors(one.text)));
  const bind = latest(recent.filter((one) => BIND.test(one.text) && NO_PORT.test(one.text)));
  return join(
    descriptors ? say('descriptors', [lineSight(descriptors)]) : seen(),
    bind ? say('bind', [lineSight(bind)]) : seen(),
  );
}

const isDescriptors = (line: string): boolean => DESCRIPTORS.test(line) && !INOTIFY.test(line);
