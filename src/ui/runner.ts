/** Which of a step's commands unmesh would run now, what it asks before, and what it says where it runs none. */
import type { CaseInput } from '../case/context.ts';
import type { CaseState } from '../case/state.ts';
import type { PlaceView } from '../case/view.ts';
import type { CaseWorld } from '../case/world.ts';
import type { Words } from '../i18n/words.ts';
import type { Permission, Plan, Runnable } from '../run/plan.ts';
import { sanitiseLine } from '../text/sanitise.ts';

/** How this program runs commands; absent where it runs none. */
export interface Commands {
  readonly plan: (line: string) => Plan;
  /** `--allow-exec`: questions to proxies inside Pods need no question of their own. */
  readonly mayExec: boolean;
}

export interface RunnerOptions {
  readonly run: CaseWorld['run'];
  readonly commands: Commands | undefined;
  readonly words: () => Words;
  readonly state: () => CaseState;
  readonly place: () => PlaceView | undefined;
  /** The name of the cluster, for the question. */
  readonly cluster: () => string;
  readonly send: (input: CaseInput) => void;
}

export type Asked =
  | { readonly kind: 'started' }
  | { readonly kind: 'consent'; readonly permission: Permission }
  | { readonly kind: 'said'; readonly text: string };

export const RUN_DECISIONS = ['always', 'once', 'never'] as const;

export interface Runner {
  /** Runs command `number` of the place, or the next that can be run; asks the person first where that is needed. */
  ask(number?: number): Asked;
  /** The question of consent: the command and the cluster. */
  question(): string;
  /** `decision`: one of RUN_DECISIONS. */
  decide(decision: string): void;
  /** What could be run here, to be printed below the commands; `undefined` where nothing can. */
  hint(): string | undefined;
}

interface Pending extends Runnable {
  readonly line: string;
  readonly index: number;
  /** What is asked for: with `--allow-exec` every command is an ordinary one. */
  readonly asks: Permission;
}

const SHOWN = 120;

export function createRunner(options: RunnerOptions): Runner {
  const { run, commands, words, state, place, send } = options;
  let pending: Pending | undefined;
  /** The commands that were run at one place, so that the next key runs the next one. */
  let ran = { place: '', indexes: new Set<number>() };

  const lines = () => {
    const view = place();
    if (!view || view.kind === 'end') return [];
    // Of a fix only its check is run: its steps change things and are the person's.
    return (view.kind === 'fix' ? view.verify.commands : view.commands).map(({ text }) => text);
  };
  const key = () => JSON.stringify([state().at, state().answered.length]);
  const planned = (line: string, index: number): Pending | { readonly refused: string } => {
    const plan = commands!.plan(line);
    if ('refused' in plan)
      return { refused: words().t(`run.refused.${plan.refused}`, { detail: sanitiseLine(plan.detail, 80) }) };
    const asks = plan.permission === 'exec' && !commands!.mayExec ? 'exec' : 'run';
    if (state().running[asks] === 'never') return { refused: words().t('run.denied') };
    return { ...plan, line, index, asks };
  };
  const next = (): Pending | { readonly refused: string } => {
    const all = lines().map(planned);
    const able = all.filter((one): one is Pending => !('refused' in one));
    const done = ran.place === key() ? ran.indexes : new Set<number>();
    return able.find(({ index }) => !done.has(index)) ?? able[0] ?? all[0]!;
  };
  const start = ({ line, index, permission }: Pending) => {
    if (ran.place !== key()) ran = { place: key(), indexes: new Set() };
    ran.indexes.add(index);
    pending = undefined;
    send({ type: 'run', line, permission });
  };
  const said = (text: string): Asked => ({ kind: 'said', text });

  return {
    ask(number) {
      const { t } = words();
      if (!run || !commands) return said(t('run.no-cluster'));
      const all = lines();
      if (all.length === 0) return said(t('run.none'));
      if (state().running.run === 'never') return said(t('run.denied'));
      if (number !== undefined && all[number - 1] === undefined) return said(t('run.no-such', { number }));
      const chosen = number === undefined ? next() : planned(all[number - 1]!, number - 1);
      if ('refused' in chosen) return said(chosen.refused);
      if (state().running[chosen.asks] === 'always') {
        start(chosen);
        return { kind: 'started' };
      }
      pending = chosen;
      return { kind: 'consent', permission: chosen.asks };
    },
    question() {
      if (!pending) return '';
      return words().t(pending.asks === 'exec' ? 'run.question-exec' : 'run.question', {
        context: options.cluster(),
        command: sanitiseLine(pending.line),
      });
    },
    decide(decision) {
      const chosen = pending;
      pending = undefined;
      if (!chosen) return;
      const { asks } = chosen;
      if (decision !== 'once')
        send({ type: 'permit', permission: asks, running: decision === 'always' ? 'always' : 'never' });
      if (decision === 'always' || decision === 'once') start(chosen);
    },
    hint() {
      if (!run || !commands || lines().length === 0) return undefined;
      if (state().running.run === 'never' || state().looking === 'never') return undefined;
      const first = next();
      if ('refused' in first) return undefined;
      return words().t('run.hint', { command: sanitiseLine(first.line, SHOWN) });
    },
  };
}
