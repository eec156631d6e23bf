/** A line editor as a pure reducer: text and a cursor, counted in grapheme clusters so that 한글 and emoji move as one. */
import type { Key } from 'ink';

export interface TextBuffer {
  readonly text: string;
  /** Offset in UTF-16 units; always at the edge of a grapheme cluster. */
  readonly cursor: number;
}

export const EMPTY_BUFFER: TextBuffer = { text: '', cursor: 0 };

/** More than this is held back from the prompt and said to be cut; a log this long belongs in a pipe. Characters. */
export const MAX_TYPED = 5_000_000;

export type Edit =
  | { readonly type: 'insert'; readonly text: string }
  | { readonly type: 'left' | 'right' | 'word-left' | 'word-right' | 'home' | 'end' }
  | { readonly type: 'backspace' | 'delete' | 'delete-word' | 'delete-to-end' | 'clear' };

let segmenter: Intl.Segmenter | undefined;
// Made on first use: creating one costs milliseconds that the first frame does not need.
const graphemes = () => (segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' }));

export function editBuffer(buffer: TextBuffer, edit: Edit): TextBuffer {
  const { text, cursor } = buffer;
  switch (edit.type) {
    case 'insert': {
      const added = edit.text.slice(0, Math.max(0, MAX_TYPED - text.length));
      return { text: text.slice(0, cursor) + added + text.slice(cursor), cursor: cursor + added.length };
    }
    case 'left':
      return { text, cursor: before(text, cursor) };
    case 'right':
      return { text, cursor: after(text, cursor) };
    case 'word-left':
      return { text, cursor: wordBefore(text, cursor) };
    case 'word-right':
      return {
        text,
        cursor: cursor + (text.slice(cursor).match(/^\s*\S+/)?.[0].length ?? text.length - cursor),
      };
    case 'home':
      return { text, cursor: text.lastIndexOf('\n', cursor - 1) + 1 };
    case 'end': {
      const end = text.indexOf('\n', cursor);
      return { text, cursor: end === -1 ? text.length : end };
    }
    case 'backspace':
      return cut(text, before(text, cursor), cursor);
    case 'delete':
      return cut(text, cursor, after(text, cursor));
    case 'delete-word':
      return cut(text, wordBefore(text, cursor), cursor);
    case 'delete-to-end':
      return cut(text, cursor, text.length);
    case 'clear':
      return EMPTY_BUFFER;
  }
}

function cut(text: string, from: number, to: number): TextBuffer {
  return { text: text.slice(0, from) + text.slice(to), cursor: from };
}

// Only the neighbourhood is segmented: a paste of a megabyte must not be walked for one key press.
const WINDOW = 64;

function before(text: string, cursor: number): number {
  const start = Math.max(0, cursor - WINDOW);
  const parts = [...graphemes().segment(text.slice(start, cursor))];
  const last = parts.at(-1);
  return last ? start + last.index : 0;
}

function after(text: string, cursor: number): number {
  const first = graphemes()
    .segment(text.slice(cursor, cursor + WINDOW))
    [Symbol.iterator]()
    .next();
  return first.done ? text.length : cursor + first.value.segment.length;
}

function wordBefore(text: string, cursor: number): number {
  const head = text.slice(Math.max(0, cursor - 1000), cursor);
  const kept = head.replace(/\s+$/, '').replace(/\S+$/, '');
  return cursor - (head.length - kept.length);
}

/** The edit a key press means, `undefined` for keys that edit nothing. */
export function editOf(input: string, key: Key): Edit | undefined {
  if (key.leftArrow) return { type: key.ctrl || key.meta ? 'word-left' : 'left' };
  if (key.rightArrow) return { type: key.ctrl || key.meta ? 'word-right' : 'right' };
  if (key.home) return { type: 'home' };
  if (key.end) return { type: 'end' };
  // Terminals send 0x7f for the backspace key; Ink reports it as `delete` in some and `backspace` in others.
  if (key.backspace) return { type: key.meta || key.ctrl ? 'delete-word' : 'backspace' };
  if (key.delete) return { type: 'delete' };
  if (key.ctrl) {
    if (input === 'a') return { type: 'home' };
    if (input === 'e') return { type: 'end' };
    if (input === 'w') return { type: 'delete-word' };
    if (input === 'k') return { type: 'delete-to-end' };
    return undefined;
  }
  if (key.meta || key.upArrow || key.downArrow || key.tab || key.pageUp || key.pageDown) return undefined;
  return input === '' ? undefined : { type: 'insert', text: input };
}
