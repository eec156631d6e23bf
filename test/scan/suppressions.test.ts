/** A suppression needs a reason and an end, silences what it names and nothing more, and tells when it has ended. */
import { describe, expect, it } from 'vitest';
import { readSuppressions, sift } from '../../src/scan/suppressions.ts';

const RULES = ['subset-missing', 'gateway-missing'];
const NOW = Date.parse('2026-03-01T12:00:00Z');
const read = (text: string) => readSuppressions(text, 'accepted.yaml', RULES);
const entry = (more: string) =>
  `suppress:\n  - rule: subset-missing\n    reason: being moved\n    until: 2026-03-31\n${more}`;
const finding = {
  rule: 'subset-missing',
  level: 'error',
  flow: 'http-503',
  kind: 'VirtualService',
  namespace: 'shop',
  name: 'cart-blue',
  field: 'f',
  value: 'v',
} as const;
const left = (text: string, now = NOW) => sift([finding], read(text), now).findings.length;

describe('suppressions', () => {
  it('silence what they name, with wildcards', () => {
    expect(left(entry(''))).toBe(0);
    expect(left(entry('    name: cart-*\n    namespace: shop\n'))).toBe(0);
    expect(left(entry('    name: "*-blue"\n'))).toBe(0);
    expect(left(entry('    name: "c*t-*e"\n'))).toBe(0);
  });

  it('leave everything else as it was', () => {
    expect(left(entry('    name: cart\n'))).toBe(1);
    expect(left(entry('    namespace: bank\n'))).toBe(1);
    expect(left(entry('    kind: Gateway\n'))).toBe(1);
    expect(left(entry('    name: "cart-blue*blue"\n'))).toBe(1);
    expect(left('suppress: []\n')).toBe(1);
  });

  it('hold through their last day and are told once they have ended', () => {
    expect(left(entry(''), Date.parse('2026-03-31T23:59:00Z'))).toBe(0);
    const after = sift([finding], read(entry('')), Date.parse('2026-04-01T00:01:00Z'));
    expect(after.findings).toHaveLength(1);
    expect(after.expired).toMatchObject([{ rule: 'subset-missing', until: '2026-03-31' }]);
  });

  it('are told where a whole scan finds nothing for them', () => {
    const unused = (text: string, isWhole: boolean) => sift([finding], read(text), NOW, isWhole).unused;
    expect(unused(entry('    name: cart\n'), true)).toMatchObject([{ name: 'cart' }]);
    expect(unused(entry('    name: cart-*\n'), true)).toEqual([]);
    expect(unused(entry('    name: cart\n'), false)).toEqual([]);
  });

  it.each([
    ['no reason', 'suppress:\n  - rule: subset-missing\n    until: 2026-03-31\n', 'missing', '2:5', /reason/],
    ['an empty reason', entry('').replace('being moved', '"  "'), 'broken', '3:13', /reason/],
    ['no end', 'suppress:\n  - rule: subset-missing\n    reason: x\n', 'missing', '2:5', /until/],
    ['an end that is no date', entry('').replace('2026-03-31', 'never'), 'date', '4:12', /until/],
    ['a rule that no scan has', entry('').replace('subset-missing', 'mising'), 'rule', '2:5', /mising/],
    ['a key that means nothing', entry('    nmae: x\n'), 'key', '2:5', /nmae/],
    ['broken YAML', 'suppress: [', 'broken', '1:12', /./],
    ['another form', '- a\n', 'broken', '1:1', /./],
    ['aliases', 'suppress: &a\n  - *a\n', 'broken', '1:1', /./],
  ])('refuse %s, naming the place', (_, text, id, place, told) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ id: `suppressions-${id}`, exitCode: 3 }) as Error,
    );
    try {
      read(text);
    } catch (error) {
      const { values } = error as { values: Record<string, string> };
      expect(values.path).toBe(`accepted.yaml:${place}`);
      expect(Object.values(values).join(' ')).toMatch(told);
    }
  });
});
