/** No pattern may take longer than linear time, whatever a paste contains. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RE2JS } from 're2js';
import { checkSync } from 'recheck';
import { parseAst } from 'vite';
import { describe, expect, it } from 'vitest';
import { readPackFolder } from '../../src/pack/folder.ts';
import { ROOT } from './knowledge.ts';

/**
 * Superlinear in theory, harmless where they stand, because what they read is short. Each with the bound of its
 * input; a pattern that reads a paste or a cluster's log has no place here.
 */
const SHORT_INPUT: Readonly<Record<string, string>> = {
  '/\\s+$/': 'ui/text-buffer.ts: a line typed at the prompt',
  '/\\S+$/': 'ui/text-buffer.ts: a line typed at the prompt',
  '/^(\\s*(?:- )*)([^\\s:#"\'][^:]*:)?(.*)$/': 'ui/components/code.tsx: one line of YAML of a pack',
  '/MountVolume.*(?:cacerts|secrets-store)/':
    'probe/control-plane/istiod-pods.ts: the message of an event, 1 KB by the API server',
  '/no available ips|(?:address|\\bips?\\b)[^;]{0,120}(?:not found|in use|already|does not exist|not static|not reserved|not available|cannot be found)|(?:in use|not found)[^;]{0,60}(?:address|\\bips?\\b)/i':
    'probe/gateways/service-events.ts: the message of an event, 1 KB by the API server',
  '/^(?:[Ee]rror: )?(?:Unable to connect to the server|The connection to the server \\S+ was refused|You must be logged in to the server|You are not logged in|couldn\'t get current server API group list|context "?[^"\\n]{1,200}"? (?:does not exist|was not found)|getting credentials|error loading config file|unknown (?:flag|command|shorthand flag)|Error from server \\((?:Forbidden|Unauthorized|ServiceUnavailable|Timeout|TooManyRequests)\\)|.{0,200} is forbidden: User |failed to create (?:k8s|kube|Kubernetes) client|invalid configuration: |Metrics API not available)/m':
    'run/run-command.ts: behind a line start, and its open repetitions take at most 200 characters or one word',
  '/\\bkubectl\\s+get\\s+[^|]*--export\\b/': 'lint/commands.ts: one command of a pack',
  '/^["\'“”]+|["\'“”]+$/g': 'explain/template.ts: an argument of the command line',
  '/([a-z][a-z0-9+.-]{1,20}:\\/\\/[^\\s:/@]{1,100}:)[^\\s@/]{1,200}@/gi':
    'text/redact.ts: every repetition is bounded, so each start costs at most 321 characters',
  '/[.!。!?？]+$/u': 'case/own-words.ts: an answer typed at the prompt',
};

interface Found {
  readonly file: string;
  readonly pattern: string;
  readonly flags: string;
}

function literalsOf(file: string): Found[] {
  const found: Found[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    else if (node !== null && typeof node === 'object') {
      const { regex } = node as { regex?: { pattern: string; flags: string } };
      if (regex) found.push({ file, ...regex });
      Object.values(node).forEach(visit);
    }
  };
  const source = readFileSync(join(ROOT, 'src', file), 'utf8');
  visit(parseAst(source, { lang: file.endsWith('x') ? 'tsx' : 'ts' }).body);
  return found;
}

/** Patterns that modules put together from strings when they are loaded. */
async function builtPatterns(): Promise<Found[]> {
  const found: Found[] = [];
  const Native = globalThis.RegExp;
  let file = '';
  globalThis.RegExp = new Proxy(Native, {
    construct(target, [pattern, flags]) {
      found.push({ file, pattern: String(pattern), flags: flags ?? '' });
      return new target(pattern, flags);
    },
  });
  try {
    for (file of ['match/fact-readers.ts', 'match/access-log/text.ts']) await import(join(ROOT, 'src', file));
  } finally {
    globalThis.RegExp = Native;
  }
  return found;
}

const key = ({ pattern, flags }: Found) => `/${pattern}/${flags}`;
const built = await builtPatterns();
const all = new Map(
  [...globSync('**/*.{ts,tsx}', { cwd: join(ROOT, 'src') }).flatMap(literalsOf), ...built].map(
    (one) => [key(one), one] as const,
  ),
);

describe('patterns of the program', () => {
  it('are all found, those put together from strings too', () => {
    expect(all.size).toBeGreaterThan(150);
    expect(built.length).toBeGreaterThan(40);
  });

  const verdict = ({ file, pattern, flags }: Found) => {
    // The automaton decides for certain, but not every pattern within its time; the fuzzer searches for an attack.
    const proven = (timeout: number) => checkSync(pattern, flags, { checker: 'automaton', timeout });
    const quick = proven(1_500);
    const searched = quick.status === 'safe' ? quick : checkSync(pattern, flags, { timeout: 40_000 });
    // On a busy machine a proof may need longer; what the fuzzer takes for an attack is none where the proof holds.
    const late = searched.status === 'vulnerable' && quick.status === 'unknown' ? proven(15_000) : searched;
    const result = late.status === 'unknown' ? searched : late;
    // A witness is worth more than a verdict: it is the text that makes the pattern slow.
    return { file, status: result.status, attack: result.status === 'vulnerable' && result.attack.pattern };
  };
  const isExcused = (name: string) => Object.hasOwn(SHORT_INPUT, name);

  it.each([...all].filter(([name]) => !isExcused(name)))('%s is linear', (_, one) => {
    expect(verdict(one)).toEqual({ file: one.file, status: 'safe', attack: false });
  });

  it('keeps no exception that nobody needs', () => {
    expect(Object.keys(SHORT_INPUT).filter((name) => !all.has(name))).toEqual([]);
  });
});

describe('patterns of the flows', () => {
  const patterns = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    else if (node !== null && typeof node === 'object') {
      const { match, answer } = node as { match?: unknown; answer?: unknown };
      if (typeof match === 'string' && answer !== undefined) patterns.add(match);
      Object.values(node).forEach(visit);
    }
  };
  for (const flow of readPackFolder(ROOT).flows.values()) visit(flow);

  it('are run by RE2 only, whose time is at most the text times the size of the program', () => {
    const machine = readFileSync(join(ROOT, 'src/flow/readers.ts'), 'utf8');
    expect(machine).toContain('RE2JS.compile(source)');
    expect(machine).not.toContain('new RegExp');
    expect(patterns.size).toBeGreaterThan(400);
  });

  it('have small programs', () => {
    const large = [...patterns].filter((pattern) => RE2JS.compile(pattern).programSize() > 400);
    expect(large).toEqual([]);
  });
});
