/** Probes within a case: when the step's probe may look, what it is asked, and the events its report becomes. */
import { isStep } from '../flow/answers.ts';
import type { FactName } from '../pack/vocabulary.ts';
import { isListed } from '../probe/fact-lists.ts';
import { type CaseContext, here, type Received, recorded } from './context.ts';
import type { CaseEventBody } from './events.ts';
import { answerGiven, factsLearned } from './readings.ts';
import { factValues } from './state.ts';
import type { ProbeReport, ProbeRequest } from './world.ts';

/** The probe of the current step, where unmesh may look. */
function probeHere({ world, state }: CaseContext): string | undefined {
  const data = state.at && world.pack.flow(state.at.flow)?.states[state.at.state];
  if (!data || !isStep(data) || !world.probe) return undefined;
  return state.looking === 'never' || state.askAgain ? undefined : data.probe;
}

/** Each probe looks once at a step. */
export function canProbe(context: CaseContext): boolean {
  const probe = probeHere(context);
  return probe !== undefined && !context.state.probed.includes(probe);
}

/** The probe has been started and waits for a fact. */
export function isWaiting(context: CaseContext): boolean {
  return probeHere(context) !== undefined && context.state.wanted !== undefined;
}

/** The fact that a probe lacks, where the person can pick it. */
export function wantedBy({ world }: CaseContext, report: ProbeReport): FactName | undefined {
  if (report.kind !== 'failure' || report.failure !== 'missing-fact' || !world.list) return undefined;
  return isListed(report.detail) ? report.detail : undefined;
}

/** What the last probe waits for. */
export function factWanted(context: CaseContext, name: FactName): CaseEventBody {
  return { type: 'fact-wanted', name, probe: context.state.probed.at(-1) ?? '' };
}

/** What the probe of the current step is asked; where `canProbe` or `isWaiting`. */
export function probeRequest(context: CaseContext, signal: AbortSignal): ProbeRequest {
  const step = here(context)!;
  const data = step.data as { probe: string; on: Record<string, string> };
  return {
    probe: data.probe,
    flow: step.flow,
    state: step.state,
    answers: Object.keys(data.on),
    facts: factValues(context.state),
    signal,
  };
}

/** Where `canProbe` or `isWaiting`. */
export function recordProbeStart({ context }: Pick<Received, 'context'>): Partial<CaseContext> {
  const step = here(context)!;
  const { probe } = step.data as { probe: string };
  return recorded(context, [{ type: 'probe-started', probe, flow: step.flow, state: step.state }]);
}

/** The facts and the answer it brings back, or why it has none. */
export function probeEvents(context: CaseContext, report: ProbeReport): CaseEventBody[] {
  const probe = context.state.probed.at(-1) ?? '';
  if (report.kind === 'failure') {
    const { failure, detail, evidence } = report;
    return [{ type: 'probe-failed', probe, failure, detail, evidence }];
  }
  const { answer, evidence, facts, source = 'probe' } = report;
  return [
    ...factsLearned(facts, 'probe', probe),
    { type: 'probe-answered', probe, answer, evidence },
    ...answerGiven(
      context,
      answer,
      source,
      evidence.map((e) => `${e.object} ${e.field}: ${e.value}`),
    ),
  ];
}

/** A fault in a probe is told like a failure to look: the person answers instead. */
export function probeError(context: CaseContext, error: unknown): CaseEventBody {
  const probe = context.state.probed.at(-1) ?? '';
  const detail = error instanceof Error ? error.message : String(error);
  return { type: 'probe-failed', probe, failure: 'failed', detail, evidence: [] };
}

/** The person answers instead of waiting on. */
export function probeCancelled(context: CaseContext): CaseEventBody {
  const probe = context.state.probed.at(-1) ?? '';
  return { type: 'probe-failed', probe, failure: 'cancelled', detail: '', evidence: [] };
}
