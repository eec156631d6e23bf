/** Probes on a real API server, as three users: cluster-admin, exactly the published role, and no permission at all. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { ProbeReport } from '../../src/case/machine.ts';
import { LIVE_LIMITS, openLive } from '../../src/cluster/live.ts';
import type { ClusterReader } from '../../src/cluster/reader.ts';
import { answersOf } from '../../src/flow/answers.ts';
import { isFactName } from '../../src/pack/vocabulary.ts';
import type { Facts } from '../../src/probe/probe.ts';
import { PROBES } from '../../src/probe/probes.ts';
import { runProbe } from '../../src/probe/run.ts';
import { unmesh } from '../cli/run.ts';
import { shippedPack } from '../project.ts';
import { SHARED } from '../shared.ts';
import type { ApiServer, User } from './apiserver.ts';
import type { Manifest } from './kube.ts';
import { type Kubelet, startKubelet } from './kubelet.ts';
import { node } from './objects.ts';
import { BASELINE, CASES, FACTS, LOGS, NAMESPACES, type RealCase } from './states.ts';
import { describeWithApiServer } from './with-apiserver.ts';

const ROLE = '/apis/rbac.authorization.k8s.io/v1';

await describeWithApiServer('a real API server', (server) => {
  let kubelet: Kubelet | undefined;
  afterAll(() => kubelet?.close());

  beforeAll(async () => {
    await grantPublishedRole(server());
    kubelet = await startKubelet(join(server().folder, 'kubelet'), LOGS);
    await server().kube.apply(...NAMESPACES, node('node-1', kubelet.port));
  });

  /** Looks as a person at this step of this flow would; with what was asked of the cluster. */
  async function look(
    user: User,
    { probe, answers, facts }: { probe: string; answers: readonly string[]; facts: Facts },
  ): Promise<{ report: ProbeReport; reads: readonly string[] }> {
    const open = openLive({ kubeconfig: server().kubeconfigs[user], context: undefined, env: {} });
    const reads: string[] = [];
    const request = { probe, flow: 'f', state: 's', answers, facts, signal: new AbortController().signal };
    const report = await runProbe(request, async (signal) => counted(open(signal), reads));
    return { report, reads };
  }

  describe.each(CASES)('$flow, $state: $expected', (one) => {
    const wanted = stepOf(one);
    afterAll(() => server().kube.remove(...one.objects()));

    it('is seen by an administrator and with the published role, and nobody else', async () => {
      await server().kube.apply(...NAMESPACES, ...one.objects());
      await one.after?.(server().kube);
      for (const user of ['admin', 'reader'] as const) {
        const { report } = await look(user, wanted);
        expect(said(report), user).toBe(one.expected);
        expect(report.evidence.length, user).toBeGreaterThan(0);
      }
      expect((await look('nobody', wanted)).report).toMatchObject({ kind: 'failure', failure: 'forbidden' });
    });

    it('is not seen where the cluster does not show it', async () => {
      await server().kube.remove(...one.objects());
      await server().kube.apply(...NAMESPACES, ...one.without());
      const { report } = await look('reader', wanted);
      await server().kube.remove(...one.without());
      expect(said(report)).toBe(one.instead);
      expect(one.instead).not.toBe(one.expected);
    });
  });

  describe('kinds called Gateway', () => {
    const step = { flow: 'empty-gateway-list', state: 'which-kinds', probe: 'gateway-kinds' };
    const crds = SHARED && join(SHARED, 'reference/crds');

    it('are none before anything is installed', async () => {
      for (const user of ['admin', 'reader'] as const)
        expect(said((await look(user, { ...stepOf(step), facts: {} })).report)).toBe('none');
    });

    it.skipIf(!crds)('are told apart once Istio, then the Gateway API is installed', async () => {
      await server().kube.apply(...manifestsOf(join(crds!, 'istio.yaml')));
      await server().kube.served('/apis/networking.istio.io/v1', 'Gateway');
      expect(said((await look('reader', { ...stepOf(step), facts: {} })).report)).toBe('istio-only');
      await server().kube.apply(...manifestsOf(join(crds!, 'gateway-api.yaml')));
      await server().kube.served('/apis/gateway.networking.k8s.io/v1', 'Gateway');
      expect(said((await look('reader', { ...stepOf(step), facts: {} })).report)).toBe('several');

      const where = { ...stepOf({ ...step, state: 'where-are-they' }), facts: { namespace: 'shop' } };
      expect(said((await look('reader', where)).report)).toBe('absent');
      await server().kube.apply({
        apiVersion: 'networking.istio.io/v1',
        kind: 'Gateway',
        metadata: { name: 'public', namespace: 'istio-system' },
        spec: { selector: { istio: 'ingressgateway' } },
      });
      expect(said((await look('reader', where)).report)).toBe('elsewhere');
      expect((await look('nobody', where)).report).toMatchObject({ failure: 'forbidden' });
    });
  });

  describe('every probe', () => {
    beforeAll(() => server().kube.apply(...BASELINE));
    afterAll(() => server().kube.remove(...BASELINE));
    const facts = Object.fromEntries(Object.entries(FACTS).filter(([name]) => isFactName(name)));

    it.each(Object.keys(PROBES))(
      '%s sees with the published role what an administrator sees',
      async (probe) => {
        const { answers } = PROBES[probe]!;
        const [admin, reader, nobody] = [
          await look('admin', { probe, answers, facts }),
          await look('reader', { probe, answers, facts }),
          await look('nobody', { probe, answers, facts }),
        ];
        expect(said(reader.report)).toBe(said(admin.report));
        expect(said(admin.report)).not.toMatch(/^\((?!ambiguous)/);
        expect(reader.reads).toEqual(admin.reads);
        // What is known from the paste alone needs no permission; whoever looked and may not must be told so.
        if (nobody.reads.length > 0) expect(said(nobody.report)).toBe('(forbidden)');
        else expect(said(nobody.report)).toBe(said(admin.report));
      },
    );
  });

  describe('reading', () => {
    it('gets a log through the kubelet, as long as asked for', async () => {
      const reader = open(server(), 'reader');
      await server().kube.apply(...BASELINE);
      const options = { namespace: 'istio-system', pod: 'istiod-7d6c9b5f4d-9x2kq', container: 'discovery' };
      // Whether the role has logs depends on the probes; an administrator can always read them.
      const log = await open(server(), 'admin').log({ ...options, tail: 1 });
      expect(log).toBe(LOGS['istio-system/istiod-7d6c9b5f4d-9x2kq/discovery']!.split('\n').at(-1));
      expect(kubelet!.asked.at(-1)).toContain('tailLines=1');
      await expect(
        open(server(), 'admin').log({ ...options, container: 'nothing', tail: 1 }),
      ).rejects.toMatchObject({ detail: expect.stringContaining('nothing') });
      await expect(reader.get('configmaps', 'no-such', 'shop')).resolves.toBeUndefined();
      await server().kube.remove(...BASELINE);
    });

    it('pages through more objects than one answer holds, by label too', async () => {
      const many = Array.from(
        { length: 25 },
        (_, i): Manifest => ({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: {
            name: `many-${i}`,
            namespace: 'shop',
            labels: { many: i % 5 === 0 ? 'fifth' : 'other' },
          },
        }),
      );
      await server().kube.apply(...many);
      const reader = open(server(), 'admin', { page: 4 });
      expect(await reader.list('configmaps', { namespace: 'shop', labelSelector: 'many' })).toHaveLength(25);
      expect(
        await reader.list('configmaps', { namespace: 'shop', labelSelector: 'many=fifth' }),
      ).toHaveLength(5);
      await server().kube.remove(...many);
    });

    it('is refused whatever the published role does not name', async () => {
      const { kube, kubeconfigs } = server();
      const may = async (verb: string, resource: string) => {
        const review = await kube.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SubjectAccessReview',
          spec: { user: 'reader', resourceAttributes: { verb, resource, namespace: 'shop' } },
        });
        return (review.status as { allowed: boolean }).allowed;
      };
      expect(await may('list', 'pods')).toBe(true);
      for (const [verb, resource] of [
        ...['create', 'update', 'patch', 'delete', 'watch', 'deletecollection'].map(
          (v) => [v, 'pods'] as const,
        ),
        ...['get', 'list'].map((v) => [v, 'secrets'] as const),
      ])
        expect(await may(verb, resource), `${verb} ${resource}`).toBe(false);
      expect(kubeconfigs.reader).not.toBe(kubeconfigs.admin);
    });
  });
});

function open(server: ApiServer, user: User, limits: { page?: number } = {}): ClusterReader {
  const choice = { kubeconfig: server.kubeconfigs[user], context: undefined, env: {} };
  return openLive(choice, { ...LIVE_LIMITS, ...limits })(new AbortController().signal);
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

function said(report: ProbeReport): string {
  return report.kind === 'answer' ? report.answer : `(${report.failure})`;
}

/** The step of the flow that ships, so that a probe and a flow that drift apart are noticed here. */
function stepOf({
  flow,
  state,
  probe,
  facts = {},
}: Omit<RealCase, 'objects' | 'without' | 'expected' | 'instead'>) {
  const step = shippedPack().flow(flow)?.states[state];
  if (!step || !('probe' in step) || step.probe !== probe)
    throw new Error(`${flow} has no step ${state} that asks ${probe}`);
  return { probe, answers: Object.keys(answersOf(step)), facts };
}

/** The output of `unmesh rbac`, sent as it was printed. */
async function grantPublishedRole({ kube }: ApiServer): Promise<void> {
  const { out } = unmesh(['rbac', '--user', 'reader']);
  const [role = '', binding = ''] = out.split('---\n');
  await kube.applyText(`${ROLE}/clusterroles/unmesh-reader`, role);
  await kube.applyText(`${ROLE}/clusterrolebindings/unmesh-reader`, binding);
}

function manifestsOf(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(file, 'utf8'))
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}
