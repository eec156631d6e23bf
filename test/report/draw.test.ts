import { describe, expect, it } from 'vitest';
import type { CaseEvent, CaseEventBody } from '../../src/case/events.ts';
import { LANGUAGES } from '../../src/pack/vocabulary.ts';
import { drawMarkdown } from '../../src/report/draw.ts';
import { reportOf } from '../../src/report/report.ts';
import { shippedPack, shippedWords } from '../project.ts';

const LINE = `503 UF ${'a long access log line '.repeat(20)}`;
const matchOf = (flow: string, score: number) => ({
  flow,
  score,
  evidence: [{ line: 1, text: LINE, ranges: [[0, 6]] as const, why: '503' }],
});
const bodies: CaseEventBody[] = [
  { type: 'case-opened', id: 'x', version: '0', language: 'en' },
  { type: 'text-pasted', text: LINE, via: 'paste', cut: false },
  { type: 'fact-learned', name: 'namespace', value: 'shop', from: 'paste', place: LINE },
  { type: 'fact-learned', name: 'pod', value: 'cart-0', from: 'person', place: '' },
  {
    type: 'symptoms-matched',
    matches: ['http-503', 'mtls-conflict', 'tls-failures', 'http-404', 'ca-errors', 'clock-skew'].map(
      (flow, at) => matchOf(flow, 0.9 - at / 10),
    ),
    nearest: [],
    records: { total: 1, noise: 0 },
  },
];
const events = bodies.map((body, at) => ({ ...body, seq: at + 1, at: '2026-11-20T03:00:00Z' }) as CaseEvent);

describe.each(LANGUAGES)('the report of a case in %s', (language) => {
  const words = shippedWords().words(language);
  const markdown = drawMarkdown(reportOf(events, shippedPack(), words), words);

  it('names the symptoms that were offered and quotes the line that decided once, cut', () => {
    expect(markdown).toContain(words.title('ca-errors'));
    expect(markdown).not.toContain(words.title('clock-skew'));
    expect(markdown.split('  - `503 UF')).toHaveLength(2);
    expect(markdown).toContain('…`');
  });

  it('says where each fact comes from', () => {
    expect(markdown).toContain(`\`shop\` (${words.t('fact-from.paste')})`);
    expect(markdown).toContain(`\`cart-0\` (${words.t('fact-from.person')})`);
  });
});
