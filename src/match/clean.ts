/** A pasted line as it may be shown: no escape sequences, no control or direction marks, no lone surrogates. */

/** CSI, OSC and two-character escapes; the part behind `ESC [` or `ESC ]` is bounded, so this stays linear. */
const ESCAPES =
  /\u001b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\u0007\u001b]{0,2048}(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;
const SUSPECT = /[\u0000-\u0008\u000b-\u001f\u007f-\uffff]/;
const ENTITY = /&(?:quot|apos|lt|gt|amp|nbsp|#39|#x27|#34|#x22|#x3[cCeE]|#6[02]);/g;
const TAG =
  /<\/?(?:p|br|div|span|pre|code|td|tr|tbody|table|li|ul|b|i|em|strong|font|a)(?:\s[^<>]{0,300})?\/?>/gi;

const ENTITIES: Readonly<Record<string, string>> = {
  '&quot;': '"',
  '&#34;': '"',
  '&#x22;': '"',
  '&apos;': "'",
  '&#39;': "'",
  '&#x27;': "'",
  '&lt;': '<',
  '&#60;': '<',
  '&gt;': '>',
  '&#62;': '>',
  '&amp;': '&',
  '&nbsp;': ' ',
};

export function cleanLine(line: string): string {
  let text = line;
  if (SUSPECT.test(text)) {
    if (text.includes('\u001b')) text = text.replace(ESCAPES, '');
    text = text.replace(UNSEEN, '').toWellFormed();
  }
  if (text.includes('&'))
    text = text.replace(
      ENTITY,
      (entity) => ENTITIES[entity.toLowerCase()] ?? (/3c/i.test(entity) ? '<' : '>'),
    );
  if (text.includes('</') || text.includes('<br') || text.includes('<p')) text = text.replace(TAG, ' ');
  return text;
}

/** Longest line shown as evidence, in UTF-16 units. */
export const CLIP = 2000;
