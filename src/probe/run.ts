/** Runs a probe against a source. */
import type { ProbeReport, ProbeRequest } from '../case/machine.ts';

export interface ProbeSource {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

export async function runProbe(request: ProbeRequest, _source: ProbeSource): Promise<ProbeReport> {
  return { kind: 'failure', failure: 'failed', detail: request.probe, evidence: [] };
}
