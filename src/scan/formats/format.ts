/** What every output of a scan gets: the findings, and the words it may say about them. */
import type { ScanFinding, Unseen } from '../scan.ts';
import type { Suppression } from '../suppressions.ts';

export interface SuppressedFinding extends ScanFinding {
  readonly by: Suppression;
}

export interface ScanOutcome {
  /** The cluster's context, or the snapshot's path. */
  readonly source: string;
  readonly findings: readonly ScanFinding[];
  readonly suppressed: readonly SuppressedFinding[];
  /** Suppressions that hold no longer: what they covered is among the findings again. */
  readonly expired: readonly Suppression[];
  readonly unused: readonly Suppression[];
  /** Sentences about suppressions that have ended or fit nothing any more. */
  readonly remarks: readonly Remark[];
  readonly unseen: readonly Unseen[];
  readonly objects: number;
  readonly judged: number;
  /** Whether anything of a mesh was there. */
  readonly meshSeen: boolean;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

export interface Remark {
  readonly id: 'suppression-expired' | 'suppression-unused';
  readonly text: string;
}

/** The sentence of a rule: what is wrong, in the person's language. */
export type Title = (rule: string) => string;

/** `kind namespace/name`; without the namespace where an object has none. */
export function objectOf({ kind, namespace, name }: ScanFinding): string {
  return `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
}

/** The command that leads to the fix. */
export function fixOf({ flow }: { readonly flow: string }): string {
  return `unmesh --symptom ${flow}`;
}
