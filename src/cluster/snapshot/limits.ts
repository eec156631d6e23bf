/** How much a snapshot may hold: archives come from strangers, and a small one can unpack to anything. */
import { EXIT, UserError } from '../../errors.ts';

export interface SnapshotLimits {
  /** Of all entries together, unpacked. Bytes. */
  readonly totalBytes: number;
  /** Of one entry that is parsed. Bytes; V8 holds no string of 512 MiB or more. */
  readonly entryBytes: number;
  /** Files, links and folders. */
  readonly entries: number;
  /** Unpacked bytes for each packed one, judged once `ratioFrom` bytes are unpacked. */
  readonly ratio: number;
  readonly ratioFrom: number;
  /** Objects that are kept. */
  readonly objects: number;
  /** Of one log; its end is kept. Bytes. */
  readonly logBytes: number;
  /** Of all logs together. Bytes. */
  readonly allLogBytes: number;
  /** Maps and lists inside one another in an object. */
  readonly depth: number;
}

const MiB = 1024 * 1024;

export const SNAPSHOT_LIMITS: SnapshotLimits = {
  totalBytes: 4096 * MiB,
  entryBytes: 256 * MiB,
  entries: 200_000,
  // Logs and YAML of Kubernetes pack to a tenth or a twentieth; deflate itself ends at about 1030.
  ratio: 200,
  ratioFrom: 64 * MiB,
  objects: 200_000,
  logBytes: 2 * MiB,
  allLogBytes: 128 * MiB,
  depth: 64,
};

/** Documents of a text, and items of a list: more than any cluster has, and few enough to be counted in a minute. */
export const MAX_ITEMS = 1_000_000;

/** Counts what was read against the limits. Throws `snapshot-too-large`. */
export class Budget {
  readonly limits: SnapshotLimits;
  #total = 0;
  #entries = 0;
  #packed = 0;

  constructor(limits: SnapshotLimits) {
    this.limits = limits;
  }

  /** Bytes as they lie on disk or come through the pipe. */
  packed(bytes: number): void {
    this.#packed += bytes;
  }

  unpacked(bytes: number): void {
    this.#total += bytes;
    const { totalBytes, ratio, ratioFrom } = this.limits;
    if (this.#total > totalBytes) throw tooLarge('bytes', totalBytes);
    if (this.#packed > 0 && this.#total > ratioFrom && this.#total / this.#packed > ratio)
      throw tooLarge('ratio', ratio);
  }

  entry(): void {
    if (++this.#entries > this.limits.entries) throw tooLarge('entries', this.limits.entries);
  }
}

/** `limit`: which of them was passed, as docs/snapshots.md names it. */
export function tooLarge(limit: string, most: number): UserError {
  return new UserError('snapshot-too-large', { limit, most }, EXIT.input);
}
