/** A scan for programs: everything that the text says, nothing shortened. */
import { fixOf, type ScanOutcome, type Title } from './format.ts';

export function jsonOf(outcome: ScanOutcome, title: Title): string {
  const { source, findings, suppressed, expired, unused, unseen, objects, judged, meshSeen, time } = outcome;
  const told = (finding: ScanOutcome['findings'][number]) => ({
    rule: finding.rule,
    level: finding.level,
    title: title(finding.rule),
    object: { kind: finding.kind, namespace: finding.namespace, name: finding.name },
    evidence: { field: finding.field, value: finding.value },
    flow: finding.flow,
    fix: fixOf(finding),
  });
  const report = {
    source,
    time: new Date(time).toISOString(),
    objects,
    rulesJudged: judged,
    meshSeen,
    findings: findings.map(told),
    suppressed: suppressed.map((finding) => ({ ...told(finding), by: finding.by })),
    expiredSuppressions: expired,
    unusedSuppressions: unused,
    notJudged: unseen,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
