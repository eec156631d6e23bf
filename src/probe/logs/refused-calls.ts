/** When are an application's own calls refused: only while its pod starts, or later, too? */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { items, text, timeAt } from '../shared/fields.ts';
import { linesOf } from '../shared/logs.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { appContainers } from '../shared/pod-parts.ts';
import { type Judgement, join, say, seen } from '../shared/traffic.ts';

/** A log shorter than this is whole. */
const TAIL = 2000;
/** A proxy that is not ready by then is another trouble than that of the start. Milliseconds. */
const START = 60_000;
/** From here on nothing of the start can be the reason; in between nothing is certain. Milliseconds. */
const SETTLED = 5 * 60_000;

const REFUSED = /connection refused|ECONNREFUSED/i;
/** With its zone, or the line may be hours off. */
const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)/;

export const refusedCalls: Probe = {
  reads: ['pods', 'pods/log', 'version'],
  needs: ['namespace'],
  answers: ['at-start', 'always'],
  async look(reader, facts) {
    const pod = await podOf(reader, facts);
    if (!pod) return seen(sight('pods', facts.namespace!, 'no pod of this name'));
    const { date } = await reader.version();
    const parts: Judgement[] = [];
    for (const app of appContainers(pod)) {
      const run = await readRun(reader, pod, text(app, 'name'));
      if (run) parts.push(judgeRefused(pod, run, date?.getTime()));
    }
    const all = join(...parts, seen(sight(podName(pod), 'application logs', `${parts.length} read`)));
    // A container that is refused later is not explained by one that was refused at its start.
    const later = all.candidates.filter(({ answer }) => answer === 'always');
    return { ...all, candidates: later.length > 0 ? later : all.candidates };
  },
};

/** One run of an application's container. Times in milliseconds; NaN where there is none. */
export interface Run {
  readonly container: string;
  readonly lines: readonly string[];
  readonly startedAt: number;
  /** The run before it, where that ended within its first minute; undefined where there was none or it lasted. */
  readonly crashed?: readonly string[] | undefined;
}

async function readRun(reader: ClusterReader, pod: KubeObject, container: string): Promise<Run | undefined> {
  const status = items(pod, 'status', 'containerStatuses').find((one) => text(one, 'name') === container);
  const startedAt = timeAt(status, 'state', 'running', 'startedAt');
  const lines = await linesOf(reader, pod, { container, tail: TAIL });
  if (!lines) return undefined;
  const last = (field: string) => timeAt(status, 'lastState', 'terminated', field);
  const isShort = last('finishedAt') - last('startedAt') < START;
  const crashed = isShort ? await linesOf(reader, pod, { container, tail: TAIL, previous: true }) : undefined;
  return { container, lines, startedAt, crashed };
}

/** `now` in milliseconds: a pod that has just begun may still be refused later. */
export function judgeRefused(pod: KubeObject, run: Run, now: number | undefined): Judgement {
  const { container, startedAt } = run;
  const refused = timed(run.lines).filter(({ text }) => REFUSED.test(text));
  const show = (line: string) => sight(podName(pod), `${container} log`, line);
  const started = sight(
    podName(pod),
    `${container} startedAt`,
    Number.isNaN(startedAt) ? 'not running' : new Date(startedAt).toISOString(),
  );
  const late = refused.findLast(({ time }) => time - startedAt >= SETTLED);
  if (late) return say('always', [show(late.text), started]);
  const isSettled = now !== undefined && now - startedAt >= SETTLED && run.lines.length < TAIL;
  if (!isSettled) return seen(started);
  const early = refused.filter(({ time }) => time >= startedAt - 1000 && time - startedAt < START);
  if (refused.length > 0)
    return early.length === refused.length
      ? say('at-start', [show(early.at(-1)!.text), started])
      : seen(started);
  const crash = run.crashed?.findLast((line) => REFUSED.test(line));
  return crash === undefined ? seen(started) : say('at-start', [show(crash), started]);
}

/** Lines with their times; one without takes that of the line before, NaN where none has one. */
function timed(lines: readonly string[]): { text: string; time: number }[] {
  let last = Number.NaN;
  return lines.map((text) => {
    const stamp = TIME.exec(text.slice(0, 200))?.[0] ?? '';
    const time = Date.parse(stamp.replace(' ', 'T').replace(',', '.'));
    if (!Number.isNaN(time)) last = time;
    return { text, time: last };
  });
}
