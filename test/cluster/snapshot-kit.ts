/** Snapshots as the tools write them, made in the test: YAML and JSON as kubectl prints them, tar and gzip. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { dump } from 'js-yaml';
import { pack } from 'tar-stream';
import { openSnapshot, type Snapshot } from '../../src/cluster/snapshot/open.ts';
import { runProbe } from '../../src/probe/run.ts';
import type { Manifest } from './kube.ts';

export type Files = Readonly<Record<string, string | Buffer>>;

/** Sorted keys, two spaces, sequences at the column of their key: sigs.k8s.io/yaml. */
export function yamlList(objects: readonly unknown[]): string {
  const list = { apiVersion: 'v1', items: objects, kind: 'List', metadata: { resourceVersion: '' } };
  return dump(list, { sortKeys: true, seqNoIndent: true, lineWidth: -1, noRefs: true });
}

export function yamlOf(object: unknown): string {
  return dump(object, { sortKeys: true, seqNoIndent: true, lineWidth: -1, noRefs: true });
}

/** As the API types are printed: the items of a `PodList` do not repeat their kind. */
export function typedList(kind: string, objects: readonly Manifest[], apiVersion = 'v1'): object {
  const items = objects.map(({ kind: _kind, apiVersion: _version, ...rest }) => rest);
  return { kind: `${kind}List`, apiVersion, metadata: { resourceVersion: '7' }, items };
}

export const json = (value: unknown) => `${JSON.stringify(value, null, 4)}\n`;

export const COLLECTED = new Date('2026-11-01T11:00:00Z');

export async function tarOf(files: Files): Promise<Buffer> {
  const tar = pack();
  const chunks: Buffer[] = [];
  const read = (async () => {
    for await (const chunk of tar as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
  })();
  for (const [name, content] of Object.entries(files))
    tar.entry({ name, mtime: COLLECTED }, Buffer.from(content));
  tar.finalize();
  await read;
  return Buffer.concat(chunks);
}

export async function tarGz(files: Files): Promise<Buffer> {
  return gzipSync(await tarOf(files));
}

export function folderOf(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'unmesh-snapshot-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(root, dirname(name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

/** In pieces that end anywhere, as a pipe gives them. */
export async function* piped(content: Buffer | string, piece = 1000): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
}

/** The answer a step would take, or `failure: detail`. */
export async function ask(
  snapshot: Snapshot,
  probe: string,
  answers: readonly string[],
  facts: Readonly<Record<string, string>> = {},
): Promise<string> {
  const request = { probe, flow: 'f', state: 's', answers, facts, signal: new AbortController().signal };
  const report = await runProbe(request, async () => snapshot.reader);
  return report.kind === 'answer' ? report.answer : `${report.failure}: ${report.detail}`;
}

export { openSnapshot };
