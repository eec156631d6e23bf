/** What a probe can ask of a cluster or a snapshot, and how it is told that it cannot have it. */
import type { ResourceId } from './resources.ts';

/** An object as it came; every field may be missing or of another type, so read it through src/probe/shared/fields.ts. */
export type KubeObject = Readonly<Record<string, unknown>>;

export interface ListOptions {
  /** All namespaces where absent. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface LogOptions {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Lines from the end. */
  readonly tail: number;
  /** Of the container that ran before the last restart. */
  readonly previous?: boolean;
  readonly sinceSeconds?: number;
}

/** Every method rejects with LookError and with nothing else. Texts in objects are hostile until sanitised. */
export interface ClusterReader {
  list(resource: ResourceId, options?: ListOptions): Promise<readonly KubeObject[]>;
  /** `undefined` where the cluster has no such object: absent is an answer, not a failure. */
  get(resource: ResourceId, name: string, namespace?: string): Promise<KubeObject | undefined>;
  log(options: LogOptions): Promise<string>;
  /** API groups the cluster serves, each with its versions. */
  groups(): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Version and clock of the API server. `isNow`: the clock was read just now, and not when a snapshot was taken. */
  version(): Promise<{
    readonly gitVersion: string;
    readonly date: Date | undefined;
    readonly isNow?: boolean;
  }>;
}

export type LookFailure =
  | 'forbidden'
  | 'unreachable'
  | 'timed-out'
  | 'not-collected'
  | 'cancelled'
  | 'failed';

/** Why something could not be seen. `detail` names the request and what came back, in the API's own words. */
export class LookError extends Error {
  readonly failure: LookFailure;
  readonly detail: string;

  constructor(failure: LookFailure, detail: string, cause?: unknown) {
    super(`${failure}: ${detail}`, { cause });
    this.name = 'LookError';
    this.failure = failure;
    this.detail = detail;
  }
}
