/** Whether and where unmesh could look: decided without loading the Kubernetes client. */

import type { ProbeReport, ProbeRequest } from '../case/machine.ts';
import { peekKubeconfig } from '../cluster/peek.ts';
import type { ClusterReader } from '../cluster/reader.ts';
import { readsOf } from '../probe/probes.ts';

export interface LookOptions {
  readonly look?: boolean | undefined;
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

export interface Look {
  readonly context: string;
  readonly server: string;
  /** What is looked at was handed over for that: nobody is asked whether unmesh may. */
  readonly isAgreed: boolean;
  /** The resources a probe reads, for the question of consent. */
  readonly reads: (probe: string) => string;
  readonly probe: (request: ProbeRequest) => Promise<ProbeReport>;
}

/** `undefined` where there is no kubeconfig or the person said `--no-look`. */
export function lookFor(options: LookOptions): Look | undefined {
  if (options.look === false) return undefined;
  const found = peekKubeconfig(options.kubeconfig, options.context, options.env);
  if (!found) return undefined;
  let open: ((signal: AbortSignal) => ClusterReader) | undefined;
  return {
    context: found.context,
    server: found.server,
    isAgreed: false,
    reads: (probe) => readsOf(probe).join(', '),
    probe: async (request) => {
      const { runProbe } = await import('../probe/run.ts');
      return runProbe(request, async (signal) => {
        // The Kubernetes client is large; it is loaded when a probe first looks and never before the first frame.
        const { openLive } = await import('../cluster/live.ts');
        open ??= openLive({ kubeconfig: found.path, context: options.context, env: options.env });
        return open(signal);
      });
    },
  };
}
