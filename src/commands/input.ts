/** Reads what is piped in: bounded, decoded, told when cut. */
import { StringDecoder } from 'node:string_decoder';
import { EXIT, UserError } from '../errors.ts';
import { decodeInput } from '../match/decode.ts';
import type { Matcher, MatchResult } from '../match/index.ts';

/** Up to this many bytes are kept whole; a larger stream is matched as it flows by. */
export const KEEP_BYTES = 8 * 1024 * 1024;

export interface PipedInput {
  readonly text: string;
  /** The answer for a stream too large to keep, `undefined` where the text is whole. */
  readonly result: MatchResult | undefined;
  readonly bytes: number;
  readonly cut: boolean;
}

/** Reads `stream` to its end. Throws `input-empty`, `input-binary`. */
export async function readPiped(
  stream: AsyncIterable<Uint8Array>,
  matcher: () => Promise<Matcher>,
  onProgress: (bytes: number) => void,
): Promise<PipedInput> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const rest = stream[Symbol.asyncIterator]();
  for (;;) {
    const { value, done } = await rest.next();
    if (done) break;
    chunks.push(value);
    bytes += value.length;
    if (bytes > KEEP_BYTES) return readLarge(chunks, rest, await matcher(), onProgress);
  }
  if (bytes === 0) throw new UserError('input-empty', {}, EXIT.input);
  const { text, binary } = decodeInput(Buffer.concat(chunks));
  if (binary) throw new UserError('input-binary', {}, EXIT.input);
  if (text.trim() === '') throw new UserError('input-empty', {}, EXIT.input);
  return { text, result: undefined, bytes, cut: false };
}

/** Lines that end with a line feed and nothing else: JSON may hold U+2028 in a string. Without a mark of order at the start. */
export async function* linesOf(stream: NodeJS.ReadStream): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let isFirst = true;
  const whole = (end: string) => {
    const line = parts.join('') + end;
    parts = [];
    const text = isFirst && line.startsWith('\ufeff') ? line.slice(1) : line;
    isFirst = false;
    return text;
  };
  for await (const chunk of stream) {
    const text = decoder.write(chunk as Buffer);
    let at = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', at)) {
      yield whole(text.slice(at, end));
      at = end + 1;
    }
    if (at < text.length) parts.push(text.slice(at));
  }
  const last = whole(decoder.end());
  if (last !== '') yield last;
}

/** Head and tail are kept for the case, and the lines that decided; the matcher sees everything. */
async function readLarge(
  head: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
  matcher: Matcher,
  onProgress: (bytes: number) => void,
): Promise<PipedInput> {
  if (decodeInput(head[0]!).binary) throw new UserError('input-binary', {}, EXIT.input);
  const keep = KEEP_BYTES / 8;
  let tail = Buffer.alloc(0);
  let bytes = 0;
  const see = (chunk: Uint8Array) => {
    bytes += chunk.length;
    tail = Buffer.concat([tail, chunk]);
    if (tail.length > keep) tail = tail.subarray(tail.length - keep);
  };
  async function* all() {
    for (const chunk of head) {
      see(chunk);
      yield chunk;
    }
    for (let next = await rest.next(); !next.done; next = await rest.next()) {
      see(next.value);
      yield next.value;
    }
  }
  const result = await matcher.matchStream(all(), { onProgress });
  const first = decodeInput(Buffer.concat(head).subarray(0, keep)).text;
  const deciding = result.matches.flatMap(({ evidence }) => evidence.map(({ text }) => text));
  const text = [first, ...deciding, decodeInput(tail).text].join('\n');
  return { text, result, bytes, cut: true };
}

/** `1536` -> `1.5 KB`. */
export function sizeOf(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
