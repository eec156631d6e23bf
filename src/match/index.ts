/** Recognises what a person pasted: records, facts, and the symptom that owns the text, with its evidence. */

import { detectEncoding, labelOf } from './decode.ts';
import { rank } from './rank.ts';
import { RecordSplitter } from './records/split.ts';
import { SayingIndex } from './sayings.ts';
import { Scan } from './scan.ts';
import { SignatureIndex } from './signatures.ts';
import type { Encoding, Matcher, MatchKnowledge, MatchResult, StreamOptions } from './types.ts';

export type { AccessLogEntry, AccessLogField, UpstreamCluster } from './access-log.ts';
export { accessLogFields, decodeAccessLog, readCluster } from './access-log.ts';
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
    signatures ??= new SignatureIndex(knowledge.signatures);
    return signatures;
  };
  const sayingIndex = (): SayingIndex => {
    sayings ??= new SayingIndex(knowledge);
    return sayings;
  };
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
      return finish(scan, { bytes, total: bytes, truncated: false }, 'utf-8');
    },

    async matchStream(chunks: AsyncIterable<Uint8Array>, opts: StreamOptions = {}): Promise<MatchResult> {
      const scan = new Scan(signatureIndex());
      const splitter = new RecordSplitter((record) => scan.add(record));
      let decoder: InstanceType<typeof TextDecoder> | undefined;
      let encoding: Encoding = 'utf-8';
      let rest = '';
      let bytes = 0;
      for await (const chunk of chunks) {
        opts.signal?.throwIfAborted();
        if (decoder === undefined) {
          encoding = detectEncoding(chunk, false);
          decoder = new TextDecoder(labelOf(encoding));
        }
        bytes += chunk.byteLength;
        rest = pushWholeLines(splitter, rest + decoder.decode(chunk, { stream: true }));
        opts.onProgress?.(bytes);
      }
      opts.signal?.throwIfAborted();
      rest += decoder?.decode() ?? '';
      if (rest !== '') pushLines(splitter, rest);
      splitter.end();
      return finish(scan, { bytes, total: bytes, truncated: false }, encoding);
    },
  };
}

/** A line without an end is handed on in parts of this many characters, so that memory stays bounded. */
const MAX_PENDING = 1 << 20;

/** Pushes the lines that are complete and returns the rest. */
function pushWholeLines(splitter: RecordSplitter, text: string): string {
  const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r', text.length - 2));
  if (end === -1) {
    if (text.length < MAX_PENDING) return text;
    splitter.push(text);
    return '';
  }
  pushLines(splitter, text.slice(0, end));
  return text.slice(end + 1);
}

/** Splitting in one go is several times faster than looking for each line end; parts keep the memory bounded. */
const PART = 1 << 18;

function pushLines(splitter: RecordSplitter, text: string): void {
  for (let from = 0; from <= text.length; ) {
    let end = text.length;
    if (end - from > PART) {
      const newline = text.indexOf('\n', from + PART);
      if (newline !== -1) end = newline;
    }
    const part = text.slice(from, end);
    for (const line of part.includes('\r') ? part.split(/\r\n|\r|\n/) : part.split('\n')) splitter.push(line);
    from = end + 1;
  }
}
