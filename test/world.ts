/** A case's world under a test's control: a matcher of two words, a clock that stands, a log in memory. */
import type { CaseEvent } from '../src/case/events.ts';
import { ownWords } from '../src/case/own-words.ts';
import type { CaseWorld, MatchReport, ProbeReport, ProbeRequest, RunRequest } from '../src/case/world.ts';
import type { Pack } from '../src/pack/pack.ts';
import type { ListReport, ListRequest } from '../src/probe/run-list.ts';
import type { RunReport } from '../src/run/run-command.ts';
import { shippedWords } from './project.ts';
import { smallPack } from './small-pack.ts';

export interface TestWorld extends CaseWorld {
  readonly log: CaseEvent[];
}

export function testWorld(
  options: {
    pack?: Pack;
    probe?: (request: ProbeRequest) => Promise<ProbeReport>;
    list?: (request: ListRequest) => Promise<ListReport>;
    run?: (request: RunRequest) => Promise<RunReport>;
  } = {},
): TestWorld {
  const pack = options.pack ?? smallPack;
  const log: CaseEvent[] = [];
  const factory = shippedWords(pack);
  return {
    pack,
    version: 'test',
    log,
    match: async (text) => reportFor(text),
    probe: options.probe,
    list: options.list,
    run: options.run,
    ownWords: (text, flow, state, language) => ownWords(pack, factory.words(language), text, flow, state),
    record: (event) => void log.push(event),
    newId: () => `test-${log.filter(({ type }) => type === 'case-opened').length + 1}`,
    now: () => new Date('2026-11-20T03:00:00Z'),
  };
}

/** "coffee" and "water" are the symptoms; "ns=<name>" teaches a namespace. */
function reportFor(text: string): MatchReport {
  const matches = (['coffee', 'water'] as const)
    .filter((word) => text.includes(word))
    .map((word) => ({
      flow: `no-${word}`,
      score: 0.9,
      evidence: [{ line: 1, text: text.split('\n')[0]!, ranges: [[0, 3]] as const, why: word }],
    }));
  const namespace = /ns=([a-z]+)/.exec(text)?.[1];
  return {
    matches,
    nearest: matches.length ? [] : [{ flow: 'no-coffee', saying: 'no coffee' }],
    facts: namespace ? [{ name: 'namespace', value: namespace, place: text }] : [],
    records: { total: 1, noise: 0 },
  };
}
