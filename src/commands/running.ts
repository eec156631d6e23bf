/** Runs a step's own command on the cluster the case is about: the same context and kubeconfig as a look. */
import type { RunRequest } from '../case/world.ts';
import { planCommand, type Target } from '../run/plan.ts';
import type { RunReport } from '../run/run-command.ts';
import type { Commands } from '../ui/runner.ts';

export interface RunningOptions {
  /** The context that a look would use, as it stands in the question of consent. */
  readonly context: string;
  /** `--context`, `--kubeconfig`. */
  readonly given: Target;
  readonly mayExec: boolean;
  readonly env: NodeJS.ProcessEnv;
}

export interface Running extends Commands {
  readonly run: (request: RunRequest) => Promise<RunReport>;
}

/** Names that a kubeconfig can have and that were read from it for certain; not `?`, not quoted ones. */
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,252}$/;

export function runningFor({ context, given, mayExec, env }: RunningOptions): Running {
  // Bound to the context that was agreed to, should another one become the current one meanwhile.
  const agreed = context !== 'in-cluster' && PLAIN_NAME.test(context) ? context : undefined;
  const target: Target = { context: given.context ?? agreed, kubeconfig: given.kubeconfig };
  const plan = (line: string) => planCommand(line, target);
  return {
    plan,
    mayExec,
    run: async ({ line, permission, signal }) => {
      const planned = plan(line);
      if ('refused' in planned)
        return { kind: 'failed', argv: [], failure: 'refused', detail: planned.detail };
      if (planned.permission === 'exec' && permission !== 'exec')
        return { kind: 'failed', argv: planned.argv, failure: 'refused', detail: 'exec' };
      const { runCommand } = await import('../run/run-command.ts');
      // A reader reads no more than that; what is cut off could decide otherwise.
      const { MAX_READ } = await import('../flow/readers.ts');
      return runCommand(planned.argv, { signal, env, maxBytes: MAX_READ });
    },
  };
}
