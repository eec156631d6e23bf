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

/** As YAML has them on lines of their own, then as JSON has them. */
const CURRENT = [/^current-context:([^\r\n]*)/m, /"current-context"\s{0,9}:\s{0,9}"([^"]*)"/];
const SERVER = [/^[ \t]+server:([^\r\n]*)/m, /"server"\s{0,9}:\s{0,9}"([^"]*)"/];

/** What stands there, without quotes and comment; undefined where nothing does. */
function firstOf(text: string, patterns: readonly RegExp[]): string | undefined {
  const found = patterns.map((pattern) => pattern.exec(text)?.[1]).find((one) => one !== undefined);
  const [value] = found?.split(' #', 1) ?? [];
  return value?.trim().replace(/^["']|["']$/g, '');
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
  let first: KubeconfigPeek | undefined;
  for (const path of files.filter((p) => p !== '')) {
    let text: string;
    try {
      text = readFileSync(path, 'utf8').slice(0, 1_000_000);
    } catch {
      continue;
    }
    const current = context ?? firstOf(text, CURRENT);
    const server = firstOf(text, SERVER) || '?';
    // As kubectl merges a list of files: the first one that names a current context decides.
    if (current) return { path: file, context: current, server };
    first ??= { path: file, context: '?', server };
  }
  if (first) return first;
  // A file that was named and cannot be read is still a wish to look: the probe will say what is wrong.
  if (file || env.KUBECONFIG) return { path: file, context: context ?? '?', server: '?' };
  if (env.KUBERNETES_SERVICE_HOST)
    return { path: undefined, context: 'in-cluster', server: env.KUBERNETES_SERVICE_HOST };
  return undefined;
}
