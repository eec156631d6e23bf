/** A step's command run by unmesh, in a real terminal, with a kubectl that writes what it was given. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { programs } from '../run/programs.ts';
import { KEY, openTerminal, type TestTerminal } from './terminal.ts';

let open: TestTerminal | undefined;
afterEach(() => {
  open?.close();
  open = undefined;
});

/** `kubectl`: JavaScript that runs as the program; `home` is the folder it may write to. */
function start(kubectl: (home: string) => string, args: readonly string[] = []) {
  const home = mkdtempSync(join(tmpdir(), 'unmesh-pty-'));
  const kubeconfig = join(home, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    'current-context: prod\nclusters:\n- cluster:\n    server: https://127.0.0.1:1\n',
  );
  open = openTerminal({
    args: ['--symptom', 'coredns-load', ...args],
    env: {
      HOME: home,
      XDG_STATE_HOME: join(home, 'state'),
      LANG: 'en_US.UTF-8',
      KUBECONFIG: kubeconfig,
      PATH: `${programs({ kubectl: kubectl(home) })}:${process.env.PATH}`,
    },
  });
  return { terminal: open, home };
}

/** Has unmesh ask before each look; to run a command takes another leave. */
async function askEachTime(terminal: TestTerminal): Promise<void> {
  await terminal.shows('Ask me at each step');
  terminal.type(`2${KEY.enter}`);
}

describe('Ctrl+R', () => {
  it('runs the command of the question after a yes and goes on with what it wrote', async () => {
    const { terminal, home } = start(
      (folder) => `
        require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'argv'))}, process.argv.slice(2).join(' '));
        console.log('\\u001b[31m[INFO] Reloading complete\\u001b[2J');`,
    );
    await askEachTime(terminal);
    await terminal.shows('Ctrl+R or !run');
    terminal.type(KEY.ctrl('r'));
    await terminal.shows('Let unmesh run the command?');
    expect(existsSync(join(home, 'argv'))).toBe(false);
    terminal.type(`2${KEY.enter}`);
    await terminal.shows('exit code 0');
    await terminal.shows('read from the output');
    expect(terminal.text()).toContain('│ [INFO] Reloading complete');
    expect(readFileSync(join(home, 'argv'), 'utf8')).toBe(
      '--context=prod top pods -n=kube-system -l=k8s-app=kube-dns',
    );
  });

  it('can be stopped with Esc, and the question stands again', async () => {
    const { terminal } = start(() => 'setInterval(() => {}, 1000);');
    await askEachTime(terminal);
    await terminal.shows('Ctrl+R or !run');
    terminal.type(KEY.ctrl('r'));
    await terminal.shows('Let unmesh run the command?');
    terminal.type(`1${KEY.enter}`);
    await terminal.shows('(Esc stops it)');
    terminal.type(KEY.escape);
    await terminal.shows('Stopped the command.');
    await terminal.shows('number and Enter');
  });

  it('runs nothing where unmesh may not look', async () => {
    const { terminal } = start(() => '', ['--no-look']);
    await terminal.shows('Find out with:');
    terminal.type(KEY.ctrl('r'));
    await terminal.shows('unmesh runs no commands in this case');
  });
});
