/** What will be read before it is: for the question whether unmesh may look. */
import type { ReadId, ResourceId } from '../cluster/resources.ts';
import { DECLARATIONS } from './declarations.ts';
import { firstToPick, isListed, readsOfLists } from './fact-lists.ts';
import type { Facts } from './probe.ts';

/** The resources a probe reads, as `kubectl` names them; empty for an unknown probe. */
export function readsOf(probe: string): readonly ReadId[] {
  return DECLARATIONS[probe]?.reads ?? [];
}

/** The lists that a person would pick from before a probe can look; empty where all that it needs is known. */
export function listsBefore(probe: string, facts: Facts): ResourceId[] {
  const missing = (DECLARATIONS[probe]?.needs ?? []).filter((name) => facts[name] === undefined);
  const listed = missing.filter(isListed);
  return readsOfLists([
    ...new Set(listed.flatMap((fact) => [firstToPick(fact, (name) => facts[name] !== undefined), fact])),
  ]);
}
