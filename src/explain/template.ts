/** Finds messages of vendors and analyzers by their templates. */
import { fixedParts } from '../pack/message-template.ts';

/** Fixed text on both sides of a placeholder, and what stood in the text for it. */
export interface TemplateHit {
  /** Place of the message in the text, [start, end). */
  readonly start: number;
  readonly end: number;
  /** What stood for each placeholder, in order. */
  readonly values: readonly string[];
}

/** A template with less fixed text than this would be found in anything. Characters. */
const MIN_FIXED = 10;
/** What one placeholder may stand for at most. Characters. */
const MAX_VALUE = 600;

/** Whether the template says enough by itself to be looked for in a text. */
export function isDistinct(template: string): boolean {
  return fixedParts(template).reduce((sum, part) => sum + part.trim().length, 0) >= MIN_FIXED;
}

/**
 * Finds the template in `text`, `undefined` where it is not. Quotes, case and runs of blanks may differ: a message
 * reaches a person through logs, tickets and chats. Each fixed part is searched once from where the last one ended,
 * so the time is linear in the text.
 */
export function matchTemplate(template: string, text: string): TemplateHit | undefined {
  const whole = matchWhole(template, text);
  if (whole) return whole;
  // A message that was cut off, or pasted without its advice, is still known by its first sentence.
  const first = template.split(/\. (?=[A-Z])/)[0]!;
  return first === template ? undefined : matchWhole(first, text);
}

function matchWhole(template: string, text: string): TemplateHit | undefined {
  if (!isDistinct(template)) return undefined;
  const haystack = fold(text);
  const parts = fixedParts(template).map((part) => fold(part.trim()));
  const values: string[] = [];
  let start = -1;
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    if (part === '') {
      // A placeholder at the edge: at the end it takes the rest of the line.
      if (isLast && index > 0) {
        const end = endOfLine(text, at);
        values.push(trimValue(text.slice(at, end)));
        at = end;
      }
      continue;
    }
    const found = haystack.indexOf(part, at);
    if (found === -1) return undefined;
    if (start === -1) {
      start = found;
      if (index > 0) {
        const from = Math.max(text.lastIndexOf('\n', found) + 1, found - MAX_VALUE);
        values.push(trimValue(text.slice(from, found)));
      }
    } else {
      if (found - at > MAX_VALUE) return undefined;
      values.push(trimValue(text.slice(at, found)));
    }
    at = found + part.length;
  }
  return start === -1 ? undefined : { start, end: at, values };
}

/** Same length as the input, so that places carry over. */
function fold(text: string): string {
  return text
    .replace(/[“”„«»'‘’`]/g, '"')
    .replace(/[\t\n\r\u00a0]/g, ' ')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** A value at the end of a message ends with its line or its sentence. */
function endOfLine(text: string, from: number): number {
  const rest = text.slice(from, from + MAX_VALUE);
  const end = rest.search(/\n|\. |…/);
  return from + (end === -1 ? rest.length : end);
}

function trimValue(value: string): string {
  return value.trim().replace(/^["'“”]+|["'“”]+$/g, '');
}
