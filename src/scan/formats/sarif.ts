/** A scan as SARIF 2.1.0 (OASIS), for code-scanning views of CI systems. */
import { createHash } from 'node:crypto';
import type { Log, Result, Run } from 'sarif';
import { VERSION } from '../../version.ts';
import type { Rule } from '../rule.ts';
import type { ScanFinding } from '../scan.ts';
import { fixOf, objectOf, type ScanOutcome, type Title } from './format.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

export function sarifOf(outcome: ScanOutcome, title: Title, rules: readonly Rule[]): string {
  const index = new Map(rules.map(({ id }, i) => [id, i] as const));
  const result = (finding: ScanFinding): Result => ({
    ruleId: finding.rule,
    ruleIndex: index.get(finding.rule),
    level: finding.level,
    message: {
      text: `${title(finding.rule)}: ${objectOf(finding)}, ${finding.field} = ${finding.value}`,
    },
    locations: [
      {
        // Viewers that know only files need an artifact and a line; an object of a cluster has none, so its path is
        // its name, and the line the first.
        physicalLocation: { artifactLocation: { uri: uriOf(finding) }, region: { startLine: 1 } },
        logicalLocations: [{ name: finding.name, fullyQualifiedName: objectOf(finding), kind: 'resource' }],
      },
    ],
    partialFingerprints: {
      'unmesh/v1': identityOf(finding),
      // The only one that GitHub's view compares.
      primaryLocationLineHash: `${createHash('sha256').update(identityOf(finding)).digest('hex').slice(0, 16)}:1`,
    },
    properties: { flow: finding.flow, fix: fixOf(finding) },
  });
  const run: Run = {
    tool: {
      driver: {
        name: 'unmesh',
        version: VERSION,
        rules: rules.map((rule) => ({
          id: rule.id,
          shortDescription: { text: title(rule.id) },
          fullDescription: { text: title(rule.id) },
          help: { text: fixOf(rule) },
          defaultConfiguration: { level: rule.level },
          properties: { flow: rule.flow },
        })),
      },
    },
    invocations: [
      {
        executionSuccessful: true,
        endTimeUtc: new Date(outcome.time).toISOString(),
        toolExecutionNotifications: outcome.unseen.map(({ rule, resource, failure, detail }) => ({
          level: 'warning',
          associatedRule: { id: rule },
          message: { text: `${resource}: ${failure} ${detail}` },
        })),
        toolConfigurationNotifications: outcome.remarks.map(({ id, text }) => ({
          level: 'note',
          descriptor: { id },
          message: { text },
        })),
      },
    ],
    results: [
      ...outcome.findings.map(result),
      ...outcome.suppressed.map(
        (finding): Result => ({
          ...result(finding),
          suppressions: [{ kind: 'external', status: 'accepted', justification: finding.by.reason }],
        }),
      ),
    ],
  };
  const log: Log = { $schema: SCHEMA, version: '2.1.0', runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** The same finding has the same identity in every scan. */
function identityOf({ rule, kind, namespace, name, field }: ScanFinding): string {
  return [rule, kind, namespace, name, field].join('/');
}

function uriOf({ kind, namespace, name }: ScanFinding): string {
  return [...(namespace === '' ? [] : [namespace]), kind, name].map(encodeURIComponent).join('/');
}
