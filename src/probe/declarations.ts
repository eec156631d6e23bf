/**
 * What each probe needs and reads. The bundle carries this module as data (scripts/build.mjs), so that the question of
 * consent loads no probe: their code comes when unmesh first looks.
 */
import type { ReadId } from '../cluster/resources.ts';
import type { FactName } from '../pack/vocabulary.ts';
import { PROBES } from './probes.ts';

export interface Declaration {
  readonly needs: readonly FactName[];
  readonly reads: readonly ReadId[];
}

export const DECLARATIONS: Readonly<Record<string, Declaration>> = Object.fromEntries(
  Object.entries(PROBES).map(([id, { needs, reads }]) => [id, { needs, reads }]),
);
