/** A pasted line as it may be shown: harmless for a terminal, marks of HTML undone. */
import { sanitise } from '../text/sanitise.ts';

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
  if (SUSPECT.test(text)) text = sanitise(text).replace(/\n/g, ' ');
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
