/**
 * Descriptions and unknown wordings: an index of words (CJK: pairs of characters) over titles, summaries,
 * sayings and the texts of the signatures, weighted by how few flows use a word.
 */
import Fuse from 'fuse.js';
import { conceptsOf } from './concepts.ts';
import { fold } from './fold.ts';
import { tokensOf } from './tokens.ts';
import type { MatchKnowledge } from './types.ts';

interface Doc {
  readonly flow: number;
  readonly kind: 'saying' | 'title' | 'summary' | 'signature';
  readonly lang: string;
  readonly text: string;
  /** Sum of squared weights of its distinct words, square-rooted. */
  norm: number;
}

export interface SayingScore {
  readonly flow: string;
  /** Cosine with the best of the flow's texts, 0..1. */
  readonly best: number;
  /** Share of the query's weight that the flow's words explain at all, 0..1. */
  readonly cover: number;
  /** BM25 of the query over all texts of the flow as one document, as a share of the best flow's, 0..1. */
  readonly whole: number;
  /** The query has the status code that the flow is named for. */
  readonly named: boolean;
  /** The best of the flow's texts. */
  readonly doc: { readonly text: string; readonly lang: string; readonly kind: Doc['kind'] };
}

/** BM25: how soon repetition stops to count, and how much a long flow is held against it. */
const K1 = 1.2;
const B = 0.6;

/** The status code in a flow's name: `http-503`. */
const CODE = /\d{3}$/;

/** Fuse's cost grows with the query; beyond this a query is no typo of a saying. */
const FUSE_QUERY = 64;

export class SayingIndex {
  readonly #flows: string[] = [];
  readonly #docs: Doc[] = [];
  /** token -> indexes of documents that have it, ascending. */
  readonly #postings = new Map<string, number[]>();
  readonly #weights = new Map<string, number>();
  /** Bits of flows that use a token are not kept; this is the set of flows by token. */
  readonly #flowsOf = new Map<string, Set<number>>();
  /** Tokens in all texts of a flow. */
  readonly #lengths: number[] = [];
  /** Known Latin words by length, for mending typos. */
  readonly #words = new Map<number, string[]>();

  constructor(knowledge: MatchKnowledge) {
    const flowIndex = new Map<string, number>();
    const flowAt = (flow: string): number => {
      let at = flowIndex.get(flow);
      if (at === undefined) {
        at = this.#flows.push(flow) - 1;
        flowIndex.set(flow, at);
      }
      return at;
    };
    for (const entry of knowledge.sayings) {
      const flow = flowAt(entry.flow);
      this.#add(flow, 'title', entry.lang, entry.title);
      this.#add(flow, 'summary', entry.lang, entry.summary);
      for (const saying of entry.says) this.#add(flow, 'saying', entry.lang, saying);
    }
    for (const file of knowledge.signatures) {
      const flow = flowAt(file.flow);
      for (const signature of file.signatures) {
        for (const text of signature.match) this.#add(flow, 'signature', 'en', text);
        this.#add(flow, 'signature', 'en', [...(signature.any ?? []), ...(signature.all ?? [])].join(' '));
      }
    }
    const flows = this.#flows.length;
    for (const [token, users] of this.#flowsOf) this.#weights.set(token, Math.log(1 + flows / users.size));
    for (const [token, docs] of this.#postings) {
      const weight = this.#weights.get(token)!;
      for (const doc of docs) this.#docs[doc]!.norm += weight * weight;
      if (token.charCodeAt(0) < 0x300 && token.length >= 4) {
        const same = this.#words.get(token.length);
        if (same === undefined) this.#words.set(token.length, [token]);
        else same.push(token);
      }
    }
    for (const doc of this.#docs) doc.norm = Math.sqrt(doc.norm) || 1;
  }

  #add(flow: number, kind: Doc['kind'], lang: string, text: string): void {
    const at = this.#docs.push({ flow, kind, lang, text, norm: 0 }) - 1;
    const tokens = wordsOf(fold(text), 400);
    this.#lengths[flow] = (this.#lengths[flow] ?? 0) + tokens.size;
    for (const token of tokens) {
      const docs = this.#postings.get(token);
      if (docs === undefined) this.#postings.set(token, [at]);
      else docs.push(at);
      const users = this.#flowsOf.get(token);
      if (users === undefined) this.#flowsOf.set(token, new Set([flow]));
      else users.add(flow);
    }
  }

  /** Flows by likeness, best first. `mend` looks for typos among unknown words. `skip` leaves a text out (tests). */
  search(text: string, mend: boolean, skip?: ReadonlySet<string>): SayingScore[] {
    const folded = fold(text);
    const tokens = new Map<string, number>();
    const heaviest = Math.log(1 + this.#flows.length);
    let mended = 0;
    for (const token of wordsOf(folded, 600)) {
      const weight = this.#weights.get(token);
      if (weight !== undefined) tokens.set(token, weight);
      else {
        const twin = mend && mended < 12 ? this.#mend(token) : undefined;
        if (twin !== undefined) {
          mended++;
          tokens.set(twin, this.#weights.get(twin)! * 0.8);
        } else tokens.set(token, heaviest * (token.charCodeAt(0) < 0x300 ? 0.6 : 0.35));
      }
    }
    if (tokens.size === 0) return [];
    let queryNorm = 0;
    let total = 0;
    const dots = new Float64Array(this.#docs.length);
    const covers = new Float64Array(this.#flows.length);
    const wholes = new Float64Array(this.#flows.length);
    const counts = new Float64Array(this.#flows.length);
    const average = this.#lengths.reduce((sum, length) => sum + length, 0) / this.#flows.length;
    for (const [token, weight] of tokens) {
      queryNorm += weight * weight;
      total += weight;
      const docs = this.#postings.get(token);
      if (docs === undefined) continue;
      const own = this.#weights.get(token)!;
      for (const doc of docs) dots[doc]! += weight * own;
      counts.fill(0);
      for (const doc of docs) if (!skip?.has(this.#docs[doc]!.text)) counts[this.#docs[doc]!.flow]!++;
      for (const flow of this.#flowsOf.get(token)!) {
        covers[flow]! += weight;
        const count = counts[flow]!;
        const length = this.#lengths[flow]! / average;
        wholes[flow]! += (weight * count * (K1 + 1)) / (count + K1 * (1 - B + B * length));
      }
    }
    const bestWhole = Math.max(...wholes) || 1;
    queryNorm = Math.sqrt(queryNorm);
    const best = new Float64Array(this.#flows.length);
    const bestDoc = new Int32Array(this.#flows.length).fill(-1);
    const second = new Float64Array(this.#flows.length);
    for (let at = 0; at < this.#docs.length; at++) {
      if (dots[at] === 0) continue;
      const doc = this.#docs[at]!;
      if (skip?.has(doc.text)) continue;
      const likeness = dots[at]! / (queryNorm * doc.norm);
      if (likeness > best[doc.flow]!) {
        second[doc.flow] = best[doc.flow]!;
        best[doc.flow] = likeness;
        bestDoc[doc.flow] = at;
      } else if (likeness > second[doc.flow]!) second[doc.flow] = likeness;
    }
    const scores: SayingScore[] = [];
    for (let flow = 0; flow < this.#flows.length; flow++) {
      if (bestDoc[flow] === -1) continue;
      const doc = this.#docs[bestDoc[flow]!]!;
      scores.push({
        flow: this.#flows[flow]!,
        best: best[flow]! + 0.25 * second[flow]!,
        cover: covers[flow]! / total,
        whole: wholes[flow]! / bestWhole,
        named: tokens.has(CODE.exec(this.#flows[flow]!)?.[0] ?? ''),
        doc: { text: doc.text, lang: doc.lang, kind: doc.kind },
      });
    }
    return scores.sort((a, b) => rankOf(b) - rankOf(a));
  }

  /** The known word nearest to a misspelt one: one edit from 4 letters, two from 8. */
  #mend(token: string): string | undefined {
    if (token.length < 4 || token.charCodeAt(0) >= 0x300) return undefined;
    const reach = token.length >= 8 ? 2 : 1;
    let best: string | undefined;
    let bestCost = reach + 1;
    for (let length = token.length - reach; length <= token.length + reach; length++) {
      for (const word of this.#words.get(length) ?? []) {
        if (word[0] !== token[0] && word[1] !== token[1]) continue;
        const cost = editDistance(token, word, bestCost);
        if (cost < bestCost) {
          best = word;
          bestCost = cost;
        }
      }
    }
    return best;
  }

  /** Sayings nearest to a text, one per flow, for "did you mean". */
  nearest(text: string, count: number): { flow: string; saying: string; lang: string }[] {
    const ranked = this.search(text, true).slice(0, 20);
    const candidates = ranked.flatMap((score) => {
      const sayings = this.#docs.filter(
        (doc) =>
          this.#flows[doc.flow] === score.flow &&
          (doc.kind === 'saying' || doc.kind === 'title') &&
          doc.lang === score.doc.lang,
      );
      return sayings.map((doc) => ({ flow: score.flow, saying: doc.text, lang: doc.lang }));
    });
    const query = fold(text).trim();
    if (query.length === 0 || candidates.length === 0) return [];
    const order = new Map<string, number>();
    ranked.forEach((score, i) => {
      order.set(score.flow, i);
    });
    const fuse = new Fuse(candidates, {
      keys: ['saying'],
      ignoreLocation: true,
      threshold: 0.7,
      includeScore: true,
    });
    const hits = fuse
      .search(query.slice(0, FUSE_QUERY))
      .map((hit) => ({ ...hit.item, at: (hit.score ?? 1) + order.get(hit.item.flow)! * 0.05 }));
    const rest = candidates.map((item) => ({ ...item, at: 1 + order.get(item.flow)! * 0.05 }));
    const chosen = new Map<string, { flow: string; saying: string; lang: string }>();
    for (const { at: _at, ...item } of [...hits, ...rest].sort((a, b) => a.at - b.at)) {
      if (!chosen.has(item.flow)) chosen.set(item.flow, item);
      if (chosen.size >= count) break;
    }
    return [...chosen.values()];
  }
}

/** Words and the concepts they stand for: `~timeout` is shared by every language's word for it. */
function wordsOf(folded: string, limit: number): Set<string> {
  const words = new Set(tokensOf(folded, limit));
  for (const concept of conceptsOf(folded)) words.add(`~${concept}`);
  return words;
}

/** What a status code in a text is worth to the flow of that name: other flows speak of it too, by the way. */
const NAMED = 0.12;

/** Likeness for ordering flows, 0..1 and a little more. Weights found by leaving sayings and samples out. */
export function rankOf(score: SayingScore): number {
  return 0.45 * score.best + 0.2 * score.cover + 0.35 * score.whole + (score.named ? NAMED : 0);
}

/** Edits (with swaps of neighbours) between two words, or `limit` when there are at least as many. */
function editDistance(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
      if (cost < least) least = cost;
    }
    if (least >= limit) return limit;
    before = last;
    last = row;
  }
  return Math.min(last[b.length]!, limit);
}
