/** The door to the cluster: only GET, paged, timed out, and every refusal told apart. */
import { afterEach, describe, expect, it } from 'vitest';
import { guardReader, UndeclaredReadError } from '../../src/cluster/guard.ts';
import { LIVE_LIMITS, openLive } from '../../src/cluster/live.ts';
import { type Answer, type FakeCluster, fakeCluster } from './server.ts';

let cluster: FakeCluster | undefined;
afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

async function open(
  answers: Parameters<typeof fakeCluster>[0],
  limits = LIVE_LIMITS,
  signal = new AbortController().signal,
) {
  cluster = await fakeCluster(answers);
  return openLive({ kubeconfig: cluster.kubeconfig, context: undefined, env: {} }, limits)(signal);
}

const PODS = '/api/v1/namespaces/shop/pods';
const pod = (name: string) => ({ metadata: { name, namespace: 'shop' } });

describe('a live cluster', () => {
  it('lists page by page and asks with nothing but GET', async () => {
    const pages = (query: URLSearchParams): Answer =>
      query.get('continue')
        ? { body: { items: [pod('b')] } }
        : { body: { items: [pod('a')], metadata: { continue: 'x' } } };
    const reader = await open({ [PODS]: pages });
    expect(await reader.list('pods', { namespace: 'shop' })).toHaveLength(2);
    expect(cluster!.requests).toEqual([`GET ${PODS}`, `GET ${PODS}`]);
  });

  it('falls back to the version the cluster serves', async () => {
    const reader = await open({
      '/apis': {
        body: {
          groups: [
            { name: 'networking.istio.io', versions: [{ version: 'v1beta1' }, { version: 'v1alpha3' }] },
          ],
        },
      },
      '/apis/networking.istio.io/v1beta1/gateways': { body: { items: [pod('gw')] } },
    });
    expect(await reader.list('gateways.networking.istio.io')).toHaveLength(1);
  });

  it('has an empty list, not a failure, where a kind is not served', async () => {
    const reader = await open({ '/apis': { body: { groups: [] } } });
    expect(await reader.list('gateways.networking.istio.io')).toEqual([]);
  });

  it.each([
    [401, 'forbidden'],
    [403, 'forbidden'],
    [500, 'unreachable'],
    [418, 'failed'],
  ])('tells %i as %s, with the sentence of the API', async (status, failure) => {
    const reader = await open({
      [PODS]: { status, headers: { 'retry-after': '0' }, body: { message: 'the reason' } },
    });
    await expect(reader.list('pods', { namespace: 'shop' })).rejects.toMatchObject({
      failure,
      detail: expect.stringContaining('the reason'),
    });
  });

  it('repeats a request the server was too busy for', async () => {
    let asked = 0;
    const busy = (): Answer =>
      ++asked === 1 ? { status: 429, headers: { 'retry-after': '0' } } : { body: { items: [pod('a')] } };
    const reader = await open({ [PODS]: busy });
    expect(await reader.list('pods', { namespace: 'shop' })).toHaveLength(1);
  });

  it('begins an expired list anew, once', async () => {
    let expired = false;
    const pages = (query: URLSearchParams): Answer => {
      if (!query.get('continue'))
        return { body: { items: [pod('a')], metadata: expired ? {} : { continue: 'x' } } };
      expired = true;
      return { status: 410, body: { message: 'expired' } };
    };
    const reader = await open({ [PODS]: pages });
    expect(await reader.list('pods', { namespace: 'shop' })).toHaveLength(1);
  });

  it('gives up after its time, and when it is told to', async () => {
    const reader = await open({ [PODS]: { never: true } }, { ...LIVE_LIMITS, timeout: 300 });
    await expect(reader.list('pods', { namespace: 'shop' })).rejects.toMatchObject({ failure: 'timed-out' });
    const controller = new AbortController();
    const other = await open({ [PODS]: { never: true } }, LIVE_LIMITS, controller.signal);
    const looking = other.list('pods', { namespace: 'shop' });
    controller.abort();
    await expect(looking).rejects.toMatchObject({ failure: 'cancelled' });
  });

  it('says that a connection was cut, and that a host is not there', async () => {
    const reader = await open({ [PODS]: { cut: true, body: { items: [pod('a')] } } });
    await expect(reader.list('pods', { namespace: 'shop' })).rejects.toMatchObject({
      failure: 'unreachable',
    });
    const gone = await open({});
    await cluster!.close();
    await expect(gone.version()).rejects.toMatchObject({ failure: 'unreachable' });
    cluster = undefined;
  });

  it('says what is wrong with a kubeconfig', () => {
    const choice = { kubeconfig: '/nowhere/config', context: undefined, env: {} };
    expect(() => openLive(choice)).toThrow(expect.objectContaining({ failure: 'failed' }));
  });

  it('refuses what a probe did not declare', async () => {
    const reader = guardReader(await open({ [PODS]: { body: { items: [] } } }), ['services']);
    await expect(reader.list('pods')).rejects.toThrow(UndeclaredReadError);
    await expect(reader.log({ namespace: 'a', pod: 'b', container: 'c', tail: 1 })).rejects.toThrow(
      UndeclaredReadError,
    );
    expect(cluster!.requests).toEqual([]);
  });
});
