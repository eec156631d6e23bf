/** An HTTPS server that answers like an API server with recorded objects, and as badly as a test wants. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from './certificates.ts';

export type Answer = {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly never?: true;
  readonly cut?: true;
};

export interface FakeCluster {
  readonly kubeconfig: string;
  /** Method and path of every request, in order. */
  readonly requests: string[];
  close(): Promise<void>;
}

type Answers = Readonly<Record<string, Answer | ((query: URLSearchParams) => Answer)>>;

let own: { readonly dir: string; readonly key: string; readonly cert: string; made: number } | undefined;

/** One certificate for all servers of a process: making a key takes longer than most tests. */
function material() {
  if (own) return own;
  const dir = mkdtempSync(join(tmpdir(), 'unmesh-api-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const { key, cert } = selfSigned(dir);
  own = { dir, key, cert, made: 0 };
  return own;
}

/** `answers` maps a path (without query) to an answer or to what makes one; everything else is 404. */
export async function fakeCluster(answers: Answers | ((path: string) => Answer)): Promise<FakeCluster> {
  const shared = material();
  const { dir, key, cert } = shared;
  const requests: string[] = [];
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://localhost');
    requests.push(`${request.method} ${url.pathname}`);
    const found = typeof answers === 'function' ? answers(url.pathname) : answers[url.pathname];
    const answer =
      typeof found === 'function'
        ? found(url.searchParams)
        : (found ?? { status: 404, body: { kind: 'Status', message: 'not found' } });
    if (answer.never) return;
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
    const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    if (answer.cut) {
      response.write(body.slice(0, body.length / 2));
      response.socket?.destroy();
    } else response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const kubeconfig = join(dir, `config-${++shared.made}`);
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      clusters: [
        { name: 'test', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority': cert } },
      ],
      users: [{ name: 'test', user: { token: 'secret-token' } }],
    }),
  );
  return {
    kubeconfig,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
