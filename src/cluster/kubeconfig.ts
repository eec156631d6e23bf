/** Opens the person's kubeconfig through the client, and says in one line what is wrong with it. */
import { existsSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
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
  const config = new KubeConfig();
  try {
    if (kubeconfig) config.loadFromFile(kubeconfig);
    else config.loadFromDefault();
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
  if (!config.getCurrentUser()) throw new LookError('failed', `kubeconfig: no user "${user ?? ''}"`);
  const proxy = proxyFor(cluster.server, env);
  // The client knows only the cluster's own proxy-url, while kubectl also obeys the environment.
  if (proxy && !cluster.proxyUrl) Object.assign(cluster, { proxyUrl: proxy });
  if (cluster.proxyUrl && !URL.canParse(cluster.proxyUrl))
    throw new LookError('failed', `kubeconfig: "${cluster.proxyUrl}" is no proxy-url`);
  return config;
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
