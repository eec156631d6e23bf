/** The words of the program and of the flows, in one language, English where a word is missing (visibly). */
import i18next, { type i18n } from 'i18next';
import type { Pack } from '../pack/pack.ts';
import type { FlowWords, StateFile, TableWords } from '../pack/schema.ts';
import { LANGUAGES, type Language } from '../pack/vocabulary.ts';

/** Loads the program's own words of a language: `ui` and `errors`. */
export type LoadWords = (lang: Language, namespace: 'ui' | 'errors') => object;

export type Values = Readonly<Record<string, string | number>>;

export interface Words {
  readonly lang: Language;
  /** A word of the screens. */
  t(key: string, values?: Values): string;
  /** A word of an error: `<id>.what`, `.why`, `.next`. */
  error(key: string, values?: Values): string;
  /** A flow's words; where this language has none, those of the first that has (a team's own pack may lack some). */
  flow(id: string): FlowWords | undefined;
  /** The words of a table's entries, as above. */
  table(id: string): TableWords | undefined;
  /** A symptom's title, marked where it is of another language, or its id where no language has one. */
  title(id: string): string;
}

/** Marks English that stands in for a missing translation. */
const FALLBACK_MARK = ' [en]';

export interface WordsFactory {
  words(lang: Language): Words;
}

/**
 * One i18next instance serves all languages; each is loaded when first spoken, so that switching the language in the
 * middle of a case costs two small files.
 */
export function createWords(pack: Pack, load: LoadWords): WordsFactory {
  const engine: i18n = i18next.createInstance();
  void engine.init({
    lng: 'en',
    fallbackLng: 'en',
    ns: ['ui', 'errors'],
    defaultNS: 'ui',
    resources: { en: { ui: load('en', 'ui'), errors: load('en', 'errors') } },
    interpolation: { escapeValue: false },
    initAsync: false,
    showSupportNotice: false,
  } as Parameters<i18n['init']>[0]);
  const made = new Map<Language, Words>();
  const make = (lang: Language): Words => {
    if (lang !== 'en') {
      engine.addResourceBundle(lang, 'ui', load(lang, 'ui'));
      engine.addResourceBundle(lang, 'errors', load(lang, 'errors'));
    }
    const say = (ns: 'ui' | 'errors') => (key: string, values?: Values) => {
      const text = engine.t(key, { ...values, lng: lang, ns }) as string;
      const known = lang === 'en' || engine.exists(key, { ...values, lng: lang, ns, fallbackLng: [] });
      return known ? text : `${text}${FALLBACK_MARK}`;
    };
    return {
      lang,
      t: say('ui'),
      error: say('errors'),
      flow: (id) => firstOf(lang, (one) => pack.flowWords(one, id))?.[0],
      table: (id) => firstOf(lang, (one) => pack.tableWords(one, id))?.[0],
      title: (id) => {
        const [title, from] = firstOf(lang, (one) => pack.symptomWords(one)[id]?.title) ?? [id, lang];
        return from === lang ? title : `${title} [${from}]`;
      },
    };
  };
  return {
    words: (lang) => {
      let words = made.get(lang);
      if (!words) {
        words = make(lang);
        made.set(lang, words);
      }
      return words;
    },
  };
}

/** What the language has, else the first language that has it: English before the others. */
function firstOf<T>(lang: Language, ask: (lang: Language) => T | undefined): [T, Language] | undefined {
  for (const one of [lang, ...LANGUAGES]) {
    const found = ask(one);
    if (found !== undefined) return [found, one];
  }
  return undefined;
}

type StateWords = FlowWords['states'][string];
export type StepWords = Extract<StateWords, { ask: string }>;
export type FixWords = Extract<StateWords, { steps: object }>;
export type EndWords = Extract<StateWords, { body: string }>;

/** The label of an answer of a state: the flow's own words, or the shared ones for unknown, fixed and so on. */
export function answerLabel(
  words: Words,
  state: StateFile,
  stateWords: StateWords | undefined,
  answer: string,
): string {
  if (state.type === 'fix' || answer === 'unknown') return words.t(`answers.${answer}`);
  const own = stateWords && 'answers' in stateWords ? stateWords.answers[answer] : undefined;
  return own ?? answer;
}
