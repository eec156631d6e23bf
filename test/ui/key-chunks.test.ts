import { describe, expect, it } from 'vitest';
import { keysIn } from '../../src/ui/key-chunks.ts';

const shape = (chunk: string) =>
  keysIn(chunk)?.map(({ input, key }) => (key.return ? 'Enter' : key.ctrl ? `Ctrl+${input}` : input));

describe('a chunk of input', () => {
  it('is a line, its Enter and the next key where a fast hand sent them together', () => {
    expect(shape('1\r')).toEqual(['1', 'Enter']);
    expect(shape('1\r\u0002')).toEqual(['1', 'Enter', 'Ctrl+b']);
    expect(shape('프록시\r\r')).toEqual(['프록시', 'Enter', 'Enter']);
    expect(shape('\u0002\u0002')).toEqual(['Ctrl+b', 'Ctrl+b']);
  });

  it('is left whole where it is text, or text that goes on behind a line break', () => {
    expect(keysIn('hello')).toBeUndefined();
    expect(keysIn('first line\rsecond line')).toBeUndefined();
    expect(keysIn('first line\rsecond line\r')).toBeUndefined();
    expect(keysIn('1')).toBeUndefined();
  });
});
