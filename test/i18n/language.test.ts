import { describe, expect, it } from 'vitest';
import { languageOf, languageOfEnvironment } from '../../src/i18n/language.ts';
import { shippedWords } from '../project.ts';
import { smallPack } from '../small-pack.ts';

describe('the language', () => {
  it.each([
    ['zh_CN.UTF-8', 'zh-CN'],
    ['zh-Hans', 'zh-CN'],
    ['zh', 'zh-CN'],
    ['ko_KR.eucKR', 'ko'],
    ['in_ID', 'id'],
    ['id', 'id'],
    ['EN', 'en'],
    ['de_DE', undefined],
    ['C', undefined],
  ] as const)('%s is %s', (tag, language) => {
    expect(languageOf(tag)).toBe(language);
  });

  it('comes from UNMESH_LANG, then LC_ALL, LC_MESSAGES, LANG', () => {
    expect(languageOfEnvironment({ UNMESH_LANG: 'ko', LC_ALL: 'zh_CN.UTF-8' })).toBe('ko');
    expect(languageOfEnvironment({ LC_ALL: 'zh_CN.UTF-8', LANG: 'id_ID' })).toBe('zh-CN');
    expect(languageOfEnvironment({ LC_MESSAGES: 'id_ID', LANG: 'ko_KR' })).toBe('id');
    expect(languageOfEnvironment({ LANG: 'C.UTF-8' })).toBe('en');
  });

  it('falls back to English visibly, never to a key', () => {
    const words = shippedWords(smallPack).words('ko');
    expect(words.title('no-coffee')).toBe('No coffee [en]');
    expect(words.t('answers.unknown')).not.toContain('[en]');
  });
});
