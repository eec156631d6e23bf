/** Commands of a step that unmesh runs: what their output answers, and the events that a report becomes. */
import type { Reading } from '../flow/readers.ts';
import type { RunFailure, RunReport } from '../run/run-command.ts';
import { redact } from '../text/redact.ts';
import { type CaseContext, here, type Received, recorded } from './context.ts';
import type { CaseEventBody } from './events.ts';
import { outputReading, readingEvents } from './readings.ts';

/** Of a command's output the log keeps as much as helps to remember what was seen. Characters. */
const HEAD = 4_000;

function commandEvent(report: RunReport): CaseEventBody {
  const { argv } = report;
  if (report.kind === 'failed')
    return { type: 'command-failed', argv, failure: report.failure, detail: redact(report.detail) };
  const { exitCode, output } = report;
  // Redacted before it is cut, so that no half of a secret is left at the end.
  const head = redact(output.slice(0, 4 * HEAD)).slice(0, HEAD);
  const lines = output.split('\n').filter((line) => line.trim() !== '').length;
  return { type: 'command-ended', argv, exitCode, head, lines };
}

/** What a command's output answers at the current step, exactly as if the person had pasted it. */
export function commandEvents(context: CaseContext, report: RunReport): CaseEventBody[] {
  const reading = commandReading(context, report);
  return [commandEvent(report), ...(reading ? readingEvents(context, reading, 'output') : [])];
}

/** Of a command that did not come to be run, or was stopped. */
export function commandFailed(failure: RunFailure, detail: string): CaseEventBody {
  return { type: 'command-failed', argv: [], failure, detail };
}

/** `undefined` where the output says nothing about the current step, or the command was not run. */
export function commandReading(context: CaseContext, report: RunReport): Reading | undefined {
  return report.kind === 'ran' ? outputReading(context, report.output) : undefined;
}

/** Of a `run`; the command is kept until it has ended. */
export function recordCommandStart({ context, event }: Received): Partial<CaseContext> {
  if (event.type !== 'run') return {};
  const { line, permission } = event;
  const step = here(context)!;
  return {
    ...recorded(context, [{ type: 'command-started', line, flow: step.flow, state: step.state }]),
    command: { line, permission },
  };
}
