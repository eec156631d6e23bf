/** Where entries come from: a folder, or one stream that is an archive or a text. Nothing is ever written to disk. */
import { constants, createReadStream, type Dirent } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip, constants as zlib } from 'node:zlib';
import { type Extract, extract } from 'tar-stream';
import { UserError } from '../../errors.ts';
import type { Budget } from './limits.ts';
import type { Entry, Part } from './part.ts';

/** What reading tells beside the entries. */
export interface Witness {
  fault(entry: string, reason: string): void;
  truncated(): void;
}

/** An entry before it is read: by its path, whether and how it is wanted. */
export type Choose = (path: readonly string[]) => Part | undefined;

export interface Chosen {
  readonly part: Part;
  readonly entry: Entry;
}

type Chunks = AsyncIterable<Uint8Array>;

/** A text that is no archive. */
export interface Plain {
  readonly text: string;
  readonly isCut: boolean;
}

const BLOCK = 512;
/** Folders inside one another. */
const MAX_DEPTH = 16;

/** Files of a folder, in the order of their names. Links, pipes and devices are left alone. */
export async function* folderEntries(
  root: string,
  choose: Choose,
  budget: Budget,
  witness: Witness,
): AsyncGenerator<Chosen> {
  const walk = async function* (folder: readonly string[]): AsyncGenerator<Chosen> {
    const found: Dirent[] = await readdir(join(root, ...folder), { withFileTypes: true });
    for (const one of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      budget.entry();
      const path = [...folder, one.name];
      if (one.isDirectory() && path.length < MAX_DEPTH) yield* walk(path);
      if (!one.isFile()) continue;
      const part = choose(path);
      if (!part) continue;
      // The file may have become a link since it was listed.
      const file = await open(join(root, ...path), constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        const read = await readText(file.createReadStream({ autoClose: false }), part, budget);
        budget.unpacked(read.bytes);
        if (read.text === undefined) witness.fault(path.join('/'), `${read.bytes} bytes`);
        else yield { part, entry: { path, text: read.text, time: 0, isCut: read.isCut } };
      } finally {
        await file.close();
      }
    }
  };
  yield* walk([]);
}

/** Opens a file or standard input: entries of an archive, or a text. `undefined`: neither. */
export async function openStream(
  source: string | Chunks,
  choose: Choose,
  budget: Budget,
  witness: Witness,
): Promise<{ readonly entries: AsyncIterable<Chosen> } | Plain | undefined> {
  const raw = typeof source === 'string' ? createReadStream(source) : source;
  const packed = await peek(
    counted(raw, (bytes) => budget.packed(bytes)),
    2 * BLOCK,
  );
  const isGzip = packed.head[0] === 0x1f && packed.head[1] === 0x8b;
  const whole = isGzip
    ? await peek(
        counted(gunzip(packed.chunks, witness), (bytes) => budget.unpacked(bytes)),
        2 * BLOCK,
      )
    : packed;
  if (isTar(whole.head)) return { entries: tarEntries(whole.chunks, choose, budget, witness) };
  if (isBinary(whole.head)) return undefined;
  const { text, isCut } = await readText(whole.chunks, { isLog: false }, budget);
  if (text === undefined) return undefined;
  return { text, isCut };
}

async function* tarEntries(
  chunks: Chunks,
  choose: Choose,
  budget: Budget,
  witness: Witness,
): AsyncGenerator<Chosen> {
  const tar = extract();
  let ending = Buffer.alloc(0);
  const pump = async () => {
    try {
      for await (const chunk of chunks) {
        if (tar.destroyed) return;
        ending = Buffer.concat([ending, chunk]).subarray(-2 * BLOCK);
        if (!tar.write(Buffer.from(chunk))) await drained(tar);
      }
      tar.end(undefined);
    } catch (error) {
      tar.destroy(error as Error);
    }
  };
  const pumping = pump();
  try {
    for await (const file of tar) {
      budget.entry();
      const { name, type, mtime } = file.header;
      const path = name.split('/').filter((step) => step !== '' && step !== '.');
      const isFile = type === 'file' || type === 'contiguous-file';
      const isOutside = path.includes('..');
      if (isFile && isOutside) witness.fault(name, 'outside of the archive');
      const part = isFile && !isOutside ? choose(path) : undefined;
      if (!part) {
        file.resume();
        continue;
      }
      const { text, bytes, isCut } = await readText(file as unknown as Chunks, part, budget);
      if (text === undefined) witness.fault(name, `${bytes} bytes`);
      else yield { part, entry: { path, text, time: mtime?.getTime() ?? 0, isCut } };
    }
    // An archive ends with two empty blocks; a stream that was cut between two files ends without them.
    if (ending.some((byte) => byte !== 0)) witness.truncated();
  } catch (error) {
    if (error instanceof UserError) throw error;
    witness.fault('', error instanceof Error ? error.message : String(error));
    witness.truncated();
  } finally {
    tar.destroy(null);
    await pumping;
  }
}

/** Until it takes more, or takes nothing any more. */
function drained(tar: Extract): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      tar.off('drain', done);
      tar.off('close', done);
      resolve();
    };
    tar.on('drain', done);
    tar.on('close', done);
  });
}

/** The text of an entry; `undefined` where it is larger than it may be. Whatever came before a break is kept. */
async function readText(
  chunks: Chunks,
  { isLog }: Pick<Part, 'isLog'>,
  budget: Budget,
): Promise<{ readonly text: string | undefined; readonly bytes: number; readonly isCut: boolean }> {
  const { entryBytes, logBytes } = budget.limits;
  let kept: Uint8Array[] = [];
  let size = 0;
  let bytes = 0;
  let isCut = false;
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      size += chunk.length;
      kept.push(chunk);
      if (isLog && size > 4 * logBytes) {
        // The end of a log is what tells.
        kept = [Buffer.concat(kept).subarray(-2 * logBytes)];
        size = kept[0]!.length;
        isCut = true;
      } else if (bytes > entryBytes && !isLog) kept = [];
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    isCut = true;
  }
  const text = bytes > entryBytes && !isLog ? undefined : decode(Buffer.concat(kept));
  return { text, bytes, isCut };
}

/** UTF-8, and UTF-16 as PowerShell writes it into files. What is no character becomes U+FFFD. */
function decode(bytes: Buffer): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}

async function* counted(chunks: Chunks, count: (bytes: number) => void): Chunks {
  for await (const chunk of chunks) {
    count(chunk.length);
    yield chunk;
  }
}

/** A stream that breaks off gives what it has: tar tells where it ends. */
async function* gunzip(chunks: Chunks, witness: Witness): Chunks {
  const unzip = createGunzip({ finishFlush: zlib.Z_SYNC_FLUSH });
  const source = Readable.from(chunks);
  source.on('error', (error) => unzip.destroy(error));
  try {
    for await (const chunk of source.pipe(unzip)) yield chunk as Uint8Array;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code !== 'string' || !code.startsWith('Z_')) throw error;
    witness.fault('', `gzip: ${(error as Error).message}`);
    witness.truncated();
  } finally {
    source.destroy();
    unzip.destroy();
  }
}

/** The first `least` bytes or all, and the stream with them in front again. */
async function peek(
  chunks: Chunks,
  least: number,
): Promise<{ readonly head: Buffer; readonly chunks: Chunks }> {
  const rest = chunks[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  for (let size = 0; size < least; ) {
    const { value, done } = await rest.next();
    if (done) break;
    first.push(value);
    size += value.length;
  }
  async function* again(): Chunks {
    try {
      yield* first;
      for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
    } finally {
      await rest.return?.();
    }
  }
  return { head: Buffer.concat(first), chunks: again() };
}

/** A header's sum is over its bytes with the sum itself as spaces: true of old tars that lack the magic as well. */
function isTar(head: Buffer): boolean {
  if (head.length < BLOCK) return false;
  if (head.toString('latin1', 257, 262) === 'ustar') return true;
  const sum = Number.parseInt(head.toString('latin1', 148, 156).replaceAll('\0', ' ').trim(), 8);
  const bytes = head
    .subarray(0, BLOCK)
    .reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 32 : byte), 0);
  return sum === bytes && sum > 256;
}

function isBinary(head: Buffer): boolean {
  const isUtf16 = head[0] === 0xff && head[1] === 0xfe;
  return !isUtf16 && head.includes(0);
}
