/** One handshake serves many pages, and a kept connection keeps nobody waiting. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLive } from '../../src/cluster/live.ts';

/** Serves two pages of pods; answers how many connections it saw, and cuts one after so many answers. */
async function pagesOf(cutAfter = Number.POSITIVE_INFINITY) {
  let connections = 0;
  let answers = 0;
  const server = createServer((request, response) => {
    const isSecond = (request.url ?? '').includes('continue=');
    const metadata = isSecond ? {} : { continue: 'more' };
    const items = [{ metadata: { name: isSecond ? 'b' : 'a' } }];
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ kind: 'PodList', metadata, items }));
    if (++answers === cutAfter) response.on('finish', () => setImmediate(() => request.socket.destroy()));
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const kubeconfig = join(mkdtempSync(join(tmpdir(), 'unmesh-kept-')), 'config');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      'current-context': 'kept',
      contexts: [{ name: 'kept', context: { cluster: 'kept', user: 'kept' } }],
      clusters: [{ name: 'kept', cluster: { server: address, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'kept', user: { token: 'kept' } }],
    }),
  );
  const reader = openLive({ kubeconfig, context: undefined, env: {} })(new AbortController().signal);
  return {
    reader,
    connections: () => connections,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

describe('connections', () => {
  it('are kept from page to page and from list to list', async () => {
    const { reader, connections, close } = await pagesOf();
    for (let i = 0; i < 3; i++) expect(await reader.list('pods')).toHaveLength(2);
    expect(connections()).toBe(1);
    await close();
  });

  it('that the server closed meanwhile are opened anew', async () => {
    const { reader, connections, close } = await pagesOf(1);
    expect(await reader.list('pods')).toHaveLength(2);
    expect(await reader.list('pods')).toHaveLength(2);
    expect(connections()).toBe(2);
    await close();
  });
});
