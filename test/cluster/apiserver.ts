/**
 * A real control plane for tests: etcd and kube-apiserver on free local ports, TLS, client certificates, RBAC. There is
 * no kubelet and no controller: a test writes the status of its objects itself.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { certificates, type KeyPair } from './certificates.ts';
import { Kube } from './kube.ts';

/** `admin` may do everything; `reader` and `nobody` hold no permission at all until a test binds one. */
export const USERS = ['admin', 'reader', 'nobody'] as const;
export type User = (typeof USERS)[number];

export interface ApiServer {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  /** PEM of the authority that signed the server and the users. */
  readonly ca: string;
  /** File names. */
  readonly kubeconfigs: Readonly<Record<User, string>>;
  /** Everything, as cluster-admin. */
  readonly kube: Kube;
  /** PEM of the key that signs tokens of service accounts. */
  readonly tokenKey: string;
  /** A folder that goes away with the server. */
  readonly folder: string;
  /** Ends both programs and removes every file. */
  stop(): Promise<void>;
}

/** From start to /readyz; a cold start on two busy cores takes some seconds. Milliseconds. */
const READY_DEADLINE = 90_000;
/** Another process may take a port between its being found free and its being used. */
const TRIES = 3;

/** Throws where the programs do not come up, with the last lines they wrote. */
export async function startApiServer(binaries: Binaries): Promise<ApiServer> {
  for (let attempt = 1; ; attempt++) {
    const folder = mkdtempSync(join(tmpdir(), 'unmesh-apiserver-'));
    const programs = new Programs(folder);
    try {
      return await start(binaries, folder, programs);
    } catch (error) {
      await programs.stop();
      const cause = new Error(`${error instanceof Error ? error.message : error}\n${programs.lastWords()}`);
      rmSync(folder, { recursive: true, force: true });
      if (attempt >= TRIES || !/address already in use/.test(cause.message)) throw cause;
    }
  }
}

async function start(binaries: Binaries, folder: string, programs: Programs): Promise<ApiServer> {
  const pki = certificates(join(folder, 'pki'), {
    admin: 'system:masters',
    reader: 'on-call',
    nobody: 'none',
  });
  const [etcdPort, port] = await Promise.all([freePort(), freePort()]);
  const etcd = `http://127.0.0.1:${etcdPort}`;
  programs.run('etcd', binaries.etcd, [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${etcd}`,
    `--advertise-client-urls=${etcd}`,
    '--listen-peer-urls=http://127.0.0.1:0',
    // What a crash would lose is a temporary folder.
    '--unsafe-no-fsync',
  ]);
  programs.run('kube-apiserver', binaries.apiserver, [
    `--etcd-servers=${etcd}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, 'certs')}`,
    `--tls-cert-file=${pki.server.cert}`,
    `--tls-private-key-file=${pki.server.key}`,
    `--client-ca-file=${pki.ca.cert}`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${pki.tokens.key}`,
    `--service-account-signing-key-file=${pki.tokens.key}`,
    // Without a controller no namespace gets its service account, and every pod would be refused for that.
    '--disable-admission-plugins=ServiceAccount',
  ]);
  const url = `https://127.0.0.1:${port}`;
  const ca = readFileSync(pki.ca.cert, 'utf8');
  const kube = new Kube(url, {
    ca,
    cert: readFileSync(pki.users.admin!.cert, 'utf8'),
    key: readFileSync(pki.users.admin!.key, 'utf8'),
  });
  await ready(kube, programs);
  await takeAwayDefaults(kube);
  const kubeconfig = (user: User) => {
    const path = join(folder, `${user}.kubeconfig`);
    writeFileSync(path, kubeconfigOf(url, pki.ca.cert, certificateUser(pki.users[user]!)));
    return path;
  };
  return {
    url,
    ca,
    kubeconfigs: { admin: kubeconfig('admin'), reader: kubeconfig('reader'), nobody: kubeconfig('nobody') },
    kube,
    tokenKey: readFileSync(pki.tokens.key, 'utf8'),
    folder,
    stop: async () => {
      await kube.close();
      await programs.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ready(kube: Kube, programs: Programs): Promise<void> {
  let last = 'nothing';
  for (const end = Date.now() + READY_DEADLINE; Date.now() < end; await sleep(100)) {
    const dead = programs.dead();
    if (dead) throw new Error(`${dead} ended`);
    try {
      const { status, body } = await kube.send('GET', '/readyz');
      if (status === 200) return;
      last = `${status} ${body.slice(0, 300)}`;
    } catch (error) {
      last = String(error);
    }
  }
  throw new Error(`kube-apiserver was not ready in time: ${last}`);
}

/**
 * Kubernetes lets every user discover what is served. Without these bindings a user has exactly what a test grants,
 * as in a hardened cluster. The server puts them back only when it starts.
 */
async function takeAwayDefaults(kube: Kube): Promise<void> {
  for (const name of ['system:discovery', 'system:public-info-viewer', 'system:basic-user'])
    await kube.call('DELETE', `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${name}`);
}

/** A kubeconfig with one context named `test`; `user` holds the credentials as the file format has them. */
export function kubeconfigOf(server: string, ca: string | undefined, user: object): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [{ name: 'test', cluster: { server, ...(ca ? { 'certificate-authority': ca } : {}) } }],
    users: [{ name: 'test', user }],
  });
}

function certificateUser({ cert, key }: KeyPair): object {
  return { 'client-certificate': cert, 'client-key': key };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** The programs of one server, and what they wrote. */
class Programs {
  readonly #folder: string;
  readonly #running = new Map<string, ChildProcess>();
  readonly #killAll = () => {
    for (const child of this.#running.values()) child.kill('SIGKILL');
  };

  constructor(folder: string) {
    this.#folder = folder;
    // A worker that ends in the middle of a test must not leave servers behind.
    process.once('exit', this.#killAll);
  }

  run(name: string, path: string, args: readonly string[]): void {
    const child = spawn(path, args, { cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'], env: {} });
    child.stderr?.pipe(createWriteStream(this.#log(name)));
    child.on('error', () => {});
    this.#running.set(name, child);
  }

  /** The name of a program that has ended, or could not be started. */
  dead(): string | undefined {
    for (const [name, { pid, exitCode, signalCode }] of this.#running)
      if (pid === undefined || exitCode !== null || signalCode !== null) return name;
    return undefined;
  }

  /** The server before its store: it complains at length when the store is gone first. */
  async stop(): Promise<void> {
    process.off('exit', this.#killAll);
    for (const child of [...this.#running.values()].reverse()) {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      // It holds nothing worth an orderly end, which would take it many seconds.
      child.kill('SIGKILL');
      await ended;
    }
  }

  lastWords(): string {
    return [...this.#running.keys()]
      .map((name) => {
        try {
          return `${name}:\n${readFileSync(this.#log(name), 'utf8').slice(-1500)}`;
        } catch {
          return `${name}: wrote nothing`;
        }
      })
      .join('\n');
  }

  #log(name: string): string {
    return join(this.#folder, `${name}.log`);
  }
}
