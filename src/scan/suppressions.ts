/** Findings a team has decided to live with: each with a reason and an end, so that none is forgotten. */
import { z } from 'zod';
import { EXIT, UserError } from '../errors.ts';
import { locate } from '../pack/locate.ts';
import { parseFile, sentenceOf } from '../pack/parse.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import type { ScanFinding } from './scan.ts';

const pattern = z.string().min(1).max(253);
const line = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .transform((text) => sanitiseLine(text, 500));

/** A field that is absent fits everything; `*` in one stands for any characters. */
const suppression = z.strictObject({
  rule: pattern,
  kind: pattern.optional(),
  namespace: pattern.optional(),
  name: pattern.optional(),
  reason: line,
  until: z.iso.date(),
});
const file = z.strictObject({ suppress: z.array(suppression).max(1000) });

export type Suppression = z.infer<typeof suppression>;

/**
 * Reads `suppress: [{ rule, kind?, namespace?, name?, reason, until }]`. Throws UserError `suppressions-broken` or one
 * that says more (`-missing`, `-key`, `-date`, `-rule`), each with the place; a rule that no scan has is an error too,
 * since it would silence nothing.
 */
export function readSuppressions(source: string, path: string, rules: readonly string[]): Suppression[] {
  const parsed = parseFile(path, source, file);
  if (!parsed.ok) {
    const { line, column, kind, at, message } = parsed.faults[0]!;
    const id = kind === 'other' || at === '' ? 'suppressions-broken' : IDS[kind];
    const reason = sentenceOf({ at, message });
    throw broken(id, {
      path: `${path}:${line}:${column}`,
      reason,
      at,
      key: /"(.*)"/.exec(message)?.[1] ?? '',
    });
  }
  const wrong = parsed.value.suppress.findIndex(({ rule }) => !rules.some((known) => fits(rule, known)));
  if (wrong !== -1) {
    const { line, column } = locate(source, `suppress.${wrong}.rule`);
    const { rule } = parsed.value.suppress[wrong]!;
    throw broken('suppressions-rule', { path: `${path}:${line}:${column}`, rule });
  }
  return parsed.value.suppress;
}

const IDS = {
  missing: 'suppressions-missing',
  'unknown-key': 'suppressions-key',
  date: 'suppressions-date',
} as const;

function broken(id: string, values: Readonly<Record<string, string>>): UserError {
  const clean = Object.entries(values).map(([name, value]) => [name, sanitiseLine(value, 200)]);
  return new UserError(id, Object.fromEntries(clean), EXIT.input);
}

export interface Sifted {
  readonly findings: readonly ScanFinding[];
  readonly suppressed: readonly (ScanFinding & { readonly by: Suppression })[];
  readonly expired: readonly Suppression[];
  /** What fits no finding any more, and can go from the list; none where the scan did not judge everything. */
  readonly unused: readonly Suppression[];
}

/**
 * `now` in milliseconds; a suppression holds through its last day, in UTC. `isWhole`: every rule was judged in every
 * namespace, so that a suppression without a finding has nothing left to silence.
 */
export function sift(
  findings: readonly ScanFinding[],
  all: readonly Suppression[],
  now: number,
  isWhole = false,
): Sifted {
  const today = new Date(now).toISOString().slice(0, 10);
  const valid = all.filter(({ until }) => until >= today);
  const held = findings.map((finding) => ({ finding, by: valid.find((one) => covers(one, finding)) }));
  return {
    findings: held.filter(({ by }) => !by).map(({ finding }) => finding),
    suppressed: held.flatMap(({ finding, by }) => (by ? [{ ...finding, by }] : [])),
    expired: all.filter((one) => one.until < today && findings.some((finding) => covers(one, finding))),
    unused: all.filter((one) => isWhole && !findings.some((finding) => covers(one, finding))),
  };
}

function covers(one: Suppression, { rule, kind, namespace, name }: ScanFinding): boolean {
  return (
    fits(one.rule, rule) && fits(one.kind, kind) && fits(one.namespace, namespace) && fits(one.name, name)
  );
}

/** Whether a text fits a pattern with `*`: each part in its order, taken at its first place, so linear. */
function fits(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined) return true;
  const parts = pattern.split('*');
  if (parts.length === 1) return pattern === text;
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const next = text.indexOf(part, at);
    if (next === -1) return false;
    at = next + part.length;
  }
  return at <= text.length - last.length;
}
