/** One paste being read: records come in, what they show is kept in bounded memory. */
import { CLIP } from './clean.ts';
import { FactCollector } from './facts.ts';
import { fold } from './fold.ts';
import type { Record } from './records/split.ts';
import type { Hit, SignatureIndex } from './signatures.ts';

/** A line in which a signature was found; spans are in its folded form. */
export interface Sample {
  readonly line: number;
  readonly text: string;
  readonly spans: readonly number[];
}

/** A line kept for comparing it with what people say. */
export interface Notable {
  readonly line: number;
  /** Folded, cut to a length that one line may weigh. */
  readonly text: string;
  /** As it stands in the paste, sanitised. */
  readonly shown: string;
}

/** A signature found in the paste. */
export interface Finding {
  readonly signature: number;
  /** Greatest number of characters its patterns knew in one record. */
  size: number;
  /** Highest trust among its records: 1, less when only in debug or info lines. */
  trust: number;
  count: number;
  /** First lines it was found in, bounded. */
  readonly lines: number[];
  readonly samples: Sample[];
}

const MAX_LINES = 200;
const MAX_SAMPLES = 4;
/** Trust in a line of the access log that tells of a request that was answered. */
const HEALTHY = 0.6;
/** Lines kept for comparing a paste that no signature knows. */
const MAX_NOTABLE = 40;
const MAX_NOTABLE_LINE = 600;

export class Scan {
  readonly findings = new Map<number, Finding>();
  readonly seen: Uint8Array;
  readonly facts = new FactCollector();
  /** Lines that say something: not healthy, no frames, no table heads. */
  readonly notable: Notable[] = [];
  /** The first of the lines set aside: all there is to compare where nothing else is left. */
  readonly aside: Notable[] = [];
  /** Whether the notable lines are more than heads of tables. */
  saysMore = false;
  total = 0;
  noise = 0;
  /** Records of any kind but plain text: a paste without them is a description. */
  structured = 0;
  /** Whether a line of Envoy's access log was among the records. */
  hasAccessLog = false;
  /** Folded characters of plain text. */
  plain = 0;
  /** Most characters known of any line: a signature that knows less of the same line is less sure. */
  readonly best = new Map<number, number>();
  readonly #index: SignatureIndex;

  constructor(index: SignatureIndex) {
    this.#index = index;
    this.seen = new Uint8Array(index.contexts.length);
  }

  add(record: Record): void {
    this.total++;
    const folded = record.lines.map((line) => fold(line));
    const joined = folded.length === 1 ? folded[0]! : folded.join(record.glue);
    const before = this.findings.size;
    let hits = 0;
    const inRecord = new Set<number>();
    const trust = trustOf(record);
    // Words of a row in which all is well are there because its neighbours are; its cells are still a sign.
    let trustNow = isWellRow(record) ? Math.min(trust, HEALTHY) : trust;
    const found = (hit: Hit, line: number): void => {
      hits++;
      inRecord.add(hit.signature);
      this.#keep(hit, trustNow, [{ line: record.line + line, text: record.lines[line]!, spans: hit.spans }]);
    };
    if (folded.length === 1) {
      this.#index.find(joined, record.fields, joined, this.seen, (hit) => found(hit, 0));
    } else {
      // Lines first: what stands in one line was written as one. Then the record as a whole, for wrapped text
      // and for signs that stand on several lines of one document.
      const whole = record.kind === 'text' ? undefined : joined;
      folded.forEach((line, i) => {
        this.#index.find(line, record.fields, whole ?? line, this.seen, (hit) => found(hit, i));
      });
      this.#index.find(joined, record.fields, joined, this.seen, (hit) => {
        if (inRecord.has(hit.signature)) return;
        hits++;
        inRecord.add(hit.signature);
        this.#keep(hit, trustNow, spread(hit.spans, folded, record));
      });
    }
    trustNow = trust;
    if (hasFields(record)) this.#index.findByFields(joined, record.fields, (hit) => found(hit, 0));
    for (const { line, fields } of record.parts ?? [])
      this.#index.findByFields(folded[line]!, fields, (hit) => found(hit, line));

    this.facts.add(record, hits > 0);
    if (record.kind === 'access') this.hasAccessLog = true;
    if (record.kind === 'text') this.plain += joined.length;
    else this.structured++;
    if (hits === 0 && isNoise(record)) {
      this.noise++;
      // What went well says nothing at all; a log's info lines may still describe what happened.
      if (this.aside.length < MAX_NOTABLE && (record.kind === 'log' || record.kind === 'stack'))
        this.#note(this.aside, record, folded);
    } else {
      if (!isTableHead(record)) this.saysMore = true;
      if (this.notable.length < MAX_NOTABLE || this.findings.size > before)
        this.#note(this.notable, record, folded);
    }
  }

  #keep(hit: Hit, trust: number, samples: readonly Sample[]): void {
    let finding = this.findings.get(hit.signature);
    if (finding === undefined) {
      finding = { signature: hit.signature, size: 0, trust: 0, count: 0, lines: [], samples: [] };
      this.findings.set(hit.signature, finding);
    }
    finding.count++;
    finding.trust = Math.max(finding.trust, trust);
    finding.size = Math.max(finding.size, hit.size);
    for (const sample of samples) {
      if (finding.lines.length < MAX_LINES && finding.lines.at(-1) !== sample.line)
        finding.lines.push(sample.line);
      if (
        finding.samples.length < MAX_SAMPLES ||
        (samples.length > 1 && finding.samples.length < 3 * MAX_SAMPLES)
      )
        finding.samples.push(sample);
      const best = this.best.get(sample.line);
      if (best === undefined ? this.best.size < 20_000 : best < hit.size)
        this.best.set(sample.line, hit.size);
    }
  }

  #note(list: Notable[], record: Record, folded: readonly string[]): void {
    for (let i = 0; i < record.lines.length && list.length < 2 * MAX_NOTABLE; i++) {
      const text = folded[i]!;
      if (text.trim().length < 3) continue;
      list.push({
        line: record.line + i,
        text: text.slice(0, MAX_NOTABLE_LINE),
        shown: record.lines[i]!.slice(0, CLIP),
      });
    }
  }
}

/** Splits spans of the joined record back to its lines. */
function spread(spans: readonly number[], folded: readonly string[], record: Record): Sample[] {
  const samples: Sample[] = [];
  let start = 0;
  for (let i = 0; i < folded.length; i++) {
    const end = start + folded[i]!.length;
    const own: number[] = [];
    for (let k = 0; k < spans.length; k += 2) {
      const from = Math.max(spans[k]!, start);
      const to = Math.min(spans[k + 1]!, end);
      if (from < to) own.push(from - start, to - start);
    }
    if (own.length > 0) samples.push({ line: record.line + i, text: record.lines[i]!, spans: own });
    start = end + record.glue.length;
  }
  return samples;
}

function hasFields(record: Record): boolean {
  for (const _ in record.fields) return true;
  return false;
}

/** A debug or info line shows an error less surely than an error line with the same words; what went well hardly. */
function trustOf(record: Record): number {
  const { level, flag, code } = record.fields;
  if (record.kind === 'access' && flag === '-' && /^[0123]/.test(code ?? '')) return HEALTHY;
  if (level === 'info') return 0.93;
  if (level === 'debug') return 0.95;
  return 1;
}

/** `NAME   READY   STATUS`: the same words over healthy rows and others. */
function isTableHead({ kind, lines }: Record): boolean {
  const line = lines[0]!;
  return (
    kind === 'text' &&
    lines.length === 1 &&
    line.length < 400 &&
    /^\s*NAME(?:SPACE)?\s[A-Z0-9()/ -]+$/.test(line)
  );
}

/** A pod with all its containers, and with more than one: a single one may lack its sidecar. */
function isHealthyPod({ status, ready = '', restarts }: Record['fields']): boolean {
  const counts = /^(\d+)\/(\d+)$/.exec(ready);
  return status === 'Running' && restarts === '0' && counts?.[1] === counts?.[2] && Number(counts?.[1]) > 1;
}

/** A pod whose containers all run and never ended, or that has done its work. */
function isWellRow({ kind, fields: { status, ready = '', restarts } }: Record): boolean {
  if (kind !== 'row') return false;
  if (status === 'Completed') return true;
  const counts = /^(\d+)\/(\d+)$/.exec(ready);
  return status === 'Running' && restarts === '0' && counts !== null && counts[1] === counts[2];
}

/** Healthy lines and bare stack traces say nothing. */
function isNoise(record: Record): boolean {
  if (record.kind === 'stack') return true;
  const { level, flag, code, type } = record.fields;
  if (record.kind === 'access') return flag === '-' && /^[123]/.test(code ?? '');
  if (record.kind === 'event') return type === 'Normal';
  if (record.kind === 'row') return isHealthyPod(record.fields);
  return level === 'info' || level === 'debug';
}
