/** What a code, a message or an access-log line means: everything the tables know about it, with the flow it leads to. */
import { type AccessLogEntry, decodeAccessLog, looksLikeAccessLog } from '../match/access-log/entry.ts';
import type { Pack } from '../pack/pack.ts';
import { EXPLAIN_LIMIT, type FoundEntry, indexTables, type TableIndex } from './lookup.ts';

/** An access-log line taken apart. */
export interface ExplainedLine {
  readonly line: string;
  readonly log: AccessLogEntry;
  /** The last field that could be read where the line is cut or has another format; `undefined` for a whole line. */
  readonly stoppedAt: string | undefined;
  /** Flags, details and reasons of the line, in the order in which they are read together. */
  readonly entries: readonly FoundEntry[];
}

export interface Explanation {
  readonly lines: readonly ExplainedLine[];
  /** Codes and messages of the text outside access-log lines. */
  readonly entries: readonly FoundEntry[];
  /** Access-log lines of the text that were not taken apart, since others came before them. */
  readonly more: number;
  /** Codes that look most like the text, where nothing is known of it. */
  readonly nearestTo: readonly string[] | undefined;
}

/** At most this many access-log lines are taken apart. */
const MAX_LINES = 5;
const MAX_ENTRIES = 8;
/** In a longer text, two capitals are a word or a name, and no response flag. Words. */
const MAX_FLAG_WORDS = 12;
/** Longest piece of a line whose parts are looked up one by one. Characters. */
const MAX_PIECE = 2000;

export function explain(pack: Pack, input: string): Explanation {
  const text = input.slice(0, EXPLAIN_LIMIT).trim();
  const index = indexTables(pack);
  const exact = index.byCode(text);
  if (exact.length) return { lines: [], entries: exact, more: 0, nearestTo: undefined };
  const all = text.split(/\r?\n/);
  const logs: ExplainedLine[] = [];
  const others: string[] = [];
  let more = 0;
  for (const line of all) {
    const log = looksLikeAccessLog(line) ? decodeAccessLog(line) : undefined;
    if (!log) others.push(line);
    else if (logs.length < MAX_LINES) logs.push(explainLine(line, log, index));
    else more++;
  }
  const rest = others.join('\n');
  const words =
    rest.trim() === ''
      ? []
      : [...partsOf(rest, index), ...index.byMessage(rest), ...index.within(rest), ...listOf(rest, index)];
  const entries = unique(words).slice(0, MAX_ENTRIES);
  const isKnown = logs.length > 0 || entries.length > 0;
  return { lines: logs, entries, more, nearestTo: isKnown ? undefined : index.codes };
}

/** `UF,URX` or `UF URX`: a short list of codes. */
function listOf(text: string, index: TableIndex): FoundEntry[] {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  if (parts.length < 2 || parts.length > 8) return [];
  const found = parts.map((part) => index.byCode(part));
  return found.every((entries) => entries.length > 0) ? found.flat() : [];
}

/** Flags and details out of a sentence or a torn-out piece of a line: `503 UF upstream_reset_before_…{overflow}`. */
function partsOf(text: string, index: TableIndex): FoundEntry[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length > MAX_FLAG_WORDS || text.length > MAX_PIECE) return [];
  const parts = words
    .flatMap((word) => word.split(/[=,;?!"'`]+(?![^{[]*[}\]])/))
    .filter((part) => part !== '');
  return parts.flatMap((part) => {
    if (/^[A-Z]{2,5}$/.test(part)) return index.inTable('response-flags', part);
    return /^[a-z0-9]+_[a-z0-9_]+(?:[{[(:].*)?$/.test(part) ? detailEntries(part, index) : [];
  });
}

function explainLine(line: string, log: AccessLogEntry, index: TableIndex): ExplainedLine {
  const value = (name: string) => log.fields.find((field) => field.name === name)?.value ?? '';
  const details = [value('response_code_details'), value('connection_termination_details')].filter(
    (text) => text !== '' && text !== '-',
  );
  const failure = value('upstream_transport_failure_reason');
  const entries = [
    ...log.flags.flatMap((flag) => index.inTable('response-flags', flag)),
    ...details.flatMap((text) => detailEntries(text, index)),
    ...reasonEntries(failure, index),
  ];
  const last = log.fields.at(-1)?.name;
  const isCut =
    log.format === 'text'
      ? last !== 'route_name' && last !== 'requested_server_name'
      : log.readTo < line.trimEnd().length;
  return { line, log, stoppedAt: isCut ? last : undefined, entries: unique(entries) };
}

/** `name{reason,TLS_error:|…}`: the name, then what stands in the braces. */
function detailEntries(text: string, index: TableIndex): FoundEntry[] {
  const brace = text.indexOf('{');
  const name = brace === -1 ? text : text.slice(0, brace);
  const inside =
    brace === -1
      ? ''
      : text.slice(brace + 1, text.lastIndexOf('}') === -1 ? undefined : text.lastIndexOf('}'));
  const reason = inside.split(',')[0] ?? '';
  const own = index.inTable('details', name);
  return [
    ...own,
    ...(own.length === 0 ? prefixEntries(name, index) : []),
    ...index.inTable('reset-reasons', reason),
    ...reasonEntries(inside, index),
  ];
}

/** Details that carry a name behind their own: `rbac_access_denied_matched_policy[ns[shop]-policy[x]-rule[0]]`. */
function prefixEntries(name: string, index: TableIndex): FoundEntry[] {
  const cut = name.search(/[[:(]/);
  return cut > 0 ? index.inTable('details', name.slice(0, cut)) : [];
}

/** TLS reasons are OpenSSL names inside a longer text, with blanks or underscores. */
function reasonEntries(text: string, index: TableIndex): FoundEntry[] {
  if (text === '' || text === '-') return [];
  const names = text.split(/[|:,}]/).map((part) => part.trim());
  const whole = text.replaceAll('_', ' ');
  return [...names, ...whole.split('|')]
    .flatMap((name) => index.inTable('tls-reasons', name))
    .concat(index.byMessage(whole).filter(({ table }) => table === 'tls-reasons'));
}

function unique(entries: readonly FoundEntry[]): FoundEntry[] {
  const seen = new Set<string>();
  return entries.filter(({ table, entry }) => {
    const name = `${table}/${entry.id}`;
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}
