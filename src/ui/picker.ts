/** Picks a fact from a list of the cluster: reads it, filters it, and lets the person type where it cannot be read. */
import type { CaseWorld } from '../case/world.ts';
import type { FactName } from '../pack/vocabulary.ts';
import { firstToPick, type ListedFact } from '../probe/fact-lists.ts';
import type { Facts } from '../probe/probe.ts';
import type { FactOption, ListReport } from '../probe/run-list.ts';
import { optionFilter } from './option-filter.ts';

/** For whom a fact is picked: a probe that lacks it, or the person who opened the list of facts. */
export type PickFor = 'probe' | 'person';

/**
 * `offered`: the list may be read if the person says so; `reading`; `choosing`: from what was found; `typing`: there
 * is no list, and `failure` or an empty cluster is why.
 */
export type PickPhase = 'offered' | 'reading' | 'choosing' | 'typing';

export interface PickState {
  /** The fact that was asked for. */
  readonly target: ListedFact;
  /** The fact being picked now: `target`, or first the namespace in which it is listed. */
  readonly fact: ListedFact;
  readonly for: PickFor;
  readonly phase: PickPhase;
  /** What is typed. */
  readonly filter: string;
  /** What fits the filter, best first. */
  readonly shown: readonly FactOption[];
  /** Everything found. */
  readonly total: number;
  /** Where it was listed; absent for the whole cluster. */
  readonly namespace: string | undefined;
  readonly failure: (ListReport & { kind: 'failure' }) | undefined;
}

export interface PickerOptions {
  readonly list: NonNullable<CaseWorld['list']>;
  readonly facts: () => Facts;
  /** The list came, or did not. */
  readonly onChange: () => void;
  readonly onPicked: (name: FactName, value: string, from: 'person' | 'picked') => void;
}

export interface Picker {
  /** `undefined` while nothing is picked. */
  state(): PickState | undefined;
  /** `isAgreed`: the list is read at once; otherwise it is offered. */
  open(target: ListedFact, why: PickFor, isAgreed: boolean): void;
  /** Reads the list that was offered. */
  read(): void;
  filter(text: string): void;
  /** Takes a value of the list, or one that was typed. Opens the list of what was asked for, or closes. */
  take(value: FactOption | string): void;
  /** Stops reading and lets the person type. */
  stop(): void;
  close(): void;
}

export function createPicker({ list, facts, onChange, onPicked }: PickerOptions): Picker {
  let state: PickState | undefined;
  let fitting: ReturnType<typeof optionFilter> = () => [];
  let reading: AbortController | undefined;

  const stopReading = () => {
    reading?.abort();
    reading = undefined;
  };
  const close = () => {
    stopReading();
    state = undefined;
  };
  const open: Picker['open'] = (target, why, isAgreed) => {
    close();
    const fact = firstToPick(target, (name) => facts()[name] !== undefined);
    const found = { filter: '', shown: [], total: 0, namespace: undefined, failure: undefined };
    state = { target, fact, for: why, phase: 'offered', ...found };
    fitting = () => [];
    if (isAgreed) read();
  };
  const read = () => {
    if (!state) return;
    stopReading();
    const own = new AbortController();
    reading = own;
    state = { ...state, phase: 'reading' };
    const { fact } = state;
    const settle = (report: ListReport) => {
      // What was left or begun anew meanwhile is not waited for any more.
      if (reading !== own || !state) return;
      reading = undefined;
      state = came(state, report);
      onChange();
    };
    list({ fact, facts: facts(), signal: own.signal }).then(settle, (error: unknown) =>
      settle({ kind: 'failure', failure: 'failed', detail: error instanceof Error ? error.message : '' }),
    );
  };
  const came = (now: PickState, report: ListReport): PickState => {
    if (report.kind === 'failure') return { ...now, phase: 'typing', failure: report };
    const { options, namespace } = report;
    fitting = optionFilter(options);
    return {
      ...now,
      phase: options.length === 0 ? 'typing' : 'choosing',
      shown: fitting(now.filter),
      total: options.length,
      namespace,
    };
  };

  return {
    state: () => state,
    open,
    read,
    filter: (text) => {
      if (state) state = { ...state, filter: text, shown: fitting(text) };
    },
    take: (taken) => {
      if (!state) return;
      const { fact, target, for: why, phase } = state;
      const isLast = fact === target;
      // On the way to what was asked for, nothing that is learnt looks like the end of picking.
      if (isLast) close();
      else state = { ...state, phase: 'reading' };
      if (typeof taken === 'string') onPicked(fact, taken, 'person');
      else {
        const along = Object.entries(taken.facts) as [FactName, string][];
        for (const [name, value] of along) onPicked(name, value, 'picked');
        onPicked(fact, taken.value, 'picked');
      }
      if (!isLast) open(target, why, phase === 'choosing' || why === 'probe');
    },
    stop: () => {
      stopReading();
      if (state) state = { ...state, phase: 'typing' };
    },
    close,
  };
}
