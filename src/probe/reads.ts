/** What each probe reads: data only, so that consent, the ClusterRole and the linter need no Kubernetes client. */

export const PROBE_READS: Readonly<Record<string, readonly string[]>> = {};

/** The resources a probe reads, as `kubectl` names them; empty for an unknown probe. */
export function readsOf(probe: string): readonly string[] {
  return PROBE_READS[probe] ?? [];
}
