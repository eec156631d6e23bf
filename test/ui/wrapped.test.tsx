import { renderToString } from 'ink';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Markup } from '../../src/ui/components/markup.tsx';

describe('a sentence over several lines', () => {
  it('starts each line with a word, also behind one that filled its line', () => {
    const drawn = renderToString(<Markup text="twelve chars and `more` of it" />, { columns: 12 });
    expect(drawn.split('\n')).toEqual(['twelve chars', 'and more of', 'it']);
  });
});

describe('code in a sentence', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('is seen as such without colour too', () => {
    vi.stubEnv('NO_COLOR', '1');
    expect(renderToString(<Markup text="run `kubectl apply` again" />)).toBe('run `kubectl apply` again');
    vi.stubEnv('NO_COLOR', '');
    expect(renderToString(<Markup text="run `kubectl apply` again" />)).toBe('run kubectl apply again');
  });
});
