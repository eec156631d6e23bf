/** What the tests of the way to a cluster share: a folder of files, servers that go wrong, what stands behind them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { ApiServer } from './apiserver.ts';
import { type Certificates, certificates } from './certificates.ts';
import { type Asked, type Fault, type FaultyServer, faultyServer, type Upstream } from './faulty.ts';
import { fakeCluster } from './server.ts';
import { DEPLOYMENTS } from './walk.ts';

export interface Lab {
  /** A new file name. */
  path(): string;
  written(text: string): string;
  /** A kubeconfig file with one context, `test`; `cluster` is added to what the file says of the cluster. */
  kubeconfig(of: { server: string; ca?: string; user: object; cluster?: object }): string;
  /** The `exec` of a kubeconfig that runs this program of Node. */
  plugin(code: string): { apiVersion: string; command: string; args: string[] };
  /** A server between unmesh and `upstream`, until the end of the test. */
  between(upstream: Upstream, faultOf: (asked: Asked) => Fault | undefined): Promise<FaultyServer>;
  /** Closes it at the end of the test. */
  kept<T extends { close(): unknown }>(one: T): T;
}

/** To be called once at the top of a test file: it registers what cleans up. */
export function lab(): Lab {
  let folder = '';
  let made = 0;
  let own: Certificates | undefined;
  const closing: { close(): unknown }[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'unmesh-way-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(async () => {
    for (const one of closing.splice(0)) await one.close();
  });
  const path = () => join(folder, String(++made));
  const written = (text: string) => {
    const file = path();
    writeFileSync(file, text);
    return file;
  };
  const kept: Lab['kept'] = (one) => {
    closing.push(one);
    return one;
  };
  return {
    path,
    written,
    kept,
    kubeconfig: ({ server, ca, user, cluster = {} }) =>
      written(
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'Config',
          'current-context': 'test',
          contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
          clusters: [
            { name: 'test', cluster: { server, ...(ca ? { 'certificate-authority': ca } : {}), ...cluster } },
          ],
          users: [{ name: 'test', user }],
        }),
      ),
    plugin: (code) => ({
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      // A file without an ending is CommonJS.
      args: [written(code)],
    }),
    between: async (upstream, faultOf) => {
      own ??= certificates(join(folder, 'pki'));
      return kept(await faultyServer(own, upstream, faultOf));
    },
  };
}

/** As much of an API server as the probe of src/probe/control-plane/istiod-pods.ts needs, and a list of two pages. */
export async function recordedUpstream(): Promise<{ upstream: Upstream; close: () => Promise<void> }> {
  const cluster = await fakeCluster({
    [DEPLOYMENTS]: { body: { items: [] } },
    '/api/v1/namespaces/istio-system/pods': { body: { items: [] } },
    '/api/v1/namespaces': (query) => ({
      body: query.get('continue')
        ? { items: [{ metadata: { name: 'b' } }, { metadata: { name: 'c' } }] }
        : { items: [{ metadata: { name: 'a' } }], metadata: { continue: 'next' } },
    }),
  });
  const config = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8'));
  const { server, 'certificate-authority': ca } = config.clusters[0].cluster;
  return { upstream: { url: server, tls: { ca: readFileSync(ca) } }, close: cluster.close };
}

/** The real one, as its administrator. */
export function realUpstream({
  url,
  ca,
  kubeconfigs,
}: ApiServer): Upstream & { tls: { cert: Buffer; key: Buffer } } {
  const { user } = JSON.parse(readFileSync(kubeconfigs.admin, 'utf8')).users[0];
  return {
    url,
    tls: { ca, cert: readFileSync(user['client-certificate']), key: readFileSync(user['client-key']) },
  };
}
