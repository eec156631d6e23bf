/** `unmesh match`: which symptom a text shows. */
import { scoreWord } from '../case/score.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import type { Matcher, MatchResult } from '../match/index.ts';
import { sanitise } from '../text/sanitise.ts';
import { linesOf, readPiped, sizeOf } from './input.ts';
import { openRuntime, type Runtime, type RuntimeOptions } from './runtime.ts';

export interface MatchOptions extends RuntimeOptions {
  /** The text; empty or `-` reads standard input. */
  readonly text: string;
  readonly output: string;
  readonly jsonl: boolean;
}

const FORMATS = ['text', 'json'];

/** Exit code 0 when a symptom was found, 1 when no flow knows the text; `--jsonl` is 0 whatever the lines say. */
export async function runMatch(options: MatchOptions): Promise<ExitCode> {
  if (!FORMATS.includes(options.output)) {
    throw new UserError('format-unknown', { format: options.output, known: FORMATS.join(', ') });
  }
  const runtime = await openRuntime(options);
  if (options.jsonl) return matchLines(await runtime.matcher());
  const result = await matchOne(runtime, options.text);
  process.stdout.write(
    options.output === 'json' ? `${JSON.stringify(rounded(result), null, 2)}\n` : draw(result, runtime),
  );
  return result.matches.length > 0 ? EXIT.ok : EXIT.found;
}

/** More digits than these say nothing. */
const scoreOf = (score: number) => Math.round(score * 1000) / 1000;

function rounded(result: MatchResult): MatchResult {
  return { ...result, matches: result.matches.map((one) => ({ ...one, score: scoreOf(one.score) })) };
}

async function matchOne(runtime: Runtime, text: string): Promise<MatchResult> {
  if (text !== '' && text !== '-') {
    if (text.trim() === '') throw new UserError('input-empty', {}, EXIT.input);
    return (await runtime.matcher()).match(text);
  }
  const words = runtime.words.words(runtime.language);
  const onProgress = (bytes: number) => {
    if (process.stderr.isTTY)
      process.stderr.write(`\r\u001b[K${words.t('input.reading', { size: sizeOf(bytes) })}`);
  };
  const piped = await readPiped(process.stdin, runtime.matcher, onProgress);
  if (piped.cut && process.stderr.isTTY) process.stderr.write('\n');
  return piped.result ?? (await runtime.matcher()).match(piped.text);
}

/** Reads `{"id","text"}` lines, writes one result line each, in the same order. */
async function matchLines(matcher: Matcher): Promise<ExitCode> {
  let number = 0;
  for await (const line of linesOf(process.stdin)) {
    number++;
    if (line.trim() === '') continue;
    const { id, text } = parseLine(line, number);
    const { matches, facts } = matcher.match(text);
    const result = {
      id,
      matches: matches.map(({ flow, score }) => ({ flow, score: scoreOf(score) })),
      facts: Object.fromEntries(facts.map(({ name, value }) => [name, value])),
    };
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
  return EXIT.ok;
}

function parseLine(line: string, number: number): { id: string; text: string } {
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('jsonl-broken', { line: number, reason }, EXIT.input, cause);
  }
  const { id, text } = (data ?? {}) as { id?: unknown; text?: unknown };
  if (typeof id === 'string' && typeof text === 'string') return { id, text };
  throw new UserError('jsonl-shape', { line: number }, EXIT.input);
}

function draw(result: MatchResult, runtime: Runtime): string {
  const words = runtime.words.words(runtime.language);
  const { t } = words;
  const lines: string[] = [];
  if (result.matches.length === 0) {
    lines.push(t('matches.none'), t(result.nearest.length ? 'matches.nearest' : 'matches.none-next'));
    lines.push(
      ...result.nearest.map(({ flow, saying }) => {
        // What people of another language say is no help to this one.
        const isOwn = words.flow(flow)?.says.includes(saying) === true;
        return `  ${flow}  ${words.title(flow)}${isOwn ? `  (${saying})` : ''}`;
      }),
    );
  }
  for (const match of result.matches.slice(0, 5)) {
    lines.push(
      `${Math.round(match.score * 100)}%  ${match.flow}  ${words.title(match.flow)}  (${t(`score.${scoreWord(match.score)}`)})`,
    );
    lines.push(
      ...match.evidence.slice(0, 5).map((line) => `  ${String(line.line).padStart(5)} | ${line.text}`),
    );
  }
  if (result.facts.length) {
    lines.push('', t('match.facts'));
    lines.push(
      ...result.facts.map(({ name, value, from }) => `  ${t(`fact.${name}`)}: ${value}  (${from.line})`),
    );
  }
  lines.push('', t('match.noise', { ...result.records }));
  return `${lines.map(sanitise).join('\n')}\n`;
}
