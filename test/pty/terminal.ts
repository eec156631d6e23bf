/** A real terminal for tests: a pseudo-terminal with a screen model behind it. Waits for content, never for time. */
import { join } from 'node:path';
import pty from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { ROOT } from '../project.ts';

export interface TerminalOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
  /** Run through a shell instead, for pipes; `$UNMESH` is the program. */
  readonly shell?: string;
}

/** Deadline of every wait. Milliseconds; generous, since a loaded machine is slow but not wrong. */
const DEADLINE = 20_000;

export function openTerminal(options: TerminalOptions) {
  const { columns = 100, rows = 40 } = options;
  const screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 5000 });
  const env: Record<string, string> = {
    ...(process.env as Record<string, string>),
    TERM: 'xterm-256color',
    ...options.env,
  };
  // Ink draws only the last frame where CI is set.
  for (const name of ['CI', 'NO_COLOR', 'FORCE_COLOR', 'KUBECONFIG', 'LC_ALL', 'LANG', 'LANGUAGE'])
    if (!options.env?.[name]) delete env[name];
  const program = join(ROOT, 'dist/unmesh.js');
  env.UNMESH = `${process.execPath} ${program}`;
  const [file, args] = options.shell
    ? ['/bin/sh', ['-c', options.shell]]
    : [process.execPath, [program, ...(options.args ?? [])]];
  const child = pty.spawn(file!, args as string[], { cols: columns, rows, cwd: ROOT, env });
  let raw = '';
  let exitCode: number | undefined;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const check of waiting) check();
  };
  child.onData((data) => {
    raw += data;
    screen.write(data, wake);
  });
  child.onExit(({ exitCode: code }) => {
    exitCode = code;
    screen.write('', wake);
  });
  const text = () => {
    const { buffer } = screen;
    const lines: string[] = [];
    for (let y = 0; y < buffer.active.length; y++)
      lines.push(buffer.active.getLine(y)?.translateToString(true) ?? '');
    return lines.join('\n').trimEnd();
  };
  const until = (done: () => boolean, what: string) =>
    new Promise<void>((resolve, reject) => {
      const finish = (settle: () => void) => {
        waiting.delete(check);
        clearTimeout(timer);
        settle();
      };
      const check = () => {
        if (done()) finish(resolve);
      };
      const timer = setTimeout(
        () => finish(() => reject(new Error(`no ${what} on the screen:\n${text()}`))),
        DEADLINE,
      );
      waiting.add(check);
      check();
    });
  return {
    pid: child.pid,
    text,
    raw: () => raw,
    /** Resolves when `content` is on the screen or in its history. */
    shows: (content: string | RegExp) =>
      until(
        () => (typeof content === 'string' ? text().includes(content) : content.test(text())),
        String(content),
      ),
    exits: async () => {
      await until(() => exitCode !== undefined, 'exit');
      return exitCode!;
    },
    type: (keys: string) => child.write(keys),
    paste: (content: string) => child.write(`\u001b[200~${content.replaceAll('\n', '\r')}\u001b[201~`),
    resize: (cols: number, newRows: number) => {
      child.resize(cols, newRows);
      screen.resize(cols, newRows);
    },
    kill: (signal: string) => child.kill(signal),
    close: () => {
      if (exitCode === undefined) child.kill('SIGKILL');
      screen.dispose();
    },
  };
}

export type TestTerminal = ReturnType<typeof openTerminal>;

export const KEY = {
  enter: '\r',
  escape: '\u001b',
  up: '\u001b[A',
  down: '\u001b[B',
  ctrl: (letter: string) => String.fromCharCode(letter.charCodeAt(0) - 96),
} as const;
