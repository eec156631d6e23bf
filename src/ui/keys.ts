/**
 * All keys in one table: the handler, the `?` help and docs/keys.md read it. Letters are never keys, since a person
 * may type a sentence at any moment; commands are control keys or need an empty prompt.
 */
import type { Key } from 'ink';

export const KEYS = [
  { id: 'send', keys: ['Enter'] },
  { id: 'move', keys: ['↑', '↓'] },
  { id: 'number', keys: ['1…9'] },
  { id: 'back', keys: ['Ctrl+B'] },
  { id: 'history', keys: ['Ctrl+T'] },
  { id: 'copy', keys: ['Ctrl+Y'] },
  { id: 'look', keys: ['Ctrl+P'] },
  { id: 'run', keys: ['Ctrl+R'] },
  { id: 'symptoms', keys: ['Ctrl+O'] },
  { id: 'facts', keys: ['Ctrl+F'] },
  { id: 'language', keys: ['Ctrl+L'] },
  { id: 'help', keys: ['?'] },
  { id: 'escape', keys: ['Esc'] },
  { id: 'newline', keys: ['Alt+Enter', 'Ctrl+J'] },
  { id: 'clear', keys: ['Ctrl+U'] },
  { id: 'quit', keys: ['Ctrl+C', 'Ctrl+D'] },
] as const;

export type KeyId = (typeof KEYS)[number]['id'];

/** The command a key press means, `undefined` where it is text or editing. `isEmpty`: nothing stands in the prompt. */
export function commandOf(input: string, key: Key, isEmpty: boolean): KeyId | undefined {
  if (key.eventType === 'release') return undefined;
  if (key.escape) return 'escape';
  if (key.return) return key.meta || key.shift ? 'newline' : 'send';
  if (key.ctrl) {
    switch (input) {
      case 'b':
        return 'back';
      case 't':
        return 'history';
      case 'y':
        return 'copy';
      case 'p':
        return 'look';
      case 'r':
        return 'run';
      case 'o':
        return 'symptoms';
      case 'f':
        return 'facts';
      case 'l':
        return 'language';
      case 'j':
        return 'newline';
      case 'u':
        return 'clear';
      case 'c':
        return 'quit';
      case 'd':
        return isEmpty ? 'quit' : undefined;
      default:
        return undefined;
    }
  }
  if ((key.upArrow || key.downArrow) && isEmpty) return 'move';
  if (input === '?' && isEmpty) return 'help';
  return undefined;
}
