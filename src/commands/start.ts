/** Starts or resumes a case: on screen where there is a terminal, as plain numbered text elsewhere. */
import { closeSync, openSync } from 'node:fs';
import tty from 'node:tty';
import { ownWords } from '../case/own-words.ts';
import { listCases, loadCase, newCaseId, stateDirectory } from '../case/store.ts';
import type { CaseWorld, MatchReport } from '../case/world.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { createSession, type Session } from '../ui/session.ts';
import { VERSION } from '../version.ts';
import { drawError } from './errors.ts';
import { type PipedInput, readPiped, sizeOf } from './input.ts';
import { type Look, lookFor } from './looking.ts';
import { nearestFlows } from './nearest.ts';
import { type Recording, startRecording } from './recording.ts';
import { runningFor } from './running.ts';
import { matchReport, openRuntime, type Runtime, type Words } from './runtime.ts';

export interface StartOptions {
  readonly text?: string | undefined;
  readonly symptom?: string | undefined;
  readonly lang?: string | undefined;
  readonly packs?: readonly string[] | undefined;
  readonly plain?: boolean | undefined;
  readonly screenReader?: boolean | undefined;
  readonly look?: boolean | undefined;
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
  /** Commands may ask proxies inside Pods without a question of their own. */
  readonly allowExec?: boolean | undefined;
  /** Snapshot to look in instead of a cluster: a path, or `-` for standard input. */
  readonly from?: string | undefined;
  /** Id of the case to go on with; the empty string means the last one. */
  readonly resume?: string | undefined;
}

/** Runs one case to its end or until it is left. */
export async function startCase(options: StartOptions, env: NodeJS.ProcessEnv): Promise<ExitCode> {
  const runtime = await openRuntime({ lang: options.lang, packs: options.packs, env });
  if (options.symptom && !runtime.pack.symptom(options.symptom)) {
    throw new UserError('flow-unknown', {
      id: options.symptom,
      nearest: nearestFlows(runtime.pack, options.symptom),
    });
  }
  const words = runtime.words.words(runtime.language);
  const warn = (error: unknown) => process.stderr.write(drawError(error, words).text);

  for (const warning of runtime.warnings) warn(warning);

  const isStdinTaken = options.from === '-';
  if (isStdinTaken && options.text === '-') throw new UserError('snapshot-stdin');
  const look =
    options.from === undefined ? lookFor({ ...options, env }) : await lookFrom(options.from, words);

  // A command asks the live cluster: it is none where a snapshot is looked at, and where unmesh may not look.
  const running =
    look && options.from === undefined
      ? runningFor({
          context: look.context,
          given: { context: options.context, kubeconfig: options.kubeconfig },
          mayExec: options.allowExec === true,
          env,
        })
      : undefined;

  const resumed = options.resume === undefined ? undefined : loadResumed(options.resume, env);
  if (resumed?.damagedAt !== undefined) {
    process.stderr.write(`${words.t('resume.damaged', { line: resumed.damagedAt })}\n`);
  }
  const id = resumed?.id ?? newCaseId(new Date());

  // Keys come from the terminal even where a log is piped in.
  const isPiped = process.stdin.isTTY !== true && options.resume === undefined && !isStdinTaken;
  const hasScreen = process.stdout.isTTY === true && options.plain !== true && env.TERM !== 'dumb';
  const keys = hasScreen ? keyStream(isPiped || isStdinTaken, warn) : undefined;
  const mode = keys ? 'screen' : 'plain';

  const piped =
    isPiped && (mode === 'screen' || options.text === '-')
      ? await readPipe(runtime, mode === 'screen')
      : undefined;

  const recording = startRecording(env, id, resumed !== undefined, warn);
  const large = piped?.result;
  const world: CaseWorld = {
    pack: runtime.pack,
    version: VERSION,
    match: async (text) => (large && text === piped?.text ? matchReport(large) : matchText(runtime, text)),
    probe: look?.probe,
    list: look?.list,
    run: running?.run,
    ownWords: (text, flow, state, language) =>
      ownWords(runtime.pack, runtime.words.words(language), text, flow, state),
    record: recording.record,
    newId: () => newCaseId(new Date()),
    now: () => new Date(),
  };
  const session = createSession({
    world,
    words: runtime.words,
    language: runtime.language,
    id,
    ...(resumed ? { events: resumed.events } : {}),
    copy: copyToTerminal,
    ...(look ? { lookAt: look } : {}),
    ...(running ? { commands: running } : {}),
  });
  if (look?.isAgreed) agree(session);
  // A language named on the command line wins over the one the case was left in.
  if (resumed && (options.lang || env.UNMESH_LANG)) session.speak(runtime.language);
  if (options.symptom) session.enter(options.symptom);
  if (piped) session.submit(piped.text, 'pipe', piped.cut);
  else if (options.text && options.text !== '-') session.submit(options.text, 'typed');

  try {
    const how =
      keys && mode === 'screen'
        ? await runScreen(session, keys, options, env)
        : await (await import('../ui/plain.ts')).runPlain(
            session,
            process.stdin,
            process.stdout,
            piped !== undefined || isStdinTaken,
          );
    if (how.interruptedBy) interrupted(session, recording, how.interruptedBy);
    const { end, at } = session.view().state;
    if (recording.isSaved() && !end && (at || session.view().state.pastes.length)) {
      const w = session.view().words;
      process.stderr.write(`${w.t('resume.how', { command: `unmesh resume ${recording.id()}` })}\n`);
    }
    if ('hasNothing' in how && how.hasNothing) {
      // A text that is none has been refused already.
      if (session.view().status === '') warn(new UserError('input-empty'));
      return EXIT.input;
    }
    if (how.interruptedBy === 'SIGINT') return EXIT.sigint;
    if (how.interruptedBy) return EXIT.sigterm;
    return EXIT.ok;
  } finally {
    session.stop();
    recording.close();
  }
}

async function lookFrom(from: string, words: Words): Promise<Look> {
  const { drawSnapshot, lookInSnapshot, openFrom } = await import('./snapshot-look.ts');
  if (process.stderr.isTTY) process.stderr.write(`${words.t('snapshot.reading')}\n`);
  const snapshot = await openFrom(from, process.stdin);
  process.stderr.write(drawSnapshot(from, snapshot, words));
  return lookInSnapshot(from, snapshot);
}

/** Answers the question of consent, which a snapshot that was handed over does not need. */
function agree(session: Session): void {
  let isAnswering = false;
  const answer = () => {
    // Picking tells the listeners before the case has taken it in.
    if (isAnswering || session.view().scene !== 'consent') return;
    isAnswering = true;
    session.pick('always');
    isAnswering = false;
  };
  session.subscribe(answer);
  answer();
}

export interface LeftHow {
  readonly interruptedBy: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | undefined;
}

async function runScreen(
  session: Session,
  keys: NodeJS.ReadStream,
  options: StartOptions,
  env: NodeJS.ProcessEnv,
): Promise<LeftHow> {
  const { runInk } = await import('../ui/run-ink.tsx');
  return runInk(session, {
    stdin: keys,
    stdout: process.stdout,
    isScreenReader: options.screenReader === true || env.INK_SCREEN_READER === 'true',
  });
}

function loadResumed(id: string, env: NodeJS.ProcessEnv) {
  const directory = stateDirectory(env);
  const wanted = id === '' ? listCases(directory)[0] : id;
  if (!wanted) throw new UserError('case-none', {}, EXIT.input);
  return loadCase(directory, wanted);
}

async function matchText(runtime: Runtime, text: string): Promise<MatchReport> {
  return matchReport((await runtime.matcher()).match(text));
}

/** After so long without an end a person is told what is waited for. Milliseconds. */
const SLOW_PIPE = 1_000;

async function readPipe(runtime: Runtime, showProgress: boolean): Promise<PipedInput> {
  const words = runtime.words.words(runtime.language);
  let shown = 0;
  const onProgress = (bytes: number) => {
    if (!showProgress || bytes - shown < 1024 * 1024) return;
    shown = bytes;
    process.stderr.write(`\r\u001b[K${words.t('input.reading', { size: sizeOf(bytes) })}`);
  };
  const slow = setTimeout(() => {
    if (showProgress && shown === 0) process.stderr.write(`${words.t('input.piping')}\n`);
  }, SLOW_PIPE);
  const input = await readPiped(process.stdin, runtime.matcher, onProgress).finally(() => clearTimeout(slow));
  if (shown > 0) process.stderr.write(`\r\u001b[K${words.t('input.read', { size: sizeOf(input.bytes) })}\n`);
  return input;
}

/** The terminal's keys: standard input, or the controlling terminal when that is a pipe. */
function keyStream(isPiped: boolean, warn: (error: unknown) => void): NodeJS.ReadStream | undefined {
  if (!isPiped && process.stdin.isTTY) return process.stdin;
  let fd: number | undefined;
  try {
    fd = openSync('/dev/tty', 'r');
    return new tty.ReadStream(fd) as unknown as NodeJS.ReadStream;
  } catch (cause) {
    if (fd !== undefined) closeSync(fd);
    if (isPiped)
      warn(
        new UserError(
          'terminal-missing',
          { reason: cause instanceof Error ? cause.message : '' },
          EXIT.environment,
        ),
      );
    return undefined;
  }
}

/** OSC 52: the terminal itself puts the text into the clipboard, over ssh as well. */
function copyToTerminal(text: string): void {
  process.stdout.write(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`);
}

function interrupted(session: Session, recording: Recording, signal: string): void {
  const events = session.events();
  if (!recording.isSaved()) return;
  recording.record({
    type: 'case-interrupted',
    signal,
    seq: events.length + 1,
    at: new Date().toISOString(),
  });
}
