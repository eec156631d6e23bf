/** Walks a flow's machine without running it: what can be reached, from where an end can be reached, sample walks. */
import type { AnyStateMachine } from 'xstate';
import { getAdjacencyMap, getShortestPaths } from 'xstate/graph';
import type { FlowFile } from '../pack/schema.ts';
import { answersOf } from './answers.ts';
import { type AnswerEvent, answerEvent, flowMachine } from './machine.ts';

/** What a traversal of all answers finds. */
export interface FlowPaths {
  /** States of the file that no path enters. */
  readonly unreachable: readonly string[];
  /** Reachable states from which no end and no link can be reached. */
  readonly trapped: readonly string[];
  /** One shortest walk to each reachable state: the answers given from the first step on. */
  readonly walks: ReadonlyMap<string, readonly string[]>;
  /** Ends (`end:fixed`, named ends) and links (`flow:…`) that some path reaches. */
  readonly ends: readonly string[];
}

/** Enumerates by adjacency; simple paths would be exponential in the number of steps. */
export function enumeratePaths(flow: FlowFile): FlowPaths {
  const machine = flowMachine(flow);
  const options = { events: eventsOf(flow), serializeState: (s: { value: unknown }) => String(s.value) };
  const map = getAdjacencyMap(machine, options as never);
  const next = new Map<string, Set<string>>();
  for (const [key, { transitions }] of Object.entries(map)) {
    const targets = Object.values(transitions as Record<string, { state: { value: unknown } }>);
    next.set(key, new Set(targets.map((t) => String(t.state.value)).filter((value) => value !== key)));
  }
  const isFinal = (key: string) => key.includes(':') || flow.states[key]?.type === 'end';
  const ends = [...next.keys()].filter(isFinal);
  const walks = new Map<string, readonly string[]>();
  for (const path of getShortestPaths(machine as AnyStateMachine, options as never)) {
    const answers = path.steps.map((step) => step.event.type).filter((type) => type.startsWith('answer.'));
    walks.set(
      String(path.state.value),
      answers.map((type) => type.slice('answer.'.length)),
    );
  }
  return {
    unreachable: Object.keys(flow.states).filter((name) => !next.has(name)),
    trapped: trappedIn(next, ends),
    walks,
    ends,
  };
}

/** Nodes of a graph from which none of `exits` can be reached. */
export function trappedIn(next: ReadonlyMap<string, ReadonlySet<string>>, exits: Iterable<string>): string[] {
  const before = new Map<string, string[]>();
  for (const [from, targets] of next) {
    for (const to of targets) before.set(to, [...(before.get(to) ?? []), from]);
  }
  const free = new Set(exits);
  const queue = [...free];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    for (const from of before.get(node) ?? []) {
      if (!free.has(from)) {
        free.add(from);
        queue.push(from);
      }
    }
  }
  return [...next.keys()].filter((node) => !free.has(node));
}

/** Every answer any state of the flow offers, as events. */
function eventsOf(flow: FlowFile): AnswerEvent[] {
  const answers = new Set(Object.values(flow.states).flatMap((state) => Object.keys(answersOf(state))));
  return [...answers].map(answerEvent);
}
