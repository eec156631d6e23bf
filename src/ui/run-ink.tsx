/** Draws a session with Ink until the person leaves or a signal comes; the terminal is restored in every case. */
import { render } from 'ink';
import { App } from './app.tsx';
import type { Session } from './session.ts';

export interface RunInkOptions {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly isScreenReader: boolean;
}

const BRACKETED_PASTE_ON = '\u001b[?2004h';
const BRACKETED_PASTE_OFF = '\u001b[?2004l';

type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export async function runInk(
  session: Session,
  options: RunInkOptions,
): Promise<{ interruptedBy: Signal | undefined }> {
  let interruptedBy: Signal | undefined;
  // Ink does this only after its first frame: whatever a fast hand pasted until then would have been echoed by the
  // terminal, and its Enter taken for a line feed.
  options.stdin.setRawMode(true);
  options.stdout.write(BRACKETED_PASTE_ON);
  const app = render(
    <App
      session={session}
      onQuit={(how) => {
        if (how === 'interrupted') interruptedBy = 'SIGINT';
      }}
    />,
    {
      stdin: options.stdin,
      stdout: options.stdout,
      exitOnCtrlC: false,
      isScreenReaderEnabled: options.isScreenReader,
      // The caller has made sure that there is a terminal; CI in the environment must not change that.
      interactive: true,
    },
  );
  const stop = (signal: Signal) => {
    interruptedBy = signal;
    app.unmount();
  };
  const handlers = (['SIGTERM', 'SIGHUP', 'SIGINT'] as const).map((signal) => {
    const handler = () => stop(signal);
    process.once(signal, handler);
    return () => process.off(signal, handler);
  });
  try {
    await app.waitUntilExit();
  } finally {
    for (const off of handlers) off();
    if (!options.stdin.destroyed) options.stdin.setRawMode(false);
    options.stdout.write(BRACKETED_PASTE_OFF);
    if (options.stdin !== process.stdin) options.stdin.destroy();
  }
  return { interruptedBy };
}
