/** Takes one chunk of input apart into the keys that were pressed. */
import type { Key } from 'ink';

export interface KeyPress {
  readonly input: string;
  readonly key: Key;
}

const NO_KEY: Key = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};

const TEXT_THEN_KEYS = /^[^\u0000-\u001f\u007f]*[\u0000-\u001a\u007f]+$/;

/**
 * A fast hand, a slow network or a script can deliver a line, its Enter and the next key in one chunk, which Ink hands
 * on as one text. `undefined` where the chunk is plain text, or text that goes on behind a line break: a paste into a
 * terminal without bracketed paste.
 */
export function keysIn(chunk: string): KeyPress[] | undefined {
  if (chunk.length < 2 || !TEXT_THEN_KEYS.test(chunk)) return undefined;
  const at = chunk.search(/[\u0000-\u001a\u007f]/);
  const text = at > 0 ? [{ input: chunk.slice(0, at), key: NO_KEY }] : [];
  return [...text, ...[...chunk.slice(at)].map(keyOf)];
}

function keyOf(char: string): KeyPress {
  if (char === '\r') return { input: '', key: { ...NO_KEY, return: true } };
  if (char === '\t') return { input: '', key: { ...NO_KEY, tab: true } };
  if (char === '\u007f' || char === '\b') return { input: '', key: { ...NO_KEY, backspace: true } };
  return { input: String.fromCharCode(char.charCodeAt(0) + 96), key: { ...NO_KEY, ctrl: true } };
}
