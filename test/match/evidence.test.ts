/** Why a symptom was named: the lines of the paste, as the person sees them, and the words in them. */
import { describe, expect, it } from 'vitest';
import { createMatcher } from '../../src/match/index.ts';
import { loadKnowledge } from './knowledge.ts';

const matcher = createMatcher(loadKnowledge());
const marked = (text: string, flow: string) => {
  const evidence = matcher.match(text).matches.find((match) => match.flow === flow)?.evidence ?? [];
  return evidence.map((line) => ({
    ...line,
    words: line.ranges.map(([from, to]) => line.text.slice(from, to)),
  }));
};

describe('evidence of a signature', () => {
  it('is the line as it was pasted, with what the signature knows of it', () => {
    const [line] = marked(
      'all fine\n\nError from server (InternalError): Internal error occurred: failed calling webhook "namespace.sidecar-injector.istio.io": no endpoints available for service "istiod"',
      'webhook-error',
    );
    expect(line?.line).toBe(3);
    expect(line?.text).toContain('Error from server (InternalError)');
    expect(line?.words.join(' ')).toContain('failed calling webhook');
  });

  it('keeps quotes, case and double blanks that matching overlooks', () => {
    const [line] = marked(
      'FAILED  calling   Webhook “rev.namespace.sidecar-injector.istio.io”: x509: …',
      'webhook-error',
    );
    expect(line?.text).toBe('FAILED  calling   Webhook “rev.namespace.sidecar-injector.istio.io”: x509: …');
    expect(line?.words[0]).toContain('FAILED  calling   Webhook');
  });

  it('shows the window of a long line in which the error stands', () => {
    const [line] = marked(`${'x'.repeat(9000)} no healthy upstream ${'y'.repeat(3000)}`, 'http-503');
    expect(line?.text.length).toBeLessThanOrEqual(2000);
    expect(line?.words).toContain('no healthy upstream');
  });
});

describe('evidence of a description', () => {
  it('is the sentence as it was written, with the words that a saying shares', () => {
    const [line] = marked('My new Pods start WITHOUT a Sidecar in the shop namespace', 'sidecar-missing');
    expect(line?.text).toBe('My new Pods start WITHOUT a Sidecar in the shop namespace');
    expect(line?.why).toBe('saying');
    expect(line?.words).toEqual(expect.arrayContaining(['Sidecar']));
  });

  it.each([
    ['重启之后 Pod 没有注入 Sidecar', 'sidecar-missing', 'Sidecar'],
    ['재시작 후에도 사이드카가 주입되지 않습니다', 'sidecar-missing', '사이드카'],
    ['Sidecar tidak disuntik ke Pod baru', 'sidecar-missing', 'Pod baru'],
  ])('marks words of other languages: %s', (text, flow, word) => {
    const [line] = marked(text, flow);
    expect(line?.text).toBe(text);
    expect(line?.words.join(' ')).toContain(word);
  });

  it('is the sentence that says it, where others stand before it', () => {
    const text =
      'hello everyone\n\nhope you had a good weekend\n\nour pods start without an istio sidecar since today';
    expect(marked(text, 'sidecar-missing')[0]?.line).toBe(5);
  });
});
