/** Probes on a real API server, as three users: cluster-admin, exactly the published role, and no permission at all. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIVE_LIMITS, openLive } from '../../src/cluster/live.ts';
import type { ClusterReader } from '../../src/cluster/reader.ts';
import { FACTS as FACT_NAMES, isFactName } from '../../src/pack/vocabulary.ts';
import { isListed, type ListedFact } from '../../src/probe/fact-lists.ts';
import { PROBES } from '../../src/probe/probes.ts';
import { runList } from '../../src/probe/run-list.ts';
import { SHARED } from '../shared.ts';
import type { ApiServer, User } from './apiserver.ts';
import { type Manifest, manifestsOf } from './kube.ts';
import { type Kubelet, startKubelet } from './kubelet.ts';
import { grantPublishedRole, lookAs, proveStates, questionOf, said } from './looking.ts';
import { node } from './objects.ts';
import { BASELINE, CASES, FACTS, LOGS, NAMESPACES } from './states.ts';
import { describeWithApiServer } from './with-apiserver.ts';

await describeWithApiServer('a real API server', (server) => {
  let kubelet: Kubelet | undefined;
  afterAll(() => kubelet?.close());

  beforeAll(async () => {
    await grantPublishedRole(server());
    kubelet = await startKubelet(join(server().folder, 'kubelet'), LOGS);
    await server().kube.apply(...NAMESPACES, node('node-1', kubelet.port));
  });

  proveStates(server, CASES);

  describe('kinds called Gateway', () => {
    const step = { flow: 'empty-gateway-list', state: 'which-kinds', probe: 'gateway-kinds' };
    const crds = SHARED && join(SHARED, 'reference/crds');

    const kinds = {
      ...{ flow: 'crd-missing', state: 'served', probe: 'crd-versions' },
      facts: { kind: 'VirtualService' },
    };
    const conditions = { flow: 'gateway-api', state: 'conditions', probe: 'gateway-api-conditions' };
    const seenBy = async (user: User, at: Parameters<typeof questionOf>[0]) =>
      said((await lookAs(server(), user, questionOf(at))).report);

    it('are none before anything is installed', async () => {
      for (const user of ['admin', 'reader'] as const) {
        expect(await seenBy(user, step)).toBe('none');
        expect(await seenBy(user, kinds)).toBe('none');
        expect(await seenBy(user, conditions)).toBe('no-crd');
      }
      for (const at of [step, kinds, conditions]) expect(await seenBy('nobody', at)).toBe('(forbidden)');
    });

    it.skipIf(!crds)('are told apart once Istio, then the Gateway API is installed', async () => {
      await server().kube.apply(...manifestsOf(join(crds!, 'istio.yaml')));
      await server().kube.served('/apis/networking.istio.io/v1', 'Gateway');
      expect(await seenBy('reader', step)).toBe('istio-only');
      expect(await seenBy('reader', kinds)).toBe('all-there');
      await server().kube.apply(...manifestsOf(join(crds!, 'gateway-api.yaml')));
      await server().kube.served('/apis/gateway.networking.k8s.io/v1', 'Gateway');
      expect(await seenBy('reader', step)).toBe('several');

      const where = { ...step, state: 'where-are-they', facts: { namespace: 'shop' } };
      expect(await seenBy('reader', where)).toBe('absent');
      await server().kube.apply({
        apiVersion: 'networking.istio.io/v1',
        kind: 'Gateway',
        metadata: { name: 'public', namespace: 'istio-system' },
        spec: { selector: { istio: 'ingressgateway' } },
      });
      expect(await seenBy('reader', where)).toBe('elsewhere');
      expect(await seenBy('nobody', where)).toBe('(forbidden)');
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
          await lookAs(server(), 'admin', { probe, answers, facts }),
          await lookAs(server(), 'reader', { probe, answers, facts }),
          await lookAs(server(), 'nobody', { probe, answers, facts }),
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

  describe('lists that a fact is picked from', () => {
    beforeAll(() => server().kube.apply(...BASELINE));
    afterAll(() => server().kube.remove(...BASELINE));
    const list = (user: User, fact: ListedFact) =>
      runList({ fact, facts: FACTS, signal: new AbortController().signal }, async () => open(server(), user));

    it.each(FACT_NAMES.filter(isListed))(
      '%s: the published role shows what an administrator sees',
      async (fact) => {
        const admin = await list('admin', fact);
        expect(await list('reader', fact)).toEqual(admin);
        expect(await list('nobody', fact)).toMatchObject({ kind: 'failure', failure: 'forbidden' });
        const names = admin.kind === 'options' ? admin.options.map(({ value }) => value) : [];
        // BASELINE has no gateway and no workload of the application.
        if (fact !== 'gateway' && fact !== 'workload') expect(names).toContain(FACTS[fact]);
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
