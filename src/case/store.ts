/** Case logs on disk: one JSON Lines file per case in the user's state directory, appended as things happen. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { EXIT, UserError } from '../errors.ts';
import { redact } from '../text/redact.ts';
import type { CaseEvent } from './events.ts';

/** The directory of case logs (XDG Base Directory Specification). */
export function stateDirectory(env: NodeJS.ProcessEnv): string {
  const base = env.XDG_STATE_HOME?.startsWith('/') ? env.XDG_STATE_HOME : join(homedir(), '.local', 'state');
  return join(base, 'unmesh', 'cases');
}

/** Sortable by time and safe as a file name: `20261120-031500-a1b2c3`. */
export function newCaseId(now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${randomBytes(3).toString('hex')}`;
}

export interface CaseLog {
  readonly path: string;
  append(event: CaseEvent): void;
  close(): void;
}

/** Opens a log for appending; only the user can read it. Throws `state-not-writable`. */
export function openCaseLog(directory: string, id: string): CaseLog {
  const path = join(directory, `${id}.jsonl`);
  try {
    makeDirectory(directory);
    const fd = openSync(path, 'a', 0o600);
    return {
      path,
      // One write per event: a killed process leaves whole lines, at worst one torn last line.
      append: (event) => void writeSync(fd, `${JSON.stringify(redactEvent(event))}\n`),
      close: () => closeSync(fd),
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('state-not-writable', { path: directory, reason }, EXIT.environment, cause);
  }
}

/** Node's own recursive mkdir never returns where the system denies a folder in an existing one, as /proc does. */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw cause;
    makeDirectory(dirname(path));
    mkdirSync(path, { mode: 0o700 });
  }
}

/** Every string of an event, since a secret can stand in an answer, a fact or a probe's evidence as well. */
function redactEvent(event: CaseEvent): unknown {
  return JSON.parse(JSON.stringify(event), (_, value) => (typeof value === 'string' ? redact(value) : value));
}

export interface LoadedCase {
  readonly id: string;
  readonly events: readonly CaseEvent[];
  /** The first line that could not be read; everything before it was. `undefined` for a sound log. */
  readonly damagedAt: number | undefined;
}

/** The ids of all cases, newest first. */
export function listCases(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => /^\d{8}-\d{6}-[0-9a-f]{6}\.jsonl$/.test(name))
      .map((name) => name.slice(0, -'.jsonl'.length))
      .sort((a, b) => modified(directory, b) - modified(directory, a) || (a < b ? 1 : -1));
  } catch {
    return [];
  }
}

function modified(directory: string, id: string): number {
  return statSync(join(directory, `${id}.jsonl`)).mtimeMs;
}

/**
 * Reads a case. A torn last line (killed while writing) is dropped in silence; damage before that ends the reading
 * there, keeps the whole file beside it as `.damaged`, and is told. Throws `case-unknown`, `case-unreadable`.
 */
export function loadCase(directory: string, id: string): LoadedCase {
  const path = join(directory, `${id}.jsonl`);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new UserError('case-unknown', { id }, EXIT.usage, cause);
    throw new UserError('case-unreadable', { path }, EXIT.environment, cause);
  }
  const lines = text.split('\n');
  const events: CaseEvent[] = [];
  let damagedAt: number | undefined;
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const event = readEvent(line, events.length + 1);
    if (event) {
      events.push(event);
    } else {
      const isTornEnd = index === lines.length - 1;
      if (!isTornEnd) damagedAt = index + 1;
      break;
    }
  }
  if (events[0]?.type !== 'case-opened') throw new UserError('case-unreadable', { path }, EXIT.environment);
  if (damagedAt !== undefined) copyFileSync(path, `${path}.damaged`);
  return { id, events, damagedAt };
}

/** A line is an event when it is an object of the next number with a type; the fold ignores types it does not know. */
function readEvent(line: string, seq: number): CaseEvent | undefined {
  try {
    const event = JSON.parse(line) as CaseEvent;
    return typeof event === 'object' && event?.seq === seq && typeof event.type === 'string'
      ? event
      : undefined;
  } catch {
    return undefined;
  }
}
