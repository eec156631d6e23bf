/** `unmesh scan`: what is wrong with a mesh, for people and for CI, live or from a snapshot. */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { peekKubeconfig } from '../cluster/peek.ts';
import { type ClusterReader, LookError } from '../cluster/reader.ts';
import { EXIT, type ExitCode, fileError, UserError } from '../errors.ts';
import type { Words } from '../i18n/words.ts';
import type { ScanOutcome } from '../scan/formats/format.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import { closest } from './nearest.ts';
import { openRuntime, type RuntimeOptions } from './runtime.ts';
import { drawRules, drawScan, remarksOf, rulesAsData } from './scan-text.ts';

export interface ScanCommandOptions extends RuntimeOptions {
  readonly namespace: readonly string[];
  readonly allNamespaces: boolean;
  readonly output: string;
  readonly level: string;
  readonly suppress?: string | undefined;
  readonly istioNamespace?: string | undefined;
  readonly rules: boolean;
  readonly from?: string | undefined;
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
}

const FORMATS = ['text', 'json', 'sarif', 'junit'] as const;
const LEVELS = ['warning', 'error'] as const;

/**
 * Exit code 0 when every rule was judged and none found anything, 1 with findings, 5 when nothing was found but not
 * everything could be read: the same in every format. Throws UserError.
 */
export async function runScan(options: ScanCommandOptions): Promise<ExitCode> {
  const { output, level } = options;
  if (!(FORMATS as readonly string[]).includes(output))
    throw new UserError('format-unknown', { format: sanitiseLine(output, 40), known: FORMATS.join(', ') });
  if (!(LEVELS as readonly string[]).includes(level))
    throw new UserError('level-unknown', { level: sanitiseLine(level, 40) });
  const runtime = await openRuntime(options);
  const words = runtime.words.words(runtime.language);
  const { RULES } = await import('../scan/rules.ts');
  const rules = RULES.filter((rule) => level === 'warning' || rule.level === 'error');
  if (options.rules) {
    if (output !== 'text' && output !== 'json')
      throw new UserError('format-unknown', { format: output, known: 'text, json' });
    process.stdout.write(output === 'json' ? rulesAsData(rules, words) : drawRules(rules, words));
    return EXIT.ok;
  }
  const suppressions = options.suppress
    ? await suppressionsFrom(
        options.suppress,
        RULES.map(({ id }) => id),
      )
    : [];

  // A page of a list is garbage as soon as it is trimmed: V8 would let the young generation grow with it to a hundred
  // megabytes before it looks for what is left. Kept small, a scan needs two thirds of the memory in the same time.
  setFlagsFromString('--semi-space-growth-factor=1');
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  // Only a cluster is waited for; while a snapshot is read, Ctrl-C ends the process at once.
  if (options.from === undefined) process.once('SIGINT', onSignal);
  const progress = progressOn(process.stderr, words);
  try {
    const source = await sourceOf(options, stop.signal, words);
    const { scan } = await import('../scan/scan.ts');
    const { sift } = await import('../scan/suppressions.ts');
    const result = await scan(source.reader, {
      rules,
      now: source.now,
      istioNamespace: options.istioNamespace,
      namespaces: isNarrowed(options) ? options.namespace : [],
      onProgress: progress.show,
    });
    progress.clear();
    mustExist(options, result.namespaces, source.name);
    const isWhole = result.unseen.length === 0 && rules.length === RULES.length && !isNarrowed(options);
    const sifted = sift(result.findings, suppressions, Date.now(), isWhole);
    const outcome: ScanOutcome = {
      source: source.name,
      ...sifted,
      remarks: remarksOf(sifted, words),
      unseen: result.unseen,
      objects: result.objects,
      judged: result.judged,
      meshSeen: result.meshSeen,
      time: Date.now(),
    };
    await write(await drawn(outcome, output, words, rules));
    // Beside every format: a job that scans the wrong cluster would else be green for ever.
    if (!outcome.meshSeen && outcome.unseen.length === 0)
      process.stderr.write(`${words.t('scan.no-mesh')}\n`);
    if (outcome.findings.length > 0) return EXIT.found;
    return outcome.unseen.length > 0 ? EXIT.incomplete : EXIT.ok;
  } catch (error) {
    progress.clear();
    if (!(error instanceof LookError)) throw error;
    if (stop.signal.aborted) return EXIT.sigint;
    const reason = `${words.t(`scan.failure.${error.failure}`)}: ${sanitiseLine(error.detail, 300)}`;
    throw new UserError('scan-failed', { reason }, EXIT.incomplete, error);
  } finally {
    process.off('SIGINT', onSignal);
  }
}

function isNarrowed({ allNamespaces, namespace }: ScanCommandOptions): boolean {
  return !allNamespaces && namespace.length > 0;
}

/** Throws `namespace-unknown`. */
function mustExist(
  { allNamespaces, namespace }: ScanCommandOptions,
  known: readonly string[] | undefined,
  source: string,
): void {
  const unknown = allNamespaces ? undefined : namespace.find((one) => known?.includes(one) === false);
  if (unknown === undefined || known === undefined) return;
  const nearest = closest(known, unknown).join(', ');
  throw new UserError('namespace-unknown', { namespace: sanitiseLine(unknown, 63), source, nearest });
}

async function drawn(
  outcome: ScanOutcome,
  output: string,
  words: Words,
  rules: Parameters<typeof drawRules>[0],
): Promise<string> {
  const title = (rule: string) => words.t(`scan.rule.${rule}`);
  switch (output) {
    case 'json':
      return (await import('../scan/formats/json.ts')).jsonOf(outcome, title);
    case 'sarif':
      return (await import('../scan/formats/sarif.ts')).sarifOf(outcome, title, rules);
    case 'junit':
      return (await import('../scan/formats/junit.ts')).junitOf(outcome, title, rules);
    default:
      return drawScan(outcome, words, rules.length);
  }
}

interface Source {
  readonly reader: ClusterReader;
  readonly name: string;
  /** Ages are counted from here: a snapshot's pods were not older than the snapshot. Milliseconds. */
  readonly now: number;
}

async function sourceOf(options: ScanCommandOptions, signal: AbortSignal, words: Words): Promise<Source> {
  const { from, kubeconfig, context, env } = options;
  if (from !== undefined) {
    const { drawFaults, openFrom } = await import('./snapshot-look.ts');
    const snapshot = await openFrom(from, process.stdin);
    // Beside the report, which programs read: what is missing there would else look as if nobody had collected it.
    process.stderr.write(drawFaults(from, snapshot, words));
    return {
      reader: snapshot.reader,
      name: sanitiseLine(from, 200),
      now: snapshot.describe().time?.getTime() ?? Date.now(),
    };
  }
  const found = peekKubeconfig(kubeconfig, context, env);
  if (!found) throw new UserError('scan-no-cluster', {}, EXIT.environment);
  const { openLive } = await import('../cluster/live.ts');
  return {
    reader: openLive({ kubeconfig: found.path, context, env })(signal),
    name: sanitiseLine(found.context, 200),
    now: Date.now(),
  };
}

async function suppressionsFrom(path: string, rules: readonly string[]) {
  const { readSuppressions } = await import('../scan/suppressions.ts');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw fileError(path, cause);
  }
  return readSuppressions(text, path, rules);
}

/** Progress goes to a person's terminal and nowhere else: a log of CI keeps every carriage return. */
function progressOn(stream: NodeJS.WriteStream, words: Words) {
  const clear = () => {
    if (stream.isTTY) stream.write('\r\u001b[K');
  };
  const show = (done: number, all: number, resource: string) => {
    if (!stream.isTTY) return;
    const room = (stream.columns ?? 80) - 1;
    stream.write(`\r\u001b[K${sanitiseLine(words.t('scan.reading', { done, all, resource }), room)}`);
  };
  return { clear, show };
}

/** The end of a long report must not be cut off when the process exits. */
function write(text: string): Promise<void> {
  return new Promise((resolve, reject) =>
    process.stdout.write(text, (error) => (error ? reject(error) : resolve())),
  );
}
