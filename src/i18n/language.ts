/** Which language to speak. */
import { LANGUAGES, type Language } from '../pack/vocabulary.ts';

/** Names of the languages in themselves: the only way a person who landed in the wrong one finds theirs. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: 'English',
  'zh-CN': '简体中文',
  ko: '한국어',
  id: 'Bahasa Indonesia',
};

/** `zh_CN.UTF-8`, `zh-Hans`, `in`, `ko-KR` … -> a language that ships; `undefined` for any other. */
export function languageOf(tag: string): Language | undefined {
  const [primary = ''] = tag.replace('_', '-').split(/[.@]/);
  const lower = primary.toLowerCase();
  const exact = LANGUAGES.find((lang) => lang.toLowerCase() === lower);
  if (exact) return exact;
  const base = lower.split('-')[0];
  if (base === 'zh') return 'zh-CN';
  if (base === 'in') return 'id'; // the old tag of Indonesian, still set by some systems
  return LANGUAGES.find((lang) => lang === base);
}

/** The language of the environment: UNMESH_LANG, then LC_ALL, LC_MESSAGES, LANG; English where none fits. */
export function languageOfEnvironment(env: NodeJS.ProcessEnv): Language {
  const tags = [
    env.UNMESH_LANG,
    env.LC_ALL || env.LC_MESSAGES || env.LANG,
    ...(env.LANGUAGE?.split(':') ?? []),
  ];
  for (const tag of tags) {
    const found = tag ? languageOf(tag) : undefined;
    if (found) return found;
  }
  return 'en';
}
