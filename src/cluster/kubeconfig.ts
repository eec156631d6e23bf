/** Opens the person's kubeconfig through the client, and says in one line what is wrong with it. */
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { load as parseYaml } from 'js-yaml';
import { firstLine } from './cause.ts';
import { LookError } from './reader.ts';

export interface ClusterChoice {
  /** File given by the person; the client's own rules (KUBECONFIG, ~/.kube/config, in-cluster) where absent. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** Throws LookError: the file cannot be read or parsed, or has no such context or cluster. */
export function openKubeconfig({ kubeconfig, context, env }: ClusterChoice): KubeConfig {
  let config: KubeConfig;
  try {
    config = load(kubeconfig ? [kubeconfig] : listed(env));
  } catch (cause) {
    // What the client trips over where the YAML is right and its shape is not, says nothing to a person.
    const what = cause instanceof TypeError ? 'the file is no kubeconfig' : firstLine(cause);
    throw new LookError('failed', `kubeconfig: ${what}`, cause);
  }
  if (context !== undefined) {
    if (!config.getContextObject(context))
      throw new LookError('failed', `kubeconfig: no context "${context}"`);
    config.setCurrentContext(context);
  }
  const cluster = config.getCurrentCluster();
  // Without any configuration the client silently means http://localhost:8080; a person never does.
  if (!cluster || (cluster.server === 'http://localhost:8080' && !kubeconfig && !hasFile(env)))
    throw new LookError('failed', 'kubeconfig: no current context');
  if (!URL.canParse(cluster.server))
    throw new LookError('failed', `kubeconfig: "${cluster.server}" is no server address`);
  const { user } = config.getContextObject(config.getCurrentContext()) ?? {};
  // Without its user the client forgets the cluster's authority too, and complains of the certificate.
  const person = config.getCurrentUser();
  if (!person) throw new LookError('failed', `kubeconfig: no user "${user ?? ''}"`);
  const { tokenFile } = person as WithTokenFile;
  if (tokenFile !== undefined) Object.assign(person, { token: tokenIn(tokenFile) });
  const proxy = proxyFor(cluster.server, env);
  // The client knows only the cluster's own proxy-url, while kubectl also obeys the environment.
  if (proxy && !cluster.proxyUrl) Object.assign(cluster, { proxyUrl: proxy });
  if (cluster.proxyUrl && !URL.canParse(cluster.proxyUrl))
    throw new LookError('failed', `kubeconfig: "${cluster.proxyUrl}" is no proxy-url`);
  return config;
}

/** The files that KUBECONFIG lists; of several those that are there, as kubectl takes them. */
function listed({ KUBECONFIG = '' }: NodeJS.ProcessEnv): string[] {
  const files = KUBECONFIG.split(delimiter).filter((file) => file !== '');
  const there = files.filter((file) => existsSync(file));
  return there.length > 0 ? there : files.slice(0, 1);
}

/**
 * Several files are merged by kubectl's rule: what the first of them says stands. The client would take the last
 * one's current context, which is not the one that was agreed to, and would refuse names that occur twice.
 */
function load(files: readonly string[]): KubeConfig {
  const all = files.map((file) => {
    const one = new KubeConfig();
    one.loadFromFile(file);
    keepTokenFiles(one, file);
    return one;
  });
  const [first] = all;
  if (first && all.length === 1) return first;
  const config = new KubeConfig();
  if (!first) config.loadFromDefault();
  else
    config.loadFromOptions({
      clusters: firstOfName(all.flatMap(({ clusters }) => clusters)),
      users: firstOfName(all.flatMap(({ users }) => users)),
      contexts: firstOfName(all.flatMap(({ contexts }) => contexts)),
      currentContext: all.map(({ currentContext }) => currentContext).find(Boolean),
    });
  return config;
}

/** A user whose token stands in a file: kubectl knows `tokenFile`, the client only its old name `token-file`. */
interface WithTokenFile {
  readonly tokenFile?: string;
}

/** Where each user's token file lies; a relative path begins at the kubeconfig. */
function keepTokenFiles(config: KubeConfig, file: string): void {
  const raw = parseYaml(readFileSync(file, 'utf8')) as { users?: unknown };
  for (const one of Array.isArray(raw.users) ? raw.users : []) {
    const tokenFile: unknown = one?.user?.tokenFile;
    const user = typeof tokenFile === 'string' ? config.getUser(String(one.name)) : null;
    if (user) Object.assign(user, { tokenFile: resolve(dirname(file), tokenFile as string) });
  }
}

/** Read anew at each login, as the file is replaced before its token ends. */
function tokenIn(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new LookError('failed', `kubeconfig: tokenFile: ${firstLine(cause)}`, cause);
  }
}

function firstOfName<T extends { readonly name: string }>(all: readonly T[]): T[] {
  return [...new Map(all.map((one) => [one.name, one] as const).reverse()).values()].reverse();
}

function hasFile(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env.KUBECONFIG) || existsSync(`${env.HOME ?? ''}/.kube/config`);
}

function proxyFor(server: string, env: NodeJS.ProcessEnv): string | undefined {
  if (!server.startsWith('https:')) return undefined;
  const proxy = env.HTTPS_PROXY || env.https_proxy;
  if (!proxy) return undefined;
  const { hostname } = new URL(server);
  const excluded = (env.NO_PROXY || env.no_proxy || '')
    .split(',')
    .map((name) => name.trim().replace(/^\*?\./, ''));
  const isLocal = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '::1';
  const isExcluded = excluded.some(
    (name) => name !== '' && (name === '*' || hostname === name || hostname.endsWith(`.${name}`)),
  );
  return isLocal || isExcluded ? undefined : proxy;
}
