/** The nearest known names to one that is not known. */
import type { Pack } from '../pack/pack.ts';

/** How many are offered. */
const COUNT = 3;
/** Longer than any name that is known: such a text is no misspelt one. Characters. */
const MAX_NAME = 64;

/** Up to three symptom ids, comma-separated; never empty. */
export function nearestFlows(pack: Pack, id: string): string {
  return closest(pack.flowIds, id).join(', ');
}

/** Up to three of `names`: those that are near, else those that are least far. */
export function closest(names: readonly string[], wanted: string): string[] {
  const near = nearest(names, wanted);
  return near.length > 0
    ? near
    : byDistance(names, wanted)
        .slice(0, COUNT)
        .map(({ name }) => name);
}

/** Up to three of `names` that a misspelling or a part of them may stand for, nearest first; none for anything else. */
export function nearest(names: readonly string[], wanted: string): string[] {
  const text = wanted.trim();
  if (text.length === 0 || text.length > MAX_NAME) return [];
  const most = Math.max(1, Math.floor(text.length * 0.4));
  return byDistance(names, text)
    .filter(({ distance }) => distance <= most)
    .slice(0, COUNT)
    .map(({ name }) => name);
}

function byDistance(names: readonly string[], wanted: string): { name: string; distance: number }[] {
  const text = wanted.trim().slice(0, MAX_NAME).toLowerCase();
  return names
    .filter((name) => name.length <= MAX_NAME)
    .map((name) => ({ name, distance: distanceOf(text, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
}

/** Letters to change, add or leave out; a part of a name is as near as one letter. */
function distanceOf(text: string, name: string): number {
  if (text.length >= 3 && name !== text && name.includes(text)) return 1;
  let row = Array.from({ length: name.length + 1 }, (_, i) => i);
  for (let i = 1; i <= text.length; i++) {
    const next = [i];
    for (let j = 1; j <= name.length; j++) {
      const replaced = row[j - 1]! + (text[i - 1] === name[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}
