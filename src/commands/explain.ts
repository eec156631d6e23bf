/** `unmesh explain`: what a code, a message or an access-log line means. */
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { type ExplainedLine, type Explanation, explain } from '../explain/explain.ts';
import { EXPLAIN_LIMIT, type FoundEntry } from '../explain/lookup.ts';
import type { Words } from '../i18n/words.ts';
import { sanitise, sanitiseLine } from '../text/sanitise.ts';
import { readPiped } from './input.ts';
import { nearest } from './nearest.ts';
import { openRuntime, type Runtime, type RuntimeOptions } from './runtime.ts';

export interface ExplainOptions extends RuntimeOptions {
  /** A code, a message or a line; empty or `-` reads standard input. */
  readonly what: string;
  readonly output: string;
}

const FORMATS = ['text', 'json'];

/**
 * Throws `explain-unknown` (exit code 1) with the nearest codes where no table knows the text,
 * `explain-symptom` where it shows a symptom all the same, or `explain-nothing`.
 */
export async function runExplain(options: ExplainOptions): Promise<ExitCode> {
  if (!FORMATS.includes(options.output))
    throw new UserError('format-unknown', { format: options.output, known: FORMATS.join(', ') });
  const runtime = await openRuntime(options);
  const text = sanitise(await textOf(options.what, runtime));
  const explanation = explain(runtime.pack, text);
  if (explanation.nearestTo) {
    const code = sanitiseLine(text, 80);
    // What is no code may still be the words of a symptom: the body of an answer, a line of istiod's log.
    const [shown] = /\s/.test(text.trim()) ? (await runtime.matcher()).match(text).matches : [];
    if (shown) {
      const title = runtime.words.words(runtime.language).title(shown.flow);
      throw new UserError('explain-symptom', { code, title, flow: shown.flow }, EXIT.found);
    }
    // A number alone is part of many codes and a misspelling of none.
    const near = /^\d+$/.test(text.trim()) ? [] : nearest([...new Set(explanation.nearestTo)], text);
    throw near.length > 0
      ? new UserError('explain-unknown', { code, nearest: near.join(', ') }, EXIT.found)
      : new UserError('explain-nothing', { code }, EXIT.found);
  }
  const words = runtime.words.words(runtime.language);
  if (text.length > EXPLAIN_LIMIT)
    process.stderr.write(`${words.t('explain.cut', { count: EXPLAIN_LIMIT })}\n`);
  process.stdout.write(
    options.output === 'json'
      ? `${JSON.stringify(asData(explanation, words), null, 2)}\n`
      : `${draw(explanation, words).map(sanitise).join('\n')}\n`,
  );
  return EXIT.ok;
}

async function textOf(what: string, runtime: Runtime): Promise<string> {
  if (what !== '' && what !== '-') {
    if (what.trim() === '') throw new UserError('input-empty', {}, EXIT.input);
    return what;
  }
  return (await readPiped(process.stdin, runtime.matcher, () => {})).text;
}

/** The same as the text shows, for programs: ids stay, words are in the chosen language. */
function asData(explanation: Explanation, words: Words) {
  const entry = ({ table, entry: found, hit }: FoundEntry) => ({
    table,
    ...found,
    ...(hit ? { values: hit.values } : {}),
    words: words.table(table)?.[found.id],
  });
  return {
    lines: explanation.lines.map(({ line, log, stoppedAt, entries }) => ({
      line,
      format: log.format,
      direction: log.direction ?? null,
      cluster: log.cluster ?? null,
      flags: log.flags,
      fields: Object.fromEntries(log.fields.map(({ name, value }) => [name, value])),
      stoppedAt: stoppedAt ?? null,
      entries: entries.map(entry),
    })),
    moreLines: explanation.more,
    entries: explanation.entries.map(entry),
  };
}

function draw(explanation: Explanation, words: Words): string[] {
  const blocks = [
    ...explanation.lines.map((line) => lineOf(line, words)),
    ...(explanation.more > 0 ? [[words.t('explain.more', { count: explanation.more })]] : []),
    ...explanation.entries.map((found) => entryOf(found, words)),
  ];
  return blocks.flatMap((block, index) => (index === 0 ? block : ['', ...block]));
}

function lineOf({ log, stoppedAt, entries }: ExplainedLine, words: Words): string[] {
  const { t } = words;
  const width = Math.max(...log.fields.map(({ name }) => name.length));
  const out = [t('explain.log')];
  for (const { name, value } of log.fields) out.push(`  ${name.padEnd(width)}  ${value}`);
  if (stoppedAt) out.push(`  ${t('explain.stopped', { field: stoppedAt })}`);
  const { cluster } = log;
  if (log.direction || cluster?.port || cluster?.host) out.push('');
  if (log.direction) out.push(`${t('explain.direction-label')}: ${t(`explain.direction.${log.direction}`)}`);
  if (cluster?.port || cluster?.host) {
    const none = t('explain.none');
    const values = { port: cluster.port ?? none, subset: cluster.subset ?? none, host: cluster.host ?? none };
    out.push(`upstream_cluster: ${t('explain.cluster', values)}`);
  }
  return [...out, ...entries.flatMap((found) => ['', ...entryOf(found, words)])];
}

function entryOf({ table, entry, hit }: FoundEntry, words: Words): string[] {
  const { t } = words;
  const own = words.table(table)?.[entry.id];
  const head = [entry.code, own?.title].filter((part) => part !== undefined && part !== '').join('  ');
  const out = [head === '' ? entry.id : head];
  const limits = [
    entry.level && `${t('explain.level')}: ${entry.level}`,
    entry.http && `${t('explain.http')}: ${entry.http}`,
    entry.since && t('explain.since', { version: entry.since }),
    entry.until && t('explain.until', { version: entry.until }),
    entry.retired && t('explain.retired'),
    entry.emitted === false && t('explain.not-emitted'),
  ].filter((part) => typeof part === 'string' && part !== '');
  if (limits.length) out.push(`  ${limits.join(' · ')}`);
  if (entry.template) out.push(`  ${t('explain.message')}: ${entry.template}`);
  if (hit?.values.length)
    out.push(`  ${t('explain.values')}: ${hit.values.map((value) => sanitiseLine(value, 120)).join(' · ')}`);
  if (own) {
    out.push(`  ${t('explain.meaning')}: ${own.meaning}`, `  ${t('explain.causes')}:`);
    out.push(...own.causes.map((cause) => `    - ${cause}`), `  ${t('explain.do')}: ${own.do}`);
  }
  const flows = [entry.flow, ...(entry.also ?? [])].map((flow) => `${words.title(flow)} (${flow})`);
  out.push(`  ${t('explain.flow')}: ${flows[0]}`);
  if (flows.length > 1) out.push(`  ${t('explain.also')}: ${flows.slice(1).join(', ')}`);
  if (entry.docs) out.push(`  ${entry.docs}`);
  out.push(`  → unmesh --symptom ${entry.flow}`);
  return out;
}
