/**
 * The programs of a real control plane: from KUBEBUILDER_ASSETS (the folder that `setup-envtest use -p path` prints),
 * else built once from their Go modules (test/cluster/assets) into the user's cache.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface Binaries {
  readonly etcd: string;
  readonly apiserver: string;
}

/** Where there are none: why, in a sentence that says what to do. It stands in the name of the skipped tests. */
export interface NoBinaries {
  readonly missing: string;
}

const ASSETS = fileURLToPath(new URL('assets/', import.meta.url));
/** What the tests say to type; a cold build takes minutes, so `npm test` does not begin one by itself. */
export const BUILD_COMMAND = 'npx node scripts/build-apiserver.mjs';
/** Longest a build may take, its own or the one of another process that is waited for. Milliseconds. */
export const BUILD_DEADLINE = 40 * 60_000;

const SOURCES = ['go.mod', 'go.sum', 'etcd/main.go', 'kube-apiserver/main.go'];

/** The programs that are there, without building. */
export function findBinaries(env: NodeJS.ProcessEnv = process.env): Binaries | NoBinaries {
  const given = env.KUBEBUILDER_ASSETS;
  // A folder that was named and is wrong is a mistake to be told, not a reason to use another one.
  if (given)
    return (
      programsIn(given) ?? { missing: 'KUBEBUILDER_ASSETS has no etcd and kube-apiserver that can be run' }
    );
  return programsIn(cacheFolder(env)) ?? { missing: `no etcd and kube-apiserver: run ${BUILD_COMMAND}` };
}

/** The programs for a test run: those that are there, or with UNMESH_APISERVER=build those it builds. */
export async function binariesForTests(env: NodeJS.ProcessEnv = process.env): Promise<Binaries | NoBinaries> {
  const found = findBinaries(env);
  if (!('missing' in found) || env.KUBEBUILDER_ASSETS || env.UNMESH_APISERVER !== 'build') return found;
  return buildBinaries(env);
}

/**
 * Builds both programs, or waits for the process that is building them. Never throws for what the machine lacks;
 * the output of `go` goes to this process's standard error.
 */
export async function buildBinaries(env: NodeJS.ProcessEnv = process.env): Promise<Binaries | NoBinaries> {
  const folder = cacheFolder(env);
  if (!hasGo(env)) return { missing: 'no etcd and kube-apiserver, and no `go` to build them with' };
  mkdirSync(join(folder, '..'), { recursive: true });
  const unlock = await lock(`${folder}.lock`);
  if (!unlock) return { missing: 'another process is still building etcd and kube-apiserver' };
  try {
    const found = programsIn(folder);
    if (found) return found;
    const made = `${folder}.new`;
    rmSync(made, { recursive: true, force: true });
    mkdirSync(made);
    try {
      for (const name of ['etcd', 'kube-apiserver'])
        if (!(await goBuild(name, join(made, name), env)))
          return { missing: `go could not build ${name}: its reason stands in the output above` };
      // A half-finished folder under the final name would be taken for a finished one.
      rmSync(folder, { recursive: true, force: true });
      renameSync(made, folder);
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
    return programsIn(folder) ?? { missing: 'the programs that go built cannot be run' };
  } finally {
    unlock();
  }
}

/** One folder for each state of the sources, so that a change of version never runs the old programs. */
function cacheFolder(env: NodeJS.ProcessEnv): string {
  const hash = createHash('sha256');
  for (const name of SOURCES) hash.update(readFileSync(join(ASSETS, name)));
  const base = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache');
  return join(base, 'unmesh-test', `${kubernetesVersion()}-${hash.digest('hex').slice(0, 8)}`);
}

function kubernetesVersion(): string {
  const found = /^\s*k8s\.io\/kubernetes (v[\w.-]+)$/m.exec(readFileSync(join(ASSETS, 'go.mod'), 'utf8'));
  if (!found) throw new Error('test/cluster/assets/go.mod names no k8s.io/kubernetes');
  return found[1]!;
}

function programsIn(folder: string): Binaries | undefined {
  const programs = { etcd: join(folder, 'etcd'), apiserver: join(folder, 'kube-apiserver') };
  try {
    for (const path of Object.values(programs)) accessSync(path, constants.X_OK);
    return programs;
  } catch {
    return undefined;
  }
}

function hasGo(env: NodeJS.ProcessEnv): boolean {
  try {
    execFileSync('go', ['version'], { env, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function goBuild(name: string, to: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  // Without the version the server calls itself v0.0.0, and what depends on the version could not be tested.
  const flags = `-s -w -X k8s.io/component-base/version.gitVersion=${kubernetesVersion()}`;
  const go = [
    'go',
    'build',
    '-p',
    '2',
    '-trimpath',
    '-mod=readonly',
    '-ldflags',
    flags,
    '-o',
    to,
    `./${name}`,
  ];
  return new Promise((resolve) => {
    const child: ChildProcess = spawn('nice', go, {
      cwd: ASSETS,
      env: { ...env, CGO_ENABLED: '0', GOWORK: 'off' },
      stdio: ['ignore', 2, 2],
      timeout: BUILD_DEADLINE,
    });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}

/** Holds `path` until the returned function is called; `undefined` where another process held it past the deadline. */
async function lock(path: string): Promise<(() => void) | undefined> {
  for (const end = Date.now() + BUILD_DEADLINE; Date.now() < end; await sleep(250)) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (isLeftOver(path)) rmSync(path, { force: true });
    }
  }
  return undefined;
}

/** A killed build leaves its lock behind. */
function isLeftOver(path: string): boolean {
  try {
    const owner = Number(readFileSync(path, 'utf8'));
    // Between its creation and its first byte a lock is empty.
    if (!Number.isInteger(owner) || owner <= 0) return false;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH' && existsSync(path);
  }
}
