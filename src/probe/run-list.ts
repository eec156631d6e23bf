/** Reads the list that a person picks a fact from: guarded, timed out, bounded, its failure told as a reason. */
import type { ProbeFailure } from '../case/events.ts';
import { guardReader } from '../cluster/guard.ts';
import { type KubeObject, LookError } from '../cluster/reader.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import { isObjectName, type ListedFact, listOf, traitOf } from './fact-lists.ts';
import type { Facts } from './probe.ts';
import type { OpenReader } from './run.ts';
import { nameOf, namespaceOf } from './shared/fields.ts';

export interface ListRequest {
  readonly fact: ListedFact;
  readonly facts: Facts;
  readonly signal: AbortSignal;
}

/** A value to pick. `trait` tells it from its neighbours; `facts` are known with it. */
export interface FactOption {
  readonly value: string;
  readonly trait: string;
  readonly facts: Facts;
}

export type ListReport =
  | {
      readonly kind: 'options';
      readonly options: readonly FactOption[];
      /** Where it was listed; absent for the whole cluster. */
      readonly namespace?: string;
    }
  | {
      readonly kind: 'failure';
      readonly failure: Exclude<ProbeFailure, 'missing-fact' | 'ambiguous'>;
      readonly detail: string;
    };

/** A person waits for it with the prompt before them. Milliseconds. */
const LIST_TIMEOUT = 15_000;
/** Names that are offered; of more, the first. */
const MAX_OPTIONS = 10_000;
/** Throws only our own faults, such as a read that is not declared. */
export async function runList(
  request: ListRequest,
  open: OpenReader,
  timeout: number = LIST_TIMEOUT,
): Promise<ListReport> {
  const { resource, scope, within, isOne } = listOf(request.fact);
  const place = scope ?? within;
  const namespace = place && request.facts[place];
  const deadline = AbortSignal.timeout(timeout);
  try {
    const reader = guardReader(await open(AbortSignal.any([request.signal, deadline])), [resource]);
    const found = await reader.list(resource, { namespace });
    const options = found
      .filter((object) => isOne?.(object) ?? true)
      .filter((object) => isObjectName(nameOf(object)))
      .map((object) => optionOf(request.fact, object))
      .sort((a, b) => byName(a.value, b.value));
    const where = namespace === undefined ? {} : { namespace };
    return { kind: 'options', options: options.slice(0, MAX_OPTIONS), ...where };
  } catch (error) {
    if (!(error instanceof LookError)) throw error;
    const timedOut = error.failure === 'cancelled' && deadline.aborted && !request.signal.aborted;
    const failure = timedOut ? 'timed-out' : error.failure;
    return { kind: 'failure', failure, detail: sanitiseLine(error.detail, 300) };
  }
}

function optionOf(fact: ListedFact, object: KubeObject): FactOption {
  const { resource } = listOf(fact);
  const namespace = namespaceOf(object);
  const trait = sanitiseLine(traitOf(resource, object), 80);
  if (fact !== 'gateway') return { value: nameOf(object), trait, facts: {} };
  const facts = isObjectName(namespace) ? { 'gateway-namespace': namespace } : {};
  return { value: nameOf(object), trait: `${facts['gateway-namespace'] ?? ''} ${trait}`.trim(), facts };
}

/** By code unit: the same order in every language, and quick over thousands. */
function byName(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
