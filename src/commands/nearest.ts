/** The nearest known names to one that is not known. */
import Fuse from 'fuse.js';
import type { Pack } from '../pack/pack.ts';

/** Up to three symptom ids, comma-separated; never empty. */
export function nearestFlows(pack: Pack, id: string): string {
  return nearest(pack.flowIds, id).join(', ');
}

/** Up to three of `names`, nearest first; the first three where nothing is near. */
export function nearest(names: readonly string[], wanted: string): string[] {
  const found = new Fuse(names, { threshold: 0.6, ignoreLocation: true })
    .search(wanted.slice(0, 32))
    .slice(0, 3);
  return found.length ? found.map(({ item }) => item) : names.slice(0, 3);
}
