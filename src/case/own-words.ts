/** Understands a short sentence as one of the answers of a step. */
import Fuse from 'fuse.js';
import { answersOf } from '../flow/answers.ts';
import { answerLabel, type Words } from '../i18n/words.ts';
import type { Pack } from '../pack/pack.ts';
import { FIX_ANSWERS } from '../pack/vocabulary.ts';

/** Fuse distance (0 = the same, 1 = nothing in common) up to which a sentence counts as an answer. */
const CLOSE = 0.42;
/** A second answer that is nearly as close makes the sentence ambiguous: better to ask than to guess. */
const APART = 0.12;

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
    'not sure',
    'unsure',
    '?',
    '不知道',
    '不确定',
    '不清楚',
    '모르겠어요',
    '모름',
    '잘 모르겠습니다',
    'tidak tahu',
    'tidak yakin',
    'kurang tahu',
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
  const labels = ids
    .filter((id) => !(FIX_ANSWERS as readonly string[]).includes(id) && id !== 'unknown')
    .map((id) => ({
      id,
      label: answerLabel(words, state, own, id).replaceAll('`', ''),
      name: id.replaceAll('-', ' '),
    }));
  const quoted = labels.filter(({ label }) => said.length >= 2 && tokens(label).includes(said));
  if (quoted.length === 1) return quoted[0]!.id;
  if (said.length < 4) return undefined;
  const found = new Fuse(labels, {
    keys: ['label', 'name'],
    includeScore: true,
    ignoreLocation: true,
    threshold: CLOSE,
  }).search(said.slice(0, 64));
  const [best, second] = found;
  if (!best || (second && second.score! - best.score! < APART)) return undefined;
  return best.item.id;
}

function tokens(label: string): string[] {
  return label.toLowerCase().split(/[^\p{L}\p{N}_-]+/u);
}
