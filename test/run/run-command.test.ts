import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findProgram, type RunOptions, runCommand } from '../../src/run/run-command.ts';
import { programs } from './programs.ts';

const never = new AbortController().signal;
const run = (body: string, args: string[] = [], options: Partial<RunOptions> = {}) =>
  runCommand(['kubectl', ...args], { signal: never, env: { PATH: programs({ kubectl: body }) }, ...options });

async function appears(path: string): Promise<string> {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    if (existsSync(path) && readFileSync(path, 'utf8') !== '') return readFileSync(path, 'utf8');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${path} never appeared`);
}

async function isGone(pid: number): Promise<boolean> {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

describe('a command', () => {
  it('gets its arguments as they are, through no shell', async () => {
    const args = ['get', 'pods', '-l=a in (b);$(id) `id` > x', "'", '*'];
    const report = await run('console.log(JSON.stringify(process.argv.slice(2)))', args);
    expect(report).toMatchObject({ kind: 'ran', exitCode: 0, argv: ['kubectl', ...args] });
    expect(report.kind === 'ran' && JSON.parse(report.output)).toEqual(args);
  });

  it('has nothing to read from the terminal', async () => {
    const report = await run(`process.stdin.on('end', () => console.log('end of input')).resume()`);
    expect(report).toMatchObject({ kind: 'ran', output: 'end of input\n' });
  });

  it('may say no with its exit code; what it wrote to both outputs is read', async () => {
    const report = await run(`console.log('no'); console.error('Warning: x'); process.exitCode = 1`);
    expect(report).toMatchObject({ kind: 'ran', exitCode: 1 });
    expect(report.kind === 'ran' && report.output.split('\n').sort()).toEqual(['', 'Warning: x', 'no']);
  });

  it('can write no escape sequences to the terminal', async () => {
    const report = await run(String.raw`process.stdout.write('a\u001b]0;title\u0007b\u001b[2Jc\u0000\n')`);
    expect(report).toMatchObject({ output: 'abc\n' });
  });

  it.each([
    'Unable to connect to the server: dial tcp 10.0.0.1:443: i/o timeout',
    'The connection to the server localhost:8080 was refused - did you specify the right host or port?',
    'error: You must be logged in to the server (Unauthorized)',
    'error: context "prod" does not exist',
    'Error from server (Forbidden): pods is forbidden: User "jane" cannot list resource "pods"',
    'Error: unknown flag: --verbosity',
    'Error: unknown command "waypoint" for "istioctl"',
  ])('that could not ask has not answered: %s', async (complaint) => {
    const report = await run(`console.error(${JSON.stringify(complaint)}); process.exitCode = 1`);
    expect(report).toMatchObject({ kind: 'failed', failure: 'no-answer', detail: complaint });
  });

  it('that prints such a line from a log and ends well has answered', async () => {
    const report = await run(`console.log('Unable to connect to the server: EOF')`);
    expect(report).toMatchObject({ kind: 'ran' });
  });

  it('that a signal ended has not answered', async () => {
    const report = await run(`console.log('half'); process.kill(process.pid, 'SIGKILL')`);
    expect(report).toMatchObject({ kind: 'failed', failure: 'failed', detail: 'kubectl: SIGKILL' });
  });
});

describe('a command that does not end', () => {
  const slow = (file: string) => `
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    require('node:fs').writeFileSync(${JSON.stringify(file)}, process.pid + ' ' + child.pid);
    process.on('SIGTERM', () => {});
    setInterval(() => {}, 1000);`;

  it('is stopped after its time', async () => {
    const report = await run('setInterval(() => {}, 1000)', [], { timeout: 1000 });
    expect(report).toMatchObject({ kind: 'failed', failure: 'timed-out', detail: '1 s' });
  });

  it('is stopped when nobody waits for it any longer, with what it started', async () => {
    const file = join(programs({}), 'pids');
    const stop = new AbortController();
    const running = run(slow(file), [], { signal: stop.signal });
    const pids = (await appears(file)).split(' ').map(Number);
    stop.abort();
    expect(await running).toMatchObject({ kind: 'failed', failure: 'cancelled' });
    for (const pid of pids) expect(await isGone(pid)).toBe(true);
  });

  it('is never started when nobody waits from the beginning', async () => {
    const report = await run('', [], { signal: AbortSignal.abort() });
    expect(report).toMatchObject({ kind: 'failed', failure: 'cancelled' });
  });

  it('is stopped when it writes for ever, and nothing of it is judged', async () => {
    const forever = `const line = 'x'.repeat(65536); const go = () => process.stdout.write(line, go); go();`;
    const report = await run(forever, [], { maxBytes: 1024 * 1024 });
    expect(report).toMatchObject({ kind: 'failed', failure: 'too-large', detail: '1024 KiB' });
  });
});

describe('the program', () => {
  it('that is not there is named', async () => {
    const env = { PATH: programs({ kubectl: '' }) };
    const report = await runCommand(['istioctl', 'version'], { signal: never, env });
    expect(report).toMatchObject({ kind: 'failed', failure: 'missing', detail: 'istioctl' });
  });

  it('is never taken from the folder unmesh was started in', () => {
    const folder = programs({ kubectl: '' });
    const here = process.cwd();
    process.chdir(folder);
    try {
      for (const PATH of ['', '.', ':', './', ':/nowhere'])
        expect(findProgram('kubectl', { PATH })).toBeUndefined();
      expect(findProgram('kubectl', { PATH: `.:${folder}` })).toBe(join(folder, 'kubectl'));
    } finally {
      process.chdir(here);
    }
  });

  it('that cannot be started says why', async () => {
    const folder = programs({});
    writeFileSync(join(folder, 'kubectl'), '#!/nowhere/at-all\n', { mode: 0o755 });
    const report = await runCommand(['kubectl'], { signal: never, env: { PATH: folder } });
    expect(report).toMatchObject({ kind: 'failed', failure: 'failed' });
    expect(report.kind === 'failed' && report.detail).toContain('ENOENT');
  });
});
