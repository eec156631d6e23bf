/** Says of an entry, by its path inside the archive, which layout it belongs to and what it holds. */
import { bugReportPart } from './bug-report.ts';
import { clusterInfoPart } from './cluster-info.ts';
import { objectsPart } from './objects.ts';
import type { Part } from './part.ts';
import { supportBundlePart } from './support-bundle.ts';

const LAYOUTS = [bugReportPart, supportBundlePart, clusterInfoPart, objectsPart];

/** `undefined` for what no probe reads: it is skipped without being kept. */
export function partOf(path: readonly string[]): Part | undefined {
  for (const of of LAYOUTS) {
    const part = of(path);
    if (part) return part;
  }
  return undefined;
}
