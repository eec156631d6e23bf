/** What a snapshot is made of: its entries, and how each is taken in. */
import type { Collection } from './collection.ts';

/** One file of a snapshot. */
export interface Entry {
  /** Path parts from the root of the archive, without `.`, `..` and empty ones. */
  readonly path: readonly string[];
  readonly text: string;
  /** When it was collected. Milliseconds since the epoch; 0 where it is not known. */
  readonly time: number;
  /** The archive breaks off within it, or only its end was kept. */
  readonly isCut: boolean;
}

/** How to take in an entry; it tells the collection which layout it is of. */
export interface Part {
  /** A log keeps its end where it is too long; anything else is refused then. */
  readonly isLog: boolean;
  take(collection: Collection, entry: Entry): void;
}

export const nameOf = (entry: Pick<Entry, 'path'>): string => entry.path.join('/');
