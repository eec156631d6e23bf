/** What a kubeconfig says about itself, read without the client: enough to ask for consent. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface KubeconfigPeek {
  /** The file given by the person, `undefined` where the client's own rules find it. */
  readonly path: string | undefined;
  readonly context: string;
  readonly server: string;
}

/**
 * Looks at --kubeconfig, KUBECONFIG (a list), ~/.kube/config, or the service account of a Pod, in that order.
 * Only lines are read, nothing is validated: the client does that when a probe first looks, and says what is wrong.
 */
export function peekKubeconfig(
  file: string | undefined,
  context: string | undefined,
  env: NodeJS.ProcessEnv,
): KubeconfigPeek | undefined {
  const files = file
    ? [file]
    : env.KUBECONFIG
      ? env.KUBECONFIG.split(delimiter)
      : [join(env.HOME ?? homedir(), '.kube', 'config')];
  for (const path of files.filter((p) => p !== '')) {
    let text: string;
    try {
      text = readFileSync(path, 'utf8').slice(0, 1_000_000);
    } catch {
      // A file that was named and cannot be read is still a wish to look: the probe will say what is wrong.
      if (file || env.KUBECONFIG) return { path: file, context: context ?? '?', server: '?' };
      continue;
    }
    const current = context ?? /^current-context:[ \t]*"?([^"\r\n]*?)"?[ \t]*$/m.exec(text)?.[1];
    const server = /^[ \t]+server:[ \t]*"?([^"\s]+)/m.exec(text)?.[1] ?? '?';
    return { path: file, context: current || '?', server };
  }
  if (env.KUBERNETES_SERVICE_HOST)
    return { path: undefined, context: 'in-cluster', server: env.KUBERNETES_SERVICE_HOST };
  return undefined;
}
