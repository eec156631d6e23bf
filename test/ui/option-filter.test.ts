/** Narrowing a list of names by what is typed. */
import { describe, expect, it } from 'vitest';
import type { FactOption } from '../../src/probe/run-list.ts';
import { optionFilter } from '../../src/ui/option-filter.ts';

const option = (value: string, trait = ''): FactOption => ({ value, trait, facts: {} });
const names = (options: readonly FactOption[]) => options.map(({ value }) => value);

describe('the filter of a list', () => {
  const pods = [
    option('cart-5c4-a', '2/2 Running'),
    option('catalogue-1', '2/2 Running'),
    option('checkout-9f-x', '1/2 CrashLoopBackOff'),
    option('payment-77-q', '2/2 Running'),
  ];
  const filter = optionFilter(pods);

  it('shows everything in its order for nothing typed and for a number', () => {
    expect(names(filter('  '))).toEqual(names(pods));
    expect(names(filter('2'))).toEqual(names(pods));
  });

  it('finds a name by its part, with letters left out, and in capitals', () => {
    expect(names(filter('77-q'))).toEqual(['payment-77-q']);
    expect(names(filter('paymnt'))[0]).toBe('payment-77-q');
    expect(names(filter('CART'))[0]).toBe('cart-5c4-a');
  });

  it('finds a pod by the state that stands beside it', () => {
    expect(names(filter('crashloop'))).toEqual(['checkout-9f-x']);
  });

  it('puts the whole name first though longer ones fit as well', () => {
    const many = optionFilter(['shop-test', 'shop-b', 'shop', 'a-shop'].map((name) => option(name)));
    expect(names(many('shop'))[0]).toBe('shop');
    expect(names(many('shop')).sort()).toEqual(['a-shop', 'shop', 'shop-b', 'shop-test']);
  });

  it('finds a long name that was copied whole or in part', () => {
    const long = 'the-service-that-answers-everything-about-baskets-7d9f8b6c5-x2x4z';
    const many = optionFilter([option(`${long}b`), option(long), option('cart')]);
    expect(names(many(long))).toEqual([`${long}b`, long]);
    expect(names(many(long.slice(4, -1)))).toEqual([`${long}b`, long]);
  });

  it('finds nothing for a sentence, for output that was pasted, and for other letters', () => {
    for (const text of [
      'cart is fine',
      'NAME READY\ncart-5c4-a 2/2',
      'a'.repeat(100_000),
      '购物车',
      '장바구니',
    ])
      expect(names(filter(text))).toEqual([]);
  });
});
