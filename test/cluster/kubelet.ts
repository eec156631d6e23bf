/** As much of a kubelet as the API server needs to hand out logs. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { certificates } from './certificates.ts';

export interface Kubelet {
  readonly port: number;
  /** What was asked for: `<namespace>/<pod>/<container>?<query>`. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** By `<namespace>/<pod>/<container>`, with `/previous` behind it for the container before the last restart. */
export type Logs = Readonly<Record<string, string | (() => string)>>;

/** A log that is not there is an error, as the real kubelet says. */
export async function startKubelet(folder: string, logs: Logs): Promise<Kubelet> {
  const { server: pair } = certificates(folder);
  const asked: string[] = [];
  const server = createServer(
    { key: readFileSync(pair.key), cert: readFileSync(pair.cert) },
    (request, response) => {
      const url = new URL(request.url ?? '/', 'https://localhost');
      const container = url.pathname.replace(/^\/containerLogs\//, '');
      asked.push(`${container}${url.search}`);
      const isPrevious = url.searchParams.get('previous') === 'true';
      const found = logs[isPrevious ? `${container}/previous` : container];
      const log = typeof found === 'function' ? found() : found;
      const tail = Number(url.searchParams.get('tailLines') ?? Number.MAX_SAFE_INTEGER);
      const lines = log?.split('\n').slice(-tail).join('\n');
      response.writeHead(lines === undefined ? 404 : 200, { 'content-type': 'text/plain' });
      response.end(lines ?? `container not found: ${container}`);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
