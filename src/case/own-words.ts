/** Understands a short sentence as one of the answers of a step. */
import { answersOf } from '../flow/answers.ts';
import { answerLabel, type Words } from '../i18n/words.ts';
import { conceptsOf } from '../match/concepts.ts';
import { fold } from '../match/fold.ts';
import { tokensOf } from '../match/tokens.ts';
import type { Pack } from '../pack/pack.ts';
import { FIX_ANSWERS } from '../pack/vocabulary.ts';

/** Weights are in parts of what a unit weighs that one answer alone holds. An answer needs at least so much. */
const LEAST = 0.45;
/** A second answer that is nearer than this makes the sentence ambiguous: better to ask than to guess. */
const APART = 0.4;
/** What no answer speaks of weighs this share of what only one does. */
const STRANGE = 0.4;
const CJK = /[\u1100-\u11ff\u3040-\u9fff\uac00-\ud7af]/;
/** Share of what was said that the answer must hold; 0.5 takes 2 of 100 sentences about another symptom for one. */
const SHARE = 0.5;

/** What answers speak of and symptoms do not, by stems as people of each language say it. */
const MEANINGS: Readonly<Record<string, readonly string[]>> = {
  '@timeout': ['times out', 'timing out'],
  '@always': [
    'always',
    'all the time',
    'constant',
    'terus',
    'selalu',
    '一直',
    '总是',
    '始终',
    '계속',
    '항상',
  ],
  '@start': ['boot', 'start', 'awal', '启动', '시작', '기동'],
};

/** Words that answers and sentences share without meaning the same. */
const WEAK = new Set([
  'only',
  'all',
  'just',
  'now',
  'still',
  'another',
  'other',
  'hanya',
  'lain',
  'masih',
  'lagi',
]);

/** They say yes or no to what else was said, which decides; alone they are replies. */
const POLAR = new Set(['yes', 'no', 'not', 'none', 'ya', 'tidak', 'bukan', 'belum']);

/** A sentence that says no is never an answer that does not. `\b` knows no CJK, where a syllable is enough. */
const NEGATED =
  /\b(?:not?|none|never|nothing|without|cannot|tidak|tak|bukan|belum|tanpa|g?ga|gak|nggak|enggak)\b|n['’]t\b|(?:do|does|did|is|ca|wo)nt\b|[不没無无未]|없|않|아니|못|안 /;
const ABSENT: readonly string[] = ['missing', 'notfound'];

/** Short replies people give to any question, beside the answers' own words. */
const REPLIES: Readonly<Record<string, readonly string[]>> = {
  yes: [
    'yes',
    'y',
    'yeah',
    'yep',
    '是',
    '是的',
    '对',
    '有',
    '네',
    '예',
    '응',
    '맞아요',
    '있어요',
    'ya',
    'iya',
    'betul',
    'ada',
  ],
  no: [
    'no',
    'n',
    'nope',
    '不',
    '不是',
    '没有',
    '否',
    '아니요',
    '아뇨',
    '없어요',
    'tidak',
    'bukan',
    'nggak',
    'tidak ada',
  ],
  unknown: [
    "i don't know",
    'dont know',
    'no idea',
    'dunno',
    'idk',
    'not sure',
    'unsure',
    '?',
    '不知道',
    '不确定',
    '不清楚',
    '不懂',
    '没把握',
    '모르겠어요',
    '잘 모르겠어요',
    '몰라요',
    '몰라',
    '모름',
    '잘 모르겠습니다',
    'tidak tahu',
    'tidak yakin',
    'kurang tahu',
    'gak tau',
    'ga tau',
    'nggak tahu',
    'entah',
  ],
  fixed: [
    'fixed',
    'solved',
    'it works',
    'works now',
    'done',
    '好了',
    '解决了',
    '已解决',
    '해결됐어요',
    '해결',
    '됐어요',
    'sudah beres',
    'berhasil',
    'sudah teratasi',
  ],
  'not-fixed': [
    'not fixed',
    'still broken',
    'still failing',
    "didn't help",
    'no change',
    'same error',
    '没好',
    '还是不行',
    '没有解决',
    '안 돼요',
    '여전히',
    '해결 안 됨',
    'masih error',
    'belum',
    'masih gagal',
    'tidak berhasil',
  ],
};

/** The id of the answer the sentence means, `undefined` when none or several fit. */
export function ownWords(
  pack: Pack,
  words: Words,
  text: string,
  flowId: string,
  stateName: string,
): string | undefined {
  const state = pack.flow(flowId)?.states[stateName];
  if (!state) return undefined;
  const said = text
    .trim()
    .toLowerCase()
    .replace(/[.!。!?？]+$/u, '');
  if (said === '') return undefined;
  const ids = Object.keys(answersOf(state));
  const exact = ids.find((id) => id === said || REPLIES[id]?.includes(said));
  if (exact) return exact;
  const own = words.flow(flowId)?.states[stateName];
  const answers = ids
    .filter((id) => id !== 'unknown')
    .map((id): Answer => {
      const label = answerLabel(words, state, own, id).replaceAll('`', '');
      const isFix = (FIX_ANSWERS as readonly string[]).includes(id);
      const more = isFix ? (REPLIES[id] ?? []).join('. ') : id.replaceAll('-', ' ');
      return {
        id,
        label: label.toLowerCase(),
        units: unitsOf(`${label}. ${more}`),
        head: unitsOf(label.slice(0, HEAD)),
        isNegated: isNegated(label) || id.startsWith('no'),
      };
    });
  const same = answers.find(({ label }) => label === said);
  if (same) return same.id;
  const quoted = answers.filter(({ label }) => said.length >= 2 && tokens(label).includes(said));
  return quoted.length === 1 ? quoted[0]!.id : nearest(said, answers);
}

interface Answer {
  readonly id: string;
  readonly label: string;
  readonly units: ReadonlySet<string>;
  /** What its first words say, which name it. */
  readonly head: ReadonlySet<string>;
  readonly isNegated: boolean;
}

/** Characters of a label that name it: a code, a word or two. */
const HEAD = 5;

/** The answer that holds the most of what was said, counting most what no other answer holds. */
function nearest(said: string, answers: readonly Answer[]): string | undefined {
  const heard = [...unitsOf(said)];
  const unique = Math.log(answers.length + 1);
  const isCjk = CJK.test(said);
  const weightOf = (unit: string) => {
    const holders = answers.filter(({ units }) => units.has(unit)).length;
    const rarity = holders === 0 ? STRANGE * unique : Math.log((answers.length + 1) / holders);
    return sizeOf(unit, isCjk) * rarity;
  };
  const total = heard.reduce((sum, unit) => sum + weightOf(unit), 0);
  const ranked = answers
    .map((answer) => {
      const held = heard.filter((unit) => answer.units.has(unit));
      const weight = held.reduce((sum, unit) => sum + weightOf(unit), 0);
      const named = held.some((unit) => isName(unit) && answer.head.has(unit)) ? unique / 2 : 0;
      return {
        answer,
        share: weight / total,
        weight: weight + named,
      };
    })
    .sort((a, b) => b.weight - a.weight);
  const [best, second] = ranked;
  if (!best || best.weight < unique * LEAST || best.share < SHARE) return undefined;
  if (second && best.weight - second.weight < unique * APART) return undefined;
  if (best.answer.id === 'not-fixed') return best.answer.id;
  return best.answer.isNegated === isNegated(said) ? best.answer.id : undefined;
}

/** A word of CJK is several pairs of characters; a Latin name among them is what the sentence is about. */
function sizeOf(unit: string, isCjk: boolean): number {
  if (WEAK.has(unit)) return 0.4;
  if (unit.startsWith('@')) return 0.6;
  if (CJK.test(unit)) return 0.5;
  return isCjk ? 1.5 : 1;
}

function isName(unit: string): boolean {
  return !unit.startsWith('@') && !CJK.test(unit) && !WEAK.has(unit);
}

function unitsOf(text: string): ReadonlySet<string> {
  const folded = fold(text);
  const meant = Object.entries(MEANINGS).flatMap(([meaning, stems]) =>
    stems.some((stem) => folded.includes(stem)) ? [meaning] : [],
  );
  const said = tokensOf(folded, 200).filter((token) => !POLAR.has(token));
  return new Set([...said, ...[...conceptsOf(folded)].map((name) => `@${name}`), ...meant]);
}

function isNegated(text: string): boolean {
  const folded = fold(text);
  return NEGATED.test(folded) || [...conceptsOf(folded)].some((concept) => ABSENT.includes(concept));
}

function tokens(label: string): string[] {
  return label.split(/[^\p{L}\p{N}_-]+/u);
}
