/** The lines that decided, as they stand in the paste, and the places in them. */
import { CLIP } from './clean.ts';
import { conceptPlaces } from './concepts.ts';
import { fold } from './fold.ts';
import type { SayingScore } from './sayings.ts';
import type { Finding, Notable, Sample } from './scan.ts';
import type { SignatureIndex } from './signatures.ts';
import { eachToken } from './tokens.ts';
import type { EvidenceLine } from './types.ts';

const MAX_EVIDENCE = 12;
/** Lines shown where no signature decided. */
const MAX_LIKE = 3;

/** What speaks for a flow. */
export interface Grounds {
  readonly findings: readonly Finding[];
  readonly saying: SayingScore | undefined;
}

/** `notable` are the lines that likeness was asked about. */
export function evidenceOf(grounds: Grounds, notable: NotableWords, index: SignatureIndex): EvidenceLine[] {
  const lines = new Map<number, EvidenceLine>();
  for (const finding of grounds.findings) {
    const { id } = index.signatures[finding.signature]!;
    for (const sample of finding.samples) {
      if (lines.has(sample.line)) continue;
      if (lines.size >= MAX_EVIDENCE) break;
      lines.set(sample.line, showFinding(sample, id));
    }
  }
  const shown = lines.size === 0 ? likeLines(grounds.saying, notable) : [...lines.values()];
  return shown.sort((a, b) => a.line - b.line);
}

/** A word or concept of a line, [start, end) in its folded form. */
interface Place {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

interface LineWords {
  readonly line: Notable;
  readonly map: readonly number[];
  readonly places: readonly Place[];
}

/** The words of the notable lines, read once however many flows are like them. */
export class NotableWords {
  readonly #notable: readonly Notable[];
  #lines: readonly LineWords[] | undefined;

  constructor(notable: readonly Notable[]) {
    this.#notable = notable;
  }

  get lines(): readonly LineWords[] {
    this.#lines ??= this.#notable.map((line) => {
      const map: number[] = [];
      return { line, map, places: placesOf(fold(line.shown, map)) };
    });
    return this.#lines;
  }
}

function placesOf(folded: string): Place[] {
  const places: Place[] = [];
  eachToken(folded, 400, (word, start, end) => places.push({ word, start, end }));
  for (const { concept, start, end } of conceptPlaces(folded))
    places.push({ word: `~${concept}`, start, end });
  return places;
}

/** The lines that share most words with the text of the flow that is likest. */
function likeLines(saying: SayingScore | undefined, notable: NotableWords): EvidenceLine[] {
  const words = new Set(saying === undefined ? [] : placesOf(fold(saying.doc.text)).map(({ word }) => word));
  const why = saying?.doc.kind === 'signature' ? 'likeness' : 'saying';
  const lines = notable.lines.map((one) => ({
    ...one,
    shared: one.places.filter(({ word }) => words.has(word)),
  }));
  // Greetings share a word or two with anything: only lines that share nearly as much as the best are shown.
  const most = Math.max(0, ...lines.map(({ shared }) => shared.length));
  return lines
    .filter(({ shared }) => shared.length * 2 > most || most === 0)
    .sort((a, b) => b.shared.length - a.shared.length)
    .slice(0, MAX_LIKE)
    .map(({ line, map, shared }) =>
      show(
        line.line,
        line.shown,
        shared.flatMap(({ start, end }) => [start, end]),
        map,
        why,
      ),
    );
}

function showFinding({ line, text, spans }: Sample, why: string): EvidenceLine {
  const map: number[] = [];
  fold(text, map);
  return show(line, text, spans, map, why);
}

/** The line with the places that decided, cut to a window around the first of them. */
function show(
  line: number,
  text: string,
  spans: readonly number[],
  map: readonly number[],
  why: string,
): EvidenceLine {
  let ranges: [number, number][] = [];
  for (let k = 0; k < spans.length; k += 2) {
    const from = map[spans[k]!];
    const to = map[spans[k + 1]! - 1];
    if (from !== undefined && to !== undefined) ranges.push([from, to + 1]);
  }
  ranges.sort((a, b) => a[0] - b[0]);
  let window = text;
  if (text.length > CLIP) {
    const start = Math.max(0, (ranges[0]?.[0] ?? 0) - CLIP / 4);
    window = text.slice(start, start + CLIP);
    ranges = ranges
      .map(([from, to]): [number, number] => [Math.max(0, from - start), Math.min(to - start, CLIP)])
      .filter(([from, to]) => from < to);
  }
  return { line, text: window.toWellFormed(), ranges: mergeRanges(ranges), why };
}

function mergeRanges(ranges: readonly (readonly [number, number])[]): [number, number][] {
  const merged: [number, number][] = [];
  for (const [from, to] of ranges) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}
