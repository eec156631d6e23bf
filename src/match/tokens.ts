/** Words of a folded text for comparing it with what people say: Latin words, CJK as pairs of characters. */

const WORD =
  /[a-z0-9\u00df-\u024f_]+|[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+|[\u1100-\u11ff\uac00-\ud7af]+/g;

/**
 * Words that hold a sentence together. Few sayings are enough to make any of them look rare, and then it would
 * weigh as much as a word of the symptom. English, Indonesian.
 */
const FILLERS = new Set(
  (
    'a an the this that these those i my me we our us you your he it its they them their is are was were be been being am ' +
    'do does did have has had having will would can could should may might must shall and or if then than so but there here ' +
    'which who what any some more most such own same too very just also please anyone someone something know think see seem try ' +
    'trying tried go goes going want wants need needs really actually even however because im ive lets way thing things bit lot ' +
    'well hi hello thanks thank issue problem bug question ' +
    'yang dan di ke dari ini itu untuk dengan pada saya kami kita aku gw kok sih ya dong deh tapi atau juga karena kalau kalo jadi ' +
    'padahal punya adalah akan oleh sama mau malah'
  ).split(' '),
);

/** A token and where it stands, [start, end) in the folded text. */
type Take = (token: string, start: number, end: number) => void;

export function tokensOf(folded: string, limit = 4000): string[] {
  const tokens: string[] = [];
  eachToken(folded, limit, (token) => tokens.push(token));
  return tokens;
}

export function eachToken(folded: string, limit: number, take: Take): void {
  let count = 0;
  const counted: Take = (token, start, end) => {
    count++;
    take(token, start, end);
  };
  for (const found of folded.matchAll(WORD)) {
    const word = found[0];
    const at = found.index;
    if (word.charCodeAt(0) < 0x300) {
      let from = 0;
      for (const part of word.includes('_') ? word.split('_') : [word]) {
        takeLatin(part, at + from, counted);
        from += part.length + 1;
      }
    } else if (word.length === 1) counted(word, at, at + 1);
    else for (let i = 0; i + 2 <= word.length; i++) counted(word.slice(i, i + 2), at + i, at + i + 2);
    if (count >= limit) break;
  }
}

function takeLatin(word: string, at: number, take: Take): void {
  if (word.length < 2 || word.length > 40 || FILLERS.has(word)) return;
  const first = word.charCodeAt(0);
  if (first < 0x3a) {
    // Numbers say something when they are a status code or a well-known port; addresses and ids do not.
    if (/^(?:[1-5]\d\d|150\d\d|1337|443|80|53|8080)$/.test(word)) take(word, at, at + word.length);
    return;
  }
  // Names made by machines: hashes, ids.
  if (word.length > 7 && /\d/.test(word) && /^[0-9a-f]+$/.test(word)) return;
  take(stem(word), at, at + word.length);
}

/** A light stem, the same for texts and knowledge: plurals and the commonest endings of English and Indonesian. */
function stem(word: string): string {
  const length = word.length;
  if (length > 6 && word.endsWith('nya')) return word.slice(0, -3);
  if (length > 5 && word.endsWith('ing')) return word.slice(0, -3);
  if (length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (length > 4 && word.endsWith('ed')) return word.slice(0, -2);
  if (length > 4 && word.endsWith('es')) return word.slice(0, -2);
  if (length > 3 && word.endsWith('s') && !word.endsWith('ss')) return word.slice(0, -1);
  if (length > 4 && word.endsWith('e')) return word.slice(0, -1);
  return word;
}
