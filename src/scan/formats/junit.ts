/** A scan as JUnit XML: a rule that found nothing is a passed test, each finding a failed one. */
import type { Rule } from '../rule.ts';
import { fixOf, objectOf, type ScanOutcome, type Title } from './format.ts';

export function junitOf(outcome: ScanOutcome, title: Title, rules: readonly Rule[]): string {
  const found = Map.groupBy(outcome.findings, ({ rule }) => rule);
  const suppressed = Map.groupBy(outcome.suppressed, ({ rule }) => rule);
  const unseen = new Map(outcome.unseen.map((one) => [one.rule, one] as const));
  const cases = rules.flatMap((rule) => {
    const open = (name: string) => `    <testcase classname="unmesh.${rule.flow}" name="${escaped(name)}"`;
    const lacking = unseen.get(rule.id);
    if (lacking) {
      const why = `${lacking.resource}: ${lacking.failure} ${lacking.detail}`;
      return [`${open(rule.id)}><skipped message="${escaped(why)}"/></testcase>`];
    }
    const failures = (found.get(rule.id) ?? []).map((finding) => {
      const message = `${title(rule.id)}: ${finding.field} = ${finding.value}`;
      return `${open(`${rule.id} ${objectOf(finding)}`)}><failure type="${finding.level}" message="${escaped(message)}">${escaped(fixOf(finding))}</failure></testcase>`;
    });
    const skipped = (suppressed.get(rule.id) ?? []).map(
      (finding) =>
        `${open(`${rule.id} ${objectOf(finding)}`)}><skipped message="${escaped(finding.by.reason)}"/></testcase>`,
    );
    const all = [...failures, ...skipped];
    return all.length > 0 ? all : [`${open(rule.id)}/>`];
  });
  const remarks = outcome.remarks.map(({ text }) => text).join('\n');
  const counts = `tests="${cases.length}" failures="${outcome.findings.length}" skipped="${
    outcome.unseen.length + outcome.suppressed.length
  }"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="unmesh scan" ${counts}>`,
    `  <testsuite name="${escaped(outcome.source)}" ${counts} timestamp="${new Date(outcome.time).toISOString()}">`,
    ...cases,
    ...(remarks === '' ? [] : [`    <system-out>${escaped(remarks)}</system-out>`]),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** XML 1.0 has no way to write U+FFFE and U+FFFF; other forbidden characters are taken out of findings before. */
function escaped(text: string): string {
  return text.replace(/[\ufffe\uffff]/g, '\ufffd').replace(/[&<>"']/g, (char) => ENTITIES[char]!);
}
