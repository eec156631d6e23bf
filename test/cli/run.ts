/** Runs the built program as a script would: no terminal, its own state directory. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../project.ts';

export interface RunOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
}

export function unmesh(args: readonly string[], options: RunOptions = {}) {
  const home = mkdtempSync(join(tmpdir(), 'unmesh-cli-'));
  const result = spawnSync(process.execPath, [join(ROOT, 'dist/unmesh.js'), ...args], {
    input: options.input ?? '',
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { PATH: process.env.PATH ?? '', HOME: home, XDG_STATE_HOME: join(home, 'state'), ...options.env },
  });
  return { code: result.status, out: result.stdout, err: result.stderr, home };
}
