/** What a probe is: what it reads, what it needs to know, what it can answer, and how it looks. */
import type { ProbeEvidence } from '../case/events.ts';
import type { ClusterReader } from '../cluster/reader.ts';
import type { ReadId } from '../cluster/resources.ts';
import type { FactName } from '../pack/vocabulary.ts';

export type Facts = Readonly<Partial<Record<FactName, string>>>;

/** One thing that was seen: which object, which field, what stood there. The runner adds the time. */
export type Sight = Omit<ProbeEvidence, 'time'>;

/** An answer that what was seen supports. A probe serves several steps, so it names every answer that is true. */
export interface Candidate {
  readonly answer: string;
  readonly sights: readonly Sight[];
  readonly facts?: Facts;
}

export interface Probe {
  readonly reads: readonly ReadId[];
  /** Facts without which it cannot look; the first missing one is asked for. */
  readonly needs: readonly FactName[];
  /** Every answer it can give, so that a flow whose step has none of them fails the tests. */
  readonly answers: readonly string[];
  /**
   * Candidates, the most telling first; the step takes the first one among its own answers. Empty where what was
   * seen decides nothing. `sights` are what to show in that case.
   */
  look(
    reader: ClusterReader,
    facts: Facts,
  ): Promise<{ readonly candidates: readonly Candidate[]; readonly sights: readonly Sight[] }>;
}

/** An object as a person names it: `kind/name -n namespace`. */
export function named(kind: string, name: string, namespace = ''): string {
  return namespace === '' ? `${kind}/${name}` : `${kind}/${name} -n ${namespace}`;
}
