/** A scan for people: the findings of a rule together, worst first, each rule with the way to its fix. */
import type { Words } from '../i18n/words.ts';
import { fixOf, objectOf, type Remark, type ScanOutcome } from '../scan/formats/format.ts';
import type { Rule } from '../scan/rule.ts';
import type { Sifted, Suppression } from '../scan/suppressions.ts';
import { sanitise } from '../text/sanitise.ts';

/** More objects with one fault have one cause; all of them stand in the JSON. */
const SHOWN = 10;

export function drawScan(outcome: ScanOutcome, words: Words, rules: number): string {
  const { t } = words;
  const { findings, suppressed, remarks, unseen, source, objects, judged } = outcome;
  const lines: string[] = [];
  for (const [rule, own] of Map.groupBy(findings, ({ rule }) => rule)) {
    const [first] = own;
    lines.push(`${t(`scan.level.${first!.level}`)}: ${t(`scan.rule.${rule}`)}  [${rule}]`);
    for (const finding of own.slice(0, SHOWN)) {
      lines.push(`  ${objectOf(finding)}`);
      lines.push(`      ${finding.field}: ${finding.value}`);
    }
    if (own.length > SHOWN) lines.push(`  ${t('scan.more', { count: own.length - SHOWN })}`);
    lines.push(`  ${t('scan.fix', { command: fixOf(first!) })}`, '');
  }
  if (unseen.length > 0) {
    lines.push(t('scan.unseen'));
    for (const [resource, own] of Map.groupBy(unseen, ({ resource }) => resource)) {
      const { failure, detail } = own[0]!;
      lines.push(
        `  ${resource} (${t(`scan.failure.${failure}`)}): ${own.map(({ rule }) => rule).join(', ')}`,
      );
      if (failure !== 'not-collected') lines.push(`      ${detail}`);
    }
    lines.push('');
  }
  for (const { text } of remarks) lines.push(text);
  if (findings.length === 0) lines.push(t(unseen.length > 0 ? 'scan.incomplete' : 'scan.clean'));
  const errors = findings.filter(({ level }) => level === 'error').length;
  lines.push(
    t('scan.counts', { errors, warnings: findings.length - errors, suppressed: suppressed.length }),
    t('scan.source', { source, objects, judged, rules }),
  );
  return `${lines.map(sanitise).join('\n')}\n`;
}

/** What a team should know of its suppressions, in every format. */
export function remarksOf({ expired, unused }: Sifted, { t }: Words): Remark[] {
  const about = (one: Suppression) => ({ target: targetOf(one), until: one.until, reason: one.reason });
  return [
    ...expired.map((one): Remark => ({ id: 'suppression-expired', text: t('scan.expired', about(one)) })),
    ...unused.map((one): Remark => ({ id: 'suppression-unused', text: t('scan.unused', about(one)) })),
  ];
}

/** What it silences, in one line: `rule kind namespace/name`, with `*` for what is open. */
function targetOf({ rule, kind, namespace, name }: Suppression): string {
  const object = namespace === undefined && name === undefined ? [] : [`${namespace ?? '*'}/${name ?? '*'}`];
  return [rule, ...(kind === undefined ? [] : [kind]), ...object].join(' ');
}

export function rulesAsData(rules: readonly Rule[], words: Words): string {
  const told = rules.map(({ id, level, flow }) => ({
    rule: id,
    level,
    title: words.t(`scan.rule.${id}`),
    flow,
  }));
  return `${JSON.stringify(told, null, 2)}\n`;
}

/** The rules, for those who write suppressions. */
export function drawRules(rules: readonly Rule[], words: Words): string {
  return rules
    .map(({ id, level, flow }) =>
      [id, words.t(`scan.level.${level}`), flow, words.t(`scan.rule.${id}`)].join('\t'),
    )
    .map((line) => `${line}\n`)
    .join('');
}
