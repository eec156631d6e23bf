/** Runs one probe for one step: guarded, timed out, its answer fitted to the step's, its failure told as a reason. */
import type { ProbeReport, ProbeRequest } from '../case/world.ts';
import { guardReader } from '../cluster/guard.ts';
import { type ClusterReader, LookError } from '../cluster/reader.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import type { Candidate, Probe, Sight } from './probe.ts';
import { PROBES } from './probes.ts';

/** A whole probe, over all its requests. Milliseconds. */
const PROBE_TIMEOUT = 30_000;

/** Opens the source when a probe first looks; the same reader serves every later probe. */
export type OpenReader = (signal: AbortSignal) => Promise<ClusterReader>;

export async function runProbe(
  request: ProbeRequest,
  open: OpenReader,
  timeout: number = PROBE_TIMEOUT,
): Promise<ProbeReport> {
  const probe = PROBES[request.probe];
  if (!probe) return failure('failed', request.probe);
  const missing = probe.needs.find((name) => request.facts[name] === undefined);
  if (missing) return failure('missing-fact', missing);
  const deadline = AbortSignal.timeout(timeout);
  try {
    const reader = guardReader(await open(AbortSignal.any([request.signal, deadline])), probe.reads);
    return choose(request, await probe.look(reader, request.facts));
  } catch (error) {
    if (!(error instanceof LookError)) throw error;
    const timedOut = error.failure === 'cancelled' && deadline.aborted && !request.signal.aborted;
    return failure(timedOut ? 'timed-out' : error.failure, sanitiseLine(error.detail, 300));
  }
}

/** The first candidate that the step can take; none of them: what was seen, and that it decides nothing. */
function choose(
  request: ProbeRequest,
  { candidates, sights }: Awaited<ReturnType<Probe['look']>>,
): ProbeReport {
  const own = candidates.find(({ answer }) => answer !== 'unknown' && request.answers.includes(answer));
  if (own) return { kind: 'answer', answer: own.answer, evidence: timed(own), facts: own.facts ?? {} };
  const seen = sights.slice(0, 6).map(({ object, field, value }) => `${object} ${field}: ${value}`);
  return {
    kind: 'failure',
    failure: 'ambiguous',
    detail: sanitiseLine(seen.join('; '), 300),
    evidence: timed({ answer: '', sights }),
  };
}

/** At most this many sights stand in the log and on the screen. */
const MAX_SIGHTS = 12;

function timed({ sights }: Candidate) {
  const time = new Date().toISOString();
  return sights.slice(0, MAX_SIGHTS).map((sight: Sight) => ({
    object: sanitiseLine(sight.object, 200),
    field: sanitiseLine(sight.field, 120),
    value: sanitiseLine(sight.value, 300),
    time,
  }));
}

function failure(kind: Extract<ProbeReport, { kind: 'failure' }>['failure'], detail: string): ProbeReport {
  return { kind: 'failure', failure: kind, detail, evidence: [] };
}
