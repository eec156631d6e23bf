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

/** Marks in front of quoted text in mails and chats. */
const QUOTED = /^\s{0,3}(?:>\s?){1,4}/;

export function cleanLine(line: string): string {
  let text = unwrapped(line);
  if (SUSPECT.test(text)) text = sanitise(text).replace(/\n/g, ' ');
  if (text.includes('&'))
    text = text.replace(
      ENTITY,
      (entity) => ENTITIES[entity.toLowerCase()] ?? (/3c/i.test(entity) ? '<' : '>'),
    );
  if (text.includes('</') || text.includes('<br') || text.includes('<p')) text = text.replace(TAG, ' ');
  if (text.includes('>')) text = text.replace(QUOTED, '');
  return untabbed(text);
}

/** Time, level, scope and message of Istio's logs after a page or a form has eaten the tabs between them. */
const GLUED =
  /^(.{0,80}\d\d:\d\d:\d\d\.\d{3,9}Z)(debug|info|warn|error|fatal)(ads|mcp|klog|kube|model|delta|sds|cache|xdsproxy|installer|validation(?:Controller|Server)?|pkica|pkiCaLog|serverca|rootcertrotator|citadelclient|citadelClientLog|nodeagent|secretfetcher|runtime|processing|authorization)?(?=[A-Z"])/;

function untabbed(text: string): string {
  const zone = text.indexOf('Z');
  if (zone < 12 || zone > 110 || text.charCodeAt(zone - 1) > 0x39 || text.charCodeAt(zone + 1) < 0x61)
    return text;
  return text.replace(GLUED, (_, time: string, level: string, scope?: string) =>
    scope === undefined ? `${time}\t${level}\t` : `${time}\t${level}\t${scope}\t`,
  );
}

/** The message inside a line of a container's log file or of a log viewer that exports JSON. */
function unwrapped(line: string): string {
  if (line.charCodeAt(0) !== 0x7b || !/^\{"(?:log|textPayload|MESSAGE)"\s?:\s?"/.test(line)) return line;
  try {
    const data = JSON.parse(line) as Readonly<{ [key: string]: unknown }>;
    const text = data.log ?? data.textPayload ?? data.MESSAGE;
    return typeof text === 'string' ? text.trimEnd() : line;
  } catch {
    return line;
  }
}

const FOREIGN = /[\u00a0\u2002-\u200a\u201c-\u201f\u2018-\u201b\u202f\u3000\uff01-\uff5e]/;
const FOREIGN_ALL = /[\u00a0\u2002-\u200a\u201c-\u201f\u2018-\u201b\u202f\u3000\uff01-\uff5e]/g;

/**
 * The line with typographic quotes, unusual blanks and full-width forms as a program would have written them:
 * character by character, so that places in it are places in the line.
 */
export function plainTwin(line: string): string {
  return FOREIGN.test(line) ? line.replace(FOREIGN_ALL, twinOf) : line;
}

function twinOf(char: string): string {
  const code = char.charCodeAt(0);
  if (code >= 0xff01) return String.fromCharCode(code - 0xfee0);
  if (code >= 0x201c && code <= 0x201f) return '"';
  return code >= 0x2018 && code <= 0x201b ? "'" : ' ';
}

/** Longest line shown as evidence, in UTF-16 units. */
export const CLIP = 2000;
