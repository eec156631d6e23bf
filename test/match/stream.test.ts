/** Logs too large to keep: read as they flow by, with bounded memory, answered as if they had been read whole. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMatcher } from '../../src/match/index.ts';
import { loadKnowledge, ROOT } from './knowledge.ts';

const matcher = createMatcher(loadKnowledge());
const HEALTHY =
  '2026-11-20T03:00:00.123456Z\tinfo\txdsproxy\tconnected to upstream XDS server: istiod.istio-system.svc:15012\n';
const ERROR =
  '[2024-05-02T09:11:12.123Z] "GET /cart HTTP/1.1" 503 UF upstream_reset_before_response_started{connection_failure} - "-" 0 195 3 - "-" "curl/8.1" "5c1e" "cart.shop:8080" "10.8.1.7:8080" outbound|8080||cart.shop.svc.cluster.local 10.8.0.3:51122 10.12.3.4:8080 10.8.0.3:40210 - default\n';

async function* inChunks(text: string, size: number) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('a log read as a stream', () => {
  const log = `${HEALTHY.repeat(300)}${ERROR}${HEALTHY.repeat(300)}服务返回 503\r\n\r\nlast`;

  it.each([1, 7, 64, 1000, 65_536])(
    'gives the same answer in chunks of %d bytes as in one piece',
    async (size) => {
      const { read: _, ...streamed } = await matcher.matchStream(inChunks(log, size));
      const { read: __, ...whole } = matcher.match(log);
      expect(streamed).toEqual(whole);
    },
  );

  it('says how much was read, while it reads and at the end', async () => {
    const seen: number[] = [];
    const { read } = await matcher.matchStream(inChunks(log, 10_000), {
      onProgress: (bytes) => seen.push(bytes),
    });
    const size = Buffer.byteLength(log);
    expect(seen[0]).toBe(10_000);
    expect(seen.at(-1)).toBe(size);
    expect(read).toEqual({ bytes: size, total: size, truncated: false });
  });

  it('stops when asked to', async () => {
    const stop = new AbortController();
    const endless = async function* () {
      for (;;) yield Buffer.from(HEALTHY);
    };
    const onProgress = (bytes: number) => {
      if (bytes > 100_000) stop.abort(new Error('enough'));
    };
    await expect(matcher.matchStream(endless(), { signal: stop.signal, onProgress })).rejects.toThrow(
      'enough',
    );
  });

  it('of nothing belongs to no flow', async () => {
    const { matches, read } = await matcher.matchStream(inChunks('', 10));
    expect({ matches, bytes: read.bytes }).toEqual({ matches: [], bytes: 0 });
  });
});

describe('memory', () => {
  /** Streams `megabytes` of `line` around one error in a process of its own; answers its largest heap in MB. */
  const stream = (megabytes: number, line: string): { flow: string; heap: number } => {
    const program = `
      import { createMatcher } from './src/match/index.ts';
      import { loadKnowledge } from './test/match/knowledge.ts';
      const matcher = createMatcher(loadKnowledge());
      const block = Buffer.from(${JSON.stringify(line)}.repeat(Math.ceil(65536 / ${line.length})));
      let heap = 0, sent = 0;
      async function* chunks() {
        const total = ${megabytes} * 1048576;
        let told = false;
        while (sent < total) {
          if (!told && sent > total / 2) { told = true; yield Buffer.from('\\n' + ${JSON.stringify(ERROR)}); }
          yield block; sent += block.length;
          if (sent % (8 * block.length) === 0) { globalThis.gc(); heap = Math.max(heap, process.memoryUsage().heapUsed); }
        }
      }
      const { matches } = await matcher.matchStream(chunks());
      console.log(JSON.stringify({ flow: matches[0]?.flow, heap: heap / 1048576 }));`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--expose-gc', '--max-old-space-size=256', '--input-type=module-typescript', '-e', program],
      { cwd: join(ROOT), encoding: 'utf8' },
    );
    expect(stderr).not.toContain('heap out of memory');
    return JSON.parse(stdout);
  };

  it.each([
    ['log lines', HEALTHY],
    ['lines that all carry errors', ERROR],
    ['one line without an end', 'x'.repeat(1000)],
    ['different names in each line', 'dial tcp: lookup istiod.istio-system.svc: no such host pod="a/b"\n'],
  ])(
    'does not grow with the log: %s',
    (_, line) => {
      const small = stream(4, line);
      const large = stream(24, line);
      expect(small.flow).toBeDefined();
      expect(large.flow).toBe(small.flow);
      expect(large.heap - small.heap).toBeLessThan(12);
      // Two processes that read megabytes: seconds, but many of them on a busy machine.
    },
    300_000,
  );
});
