/** An HTTPS server between unmesh and an API server, real or recorded, that goes wrong where a test says so. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import type { Certificates } from './certificates.ts';

/** What is behind the proxy, and how to be let in there. */
export interface Upstream {
  readonly url: string;
  readonly tls: { readonly ca: string | Buffer; readonly cert?: Buffer; readonly key?: Buffer };
  /** Whether the client's own Authorization header is passed on, instead of the certificate. */
  readonly passTokens?: boolean;
}

export type Fault =
  /** Takes the request and never says a word. */
  | 'silent'
  /** Answers, a byte at a time, and never finishes. */
  | 'trickle'
  /** Passes on the first half of the body and hangs up. */
  | 'cut'
  /** Hangs up without a word. */
  | 'hang-up'
  /** Never stops sending. */
  | 'endless'
  /** Passes this one on and is gone for every later one. */
  | 'then-gone'
  | { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> };

export interface Asked {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string;
  /** Counted from 1. */
  readonly number: number;
}

export interface FaultyServer {
  readonly url: string;
  /** PEM file of the authority to trust. */
  readonly ca: string;
  readonly asked: Asked[];
  close(): Promise<void>;
}

/** `faultOf` is asked for each request; `undefined` passes it on untouched. */
export async function faultyServer(
  { ca, server: pair }: Certificates,
  upstream: Upstream,
  faultOf: (asked: Asked) => Fault | undefined,
): Promise<FaultyServer> {
  const agent = new Agent({ ...upstream.tls });
  const asked: Asked[] = [];
  const server = createServer({ key: readFileSync(pair.key), cert: readFileSync(pair.cert) }, (from, to) => {
    const url = new URL(from.url ?? '/', 'https://localhost');
    const one: Asked = {
      path: url.pathname,
      query: url.searchParams,
      authorization: from.headers.authorization ?? '',
      number: asked.length + 1,
    };
    asked.push(one);
    const fault = faultOf(one);
    if (fault === 'silent') return;
    if (fault === 'hang-up') from.socket.destroy();
    else if (fault === 'trickle' || fault === 'endless') flood(to, fault);
    else if (typeof fault === 'object') {
      to.writeHead(fault.status, fault.headers);
      to.end(fault.body);
    } else
      pass(from, to, agent, upstream, (body) => {
        if (fault === 'cut') {
          to.write(body.subarray(0, Math.floor(body.length / 2)), () => to.socket?.destroy());
          return;
        }
        to.end(body);
        if (fault === 'then-gone') server.close();
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: ca.cert,
    asked,
    close: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function flood(to: ServerResponse, how: 'trickle' | 'endless'): void {
  to.writeHead(200, { 'content-type': 'application/json' });
  const piece = how === 'trickle' ? ' ' : ' '.repeat(64 * 1024);
  const sending = setInterval(() => to.write(piece), how === 'trickle' ? 20 : 1);
  to.on('close', () => clearInterval(sending));
}

function pass(
  from: IncomingMessage,
  to: ServerResponse,
  agent: Agent,
  { url, passTokens }: Upstream,
  send: (body: Buffer) => void,
): void {
  const { authorization } = from.headers;
  const headers = passTokens && authorization ? { authorization } : {};
  const onward = httpsRequest(
    new URL(from.url ?? '/', url),
    { method: from.method, agent, headers },
    (got) => {
      const chunks: Buffer[] = [];
      got.on('data', (chunk: Buffer) => chunks.push(chunk));
      got.on('end', () => {
        const body = Buffer.concat(chunks);
        to.writeHead(got.statusCode ?? 502, {
          'content-type': got.headers['content-type'] ?? '',
          'content-length': body.length,
        });
        send(body);
      });
    },
  );
  onward.on('error', () => to.destroy());
  onward.end();
}

export interface Tunnel {
  readonly url: string;
  /** The addresses that were asked for, as `host:port`. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** A proxy as a company has one (HTTP CONNECT): lets through, refuses, or takes the request and is silent. */
export async function tunnel(how: 'open' | 'refuses' | 'silent'): Promise<Tunnel> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createTcpServer((client) => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    client.once('data', (head) => {
      const [, host = '', port = ''] = /^CONNECT ([^:\s]+):(\d+) /.exec(head.toString('latin1')) ?? [];
      asked.push(`${host}:${port}`);
      if (how === 'silent') return;
      if (how === 'refuses') return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      const there = connect(Number(port), host, () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        client.pipe(there).pipe(client);
      });
      sockets.add(there);
      there.on('error', () => client.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
