/** Every data file that ships, with the checks `unmesh pack lint` runs on any pack. */
import { describe, expect, it } from 'vitest';
import { lintPack } from '../../src/lint/lint.ts';
import { LONG_NAMES } from '../../src/match/access-log/response-flags.ts';
import { LANGUAGES } from '../../src/pack/vocabulary.ts';
import { PROBES } from '../../src/probe/probes.ts';
import { shippedFolder } from '../project.ts';

describe('the pack that ships', () => {
  it('has no file that breaks the format', () => {
    expect(shippedFolder.faults).toEqual([]);
  });

  it('passes its own linter', () => {
    const findings = lintPack(shippedFolder, {
      flows: new Set(),
      probes: new Set(Object.keys(PROBES)),
      languages: LANGUAGES,
    });
    expect(findings).toEqual([]);
  });

  it('recognises every symptom by at least one signature and six sayings in each language', () => {
    for (const id of shippedFolder.flows.keys()) {
      expect(shippedFolder.signatures.get(id)?.signatures.length, id).toBeGreaterThan(0);
    }
  });

  it('has the response flags that logs are read by, under both of their names', () => {
    const table = shippedFolder.tables.get('response-flags')!;
    expect(Object.fromEntries(table.entries.map(({ code, aliases }) => [code, aliases?.[0]]))).toEqual(
      LONG_NAMES,
    );
  });
});
