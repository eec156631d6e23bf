import { describe, expect, it } from 'vitest';
import { ownWords } from '../../src/case/own-words.ts';
import { LANGUAGES, type Language } from '../../src/pack/vocabulary.ts';
import { shippedPack, shippedWords } from '../project.ts';

const heard = (language: Language, flow: string, state: string, text: string) =>
  ownWords(shippedPack(), shippedWords().words(language), text, flow, state);

describe('a sentence at a question', () => {
  it.each<[Language, string, string, string, string]>([
    ['en', 'connection-refused', 'when', 'all the time', 'always'],
    ['en', 'connection-refused', 'when', 'only when the pod starts', 'at-start'],
    ['ko', 'connection-refused', 'when', '처음 시작할 때만 그래요', 'at-start'],
    ['ko', 'connection-refused', 'when', '계속 그래요', 'always'],
    ['zh-CN', 'connection-refused', 'when', '只有刚启动那几秒', 'at-start'],
    ['zh-CN', 'connection-refused', 'when', '一直都这样', 'always'],
    ['id', 'connection-refused', 'when', 'cuma pas baru start saja', 'at-start'],
    ['id', 'connection-refused', 'when', 'dari tadi terus', 'always'],
    ['en', 'http-503', 'which-flag', 'it says no healthy upstream', 'uh'],
    ['ko', 'http-503', 'which-flag', '플래그가 UO로 나와요', 'uo'],
    ['zh-CN', 'http-503', 'which-flag', '熔断了', 'uo'],
    ['zh-CN', 'init-stuck', 'which-container', 'vault 一直在跑', 'vault'],
    ['zh-CN', 'webhook-error', 'which-message', '超时了', 'timeout'],
    ['zh-CN', 'webhook-error', 'which-message', '找不到 istiod 服务', 'service-not-found'],
    ['en', 'webhook-error', 'which-message', 'it times out', 'timeout'],
    ['en', 'http-503', 'fix-tls-mode', 'yes it works now, thanks', 'fixed'],
    ['en', 'http-503', 'fix-tls-mode', 'still the same error', 'not-fixed'],
    ['ko', 'http-503', 'fix-tls-mode', '여전히 안 돼요', 'not-fixed'],
    ['id', 'http-503', 'fix-tls-mode', 'masih error juga', 'not-fixed'],
    ['zh-CN', 'http-503', 'fix-tls-mode', '还是不行啊', 'not-fixed'],
  ])('in %s at %s/%s is understood: %s', (language, flow, state, text, answer) => {
    expect(heard(language, flow, state, text)).toBe(answer);
  });

  it.each<[Language, string]>([
    ['en', 'dunno'],
    ['zh-CN', '不知道'],
    ['ko', '모르겠어요'],
    ['id', 'gak tau'],
  ])('in %s that says the person does not know is that answer: %s', (language, text) => {
    expect(heard(language, 'webhook-error', 'which-message', text)).toBe('unknown');
  });

  it.each<[Language, string, string, string]>([
    ['en', 'webhook-error', 'which-message', 'yes'],
    ['id', 'webhook-error', 'which-message', 'sertifikat bermasalah'],
    ['en', 'webhook-error', 'which-message', 'the coffee machine is broken'],
    ['en', 'connection-refused', 'when', 'only the gateway fails'],
    ['en', 'connection-refused', 'when', 'not at start'],
    ['en', 'http-503', 'fix-tls-mode', 'it does not work'],
    ['ko', 'http-503', 'fix-tls-mode', '잠깐만요'],
    ['en', 'http-503', 'which-flag', 'what is a flag'],
  ])(
    'in %s at %s/%s that is no answer, or could be two, is not guessed at: %s',
    (language, flow, state, text) => {
      expect([undefined, 'not-fixed']).toContain(heard(language, flow, state, text));
    },
  );
});

describe('sentences about another symptom', () => {
  it('are hardly ever taken for an answer: one in thirty at most', () => {
    const pack = shippedPack();
    const words = shippedWords(pack);
    const { flowIds } = pack;
    let said = 0;
    let taken = 0;
    flowIds.forEach((id, at) => {
      const { initial } = pack.flow(id)!;
      const other = flowIds[(at + 17) % flowIds.length]!;
      for (const language of LANGUAGES)
        for (const text of words.words(language).flow(other)!.says) {
          said++;
          if (ownWords(pack, words.words(language), text, id, initial) !== undefined) taken++;
        }
    });
    expect(said).toBeGreaterThan(1000);
    expect(taken / said).toBeLessThan(1 / 30);
  });
});
