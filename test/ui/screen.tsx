/** Draws the real App on a screen of any size, in memory: what it shows is what a person sees, history included. */
import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { render } from 'ink';
import type { CaseEvent } from '../../src/case/events.ts';
import { matchReport } from '../../src/commands/runtime.ts';
import { createMatcher, type Matcher } from '../../src/match/index.ts';
import type { Language } from '../../src/pack/vocabulary.ts';
import { App } from '../../src/ui/app.tsx';
import { createSession } from '../../src/ui/session.ts';
import { loadKnowledge } from '../match/knowledge.ts';
import { shippedPack, shippedWords } from '../project.ts';
import { testWorld } from '../world.ts';

/** A terminal's input side: keys are read as Ink reads them. */
class Keys extends EventEmitter {
  readonly isTTY = true;
  readonly isRaw = true;
  readonly #queue: string[] = [];
  setEncoding() {}
  setRawMode() {
    return this;
  }
  ref() {}
  unref() {}
  resume() {}
  pause() {}
  read(): string | null {
    return this.#queue.shift() ?? null;
  }
  send(data: string) {
    this.#queue.push(data);
    this.emit('readable');
  }
}

/** A terminal's output side; in debug mode Ink writes every frame whole, with all that was printed above it. */
class Frames extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  frame = '';
  readonly #seen = new Set<() => void>();
  constructor(columns: number, rows: number) {
    super({ decodeStrings: false });
    this.columns = columns;
    this.rows = rows;
  }
  override _write(chunk: unknown, _: string, done: () => void) {
    const text = String(chunk);
    // Control sequences alone are no frame.
    if (visible(text).trim() !== '') this.frame = visible(text);
    for (const check of this.#seen) check();
    done();
  }
  until(fits: (frame: string) => boolean, what: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (!fits(this.frame)) return;
        clearTimeout(timer);
        this.#seen.delete(check);
        resolve(this.frame);
      };
      const timer = setTimeout(() => {
        this.#seen.delete(check);
        reject(new Error(`no ${what} in:\n${this.frame}`));
      }, 20_000);
      this.#seen.add(check);
      check();
    });
  }
}

const visible = (text: string) => text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '');

export const squeezed = (text: string) => text.replace(/\s+/g, '');

let matcher: Matcher | undefined;

export interface ScreenOptions {
  readonly columns: number;
  readonly rows?: number;
  readonly language?: Language;
  /** The log of a case to resume. */
  readonly events?: readonly CaseEvent[];
}

export function openScreen({ columns, rows = 30, language = 'en', events }: ScreenOptions) {
  const pack = shippedPack();
  matcher ??= createMatcher(loadKnowledge());
  const copied: string[] = [];
  const session = createSession({
    world: { ...testWorld({ pack }), match: async (text) => matchReport(matcher!.match(text)) },
    words: shippedWords(pack),
    language,
    id: 'test',
    ...(events ? { events } : {}),
    copy: (text) => void copied.push(text),
  });
  const stdout = new Frames(columns, rows);
  const stdin = new Keys();
  let left: string | undefined;
  const app = render(
    <App
      session={session}
      onQuit={(how) => {
        left = how;
      }}
    />,
    {
      stdout: stdout as unknown as NodeJS.WriteStream,
      stdin: stdin as unknown as NodeJS.ReadStream,
      debug: true,
      exitOnCtrlC: false,
      patchConsole: false,
      interactive: true,
    },
  );
  return {
    session,
    copied,
    left: () => left,
    frame: () => stdout.frame,
    shows: (content: string | RegExp) =>
      stdout.until(
        (frame) => (typeof content === 'string' ? frame.includes(content) : content.test(frame)),
        String(content),
      ),
    /** As `shows`, wherever the lines break. */
    says: (content: string) => stdout.until((frame) => squeezed(frame).includes(squeezed(content)), content),
    press: (keys: string) => stdin.send(keys),
    paste: (text: string) => stdin.send(`\u001b[200~${text}\u001b[201~`),
    resize: (to: number) => {
      stdout.columns = to;
      stdout.emit('resize');
    },
    close: () => {
      app.unmount();
      session.stop();
    },
  };
}

export type Screen = ReturnType<typeof openScreen>;
