/** Looks at a real API server as a step of a flow would, as one of its users; and proves cluster states so. */
import { afterAll, describe, expect, it } from 'vitest';
import type { ProbeReport } from '../../src/case/world.ts';
import { openLive } from '../../src/cluster/live.ts';
import type { ClusterReader } from '../../src/cluster/reader.ts';
import { answersOf } from '../../src/flow/answers.ts';
import type { Facts } from '../../src/probe/probe.ts';
import { runProbe } from '../../src/probe/run.ts';
import { unmesh } from '../cli/run.ts';
import { shippedPack } from '../project.ts';
import type { ApiServer, User } from './apiserver.ts';
import { NAMESPACES, type RealCase } from './states.ts';

const ROLE = '/apis/rbac.authorization.k8s.io/v1';

/** The output of `unmesh rbac`, sent as it was printed. */
export async function grantPublishedRole({ kube }: ApiServer): Promise<void> {
  const { out, err, code } = unmesh(['rbac', '--user', 'reader']);
  if (code !== 0) throw new Error(`unmesh rbac ended with ${code}: ${err}`);
  const [role = '', binding = ''] = out.split('---\n');
  await kube.applyText(`${ROLE}/clusterroles/unmesh-reader`, role);
  await kube.applyText(`${ROLE}/clusterrolebindings/unmesh-reader`, binding);
}

export interface Question {
  readonly probe: string;
  readonly answers: readonly string[];
  readonly facts: Facts;
}

/** The step of the flow that ships, so that a probe and a flow that drift apart are noticed here. */
export function questionOf({
  flow,
  state,
  probe,
  facts = {},
}: Pick<RealCase, 'flow' | 'state' | 'probe' | 'facts'>): Question {
  const step = shippedPack().flow(flow)?.states[state];
  if (!step || !('probe' in step) || step.probe !== probe)
    throw new Error(`${flow} has no step ${state} that asks ${probe}`);
  return { probe, answers: Object.keys(answersOf(step)), facts };
}

/** What a probe reports to this user, with what was asked of the cluster. */
export async function lookAs(
  server: ApiServer,
  user: User,
  { probe, answers, facts }: Question,
): Promise<{ report: ProbeReport; reads: readonly string[] }> {
  const open = openLive({ kubeconfig: server.kubeconfigs[user], context: undefined, env: {} });
  const reads: string[] = [];
  const request = { probe, flow: 'f', state: 's', answers, facts, signal: new AbortController().signal };
  const report = await runProbe(request, async (signal) => counted(open(signal), reads));
  return { report, reads };
}

/** The answer, or the failure in brackets. */
export function said(report: ProbeReport): string {
  return report.kind === 'answer' ? report.answer : `(${report.failure})`;
}

/** Each state with its twin, as three users. */
export function proveStates(server: () => ApiServer, cases: readonly RealCase[]): void {
  describe.each(cases)('$flow, $state: $expected', (one) => {
    const wanted = questionOf(one);
    afterAll(() => server().kube.remove(...one.objects()));

    it('is seen by an administrator and with the published role, and nobody else', async () => {
      await server().kube.apply(...NAMESPACES, ...one.objects());
      await one.after?.(server().kube);
      for (const user of ['admin', 'reader'] as const) {
        const { report } = await lookAs(server(), user, wanted);
        expect(said(report), `${user}: ${JSON.stringify(report)}`).toBe(one.expected);
        expect(report.evidence.length, user).toBeGreaterThan(0);
      }
      const { report } = await lookAs(server(), 'nobody', wanted);
      expect(report).toMatchObject({ kind: 'failure', failure: 'forbidden' });
    });

    it('is not seen where the cluster does not show it', async () => {
      await server().kube.remove(...one.objects());
      await server().kube.apply(...NAMESPACES, ...one.without());
      const { report } = await lookAs(server(), 'reader', wanted);
      await server().kube.remove(...one.without());
      expect(said(report), JSON.stringify(report)).toBe(one.instead);
      expect(one.instead).not.toBe(one.expected);
    });
  });
}

/** Notes each call, with the kind it is about. */
function counted(reader: ClusterReader, reads: string[]): ClusterReader {
  const note = <A extends readonly unknown[], R>(name: string, call: (...args: A) => R) => {
    return (...args: A): R => {
      reads.push(`${name} ${typeof args[0] === 'string' ? args[0] : ''}`);
      return call(...args);
    };
  };
  return {
    list: note('list', reader.list),
    get: note('get', reader.get),
    log: note('log', reader.log),
    groups: note('groups', reader.groups),
    version: note('version', reader.version),
  };
}
