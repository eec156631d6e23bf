/** What goes wrong on the way to a cluster: each is told as what it is, and the case goes on by asking. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIVE_LIMITS, type LiveLimits, openLive } from '../../src/cluster/live.ts';
import type { ClusterReader } from '../../src/cluster/reader.ts';
import { authority } from './certificates.ts';
import { type Asked, type Fault, type FaultyServer, tunnel, type Upstream } from './faulty.ts';
import { lab, realUpstream, recordedUpstream } from './lab.ts';
import { DEPLOYMENTS, type Seen, until, walk } from './walk.ts';
import { describeWithApiServer } from './with-apiserver.ts';

const STATUS = (message: string) => JSON.stringify({ kind: 'Status', message });
const NOW = { 'retry-after': '0' };
/** Long enough for one request on a busy machine, short enough to wait for. */
const SHORT = { timeout: 700 };
const { between, kubeconfig, kept, path } = lab();

describe('with recorded answers', () => {
  let recorded: Awaited<ReturnType<typeof recordedUpstream>>;
  beforeAll(async () => {
    recorded = await recordedUpstream();
  });
  afterAll(() => recorded.close());
  faults(() => recorded.upstream);
});

await describeWithApiServer('in front of a real API server', (server) =>
  faults(() => realUpstream(server())),
);

/** Every fault, whatever stands behind it. */
function faults(upstream: () => Upstream): void {
  /** Looks through a server that goes wrong like this, as a case does. */
  async function through(
    faultOf: (asked: Asked) => Fault | undefined,
    limits: Partial<LiveLimits> = {},
    user: object = { token: 'a-token' },
  ): Promise<Seen & { faulty: FaultyServer }> {
    const faulty = await between(upstream(), faultOf);
    const seen = await walk(kubeconfig({ server: faulty.url, ca: faulty.ca, user }), { limits });
    return { ...seen, faulty };
  }

  it('nothing wrong is an answer', async () => {
    const { answer, faulty } = await through(() => undefined);
    expect(answer).toBe('none');
    expect(faulty.asked[0]).toMatchObject({ path: DEPLOYMENTS, authorization: 'Bearer a-token' });
  });

  it.each<[string, Fault, Partial<LiveLimits>, string, RegExp]>([
    ['silence', 'silent', SHORT, 'timed-out', /deployments: 0\.7 s$/],
    ['an answer that never ends', 'trickle', SHORT, 'timed-out', /deployments: 0\.7 s$/],
    ['an answer without measure', 'endless', { bytes: 300_000 }, 'failed', /more than 300000 bytes$/],
    [
      'an answer cut off in its middle',
      'cut',
      {},
      'unreachable',
      /deployments: (the connection was cut|aborted)$/,
    ],
    ['a connection hung up', 'hang-up', {}, 'unreachable', /deployments: (socket hang up|.*ECONNRESET)/],
    ['a server that is gone after one request', 'then-gone', {}, 'unreachable', /pods: .*ECONNREFUSED/],
    [
      'a server too busy',
      { status: 429, body: STATUS('too many requests'), headers: NOW },
      {},
      'unreachable',
      /429 too many requests$/,
    ],
    [
      'a server without its store',
      { status: 500, body: STATUS('etcdserver: request timed out'), headers: NOW },
      {},
      'unreachable',
      /500 etcdserver: request timed out$/,
    ],
    [
      'a load balancer without a server',
      { status: 503, body: 'no healthy upstream', headers: NOW },
      {},
      'unreachable',
      /503 no healthy upstream$/,
    ],
    [
      'refused credentials',
      { status: 401, body: STATUS('Unauthorized') },
      {},
      'forbidden',
      /401 Unauthorized$/,
    ],
    [
      'a missing permission',
      { status: 403, body: STATUS('deployments.apps is forbidden') },
      {},
      'forbidden',
      /403 deployments\.apps is forbidden$/,
    ],
    ['a login page', { status: 200, body: '<html>Sign in</html>' }, {}, 'failed', /the answer is no JSON$/],
    [
      'the way to a login page',
      { status: 302, body: '', headers: { location: 'https://login.test/' } },
      {},
      'failed',
      /deployments: 302$/,
    ],
    ['an empty answer', { status: 200, body: '' }, {}, 'failed', /the answer is no JSON$/],
    ['null', { status: 200, body: 'null' }, {}, 'failed', /the answer is of another form$/],
    [
      'an answer that is no list',
      { status: 200, body: '{"kind":"Deployment"}' },
      {},
      'failed',
      /the answer is of another form$/,
    ],
    // Taken as "there is no istiod", it would send the person the wrong way.
    [
      'another web server at the address',
      { status: 404, body: '<html>Not Found</html>' },
      {},
      'failed',
      /deployments: 404 <html>/,
    ],
    [
      'a path that the server does not know',
      { status: 404, body: STATUS('the server could not find it') },
      {},
      'failed',
      /404 the server could not/,
    ],
  ])('%s is no answer', async (_, fault, limits, failure, detail) => {
    const seen = await through(() => fault, limits);
    expect(seen).toMatchObject({ failure, detail: expect.stringMatching(detail) });
  });

  it('a server that is busy for a moment is asked again', async () => {
    const busy = { status: 429, body: STATUS('later'), headers: NOW };
    const { answer, faulty } = await through(({ number }) => (number <= 2 ? busy : undefined));
    expect(answer).toBe('none');
    expect(faulty.asked.filter(({ path }) => path === DEPLOYMENTS)).toHaveLength(3);
  });

  it('a wait that the server asked for ends when the person stops it', async () => {
    const busy = { status: 429, body: STATUS('tomorrow'), headers: { 'retry-after': '86400' } };
    const faulty = await between(upstream(), () => busy);
    const file = kubeconfig({ server: faulty.url, ca: faulty.ca, user: { token: 'a' } });
    const seen = await walk(file, {
      meanwhile: async (session) => {
        await until(() => faulty.asked.length > 0, 'a request');
        session.command('escape');
      },
    });
    expect(seen).toMatchObject({ failure: 'cancelled' });
  });

  describe('a list whose continue token expired', () => {
    const GONE = { status: 410, body: STATUS('The provided continue parameter is too old') };

    it('is read from its beginning, once, and has each object once', async () => {
      let gone = 0;
      const { reader, faulty } = await readerThrough(({ query }) =>
        query.has('continue') && gone++ === 0 ? GONE : undefined,
      );
      const names = (await reader.list('namespaces')).map((one) => (one.metadata as { name: string }).name);
      expect(names.length).toBeGreaterThan(2);
      expect(new Set(names).size).toBe(names.length);
      expect(faulty.asked.filter(({ query }) => !query.has('continue'))).toHaveLength(2);
    });

    it('is given up when it expires again', async () => {
      const { reader, faulty } = await readerThrough(({ query }) =>
        query.has('continue') ? GONE : undefined,
      );
      await expect(reader.list('namespaces')).rejects.toMatchObject({
        failure: 'failed',
        detail: 'GET /api/v1/namespaces: 410 The provided continue parameter is too old',
      });
      expect(faulty.asked).toHaveLength(4);
    });

    it('is not told in part when it is too long', async () => {
      const { reader } = await readerThrough(() => undefined, { objects: 2 });
      await expect(reader.list('namespaces')).rejects.toMatchObject({
        detail: expect.stringContaining('more than 2'),
      });
    });

    it('ends where the server gives one page again and again', async () => {
      const page = JSON.stringify({ items: [], metadata: { continue: 'again' } });
      const { reader } = await readerThrough(() => ({ status: 200, body: page }));
      await expect(reader.list('namespaces')).rejects.toMatchObject({
        detail: expect.stringContaining('twice'),
      });
    });
  });

  it.each(['{}', '{"groups":"none"}', 'null', '[]'])(
    'groups that came as %s are not "none": the kinds of the mesh would seem absent',
    async (body) => {
      const { reader } = await readerThrough(({ path }) =>
        path === '/apis' ? { status: 200, body } : undefined,
      );
      await expect(reader.list('gateways.networking.istio.io')).rejects.toMatchObject({
        failure: 'failed',
        detail: 'GET /apis: the answer is of another form',
      });
    },
  );

  /** A reader with pages of one object. */
  async function readerThrough(
    faultOf: (asked: Asked) => Fault | undefined,
    limits: Partial<LiveLimits> = {},
  ): Promise<{ reader: ClusterReader; faulty: FaultyServer }> {
    const faulty = await between(upstream(), faultOf);
    const choice = {
      kubeconfig: kubeconfig({ server: faulty.url, ca: faulty.ca, user: { token: 'a' } }),
      context: undefined,
      env: {},
    };
    const reader = openLive(choice, { ...LIVE_LIMITS, page: 1, ...limits })(new AbortController().signal);
    return { reader, faulty };
  }

  describe('a certificate', () => {
    it('of an unknown authority is told', async () => {
      const faulty = await between(upstream(), () => undefined);
      const { cert } = authority(path());
      const seen = await walk(kubeconfig({ server: faulty.url, ca: cert, user: { token: 'a' } }));
      expect(seen).toMatchObject({ failure: 'unreachable', detail: expect.stringMatching(/certificate/) });
      expect(faulty.asked).toEqual([]);
    });

    it('for another name is told', async () => {
      const faulty = await between(upstream(), () => undefined);
      const cluster = { 'tls-server-name': 'other.test' };
      const seen = await walk(
        kubeconfig({ server: faulty.url, ca: faulty.ca, user: { token: 'a' }, cluster }),
      );
      expect(seen).toMatchObject({ failure: 'unreachable', detail: expect.stringMatching(/other\.test/) });
      expect(faulty.asked).toEqual([]);
    });
  });

  describe('a proxy-url', () => {
    const open = async (how: 'open' | 'refuses' | 'silent', limits: Partial<LiveLimits> = {}) => {
      const faulty = await between(upstream(), () => undefined);
      const proxy = kept(await tunnel(how));
      const cluster = { 'proxy-url': proxy.url };
      const file = kubeconfig({ server: faulty.url, ca: faulty.ca, user: { token: 'a' }, cluster });
      return { seen: await walk(file, { limits }), proxy, faulty };
    };

    it('is the way to the cluster', async () => {
      const { seen, proxy, faulty } = await open('open');
      expect(seen.answer).toBe('none');
      expect(new Set(proxy.asked)).toEqual(new Set([faulty.url.replace('https://', '')]));
    });

    it('that refuses is told', async () => {
      const { seen, faulty } = await open('refuses');
      expect(seen).toMatchObject({ failure: 'unreachable', detail: expect.stringContaining('407') });
      expect(faulty.asked).toEqual([]);
    });

    it('that is silent is not waited for', async () => {
      const { seen } = await open('silent', SHORT);
      expect(seen).toMatchObject({
        failure: 'timed-out',
        detail: expect.stringMatching(/deployments: 0\.7 s$/),
      });
    });

    it('where nobody listens is told', async () => {
      const gone = await tunnel('open');
      await gone.close();
      const file = kubeconfig({
        server: 'https://api.test',
        user: { token: 'a' },
        cluster: { 'proxy-url': gone.url },
      });
      expect(await walk(file)).toMatchObject({
        failure: 'unreachable',
        detail: expect.stringContaining('ECONNREFUSED'),
      });
    });
  });
}
