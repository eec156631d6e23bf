/** Reads a container's log where it may be read; a log out of reach is no reason to give up what else was seen. */
import { type ClusterReader, type KubeObject, LookError } from '../../cluster/reader.ts';
import { nameOf, namespaceOf } from './fields.ts';

export interface LogPart {
  readonly container: string;
  /** Lines from the end, at most 2000. */
  readonly tail: number;
  readonly previous?: boolean;
  readonly sinceSeconds?: number;
}

/** The lines of a container's log; `undefined` where it cannot be read. */
export async function linesOf(
  reader: ClusterReader,
  pod: KubeObject,
  part: LogPart,
): Promise<string[] | undefined> {
  try {
    const log = await reader.log({ namespace: namespaceOf(pod), pod: nameOf(pod), ...part });
    return log.split('\n').filter((line) => line !== '');
  } catch (error) {
    // A cancelled look is over; anything else (forbidden, a container not started yet) leaves the rest to be seen.
    if (error instanceof LookError && error.failure !== 'cancelled' && error.failure !== 'timed-out')
      return undefined;
    throw error;
  }
}

/** Index of the last line that matches, -1 where none does. */
export function lastMatch(lines: readonly string[], pattern: RegExp): number {
  return lines.findLastIndex((line) => pattern.test(line));
}
