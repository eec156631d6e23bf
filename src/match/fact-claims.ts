/** What readers say of a paste: a value, what it is the name of, and how certain its place makes that. */
import type { Fact } from './types.ts';

export interface Claim extends Fact {
  /** How certain the place makes the meaning: 3 a field of its own, 2 a label beside it, 1 by its form. */
  readonly weight: number;
}

/** Says that a value is a fact; whether it is taken is decided when all claims are known. */
export type ClaimFact = (name: string, value: string, from: Fact['from'], weight: number) => void;
