/**
 * The form in which texts and patterns meet: lower case, runs of white space as one space, no quotes or
 * back-ticks (chats, JSON and klog escape, curl or drop them), escapes undone, full-width forms as ASCII.
 */

const PLAIN = 0;
const DROP = 1;
const SPACE = 2;
const ESCAPE = 3;

const ASCII_CLASS = new Uint8Array(128);
for (const c of '"\'`') ASCII_CLASS[c.charCodeAt(0)] = DROP;
for (let c = 0; c <= 32; c++) ASCII_CLASS[c] = SPACE;
ASCII_CLASS[0x5c] = ESCAPE;
ASCII_CLASS[0x7f] = DROP;

/** Anything that lower-casing alone does not settle. */
const NEEDS_FOLDING = /["'`\\\u0000-\u001f\u007f-\uffff]| {2}/;

/** Escapes and anything beyond ASCII. */
const NEEDS_LOOP = /[\\\u0080-\uffff]/;
const DROPPED = /["'`\u007f]/g;
const BLANKS = /[\u0000-\u0020]{2,}|[\u0000-\u001f]/g;

/**
 * Folds a text. With `map`, the index in `text` of each folded character is appended to it, and the text's
 * length at the end, so that a match can be shown where it stands.
 */
export function fold(text: string, map?: number[]): string {
  if (map === undefined) {
    if (!NEEDS_FOLDING.test(text)) return text.toLowerCase();
    // The engine's own replace is fast from the first line on; the loop below only after many.
    if (!NEEDS_LOOP.test(text)) return text.replace(DROPPED, '').replace(BLANKS, ' ').toLowerCase();
  }
  const length = text.length;
  let out = '';
  let from = 0; // start of the run of characters kept as they are
  let spaced = false;
  const keep = (to: number): void => {
    if (to > from) {
      const run = text.slice(from, to);
      const lower = run.toLowerCase();
      // A few letters grow when lower-cased (İ); their run stays as it is, so that places keep their meaning.
      out += lower.length === run.length ? lower : run;
    }
    if (map !== undefined) for (let i = from; i < to; i++) map.push(i);
  };
  const put = (char: string, at: number): void => {
    out += char;
    map?.push(at);
  };
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    const kind = code < 128 ? ASCII_CLASS[code] : wideClass(code);
    if (kind === PLAIN) {
      spaced = false;
      continue;
    }
    if (kind === SPACE) {
      if (spaced || code !== 32) {
        keep(i);
        from = i + 1;
        if (!spaced) put(' ', i);
      }
      spaced = true;
      continue;
    }
    keep(i);
    from = i + 1;
    if (kind === ESCAPE) {
      const next = text.charCodeAt(i + 1);
      if (next === 0x6e || next === 0x72 || next === 0x74) {
        // \n \r \t of an escaped string
        if (!spaced) put(' ', i);
        spaced = true;
        i++;
        from = i + 1;
      } else if (next === 0x75 && i + 5 < length) {
        const value = Number.parseInt(text.slice(i + 2, i + 6), 16);
        if (value >= 32 && value < 0xd800) {
          const char = fold(String.fromCharCode(value));
          if (char.length === 1) put(char, i);
          i += 5;
          from = i + 1;
          spaced = char === ' ';
        }
      }
      continue;
    }
    if (kind === DROP) continue;
    // A full-width form: its ASCII twin, which may itself be a quote or a space.
    const twin = fold(String.fromCharCode(code - 0xfee0));
    if (twin.length === 1) put(twin, i);
    spaced = false;
  }
  keep(length);
  map?.push(length);
  return out;
}

const WIDE = 4;

function wideClass(code: number): number {
  if (code >= 0xff01 && code <= 0xff5e) return WIDE;
  if (code === 0xa0 || code === 0x3000 || code === 0x1680 || (code >= 0x2000 && code <= 0x200a)) return SPACE;
  if (code === 0x2028 || code === 0x2029 || code === 0x202f || code === 0x205f) return SPACE;
  if (code >= 0x2018 && code <= 0x201f) return DROP; // typographic quotes
  if (code >= 0x200b && code <= 0x200f) return DROP; // zero-width and direction marks
  if (code >= 0x202a && code <= 0x202e) return DROP;
  if (code >= 0x2060 && code <= 0x206f) return DROP;
  if (code === 0xfeff || code === 0xab || code === 0xbb || code === 0x00ad) return DROP;
  if (code === 0xff07 || code === 0xff02) return DROP;
  return PLAIN;
}

/** Letters and digits that make a word in Latin script; `_` and `-` are edges, CJK has none. */
export function isWordCode(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0xdf && code <= 0x24f && code !== 0xf7)
  );
}
