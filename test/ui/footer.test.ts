import { describe, expect, it } from 'vitest';
import { fittingKeys } from '../../src/ui/footer.ts';

describe('the line of keys', () => {
  const keys = '? 键 · Ctrl+B 返回 · Ctrl+Y 复制 · Ctrl+C 退出';

  it('stays whole where it fits', () => {
    expect(fittingKeys(keys, 80)).toBe(keys);
  });

  it('loses what is needed least, never the help and the way out', () => {
    expect(fittingKeys(keys, 34)).toBe('? 键 · Ctrl+B 返回 · Ctrl+C 退出');
    expect(fittingKeys(keys, 10)).toBe('? 键 · Ctrl+C 退出');
  });
});
