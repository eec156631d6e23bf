/** Whether and where unmesh could look: decided without loading the Kubernetes client. */

import type { ProbeReport, ProbeRequest } from '../case/world.ts';
import { peekKubeconfig } from '../cluster/peek.ts';
import type { ClusterReader } from '../cluster/reader.ts';
import { listsBefore, readsOf } from '../probe/consent-reads.ts';
import type { Facts } from '../probe/probe.ts';
import type { OpenReader } from '../probe/run.ts';
import type { ListReport, ListRequest } from '../probe/run-list.ts';

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
  /** The lists that would be read before, so that what it lacks can be picked; empty where it lacks nothing. */
  readonly lists: (probe: string, facts: Facts) => string;
  readonly probe: (request: ProbeRequest) => Promise<ProbeReport>;
  readonly list: (request: ListRequest) => Promise<ListReport>;
}

/** `undefined` where there is no kubeconfig or the person said `--no-look`. */
export function lookFor(options: LookOptions): Look | undefined {
  if (options.look === false) return undefined;
  const found = peekKubeconfig(options.kubeconfig, options.context, options.env);
  if (!found) return undefined;
  let live: ((signal: AbortSignal) => ClusterReader) | undefined;
  const open: OpenReader = async (signal) => {
    // The Kubernetes client is large; it is loaded when unmesh first looks and never before the first frame.
    const { openLive } = await import('../cluster/live.ts');
    live ??= openLive({ kubeconfig: found.path, context: options.context, env: options.env });
    return live(signal);
  };
  return {
    context: found.context,
    server: found.server,
    isAgreed: false,
    reads: (probe) => readsOf(probe).join(', '),
    lists: (probe, facts) => listsBefore(probe, facts).join(', '),
    probe: async (request) => (await import('../probe/run.ts')).runProbe(request, open),
    list: async (request) => (await import('../probe/run-list.ts')).runList(request, open),
  };
}
