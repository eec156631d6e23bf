/** Writes the events of a session to the logs of its cases: one log a case, opened when there is something to keep. */

import type { CaseEvent } from '../case/events.ts';
import { type CaseLog, openCaseLog, stateDirectory } from '../case/store.ts';

export interface Recording {
  record(event: CaseEvent): void;
  /** The case that is being written now. */
  id(): string;
  /** Something of this case stands on disk, and everything could be written. */
  isSaved(): boolean;
  close(): void;
}

/** Alone they are no case: looking at the first screen leaves nothing behind. */
const OPENING: ReadonlySet<CaseEvent['type']> = new Set([
  'case-opened',
  'looking-decided',
  'running-decided',
]);

/** `warn` is told once that the log cannot be written; the case goes on without. A resumed case has a log already. */
export function startRecording(
  env: NodeJS.ProcessEnv,
  firstId: string,
  isResumed: boolean,
  warn: (error: unknown) => void,
): Recording {
  let id = firstId;
  let log: CaseLog | undefined;
  let canWrite = true;
  let waiting: CaseEvent[] = [];
  return {
    record(event) {
      if (!canWrite) return;
      try {
        if (event.type === 'case-opened') {
          // The next case of the same session has a log of its own.
          log?.close();
          log = undefined;
          waiting = [];
          id = event.id;
        }
        waiting.push(event);
        if (!log && OPENING.has(event.type)) return;
        log ??= openCaseLog(stateDirectory(env), id);
        for (const next of waiting) log.append(next);
        waiting = [];
      } catch (error) {
        canWrite = false;
        warn(error);
      }
    },
    id: () => id,
    isSaved: () => canWrite && (log !== undefined || (isResumed && id === firstId)),
    close: () => log?.close(),
  };
}
