/**
 * Patterns of signatures: literal text with `*` for any run of characters. Matching looks for each piece after
 * the one before it and never turns back, so it is linear in the text by construction.
 */
import { fold, isWordCode } from './fold.ts';

export interface Glob {
  readonly source: string;
  /** Folded literal pieces, none empty. */
  readonly pieces: readonly string[];
  /** For each piece: 1 it must begin, 2 it must end at a word's edge. */
  readonly edges: readonly number[];
  /** Characters of all pieces: how much of a text this pattern knows. */
  readonly size: number;
}

/** Start and end of each piece in the folded text, flat: [s0, e0, s1, e1, …]. */
export type Spans = readonly number[];

/** A pattern without any literal text is not usable: undefined. */
export function compileGlob(source: string): Glob | undefined {
  const parts = fold(source.trim()).split('*');
  const pieces: string[] = [];
  const edges: number[] = [];
  parts.forEach((part, i) => {
    // A space beside `*` asks for a word's edge and no more: in `failed * refused` a colon may follow `failed`.
    const piece = part.trim();
    if (piece === '') return;
    const begins = i === 0 || part.startsWith(' ');
    const ends = i === parts.length - 1 || part.endsWith(' ');
    pieces.push(piece);
    edges.push(
      (begins && isWordCode(piece.charCodeAt(0)) ? 1 : 0) +
        (ends && isWordCode(piece.charCodeAt(piece.length - 1)) ? 2 : 0),
    );
  });
  if (pieces.length === 0) return undefined;
  return { source, pieces, edges, size: pieces.reduce((sum, piece) => sum + piece.length, 0) };
}

/** Where the pattern stands in the folded text, as tight as possible, or undefined. */
export function matchGlob(glob: Glob, text: string, from = 0): Spans | undefined {
  const { pieces } = glob;
  const last = pieces.length - 1;
  // Most patterns fail at their first piece: nothing is allocated for those.
  if (!text.includes(pieces[0]!, from)) return undefined;
  const spans: number[] = [];
  let at = from;
  for (let k = 0; k <= last; k++) {
    const piece = pieces[k]!;
    let start = text.indexOf(piece, at);
    while (start !== -1 && !edgesHold(glob, k, text, start, piece.length))
      start = text.indexOf(piece, start + 1);
    if (start === -1) return undefined;
    at = start + piece.length;
    spans.push(start, at);
  }
  // Pull each earlier piece as close to its successor as it stands, so that the shown range is the error's.
  for (let k = last - 1; k >= 0; k--) {
    const piece = pieces[k]!;
    const close = text.lastIndexOf(piece, spans[2 * k + 2]! - piece.length);
    if (close > spans[2 * k]! && edgesHold(glob, k, text, close, piece.length)) {
      spans[2 * k] = close;
      spans[2 * k + 1] = close + piece.length;
    }
  }
  return spans;
}

function edgesHold(glob: Glob, k: number, text: string, start: number, length: number): boolean {
  const edge = glob.edges[k]!;
  if ((edge & 1) !== 0 && start > 0 && isWordCode(text.charCodeAt(start - 1))) return false;
  const end = start + length;
  return !((edge & 2) !== 0 && end < text.length && isWordCode(text.charCodeAt(end)));
}
