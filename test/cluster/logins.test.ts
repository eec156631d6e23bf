/** How unmesh is let in: plugins, tokens that end, files that change. Whatever fails is told, and nothing secret is. */
import { createSign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LiveLimits, openLive } from '../../src/cluster/live.ts';
import type { Asked, Fault, FaultyServer, Upstream } from './faulty.ts';
import { lab, realUpstream, recordedUpstream } from './lab.ts';
import { DEPLOYMENTS, type Seen, until, walk } from './walk.ts';
import { describeWithApiServer } from './with-apiserver.ts';

const EXPIRED = { status: 401, body: JSON.stringify({ kind: 'Status', message: 'Unauthorized' }) };
const { between, kubeconfig, path, plugin, written } = lab();

let recorded: Awaited<ReturnType<typeof recordedUpstream>>;
beforeAll(async () => {
  recorded = await recordedUpstream();
});
afterAll(() => recorded.close());
const upstream = (): Upstream => recorded.upstream;

/** Looks as this user, through a server that goes wrong like this. */
async function through(
  user: object,
  faultOf: (asked: Asked) => Fault | undefined = () => undefined,
  limits: Partial<LiveLimits> = {},
): Promise<Seen & { faulty: FaultyServer }> {
  const faulty = await between(upstream(), faultOf);
  const seen = await walk(kubeconfig({ server: faulty.url, ca: faulty.ca, user }), { limits });
  return { ...seen, faulty };
}

it('a token that stands in a file is read from there, beside the kubeconfig, without its line end', async () => {
  const file = written('from-the-file\n');
  const seen = await through({ tokenFile: file.slice(file.lastIndexOf('/') + 1) });
  expect(new Set(seen.faulty.asked.map(({ authorization }) => authorization))).toEqual(
    new Set(['Bearer from-the-file']),
  );
  expect((await through({ tokenFile: '/no/such/token' })).faulty.asked).toEqual([]);
});

describe('a credential plugin', () => {
  it('that lets in is asked once, also where two requests wait for it', async () => {
    const runs = path();
    const exec = plugin(`
      require('node:fs').appendFileSync(${JSON.stringify(runs)}, process.env.KUBERNETES_EXEC_INFO + '\\n');
      console.log(JSON.stringify({ status: { token: process.env.NAME + process.argv[2] } }))`);
    const user = {
      exec: { ...exec, args: [...exec.args, '-one'], env: [{ name: 'NAME', value: 'token' }] },
    };
    const faulty = await between(upstream(), () => undefined);
    const choice = {
      kubeconfig: kubeconfig({ server: faulty.url, ca: faulty.ca, user }),
      context: undefined,
      env: {},
    };
    const reader = openLive(choice)(new AbortController().signal);
    await Promise.all([reader.list('namespaces'), reader.list('namespaces')]);
    await reader.list('namespaces');
    expect(new Set(faulty.asked.map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer token-one']),
    );
    const told = readFileSync(runs, 'utf8').trim().split('\n');
    expect(told.map((line) => JSON.parse(line))).toEqual([
      { apiVersion: exec.apiVersion, kind: 'ExecCredential', spec: { interactive: false } },
    ]);
  });

  it.each<[string, () => object, RegExp]>([
    [
      'that fails',
      () => plugin(`console.error('your login expired: run corp-login\\nat line 1'); process.exit(3)`),
      /ended with 3: your login expired: run corp-login$/,
    ],
    ['that is killed', () => plugin(`process.kill(process.pid, 'SIGKILL')`), /ended with SIGKILL$/],
    [
      'that is not installed',
      () => ({ ...plugin(''), command: '/no/corp-login', installHint: 'Install it from\nthe portal' }),
      /corp-login ENOENT: Install it from$/,
    ],
    ['without a name', () => ({ apiVersion: 'client.authentication.k8s.io/v1' }), /exec names no command$/],
    ['that is no path', () => ({ ...plugin(''), command: 'a\0b' }), /null bytes|must be a string/],
    [
      'that must ask the person',
      () => ({ ...plugin(''), interactiveMode: 'Always' }),
      /asks in the terminal; log in first$/,
    ],
    ['that prints its token alone', () => plugin(`console.log('the-secret-token')`), /printed no JSON$/],
    ['that prints nothing', () => plugin(''), /printed no JSON$/],
    ['that prints no credentials', () => plugin(`console.log('null')`), /neither a token nor a certificate$/],
    [
      'that prints half a certificate',
      () => plugin(`console.log('{"status":{"clientCertificateData":"x"}}')`),
      /neither a token nor a certificate$/,
    ],
    [
      'that never stops printing',
      () => plugin(`const s = 'x'.repeat(65536); for (;;) require('node:fs').writeSync(1, s)`),
      /ended with/,
    ],
  ])('%s is told, without what it printed', async (_, exec, detail) => {
    const seen = await through({ exec: exec() });
    expect(seen).toMatchObject({ failure: 'failed', detail: expect.stringMatching(detail) });
    expect(seen.detail).not.toContain('the-secret-token');
    expect(seen.faulty.asked).toEqual([]);
  });

  it('that hangs is stopped, with the last it said', async () => {
    const pid = path();
    const exec = plugin(`
      console.error('open https://login.test/device and enter 1234');
      require('node:fs').writeFileSync(${JSON.stringify(pid)}, String(process.pid));
      setInterval(() => {}, 1000)`);
    const seen = await through({ exec }, () => undefined, { login: 4000 });
    expect(seen).toMatchObject({
      failure: 'timed-out',
      detail: expect.stringMatching(/did not end: open https:\/\/login\.test\/device and enter 1234$/),
    });
    const child = Number(readFileSync(pid, 'utf8'));
    await until(() => !isRunning(child), 'the end of the plugin');
  });

  it('is stopped when the person stops looking', async () => {
    const pid = path();
    const exec = plugin(`
      require('node:fs').writeFileSync(${JSON.stringify(pid)}, String(process.pid));
      setInterval(() => {}, 1000)`);
    const faulty = await between(upstream(), () => undefined);
    const seen = await walk(kubeconfig({ server: faulty.url, ca: faulty.ca, user: { exec } }), {
      meanwhile: async (session) => {
        await until(() => textIn(pid) !== '', 'the plugin');
        session.command('escape');
      },
    });
    expect(seen).toMatchObject({ failure: 'cancelled' });
    await until(() => !isRunning(Number(textIn(pid))), 'the end of the plugin');
  });

  /** A plugin whose tokens are numbered: 1, 2, … */
  const counting = (more = '') => {
    const file = path();
    return plugin(`
      const fs = require('node:fs');
      fs.appendFileSync(${JSON.stringify(file)}, 'x');
      const token = String(fs.readFileSync(${JSON.stringify(file)}).length);
      console.log(JSON.stringify({ status: { token${more} } }))`);
  };
  const tokens = ({ asked }: FaultyServer) =>
    asked.map(({ authorization }) => authorization.slice(-1)).join('');

  it('is asked again when its token expires in the middle', async () => {
    const { answer, faulty } = await through({ exec: counting() }, ({ number, authorization }) =>
      number > 1 && authorization === 'Bearer 1' ? EXPIRED : undefined,
    );
    expect(answer).toBe('none');
    expect(tokens(faulty)).toMatch(/^112+$/);
  });

  it('is asked again before a token is used that it said is old', async () => {
    const old = ", expirationTimestamp: '2020-01-01T00:00:00Z'";
    const { answer, faulty } = await through({ exec: counting(old) });
    expect(answer).toBe('none');
    expect(tokens(faulty)).toMatch(/^12/);
  });

  it('is not asked again and again where every token is refused', async () => {
    const { failure, faulty } = await through({ exec: counting() }, ({ number }) =>
      number > 1 ? EXPIRED : undefined,
    );
    expect(failure).toBe('forbidden');
    expect(tokens(faulty)).toBe('112');
  });
});

it('a login in another window is noticed at the next look', async () => {
  const faulty = await between(upstream(), ({ authorization }) =>
    authorization === 'Bearer new' ? undefined : EXPIRED,
  );
  const at = { server: faulty.url, ca: faulty.ca };
  const file = kubeconfig({ ...at, user: { token: 'old' } });
  const open = openLive({ kubeconfig: file, context: undefined, env: {} });
  const list = () => open(new AbortController().signal).list('namespaces');
  await expect(list()).rejects.toMatchObject({ failure: 'forbidden' });
  expect(faulty.asked).toHaveLength(1);
  writeFileSync(file, readFileSync(kubeconfig({ ...at, user: { token: 'new' } })));
  expect((await list()).length).toBeGreaterThan(0);
});

it('a file whose current context changes stays with the cluster that was agreed to', async () => {
  const faulty = await between(upstream(), ({ authorization }) =>
    authorization === 'Bearer new' ? undefined : EXPIRED,
  );
  const other = await between(upstream(), () => undefined);
  const cluster = ({ url, ca }: FaultyServer) => ({ server: url, 'certificate-authority': ca });
  const text = (current: string, token: string) =>
    JSON.stringify({
      'current-context': current,
      contexts: ['a', 'b'].map((name) => ({ name, context: { cluster: name, user: 'test' } })),
      clusters: [
        { name: 'a', cluster: cluster(faulty) },
        { name: 'b', cluster: cluster(other) },
      ],
      users: [{ name: 'test', user: { token } }],
    });
  const file = written(text('a', 'old'));
  const open = openLive({ kubeconfig: file, context: undefined, env: {} });
  const list = () => open(new AbortController().signal).list('namespaces');
  await expect(list()).rejects.toMatchObject({ failure: 'forbidden' });
  writeFileSync(file, text('b', 'new'));
  expect((await list()).length).toBeGreaterThan(0);
  expect(other.asked).toEqual([]);
});

it('a file that now names another cluster does not lead there', async () => {
  const faulty = await between(upstream(), () => EXPIRED);
  const other = await between(upstream(), () => undefined);
  const file = kubeconfig({ server: faulty.url, ca: faulty.ca, user: { token: 'a' } });
  const open = openLive({ kubeconfig: file, context: undefined, env: {} });
  const list = () => open(new AbortController().signal).list('namespaces');
  await expect(list()).rejects.toMatchObject({ failure: 'forbidden' });
  writeFileSync(file, readFileSync(kubeconfig({ server: other.url, ca: other.ca, user: { token: 'a' } })));
  await expect(list()).rejects.toMatchObject({
    failure: 'failed',
    detail: expect.stringContaining('changed'),
  });
  expect(other.asked).toEqual([]);
});

await describeWithApiServer('in front of a real API server', (server) => {
  it('a token that has expired is forbidden, in the words of the server', async () => {
    const token = expiredToken(server().tokenKey);
    const { url, tls } = realUpstream(server());
    const faulty = await between({ url, tls: { ca: tls.ca }, passTokens: true }, () => undefined);
    const seen = await walk(kubeconfig({ server: faulty.url, ca: faulty.ca, user: { token } }));
    expect(seen).toMatchObject({ failure: 'forbidden', detail: `GET ${DEPLOYMENTS}: 401 Unauthorized` });
    expect(faulty.asked).toHaveLength(1);
  });

  it('a certificate that a plugin printed lets in', async () => {
    const { tls, url } = realUpstream(server());
    const status = {
      clientCertificateData: tls.cert.toString(),
      clientKeyData: tls.key.toString(),
    };
    const ca = written(server().ca);
    const exec = plugin(`console.log(JSON.stringify({ status: ${JSON.stringify(status)} }))`);
    expect(await walk(kubeconfig({ server: url, ca, user: { exec } }))).toMatchObject({ answer: 'none' });
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function textIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** A service account's token that the server signed and that ended long ago. */
function expiredToken(key: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const issuer = 'https://kubernetes.default.svc';
  const claims = {
    iss: issuer,
    aud: [issuer],
    sub: 'system:serviceaccount:default:default',
    iat: 1_600_000_000,
    nbf: 1_600_000_000,
    exp: 1_600_003_600,
    'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'default', uid: 'x' } },
  };
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}
