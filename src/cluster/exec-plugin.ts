/**
 * Runs the credential plugin that a kubeconfig names (client.authentication.k8s.io), as kubectl does. The client's own
 * way cannot be stopped, which would keep the program running behind a plugin that waits for ever.
 */
import { spawn } from 'node:child_process';
import type { Cluster } from '@kubernetes/client-node';
import { firstLine } from './cause.ts';
import { LookError } from './reader.ts';

/** The `exec` of a user in a kubeconfig; the file is a person's, so nothing of it is certain. */
export interface PluginConfig {
  readonly apiVersion?: unknown;
  readonly command?: unknown;
  readonly args?: unknown;
  readonly env?: unknown;
  readonly installHint?: unknown;
  readonly interactiveMode?: unknown;
  readonly provideClusterInfo?: unknown;
}

export interface PluginCredentials {
  readonly token: string | undefined;
  /** PEM. */
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  /** Milliseconds of the epoch. */
  readonly expires: number | undefined;
}

/** A plugin writes a token or a certificate, and a sentence when it cannot. Bytes. */
const MAX_OUTPUT = 1024 * 1024;

/** Rejects with LookError: `failed` for what the plugin does wrong, `timed-out` once `signal` is aborted. */
export async function runPlugin(
  config: PluginConfig,
  cluster: Cluster,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<PluginCredentials> {
  const { command } = config;
  if (typeof command !== 'string' || command === '') throw failed('kubeconfig: exec names no command');
  // Standard input belongs to the conversation, so a plugin that must ask would wait for an answer for ever.
  if (config.interactiveMode === 'Always') throw failed(`${command}: asks in the terminal; log in first`);
  const all = { ...env, ...variables(config.env), KUBERNETES_EXEC_INFO: execInfo(config, cluster) };
  const plugin = start(command, strings(config.args), all);
  return new Promise((resolve, reject) => {
    const out = collect(plugin.stdout, () => plugin.kill('SIGKILL'));
    const complaint = collect(plugin.stderr, () => plugin.kill('SIGKILL'));
    const stop = () => {
      plugin.kill('SIGKILL');
      // A grandchild may hold the pipes open, and with them this program.
      plugin.stdout.destroy();
      plugin.stderr.destroy();
      reject(new LookError('timed-out', withReason(`credentials: ${command} did not end`, complaint())));
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    plugin.on('error', (cause) => {
      signal.removeEventListener('abort', stop);
      const hint = typeof config.installHint === 'string' ? firstLine(config.installHint) : '';
      reject(failed(withReason(firstLine(cause), hint), cause));
    });
    plugin.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', stop);
      if (code !== 0)
        return reject(failed(withReason(`${command} ended with ${code ?? killedBy}`, complaint())));
      try {
        resolve(credentialsIn(out(), command));
      } catch (error) {
        reject(error);
      }
    });
  });
}

function start(command: string, args: string[], env: NodeJS.ProcessEnv) {
  try {
    return spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env, windowsHide: true });
  } catch (cause) {
    throw failed(`${command}: ${firstLine(cause)}`, cause);
  }
}

/** What the plugin is told of its caller: the API refuses plugins that ask for it and do not get it. */
function execInfo({ apiVersion, provideClusterInfo }: PluginConfig, cluster: Cluster): string {
  const info = {
    server: cluster.server,
    ...(cluster.tlsServerName ? { 'tls-server-name': cluster.tlsServerName } : {}),
    ...(cluster.skipTLSVerify ? { 'insecure-skip-tls-verify': true } : {}),
    ...(cluster.caData ? { 'certificate-authority-data': cluster.caData } : {}),
    ...(cluster.proxyUrl ? { 'proxy-url': cluster.proxyUrl } : {}),
  };
  return JSON.stringify({
    apiVersion: typeof apiVersion === 'string' ? apiVersion : 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: { interactive: false, ...(provideClusterInfo === true ? { cluster: info } : {}) },
  });
}

/** The output is never quoted: it is a secret, even where it cannot be read. */
function credentialsIn(output: string, command: string): PluginCredentials {
  let status: Record<string, unknown> | undefined;
  try {
    status = (JSON.parse(output) as { status?: Record<string, unknown> } | null)?.status;
  } catch {
    throw failed(`${command} printed no JSON`);
  }
  const text = (name: string) => {
    const value = status?.[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const token = text('token');
  const certificate = text('clientCertificateData');
  const key = text('clientKeyData');
  if (!token && !(certificate && key)) throw failed(`${command} printed neither a token nor a certificate`);
  const expires = Date.parse(text('expirationTimestamp') ?? '');
  return { token, certificate, key, expires: Number.isNaN(expires) ? undefined : expires };
}

/** Gathers a stream as text, up to the limit; `tooMuch` is called beyond it. */
function collect(stream: NodeJS.ReadableStream, tooMuch: () => void): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_OUTPUT) tooMuch();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function variables(value: unknown): Record<string, string> {
  if (!Array.isArray(value)) return {};
  return Object.fromEntries(
    value.flatMap((one: { name?: unknown; value?: unknown } | null) =>
      typeof one?.name === 'string' ? [[one.name, String(one.value ?? '')] as const] : [],
    ),
  );
}

function withReason(what: string, reason: string): string {
  return reason.trim() === '' ? what : `${what}: ${firstLine(reason.trim())}`;
}

function failed(detail: string, cause?: unknown): LookError {
  return new LookError('failed', `credentials: ${detail}`, cause);
}
