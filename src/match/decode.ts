/** Bytes to text: UTF-8, UTF-16 in both orders with and without mark (PowerShell's `>`), and Latin-1 as a last resort. */
import type { Encoding } from './types.ts';

export interface DecodedInput {
  readonly text: string;
  readonly encoding: Encoding;
  /** True when this is no text in any encoding known here. */
  readonly binary: boolean;
}

/** Bytes looked at to tell an encoding. */
export const SAMPLE = 4096;

export function decodeInput(bytes: Uint8Array): DecodedInput {
  const encoding = detectEncoding(bytes, true);
  const text = new TextDecoder(labelOf(encoding)).decode(bytes);
  return { text, encoding, binary: looksBinary(text) };
}

/** `whole` says that the bytes are all there is, so that a bad sequence at their end counts too. */
export function detectEncoding(bytes: Uint8Array, whole: boolean): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const sample = bytes.subarray(0, SAMPLE);
  // Latin text in UTF-16 has a zero in nearly every second byte; on which side tells the order.
  let even = 0;
  let odd = 0;
  for (let i = 0; i + 1 < sample.length; i += 2) {
    if (sample[i] === 0) even++;
    if (sample[i + 1] === 0) odd++;
  }
  const pairs = Math.floor(sample.length / 2);
  if (pairs >= 2) {
    if (odd > pairs * 0.4 && even < pairs * 0.1) return 'utf-16le';
    if (even > pairs * 0.4 && odd < pairs * 0.1) return 'utf-16be';
  }
  return isMostlyUtf8(bytes, whole) ? 'utf-8' : 'latin1';
}

/** A few bad bytes in a long UTF-8 text are damage, not another encoding. */
function isMostlyUtf8(bytes: Uint8Array, whole: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !whole });
    return true;
  } catch {
    const text = new TextDecoder('utf-8').decode(bytes.subarray(0, 1 << 20));
    let bad = 0;
    let good = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === 0xfffd) bad++;
      else if (code > 0x7f) good++;
    }
    return good > bad * 4;
  }
}

export function labelOf(encoding: Encoding): string {
  return encoding === 'latin1' ? 'windows-1252' : encoding;
}

/** More than a tenth control characters or replacement marks: no text. */
export function looksBinary(text: string): boolean {
  const length = Math.min(text.length, SAMPLE);
  if (length === 0) return false;
  let odd = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0xfffd || (code < 32 && code !== 9 && code !== 10 && code !== 13 && code !== 27)) odd++;
  }
  return odd > length * 0.1;
}
