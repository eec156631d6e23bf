/**
 * Finds many literals in one pass (Aho and Corasick, 1975). Transitions are a table over the characters that
 * occur in the literals; those behind failure links are filled in when a text first needs them, so that building
 * costs one step per character of the literals.
 */
export class AhoCorasick {
  readonly #classOf = new Uint16Array(65536);
  readonly #classes: number;
  /** State + 1 after a character, 0 while not known yet. */
  readonly #next: Int32Array;
  readonly #fail: Int32Array;
  /** Literal that ends in this state, or -1. */
  readonly #ends: Int32Array;
  /** Next shorter state, along failure links, in which a literal ends; 0 when there is none. */
  readonly #shorter: Int32Array;
  /** 1 when a literal ends in this state or in a shorter one. */
  readonly #reports: Uint8Array;

  /** The literals are folded, distinct and not empty; `scan` reports their indexes. */
  constructor(literals: readonly string[]) {
    const classOf = this.#classOf;
    let classes = 1;
    let room = 1;
    let longest = 0;
    for (const literal of literals) {
      room += literal.length;
      longest = Math.max(longest, literal.length);
      for (let i = 0; i < literal.length; i++) {
        const code = literal.charCodeAt(i);
        if (classOf[code] === 0) classOf[code] = classes++;
      }
    }
    const next = new Int32Array(room * classes);
    const ends = new Int32Array(room).fill(-1);
    const parent = new Int32Array(room);
    const edge = new Uint16Array(room);
    const byDepth: number[][] = Array.from({ length: longest + 1 }, () => []);
    let states = 1;
    for (let id = 0; id < literals.length; id++) {
      const literal = literals[id]!;
      let state = 0;
      for (let i = 0; i < literal.length; i++) {
        const letter = classOf[literal.charCodeAt(i)]!;
        const slot = state * classes + letter;
        if (next[slot] === 0) {
          parent[states] = state;
          edge[states] = letter;
          byDepth[i + 1]!.push(states);
          next[slot] = ++states;
        }
        state = next[slot]! - 1;
      }
      ends[state] = id;
    }
    this.#classes = classes;
    this.#next = next;
    this.#ends = ends;
    this.#fail = new Int32Array(states);
    this.#shorter = new Int32Array(states);
    this.#reports = new Uint8Array(states);
    for (const level of byDepth) {
      for (const state of level) {
        const up = parent[state]!;
        const back = up === 0 ? 0 : this.#step(this.#fail[up]!, edge[state]!);
        this.#fail[state] = back;
        this.#shorter[state] = ends[back] !== -1 ? back : this.#shorter[back]!;
        this.#reports[state] = ends[state] !== -1 || this.#shorter[state] !== 0 ? 1 : 0;
      }
    }
  }

  /** Calls `found` with the index of each literal in the folded text, once per occurrence. */
  scan(text: string, found: (literal: number) => void): void {
    const next = this.#next;
    const classOf = this.#classOf;
    const classes = this.#classes;
    const reports = this.#reports;
    let state = 0;
    for (let i = 0; i < text.length; i++) {
      const letter = classOf[text.charCodeAt(i)]!;
      if (letter === 0) {
        state = 0;
        continue;
      }
      const known = next[state * classes + letter]!;
      state = known !== 0 ? known - 1 : this.#step(state, letter);
      if (reports[state] === 1) {
        for (let s = state; s !== 0; s = this.#shorter[s]!) {
          const literal = this.#ends[s]!;
          if (literal !== -1) found(literal);
        }
      }
    }
  }

  /** The state after a character, along failure links; kept for the next time. */
  #step(from: number, letter: number): number {
    const next = this.#next;
    const classes = this.#classes;
    let state = from;
    while (next[state * classes + letter] === 0) {
      if (state === 0) {
        next[letter] = 1;
        break;
      }
      state = this.#fail[state]!;
    }
    const to = next[state * classes + letter]!;
    next[from * classes + letter] = to;
    return to - 1;
  }
}
