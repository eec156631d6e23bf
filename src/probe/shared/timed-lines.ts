/** Lines of Istio's logs with their times, for the probes that ask how long ago something was said. */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import type { Sight } from '../probe.ts';
import { podName, sight } from './mesh.ts';

export interface TimedLine {
  readonly pod: KubeObject;
  readonly text: string;
  /** Milliseconds since the epoch; klog's own lines have no year, so they take the time of the line before. */
  readonly time: number;
}

/** The log of one container. */
export interface TimedLog {
  readonly pod: KubeObject;
  readonly lines: readonly TimedLine[];
}

/** Text and JSON (`"time":"…"`) lines alike. */
const TIME = /^(?:\{.{0,200}?"time":")?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)/;

export function timedLines(log: string, pod: KubeObject): TimedLine[] {
  let last = Number.NaN;
  return log
    .split('\n')
    .filter((text) => text.trim() !== '')
    .map((text) => {
      const stamp = Date.parse(TIME.exec(text)?.[1] ?? '');
      if (!Number.isNaN(stamp)) last = stamp;
      return { pod, text, time: last };
    });
}

export function lineSight(line: TimedLine): Sight {
  return sight(podName(line.pod), 'log', line.text);
}

/** The API server's clock; where it tells none, the newest line of the logs is as late as can be known. */
export async function clockOf(reader: ClusterReader, logs: readonly TimedLog[]): Promise<number> {
  const { date } = await reader.version();
  return date?.getTime() ?? Math.max(...logs.map(({ lines }) => lines.at(-1)?.time ?? Number.NaN));
}

/** The latest of these lines; of lines with one time the last. */
export function latest(lines: readonly TimedLine[]): TimedLine | undefined {
  return lines.reduce<TimedLine | undefined>(
    (best, line) => (best === undefined || !(line.time < best.time) ? line : best),
    undefined,
  );
}
