/**
 * How well and how fast texts are matched: npm run bench:match [-- <corpus.jsonl>] [--wrong] [--quick]
 * The corpus is JSON lines {id, kind, lang, text, expect}; without a path the one beside the project is taken.
 * It is halved by a hash of the id: rules are written while looking at the first half only, so the second half
 * tells how they do on texts nobody looked at. `--wrong` lists the ids of the first half that are not right;
 * `--quick` leaves out the other engines, whose answers take a minute.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Fuse from 'fuse.js';
import MiniSearch from 'minisearch';
import { createMatcher } from '../src/match/index.ts';
import type { MatchKnowledge } from '../src/match/types.ts';
import { loadKnowledge } from '../test/match/knowledge.ts';
import { SHARED } from '../test/shared.ts';

interface Sample {
  readonly id: string;
  readonly kind: string;
  readonly lang: string;
  readonly text: string;
  readonly expect: readonly string[];
}
interface Answer {
  readonly flows: readonly string[];
  readonly score: number;
}
type Finder = (text: string) => Answer;

const args = process.argv.slice(2);
const path = args.find((arg) => !arg.startsWith('--')) ?? (SHARED && join(SHARED, 'corpus/errors.jsonl'));
const knowledge: MatchKnowledge = loadKnowledge();
const begun = performance.now();
const matcher = createMatcher(knowledge);
console.log(
  `${knowledge.signatures.flatMap((file) => file.signatures).length} signatures, index built in ${(performance.now() - begun).toFixed(1)} ms`,
);

if (path && existsSync(path)) quality(readCorpus(path));
else console.log('SKIPPED: no corpus beside the project and none given; only the speed is measured');
speed();

function readCorpus(file: string): Sample[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Sample);
}

function quality(samples: readonly Sample[]): void {
  const isFirstHalf = ({ id }: Sample) => createHash('sha256').update(id).digest()[0]! % 2 === 0;
  const finders: readonly (readonly [string, Finder])[] = [
    ['unmesh', ours],
    ...(args.includes('--quick')
      ? []
      : ([
          ['MiniSearch', bm25()],
          ['fuse.js', fuzzy()],
        ] as const)),
  ];
  console.log(`\n${samples.length} texts`);
  for (const [name, find] of finders) {
    const answers = new Map(samples.map((sample) => [sample, find(sample.text)]));
    report(`${name}, all`, samples, answers);
    if (name !== 'unmesh') continue;
    report('  half looked at', samples.filter(isFirstHalf), answers);
    report(
      '  half not looked at',
      samples.filter((sample) => !isFirstHalf(sample)),
      answers,
    );
    for (const key of ['kind', 'lang'] as const)
      for (const value of new Set(samples.map((sample) => sample[key])))
        report(
          `  ${key} ${value}`,
          samples.filter((sample) => sample[key] === value),
          answers,
        );
    calibration(answers);
    if (args.includes('--wrong'))
      for (const [sample, { flows, score }] of answers)
        if (isFirstHalf(sample) && !isRight(sample, flows))
          console.log(
            `  wrong ${sample.id}: wants ${sample.expect.join('|') || 'nothing'}, got ${flows.slice(0, 4).join(', ') || 'nothing'} (${score.toFixed(2)})`,
          );
  }
}

function isRight({ expect }: Sample, flows: readonly string[]): boolean {
  return expect.length === 0 ? flows.length === 0 : flows[0] !== undefined && expect.includes(flows[0]);
}

function report(name: string, samples: readonly Sample[], answers: ReadonlyMap<Sample, Answer>): void {
  const owned = samples.filter(({ expect }) => expect.length > 0);
  const alien = samples.filter(({ expect }) => expect.length === 0);
  const first = owned.filter((sample) => isRight(sample, answers.get(sample)!.flows)).length;
  const three = owned.filter((sample) =>
    answers
      .get(sample)!
      .flows.slice(0, 3)
      .some((flow) => sample.expect.includes(flow)),
  ).length;
  const accepted = alien.filter((sample) => answers.get(sample)!.flows.length > 0).length;
  const share = (count: number) =>
    owned.length === 0 ? '-' : `${((100 * count) / owned.length).toFixed(1)} %`;
  console.log(
    `${name.padEnd(26)} first ${share(first).padStart(7)}   in three ${share(three).padStart(7)}   of ${String(owned.length).padStart(3)}   unrelated accepted ${accepted} of ${alien.length}`,
  );
}

/** Of the answers given with a score, how many are right: a calibrated score says its own share. */
function calibration(answers: ReadonlyMap<Sample, Answer>): void {
  const edges = [0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01];
  console.log('  score        answers  right');
  edges.slice(0, -1).forEach((low, i) => {
    const bin = [...answers].filter(
      ([, { flows, score }]) => flows.length > 0 && score >= low && score < edges[i + 1]!,
    );
    const right = bin.filter(([sample, { flows }]) => isRight(sample, flows)).length;
    if (bin.length > 0)
      console.log(
        `  ${low.toFixed(2)}-${Math.min(edges[i + 1]!, 1).toFixed(2)}    ${String(bin.length).padStart(5)}  ${((100 * right) / bin.length).toFixed(0)} %`,
      );
  });
}

function ours(text: string): Answer {
  const { matches } = matcher.match(text);
  return { flows: matches.map(({ flow }) => flow), score: matches[0]?.score ?? 0 };
}

function documents() {
  const texts = new Map<string, string[]>();
  const add = (flow: string, more: readonly string[]) =>
    texts.set(flow, [...(texts.get(flow) ?? []), ...more]);
  for (const { flow, title, summary, says } of knowledge.sayings) add(flow, [title, summary, ...says]);
  for (const { flow, signatures } of knowledge.signatures)
    for (const { any = [], match } of signatures) add(flow, [...any, ...match]);
  return [...texts].map(([id, all]) => ({ id, text: all.join('\n') }));
}

function bm25(): Finder {
  const search = new MiniSearch({ fields: ['text'] });
  search.addAll(documents());
  return (text) => ({
    flows: search.search(text.slice(0, 5000)).map(({ id }) => String(id)),
    score: 0,
  });
}

function fuzzy(): Finder {
  const fuse = new Fuse(documents(), { keys: ['text'], ignoreLocation: true, threshold: 0.6 });
  // Fuse refuses nothing and its cost grows with the query: its first characters are what it can take.
  return (text) => ({ flows: fuse.search(text.slice(0, 200)).map(({ item }) => item.id), score: 0 });
}

function speed(): void {
  const lines = [
    '2026-11-20T03:00:00.123456Z\tinfo\txdsproxy\tconnected to upstream XDS server: istiod.istio-system.svc:15012',
    '[2026-11-20T03:00:01.100Z] "GET /cart HTTP/1.1" 200 - via_upstream - "-" 0 195 3 2 "-" "curl/8.1" "5c1e" "cart.shop:8080" "10.8.1.7:8080" outbound|8080||cart.shop.svc.cluster.local 10.8.0.3:51122 10.12.3.4:8080 10.8.0.3:40210 - default',
    '\tat com.example.cart.CartService.load(CartService.java:212)',
    '[2026-11-20T03:00:02.200Z] "GET /cart HTTP/1.1" 503 UF upstream_reset_before_response_started{connection_failure} - "-" 0 91 1 - "-" "curl/8.1" "5c1e" "cart.shop:8080" "10.8.1.7:8080" outbound|8080||cart.shop.svc.cluster.local 10.8.0.3:51122 10.12.3.4:8080 10.8.0.3:40210 - default',
  ];
  const log = (size: number) => {
    let text = '';
    for (let i = 0; text.length < size; i++) text += `${lines[i % lines.length]!}\n`;
    return text.slice(0, size);
  };
  console.log(
    '\nwarm latency, median and fastest of 25 (they part where the machine is busy with something else)',
  );
  for (const [name, size] of [
    ['1 KB', 1024],
    ['100 KB', 100 * 1024],
    ['1 MB', 1024 * 1024],
    ['4 MB', 4 * 1024 * 1024],
  ] as const) {
    const text = log(size);
    const times = timed(() => matcher.match(text));
    console.log(
      `  ${name.padStart(6)}  ${times[12]!.toFixed(2).padStart(7)} ms  ${times[0]!.toFixed(2).padStart(7)} ms`,
    );
  }
  const text = log(100 * 1024);
  const tenfold = createMatcher({ ...knowledge, signatures: generated(10) });
  const [one, ten] = timedInTurn(
    () => matcher.match(text),
    () => tenfold.match(text),
  );
  console.log(
    `  100 KB with 10 times the signatures: ${(ten[12]! / one[12]!).toFixed(2)} times the time (fastest: ${(ten[0]! / one[0]!).toFixed(2)})`,
  );
}

/** The signatures `times` over, each copy with other words, as a large knowledge would have them. */
function generated(times: number): MatchKnowledge['signatures'] {
  const other = (text: string, copy: number) =>
    text.replace(/[a-z]{4,}/gi, (word) => `${word.slice(0, -1)}q${copy}`);
  const otherFields = (fields: { readonly [name: string]: readonly string[] } = {}, copy: number) =>
    Object.fromEntries(
      Object.entries(fields).map(([name, values]) => [name, values.map((value) => `${value}${copy}`)]),
    );
  return Array.from({ length: times }, (_, copy) =>
    copy === 0
      ? knowledge.signatures
      : knowledge.signatures.map((file) => ({
          ...file,
          signatures: file.signatures.map((signature) => ({
            ...signature,
            id: `${signature.id}-${copy}`,
            any: signature.any?.map((pattern) => other(pattern, copy)),
            all: signature.all?.map((pattern) => other(pattern, copy)),
            fields: otherFields(signature.fields, copy),
          })),
        })),
  ).flat() as MatchKnowledge['signatures'];
}

/** Times of 25 runs in ms, ascending, after the compiler has seen this text, whatever was matched before it. */
function timed(work: () => unknown): number[] {
  return timedInTurn(work, () => undefined)[0];
}

/** The same of two, run in turn: what else the machine does then slows both alike. */
function timedInTurn(first: () => unknown, second: () => unknown): [number[], number[]] {
  const until = performance.now() + 400;
  while (performance.now() < until) {
    first();
    second();
  }
  const times: [number[], number[]] = [[], []];
  for (let run = 0; run < 25; run++) {
    for (const [i, work] of [first, second].entries()) {
      const from = performance.now();
      work();
      times[i]!.push(performance.now() - from);
    }
  }
  for (const list of times) list.sort((a, b) => a - b);
  return times;
}
