/**
 * First frame and warm match as ratios in one run: npm run bench [-- <runs>]
 * Compared with the floor of the machine: a bare `node -e 0`, and an Ink program that draws one line.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pty from '@lydell/node-pty';
import { build } from 'esbuild';
import { createMatcher } from '../src/match/index.ts';
import { packOfFolder, readPackFolder } from '../src/pack/folder.ts';
import { LANGUAGES } from '../src/pack/vocabulary.ts';

const ROOT = new URL('..', import.meta.url).pathname;
const RUNS = Number(process.argv[2] ?? 15);
const dir = mkdtempSync(join(tmpdir(), 'unmesh-bench-'));

/** Milliseconds until `marker` is on the terminal. */
function firstFrame(args: string[], marker: string): Promise<number> {
  const begun = performance.now();
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: dir, XDG_STATE_HOME: dir, LANG: 'en_US.UTF-8' };
  // Ink draws only its last frame where CI is set, even to the empty string.
  delete env.CI;
  const child = pty.spawn(process.execPath, args, { cols: 100, rows: 30, env });
  return new Promise((resolve, reject) => {
    let seen = '';
    const timer = setTimeout(() => reject(new Error(`no "${marker}" within 10 s: ${seen}`)), 10_000);
    child.onData((data) => {
      seen += data;
      if (!seen.includes(marker)) return;
      clearTimeout(timer);
      resolve(performance.now() - begun);
      child.kill('SIGKILL');
    });
  });
}

function wholeRun(args: string[]): Promise<number> {
  const begun = performance.now();
  return new Promise((resolve) => {
    spawn(process.execPath, args, { stdio: 'ignore' }).on('exit', () => resolve(performance.now() - begun));
  });
}

async function bareInk(): Promise<string> {
  const entry = join(dir, 'bare.tsx');
  writeFileSync(
    entry,
    `import { render, Text } from 'ink'; render(<Text>bare</Text>); setInterval(() => {}, 1000);`,
  );
  const outfile = join(dir, 'bare.mjs');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    jsx: 'automatic',
    nodePaths: [join(ROOT, 'node_modules')],
    alias: { 'react-devtools-core': join(ROOT, 'bench/empty.js') },
    define: { 'process.env.NODE_ENV': '"production"' },
    banner: {
      js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);",
    },
    logLevel: 'silent',
  });
  return outfile;
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const bare = await bareInk();
const unmesh = join(ROOT, 'dist/unmesh.js');
const times = { node: [] as number[], ink: [] as number[], unmesh: [] as number[] };
// Interleaved, so that a slow moment of the machine hits all three.
for (let run = 0; run < RUNS; run++) {
  times.node.push(await wholeRun(['-e', '0']));
  times.ink.push(await firstFrame([bare], 'bare'));
  times.unmesh.push(await firstFrame([unmesh, '--no-look'], 'Paste what you have'));
}
const [node, ink, own] = [median(times.node), median(times.ink), median(times.unmesh)];
console.log(`first frame, median of ${RUNS}:`);
console.log(`  node -e 0    ${node.toFixed(0)} ms`);
console.log(`  bare Ink     ${ink.toFixed(0)} ms`);
console.log(
  `  unmesh       ${own.toFixed(0)} ms   ${(own / ink).toFixed(2)}x bare Ink, ${(own / node).toFixed(2)}x node`,
);

const pack = packOfFolder(readPackFolder(ROOT));
const matcher = createMatcher({
  signatures: pack.signatures(),
  sayings: LANGUAGES.flatMap((lang) =>
    Object.entries(pack.symptomWords(lang)).map(([flow, words]) => ({ flow, lang, ...words })),
  ),
});
const UF =
  '[2024-05-02T09:11:12.123Z] "GET /cart HTTP/1.1" 503 UF upstream_reset_before_response_started{connection_failure} - "-" 0 195 3 - "-" "curl/8.1" "5c1e" "cart.shop:8080" "10.8.1.7:8080" outbound|8080||cart.shop.svc.cluster.local 10.8.0.3:51122 10.12.3.4:8080 10.8.0.3:40210 - default\n';
const HEALTHY =
  '2026-11-20T03:00:00.000000Z info xdsproxy connected to delta upstream XDS server: istiod.istio-system.svc:15012\n';
console.log('warm match, median:');
for (const size of [1_000, 100_000, 1_000_000]) {
  const text = HEALTHY.repeat(Math.max(1, Math.floor((size - UF.length) / HEALTHY.length))) + UF;
  for (let warm = 0; warm < 5; warm++) matcher.match(text);
  const runs = Array.from({ length: 15 }, () => {
    const begun = performance.now();
    matcher.match(text);
    return performance.now() - begun;
  });
  console.log(`  ${(size / 1000).toString().padStart(5)} KB   ${median(runs).toFixed(2)} ms`);
}
process.exit(0);
