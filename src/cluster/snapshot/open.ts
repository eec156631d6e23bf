/** Opens a snapshot: whatever was collected of a cluster and handed over as files. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { EXIT, fileError, UserError } from '../../errors.ts';
import type { ClusterReader } from '../reader.ts';
import type { ReadId, ResourceId } from '../resources.ts';
import { isClusterDump, takeDump } from './cluster-info.ts';
import { Collection, CRDS, isCustom, type Layout } from './collection.ts';
import { text } from './field.ts';
import { Budget, SNAPSHOT_LIMITS, type SnapshotLimits } from './limits.ts';
import { takeObjects } from './objects.ts';
import { collectionReader } from './reader.ts';
import { partOf } from './sort.ts';
import { type Chosen, folderEntries, openStream, type Witness } from './sources.ts';

export interface Collected {
  readonly resource: ResourceId;
  readonly objects: number;
  /** Where the list is whole: of all namespaces, or of these. Empty: only single objects are there. */
  readonly wholeIn: 'all' | readonly string[];
}

export interface SnapshotDescription {
  readonly layout: Layout;
  readonly collected: readonly Collected[];
  /** Namespaces of which something was collected. */
  readonly namespaces: readonly string[];
  /** Containers whose logs are there. */
  readonly logs: number;
  /** When it was collected; `undefined` where nothing tells. */
  readonly time: Date | undefined;
  /** The archive breaks off: what came before is used. */
  readonly isTruncated: boolean;
  /** Entries that could not be read, and why. Texts are hostile until sanitised. */
  readonly faults: readonly { readonly entry: string; readonly reason: string }[];
}

export interface Snapshot {
  readonly reader: ClusterReader;
  describe(): SnapshotDescription;
  /** Those of `reads` of which nothing is there: what needs them cannot be looked up. */
  lacks(reads: readonly ReadId[]): readonly ReadId[];
}

/**
 * `source`: path of a file or a folder, or a stream (standard input). Throws `file-…`, `snapshot-unreadable`, `snapshot-unknown`,
 * `snapshot-too-large`.
 */
export async function openSnapshot(
  source: string | AsyncIterable<Uint8Array>,
  limits: SnapshotLimits = SNAPSHOT_LIMITS,
): Promise<Snapshot> {
  const collection = new Collection(limits);
  const path = typeof source === 'string' ? source : '-';
  try {
    await collect(source, collection, new Budget(limits));
  } catch (error) {
    if (error instanceof UserError) throw error;
    // What the system says of the file itself; anything else is about what stands in it.
    if (error instanceof Error && 'syscall' in error) throw fileError(path, error);
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError('snapshot-unreadable', { path, reason }, EXIT.input, error);
  }
  collection.finish();
  const isEmpty = collection.ids().length === 0 && collection.logs === 0;
  if (isEmpty && !collection.layouts.has('config-dump')) {
    const reason = collection.faults.map(({ entry, reason }) => `${entry} ${reason}`.trim())[0] ?? '';
    throw new UserError('snapshot-unknown', { path, reason }, EXIT.input);
  }
  collection.time ||= heartbeatOf(collection);
  return {
    reader: collectionReader(collection),
    describe: () => description(collection),
    lacks: (reads) => reads.filter((read) => !has(collection, read)),
  };
}

function has(collection: Collection, read: ReadId): boolean {
  if (read === 'pods/log') return collection.logs > 0;
  if (read === 'discovery') return collection.groups().size > 0;
  if (read === 'version') return collection.gitVersion !== '' || collection.time > 0;
  const isAbsent = isCustom(read) && collection.isWhole(CRDS) && !collection.object(CRDS, '', read);
  return isAbsent || collection.ids().includes(read);
}

async function collect(
  source: string | AsyncIterable<Uint8Array>,
  collection: Collection,
  budget: Budget,
): Promise<void> {
  const witness: Witness = {
    fault: (entry, reason) => collection.fault(entry, reason),
    truncated: () => {
      collection.isTruncated = true;
    },
  };
  const takeAll = async (entries: AsyncIterable<Chosen>) => {
    for await (const { part, entry } of entries) part.take(collection, entry);
  };
  if (typeof source === 'string' && (await stat(source)).isDirectory())
    return takeAll(folderEntries(source, partOf, budget, witness));
  const opened = await openStream(source, partOf, budget, witness);
  if (opened === undefined) return;
  if ('entries' in opened) return takeAll(opened.entries);
  const name = typeof source === 'string' ? basename(source) : '-';
  const entry = { path: [name], text: opened.text, time: 0, isCut: opened.isCut };
  // A file taken out of an archive keeps its name, and with it what it is.
  const part = partOf(['cluster', name]) ?? partOf([name]);
  if (isClusterDump(opened.text)) takeDump(collection, entry);
  else if (part) part.take(collection, entry);
  else takeObjects(collection, entry);
}

/** Of several layouts in one archive, the one that says most. */
const LAYOUTS: readonly Layout[] = ['bug-report', 'support-bundle', 'cluster-info', 'objects', 'config-dump'];

function description(collection: Collection): SnapshotDescription {
  const ids = collection.ids().sort();
  const namespaces = new Set(ids.flatMap((id) => [...collection.namespacesOf(id)]));
  return {
    layout: LAYOUTS.find((layout) => collection.layouts.has(layout)) ?? 'objects',
    collected: ids.map((resource) => ({
      resource,
      objects: collection.count(resource),
      wholeIn: collection.wholeIn(resource),
    })),
    namespaces: [...namespaces].sort(),
    logs: collection.logs,
    time: collection.time > 0 ? new Date(collection.time) : undefined,
    isTruncated: collection.isTruncated,
    faults: [...collection.faults],
  };
}

/** A kubelet reports at least every five minutes: the newest report is about as old as the snapshot. */
function heartbeatOf(collection: Collection): number {
  let newest = 0;
  for (const node of collection.objects('nodes')) {
    const { conditions } = (node.status ?? {}) as { conditions?: unknown };
    for (const one of Array.isArray(conditions) ? conditions : []) {
      const time = Date.parse(text(one, 'lastHeartbeatTime'));
      if (time > newest) newest = time;
    }
  }
  return newest;
}
