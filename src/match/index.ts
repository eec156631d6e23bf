/** Recognises what a person pasted: records, facts, and the symptom that owns the text, with its evidence. */

import { CodeIndex, signaturesOfCodes } from './codes.ts';
import { detectEncoding, labelOf, SAMPLE } from './decode.ts';
import { rank } from './rank.ts';
import { RecordSplitter } from './records/split.ts';
import { SayingIndex } from './sayings.ts';
import { Scan } from './scan.ts';
import { SignatureIndex } from './signatures.ts';
import type { Encoding, Matcher, MatchKnowledge, MatchResult, StreamOptions } from './types.ts';

export type { AccessLogEntry } from './access-log/entry.ts';
export { accessLogFields, decodeAccessLog } from './access-log/entry.ts';
export type { AccessLogField } from './access-log/fields.ts';
export type { UpstreamCluster } from './access-log/upstream-cluster.ts';
export { readCluster } from './access-log/upstream-cluster.ts';
export type { DecodedInput } from './decode.ts';
export { decodeInput } from './decode.ts';
export type { Record, RecordKind } from './records/split.ts';
export { splitRecords } from './records/split.ts';
export type {
  Encoding,
  EvidenceLine,
  Fact,
  FlowSayings,
  Match,
  Matcher,
  MatchKnowledge,
  MatchResult,
  NearestSaying,
  StreamOptions,
} from './types.ts';

/** Nothing is built before the first text needs it; then each index is built once. */
export function createMatcher(knowledge: MatchKnowledge): Matcher {
  let signatures: SignatureIndex | undefined;
  let sayings: SayingIndex | undefined;
  const signatureIndex = (): SignatureIndex => {
    signatures ??= new SignatureIndex([
      ...knowledge.signatures,
      ...signaturesOfCodes(knowledge.tables ?? []),
    ]);
    return signatures;
  };
  const sayingIndex = (): SayingIndex => {
    sayings ??= new SayingIndex(knowledge);
    return sayings;
  };
  let codes: CodeIndex | undefined;
  const finish = (scan: Scan, read: MatchResult['read'], encoding: Encoding): MatchResult => {
    const ranking = rank(scan, signatureIndex(), sayingIndex);
    const decisive = new Set(ranking.matches[0]?.evidence.map((line) => line.line));
    return {
      ...ranking,
      facts: scan.facts.finish(decisive),
      records: { total: scan.total, noise: scan.noise },
      read,
      encoding,
    };
  };

  return {
    match(text: string): MatchResult {
      const scan = new Scan(signatureIndex());
      const splitter = new RecordSplitter((record) => scan.add(record));
      pushLines(splitter, text);
      splitter.end();
      const bytes = Buffer.byteLength(text);
      const result = finish(scan, { bytes, total: bytes, truncated: false }, 'utf-8');
      if (result.matches.length > 0) return result;
      codes ??= new CodeIndex(knowledge.tables ?? []);
      return { ...result, ...codes.find(text) };
    },

    async matchStream(chunks: AsyncIterable<Uint8Array>, opts: StreamOptions = {}): Promise<MatchResult> {
      const scan = new Scan(signatureIndex());
      const lines = new LineReader(new RecordSplitter((record) => scan.add(record)));
      let head = new Uint8Array(0);
      let decoder: InstanceType<typeof TextDecoder> | undefined;
      let encoding: Encoding = 'utf-8';
      let bytes = 0;
      const open = (whole: boolean): InstanceType<typeof TextDecoder> => {
        encoding = detectEncoding(head, whole);
        return new TextDecoder(labelOf(encoding));
      };
      for await (const chunk of chunks) {
        opts.signal?.throwIfAborted();
        bytes += chunk.byteLength;
        if (decoder !== undefined) lines.push(decoder.decode(chunk, { stream: true }));
        else {
          // Pipes may begin with a few bytes only, too few to tell the encoding.
          head = Buffer.concat([head, chunk]);
          if (head.length >= SAMPLE) {
            decoder = open(false);
            lines.push(decoder.decode(head, { stream: true }));
          }
        }
        opts.onProgress?.(bytes);
      }
      opts.signal?.throwIfAborted();
      if (decoder === undefined) {
        decoder = open(true);
        lines.push(decoder.decode(head, { stream: true }));
      }
      lines.end(decoder.decode());
      return finish(scan, { bytes, total: bytes, truncated: false }, encoding);
    },
  };
}

/** A line without an end is handed on in parts of this many characters, so that memory stays bounded. */
const MAX_PENDING = 1 << 18;

/** Cuts a stream of text into lines. */
class LineReader {
  readonly #splitter: RecordSplitter;
  #rest = '';
  /** The rest continues a line of which a part was handed on. */
  #goesOn = false;

  constructor(splitter: RecordSplitter) {
    this.#splitter = splitter;
  }

  push(more: string): void {
    // A carriage return at the end of a chunk may be half of a line end.
    const isHalf = this.#rest.endsWith('\r');
    const text = isHalf ? `\r${more}` : more;
    if (isHalf) this.#rest = this.#rest.slice(0, -1);
    // Line ends are looked for in the new text only, or one endless line would be searched again and again.
    const end = Math.max(text.lastIndexOf('\n'), text.slice(0, -1).lastIndexOf('\r'));
    if (end === -1) {
      this.#rest += text;
      if (this.#rest.length < MAX_PENDING || this.#rest.endsWith('\r')) return;
      this.#splitter.push(this.#rest, this.#goesOn);
      this.#rest = '';
      this.#goesOn = true;
      return;
    }
    const isPair = text[end] === '\n' && text[end - 1] === '\r';
    this.#pushLines(this.#rest + text.slice(0, isPair ? end - 1 : end));
    this.#rest = text.slice(end + 1);
  }

  end(text: string): void {
    this.#rest += text;
    if (this.#rest !== '') this.#pushLines(this.#rest);
    this.#splitter.end();
  }

  #pushLines(text: string): void {
    pushLines(this.#splitter, text, this.#goesOn);
    this.#goesOn = false;
  }
}

/** Splitting in one go is several times faster than looking for each line end; parts keep the memory bounded. */
const PART = 1 << 18;

function pushLines(splitter: RecordSplitter, text: string, goesOn = false): void {
  let continues = goesOn;
  for (let from = 0; from <= text.length; ) {
    let end = text.length;
    if (end - from > PART) {
      const newline = text.indexOf('\n', from + PART);
      if (newline !== -1) end = newline;
    }
    const part = text.slice(from, end);
    for (const line of part.includes('\r') ? part.split(/\r\n|\r|\n/) : part.split('\n')) {
      splitter.push(line, continues);
      continues = false;
    }
    from = end + 1;
  }
}
