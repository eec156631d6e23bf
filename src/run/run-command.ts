/** Runs one planned command: no shell, no input, bounded in time and output, stopped when nobody waits any longer. */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { sanitise, sanitiseLine } from '../text/sanitise.ts';

/** Why a command brought nothing that could be read. */
export type RunFailure =
  | 'missing'
  | 'timed-out'
  | 'too-large'
  | 'cancelled'
  | 'refused'
  | 'no-answer'
  | 'failed';

export type RunReport =
  | {
      readonly kind: 'ran';
      readonly argv: readonly string[];
      readonly exitCode: number;
      /** What it wrote to both of its outputs, without control characters. */
      readonly output: string;
    }
  | {
      readonly kind: 'failed';
      readonly argv: readonly string[];
      readonly failure: RunFailure;
      readonly detail: string;
    };

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds from the start to the last byte. */
  readonly timeout?: number;
  /** Bytes of both outputs together. */
  readonly maxBytes?: number;
}

const TIMEOUT = 30_000;
const MAX_BYTES = 2 * 1024 * 1024;
/** Milliseconds between asking a program to end and ending it. */
const GRACE = 1_000;

/**
 * What kubectl and istioctl write when they could not ask: their own trouble, never an answer about the mesh.
 * Only looked for where the exit code is not 0.
 */
const CLIENT_TROUBLE =
  /^(?:[Ee]rror: )?(?:Unable to connect to the server|The connection to the server \S+ was refused|You must be logged in to the server|You are not logged in|couldn't get current server API group list|context "?[^"\n]{1,200}"? (?:does not exist|was not found)|getting credentials|error loading config file|unknown (?:flag|command|shorthand flag)|Error from server \((?:Forbidden|Unauthorized|ServiceUnavailable|Timeout|TooManyRequests)\)|.{0,200} is forbidden: User |failed to create (?:k8s|kube|Kubernetes) client|invalid configuration: |Metrics API not available)/m;

/** Never rejects: what goes wrong is told in the report. */
export async function runCommand(argv: readonly string[], options: RunOptions): Promise<RunReport> {
  const { signal, env, timeout = TIMEOUT, maxBytes = MAX_BYTES } = options;
  const [program = '', ...args] = argv;
  const failed = (failure: RunFailure, detail = ''): RunReport => ({
    kind: 'failed',
    argv,
    failure,
    detail: sanitiseLine(detail),
  });
  if (signal.aborted) return failed('cancelled');
  const file = findProgram(program, env);
  if (!file) return failed('missing', program);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let child: ChildProcess;
    const finish = (report: RunReport) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      resolve(report);
    };
    const stop = (failure: RunFailure, detail = '') => {
      end(child);
      finish(failed(failure, detail));
    };
    const cancel = () => stop('cancelled');
    const timer = setTimeout(() => stop('timed-out', `${Math.round(timeout / 1000)} s`), timeout);
    try {
      child = spawn(file, args, {
        stdio: ['ignore', 'pipe', 'pipe'],
        env,
        windowsHide: true,
        // A group of its own: what it starts (a login program) ends with it, and cannot ask in this terminal.
        detached: process.platform !== 'win32',
      });
    } catch (cause) {
      finish(failed('failed', messageOf(cause)));
      return;
    }
    signal.addEventListener('abort', cancel, { once: true });
    const gather = (chunk: Buffer) => {
      bytes += chunk.length;
      // A part of the output would mislead: what decides may stand in the rest.
      if (bytes > maxBytes) stop('too-large', `${Math.round(maxBytes / 1024)} KiB`);
      else chunks.push(chunk);
    };
    child.stdout?.on('data', gather);
    child.stderr?.on('data', gather);
    child.on('error', (cause) => finish(failed('failed', messageOf(cause))));
    child.on('close', (code, killedBy) => {
      const output = sanitise(Buffer.concat(chunks).toString('utf8'));
      if (code === null) return finish(failed('failed', `${program}: ${killedBy}`));
      const trouble = code === 0 ? undefined : lineAt(output, CLIENT_TROUBLE);
      if (trouble !== undefined) return finish(failed('no-answer', trouble));
      finish({ kind: 'ran', argv, exitCode: code, output });
    });
  });
}

/**
 * The program's file in PATH. Looked up here, since an empty or relative entry would find a program in the folder
 * where unmesh happens to be started.
 */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const files = process.platform === 'win32' ? [`${name}.exe`] : [name];
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.flatMap((folder) => files.map((file) => join(folder, file))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Ends the program and what it started: first asked, then made to. Nothing of it holds unmesh open. */
function end(child: ChildProcess): void {
  const kill = (signal: NodeJS.Signals) => {
    try {
      if (process.platform === 'win32' || child.pid === undefined) child.kill(signal);
      else process.kill(-child.pid, signal);
    } catch {
      // It has ended by itself.
    }
  };
  kill('SIGTERM');
  setTimeout(() => kill('SIGKILL'), GRACE).unref();
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}

function lineAt(text: string, pattern: RegExp): string | undefined {
  const at = text.search(pattern);
  return at === -1 ? undefined : text.slice(at).split('\n', 1)[0];
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
