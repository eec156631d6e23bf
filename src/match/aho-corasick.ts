/**
 * Finds many literals in one pass (Aho and Corasick, 1975). Transitions are a dense table over the characters
 * that occur in the literals; every other character leads back to the root.
 */
export class AhoCorasick {
  readonly #classOf = new Uint16Array(65536);
  readonly #classes: number;
  readonly #next: Int32Array;
  /** Literal that ends in this state, or -1. */
  readonly #ends: Int32Array;
  /** Next shorter state, along failure links, in which a literal ends; 0 when there is none. */
  readonly #shorter: Int32Array;
  /** 1 when a literal ends in this state or in a shorter one. */
  readonly #reports: Uint8Array;

  /** The literals are folded, distinct and not empty; `scan` reports their indexes. */
  constructor(literals: readonly string[]) {
    let classes = 1;
    let room = 1;
    for (const literal of literals) {
      room += literal.length;
      for (let i = 0; i < literal.length; i++) {
        const code = literal.charCodeAt(i);
        if (this.#classOf[code] === 0) this.#classOf[code] = classes++;
      }
    }
    this.#classes = classes;
    const next = new Int32Array(room * classes);
    const ends = new Int32Array(room).fill(-1);
    let states = 1;
    for (let id = 0; id < literals.length; id++) {
      const literal = literals[id]!;
      let state = 0;
      for (let i = 0; i < literal.length; i++) {
        const slot = state * classes + this.#classOf[literal.charCodeAt(i)]!;
        if (next[slot] === 0) next[slot] = states++;
        state = next[slot]!;
      }
      ends[state] = id;
    }
    const fail = new Int32Array(states);
    const shorter = new Int32Array(states);
    const reports = new Uint8Array(states);
    const queue = new Int32Array(states);
    let tail = 0;
    for (let c = 1; c < classes; c++) if (next[c] !== 0) queue[tail++] = next[c]!;
    for (let head = 0; head < tail; head++) {
      const state = queue[head]!;
      const back = fail[state]!;
      shorter[state] = ends[back] !== -1 ? back : shorter[back]!;
      reports[state] = ends[state] !== -1 || shorter[state] !== 0 ? 1 : 0;
      const row = state * classes;
      const backRow = back * classes;
      for (let c = 1; c < classes; c++) {
        const to = next[row + c]!;
        if (to === 0) next[row + c] = next[backRow + c]!;
        else {
          fail[to] = next[backRow + c]!;
          queue[tail++] = to;
        }
      }
    }
    this.#next = next;
    this.#ends = ends;
    this.#shorter = shorter;
    this.#reports = reports;
  }

  /** Calls `found` with the index of each literal in the folded text, once per occurrence. */
  scan(text: string, found: (literal: number) => void): void {
    const next = this.#next;
    const classOf = this.#classOf;
    const classes = this.#classes;
    const reports = this.#reports;
    let state = 0;
    for (let i = 0; i < text.length; i++) {
      state = next[state * classes + classOf[text.charCodeAt(i)]!]!;
      if (reports[state] === 1) {
        for (let s = state; s !== 0; s = this.#shorter[s]!) {
          const literal = this.#ends[s]!;
          if (literal !== -1) found(literal);
        }
      }
    }
  }
}
