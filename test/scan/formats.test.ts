/** The outputs for CI say the same as the text, whatever stands in a finding. */
import { describe, expect, it } from 'vitest';
import type { ScanOutcome } from '../../src/scan/formats/format.ts';
import { jsonOf } from '../../src/scan/formats/json.ts';
import { junitOf } from '../../src/scan/formats/junit.ts';
import { sarifOf } from '../../src/scan/formats/sarif.ts';
import { RULES } from '../../src/scan/rules.ts';

const finding = {
  rule: 'subset-missing',
  level: 'error',
  flow: 'http-503',
  kind: 'VirtualService',
  namespace: 'shop',
  name: 'cart',
  field: 'spec.http[0]',
  value: `v2 <of> "cart" & 'friends'`,
} as const;
const outcome: ScanOutcome = {
  source: 'prod & test',
  findings: [finding],
  suppressed: [
    {
      ...finding,
      name: 'old',
      by: { rule: 'subset-*', reason: 'leaves with "v1"', until: '2027-01-31' },
    },
  ],
  expired: [],
  unused: [],
  remarks: [{ id: 'suppression-unused', text: 'fits nothing: "x" & <y>' }],
  unseen: [{ rule: 'version-skew', resource: 'pods', failure: 'forbidden', detail: 'GET /api/v1/pods: 403' }],
  objects: 12,
  judged: RULES.length - 1,
  meshSeen: true,
  time: Date.parse('2026-03-01T12:00:00Z'),
};
const title = (rule: string) => `Title of ${rule}`;

describe('JSON', () => {
  it('carries each finding with its evidence and the way to the fix', () => {
    const report = JSON.parse(jsonOf(outcome, title));
    expect(report.findings).toEqual([
      {
        rule: 'subset-missing',
        level: 'error',
        title: 'Title of subset-missing',
        object: { kind: 'VirtualService', namespace: 'shop', name: 'cart' },
        evidence: { field: finding.field, value: finding.value },
        flow: 'http-503',
        fix: 'unmesh --symptom http-503',
      },
    ]);
    expect(report.suppressed[0].by.until).toBe('2027-01-31');
    expect(report.notJudged).toHaveLength(1);
  });
});

describe('SARIF', () => {
  const { runs, version } = JSON.parse(sarifOf(outcome, title, RULES));
  const [run] = runs;

  it('is of version 2.1.0 and lists every rule once', () => {
    expect(version).toBe('2.1.0');
    expect(run.tool.driver.rules.map((rule: { id: string }) => rule.id)).toEqual(RULES.map(({ id }) => id));
  });

  it('points from each result to its rule and its object', () => {
    const [result] = run.results;
    expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
    expect(result.locations[0].logicalLocations[0].fullyQualifiedName).toBe('VirtualService shop/cart');
    expect(result.locations[0].physicalLocation.artifactLocation.uri).toBe('shop/VirtualService/cart');
    // Without a line and this fingerprint GitHub's view shows nothing, or the same finding anew each night.
    expect(result.locations[0].physicalLocation.region).toEqual({ startLine: 1 });
    expect(result.partialFingerprints.primaryLocationLineHash).toMatch(/^[0-9a-f]{16}:1$/);
    expect(result.partialFingerprints['unmesh/v1']).toBe(
      'subset-missing/VirtualService/shop/cart/spec.http[0]',
    );
  });

  it('keeps what is suppressed, with its reason, and says what was not judged', () => {
    expect(run.results[1].suppressions).toEqual([
      { kind: 'external', status: 'accepted', justification: 'leaves with "v1"' },
    ]);
    expect(run.invocations[0].toolExecutionNotifications[0].message.text).toContain('forbidden');
  });

  it('says which suppressions can go', () => {
    expect(run.invocations[0].toolConfigurationNotifications).toEqual([
      {
        level: 'note',
        descriptor: { id: 'suppression-unused' },
        message: { text: 'fits nothing: "x" & <y>' },
      },
    ]);
  });
});

describe('JUnit', () => {
  const xml = junitOf(outcome, title, RULES);

  it('counts each rule or finding as a test', () => {
    // The one rule with findings has two tests, one of them skipped; the one not judged is skipped.
    expect(xml).toContain(`tests="${RULES.length + 1}" failures="1" skipped="2"`);
    expect(xml.match(/<testcase /g)).toHaveLength(RULES.length + 1);
    expect(xml.match(/<failure /g)).toHaveLength(1);
    expect(xml.match(/<skipped /g)).toHaveLength(2);
  });

  it('says which suppressions can go', () => {
    expect(xml).toContain('<system-out>fits nothing: &quot;x&quot; &amp; &lt;y&gt;</system-out>');
    expect(junitOf({ ...outcome, remarks: [] }, title, RULES)).not.toContain('system-out');
  });

  it('leaves out what XML cannot hold', () => {
    const odd = { ...outcome, findings: [{ ...finding, value: 'a\uffffb\ufffec' }] };
    expect(junitOf(odd, title, RULES)).toContain('a\ufffdb\ufffdc');
  });

  it('escapes what would end an attribute or open a tag', () => {
    expect(xml).toContain('v2 &lt;of&gt; &quot;cart&quot; &amp; &apos;friends&apos;');
    expect(xml).toContain('name="prod &amp; test"');
  });
});
