/** A code of the tables is a paste like any other. */
import { describe, expect, it } from 'vitest';
import { createMatcher } from '../../src/match/index.ts';
import { loadKnowledge } from './knowledge.ts';

const matcher = createMatcher(loadKnowledge());
const first = (text: string) => matcher.match(text).matches[0]?.flow;

describe('a paste that is one code', () => {
  it.each([
    ['UC', 'http-503'],
    [' "UAEX", ', 'rbac-403'],
    ['NoRouteFound', 'http-404'],
    ['no_healthy_upstream', 'http-503'],
    ['`upstream_max_stream_duration_reached`', 'timeouts-504'],
    ['remote_refused_stream_reset', 'http-503'],
    ['KIA0104', 'rbac-403'],
  ])('%s leads to its symptom', (text, flow) => {
    expect(first(text)).toBe(flow);
  });

  it('answers with its place, and with the fact where it is a flag', () => {
    const { matches, facts } = matcher.match('\n  (UF)\n');
    expect(matches[0]?.evidence).toEqual([{ line: 2, text: '  (UF)', ranges: [[3, 5]], why: 'code' }]);
    expect(facts).toEqual([
      { name: 'flag', value: 'UF', from: { line: 2, start: 3, end: 5, text: '  (UF)' } },
    ]);
  });

  it.each(['do', 'uc', 'ERROR', 'ACTIVE', 'overload', 'UFO', 'U', ''])('%s is none', (text) => {
    expect(matcher.match(text).matches).toEqual([]);
  });
});

describe('a marked code or its message in a longer text', () => {
  it('leads to the symptom of its table', () => {
    expect(first('2026-03-01 kiali validation: KIA1402 on HTTPRoute shop/cart')).toBe('gateway-api');
    expect(first('Kiali says: This subset’s labels are not found in any matching host')).toBeDefined();
    expect(
      first('This host has no matching entry in the service registry (service, workload or service entries)'),
    ).toBe('routing-ignored');
  });
});
