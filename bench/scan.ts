/**
 * A whole scan as a ratio in one run: npm run bench:scan [-- <pods>…]
 * Compared with the bare cost of fetching the same pages of the same lists and parsing them. Each in a process of its
 * own against one server on this machine; peak memory is the process's largest resident set.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RESOURCES, type ResourceId } from '../src/cluster/resources.ts';
import { readsOfRules } from '../src/scan/rules.ts';
import { bigMesh } from './big-mesh.ts';

const ROOT = new URL('..', import.meta.url).pathname;
const SIZES = process.argv
  .slice(2)
  .map(Number)
  .filter((n) => n > 0);
const RUNS = 5;
const PAGE = 250;
const dir = mkdtempSync(join(tmpdir(), 'unmesh-bench-scan-'));

const pathOf = (id: ResourceId) => {
  const { group, versions, plural } = RESOURCES[id];
  return `${group === '' ? `/api/${versions[0]}` : `/apis/${group}/${versions[0]}`}/${plural}`;
};

/** Every page of every list as the API server would send it. */
function pagesOf(pods: number): Map<string, Buffer> {
  const mesh = bigMesh(pods);
  const pages = new Map<string, Buffer>();
  for (const id of readsOfRules()) {
    const objects = mesh[id] ?? [];
    for (let at = 0; at === 0 || at < objects.length; at += PAGE) {
      const next = at + PAGE < objects.length ? String(at + PAGE) : '';
      pages.set(
        `${pathOf(id)} ${at === 0 ? '' : at}`,
        Buffer.from(
          JSON.stringify({
            kind: 'List',
            metadata: { resourceVersion: '1', continue: next },
            items: objects.slice(at, at + PAGE),
          }),
        ),
      );
    }
  }
  const groups = Map.groupBy(
    Object.values(RESOURCES).filter(({ group }) => group !== ''),
    ({ group }) => group,
  );
  pages.set(
    '/apis ',
    Buffer.from(
      JSON.stringify({
        kind: 'APIGroupList',
        groups: [...groups].map(([name, own]) => ({
          name,
          versions: [...new Set(own.flatMap(({ versions }) => versions))].map((version) => ({ version })),
        })),
      }),
    ),
  );
  return pages;
}

interface Measure {
  /** Milliseconds from start to end of the whole process. */
  readonly time: number;
  /** Milliseconds of processor time, which a busy machine stretches less. */
  readonly cpu: number;
  /** MB. */
  readonly peak: number;
  readonly out: string;
}

function run(args: string[], env: NodeJS.ProcessEnv): Promise<Measure> {
  const peak = join(dir, 'peak');
  const hook = `import{writeFileSync}from'node:fs';process.on('exit',()=>{const u=process.resourceUsage();writeFileSync(${JSON.stringify(peak)},JSON.stringify({peak:u.maxRSS/1024,cpu:(u.userCPUTime+u.systemCPUTime)/1000}))})`;
  const begun = performance.now();
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, ...args],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, HOME: dir, ...env } },
  );
  let out = '';
  child.stdout.on('data', (data) => {
    out += data;
  });
  return new Promise((resolve) =>
    child.on('close', () =>
      resolve({ time: performance.now() - begun, ...JSON.parse(readFileSync(peak, 'utf8')), out }),
    ),
  );
}

const BARE = `
const [server, ...paths] = process.argv.slice(2);
let bytes = 0, objects = 0;
const kept = [];
const queue = [...paths];
const work = async () => {
  for (let path = queue.shift(); path; path = queue.shift()) {
    let next = '';
    do {
      const text = await (await fetch(server + path + '?limit=${PAGE}' + (next ? '&continue=' + next : ''))).text();
      bytes += text.length;
      const { items, metadata } = JSON.parse(text);
      objects += items.length;
      kept.push(items);
      next = metadata.continue;
    } while (next);
  }
};
await Promise.all([work(), work(), work(), work()]);
console.log(JSON.stringify({ bytes, objects }));
`;

const median = (all: readonly number[]) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)]!;
const best = (all: readonly Measure[]) => ({
  time: median(all.map(({ time }) => time)),
  cpu: median(all.map(({ cpu }) => cpu)),
  peak: Math.max(...all.map(({ peak }) => peak)),
});

async function bench(pods: number): Promise<void> {
  const pages = pagesOf(pods);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const body = pages.get(`${url.pathname} ${url.searchParams.get('continue') ?? ''}`);
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' });
    response.end(body ?? '404 page not found');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = join(dir, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      'current-context': 'bench',
      contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
      clusters: [{ name: 'bench', cluster: { server: address, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'bench', user: { token: 'bench' } }],
    }),
  );
  const bareFile = join(dir, 'bare.mjs');
  writeFileSync(bareFile, BARE);
  const paths = readsOfRules().map(pathOf);
  const scans: Measure[] = [];
  const bares: Measure[] = [];
  // In turns, so that a machine that slows down slows both.
  for (let i = 0; i < RUNS; i++) {
    scans.push(await run([join(ROOT, 'dist/unmesh.js'), 'scan', '-o', 'json'], { KUBECONFIG: kubeconfig }));
    bares.push(await run([bareFile, address, ...paths], {}));
  }
  server.close();
  const [scan, bare] = [best(scans), best(bares)];
  const report = JSON.parse(scans[0]!.out) as { objects: number; findings: unknown[]; notJudged: unknown[] };
  const { bytes, objects } = JSON.parse(bares[0]!.out) as { bytes: number; objects: number };
  if (report.objects !== objects) throw new Error(`the scan saw ${report.objects} of ${objects} objects`);
  console.log(
    `${pods} pods, ${objects} objects, ${(bytes / 1e6).toFixed(0)} MB of JSON, ${report.findings.length} findings, ${report.notJudged.length} not judged`,
  );
  const line = (name: string, { time, peak }: { time: number; peak: number }) =>
    console.log(
      `  ${name.padEnd(20)} ${time.toFixed(0).padStart(6)} ms  ${peak.toFixed(0).padStart(5)} MB at most`,
    );
  line('fetch and parse', bare);
  line('unmesh scan', scan);
  console.log(
    `  ratio                ${(scan.time / bare.time).toFixed(2)} of the time, ${(scan.cpu / bare.cpu).toFixed(2)} of the processor time`,
  );
}

for (const pods of SIZES.length > 0 ? SIZES : [5000, 20_000]) await bench(pods);
