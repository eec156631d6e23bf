import { renderToString } from 'ink';
import { describe, expect, it } from 'vitest';
import { Markup } from '../../src/ui/components/markup.tsx';

describe('a sentence over several lines', () => {
  it('starts each line with a word, also behind one that filled its line', () => {
    const drawn = renderToString(<Markup text="twelve chars and `more` of it" />, { columns: 12 });
    expect(drawn.split('\n')).toEqual(['twelve chars', 'and more of', 'it']);
  });
});
