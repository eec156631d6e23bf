/** What was found, weighed: flows in order, each with the lines that decided. */

import { calibrate, THRESHOLD } from './calibrate.ts';
import { evidenceOf, NotableWords } from './evidence.ts';
import { accessLogSign, type MeshSign, meshSignOf } from './mesh-sign.ts';
import type { SayingIndex, SayingScore } from './sayings.ts';
import { rankOf } from './sayings.ts';
import type { Finding, Scan } from './scan.ts';
import type { SignatureIndex } from './signatures.ts';
import type { Match, MatchResult, NearestSaying } from './types.ts';

/** Longest text that is taken as a description, in characters. */
const DESCRIPTION = 600;
/** Characters looked at for signs of a mesh. */
const SIGN = 8_000;
/** A signature this sure needs no likeness. */
const CERTAIN = 0.97;
/** A signature below this knows words that other software uses too. */
const SPECIFIC = 0.85;
/** How far likeness moves the order of flows that signatures found. */
const PULL = 0.6;
const MAX_MATCHES = 8;

interface Strength {
  readonly flow: string;
  raw: number;
  /** What the flows are ordered by, where likeness was asked too. */
  order?: number;
  readonly findings: Finding[];
  saying: SayingScore | undefined;
}

export interface Ranking {
  readonly matches: readonly Match[];
  readonly nearest: readonly NearestSaying[];
  readonly independent: MatchResult['independent'];
}

export function rank(scan: Scan, index: SignatureIndex, sayings: () => SayingIndex): Ranking {
  const flows = new Map<string, Strength>();
  const strengthOf = (flow: string): Strength => {
    let strength = flows.get(flow);
    if (strength === undefined) {
      strength = { flow, raw: 0, findings: [], saying: undefined };
      flows.set(flow, strength);
    }
    return strength;
  };

  const notable = scan.saysMore ? scan.notable : scan.aside;
  const text = notable.map((line) => line.text).join('\n');
  const isDescription = scan.structured === 0 && scan.plain <= DESCRIPTION;
  // A mesh's name counts wherever it stands, as does another product's: frames of a stack and healthy lines too.
  const whole =
    scan.saysMore && scan.aside.length > 0
      ? `${text.slice(0, SIGN - 2_000)}\n${scan.aside.map((line) => line.text).join('\n')}`
      : text;
  const sign =
    text === ''
      ? 'none'
      : scan.hasAccessLog
        ? accessLogSign(text.slice(0, SIGN))
        : meshSignOf(whole.slice(0, SIGN), isDescription);

  for (const finding of scan.findings.values()) {
    const signature = index.signatures[finding.signature]!;
    if (sign === 'everyday' || (sign === 'other' && signature.score < SPECIFIC)) continue;
    if (signature.context.length > 0 && !signature.context.some((at) => scan.seen[at] === 1)) continue;
    strengthOf(signature.flow).findings.push(finding);
  }
  for (const strength of flows.values()) {
    strength.findings.sort((a, b) => sureness(b, scan, index) - sureness(a, scan, index));
    let doubt = 1;
    strength.findings.slice(0, 4).forEach((finding, i) => {
      // Signatures of one flow know each other's texts: each further one counts for less.
      doubt *= 1 - sureness(finding, scan, index) * (i === 0 ? 1 : 0.25 / i);
    });
    strength.raw = 1 - doubt;
  }

  const strongest = Math.max(0, ...[...flows.values()].map((strength) => strength.raw));
  if (text !== '' && (isDescription || strongest < CERTAIN)) {
    for (const score of sayings().search(text.slice(0, 6000), isDescription).slice(0, 12)) {
      const strength = strengthOf(score.flow);
      strength.saying = score;
      const like = likenessSureness(score, sign);
      strength.order = 1 - (1 - strength.raw) * (1 - PULL * rankOf(score));
      strength.raw = strength.raw === 0 ? like : 1 - (1 - strength.raw) * (1 - 0.4 * like);
    }
  }

  const ranked = [...flows.values()].sort((a, b) => orderOf(b) - orderOf(a));
  const matches: Match[] = [];
  const words = new NotableWords(notable);
  for (const strength of ranked) {
    const score = calibrate(strength.raw);
    if (score < THRESHOLD) continue;
    if (matches.length >= MAX_MATCHES) break;
    matches.push({
      flow: strength.flow,
      // The order is decided by more than the score: a later match never shows a higher one.
      score: Math.min(score, matches.at(-1)?.score ?? 1),
      evidence: evidenceOf(strength, words, index),
      signatures: strength.findings.map((finding) => index.signatures[finding.signature]!.id),
    });
  }
  const nearest = matches.length === 0 && text !== '' ? sayings().nearest(text.slice(0, 200), 3) : [];
  return { matches, nearest, independent: independentOf(matches, ranked) };
}

const orderOf = (strength: Strength): number => strength.order ?? strength.raw;

/**
 * How sure likeness alone makes us, by how much of a mesh the text shows: among texts that name the mesh the
 * likest flow is right nine times in ten, while the words of a cook's question may be like a saying too.
 */
function likenessSureness({ best, cover }: SayingScore, sign: MeshSign): number {
  if (sign === 'mesh') return best < 0.15 ? 0 : 0.25 + 0.62 * Math.min(1, best);
  if (sign === 'likely') return best < 0.15 ? 0 : 0.24 + 0.58 * Math.min(1, best);
  if (sign === 'near') return best < 0.44 ? 0 : 0.15 + 0.65 * Math.min(1, best);
  return sign === 'foreign' || sign === 'other' || sign === 'everyday' || best < 0.9 || cover < 0.6
    ? 0
    : 0.7 * Math.min(1, best);
}

/** A signature's own score, less where another signature knows more of the same line. */
function sureness(finding: Finding, scan: Scan, index: SignatureIndex): number {
  const { score } = index.signatures[finding.signature]!;
  const most = Math.max(
    ...finding.samples.map((sample) => scan.best.get(sample.line) ?? finding.size),
    finding.size,
  );
  return score * finding.trust * (0.85 + 0.15 * (finding.size / most));
}

/** Several errors in one paste: flows that have lines which no better flow claims. */
function independentOf(matches: readonly Match[], ranked: readonly Strength[]): MatchResult['independent'] {
  const taken = new Set<number>();
  const groups: { flow: string; lines: number[] }[] = [];
  for (const match of matches) {
    const strength = ranked.find((one) => one.flow === match.flow)!;
    const lines = [...new Set(strength.findings.flatMap((finding) => finding.lines))].sort((a, b) => a - b);
    const own = lines.filter((line) => !taken.has(line));
    for (const line of lines) taken.add(line);
    if (own.length > 0 && own.length === lines.length) groups.push({ flow: match.flow, lines: own });
  }
  return groups.length > 1 ? groups : [];
}
