/** Every row of the guides is carried somewhere, and by the symptom it belongs to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shippedFolder, shippedWords } from '../project.ts';
import { SHARED } from '../shared.ts';

const coverage = shippedFolder.coverage;

describe('the coverage of the guides', () => {
  it('has all 362 rows, two of them without content', () => {
    expect(Object.keys(coverage)).toHaveLength(362);
    expect(Object.entries(coverage).filter(([, target]) => target === 'none')).toHaveLength(2);
  });

  it('points at sentences of the screens that exist', () => {
    const words = shippedWords().words('en');
    for (const [row, target] of Object.entries(coverage))
      if (target.startsWith('ui/')) expect(words.t(target.slice(3)), row).not.toBe(target.slice(3));
  });

  it.skipIf(!SHARED)('carries each row in the symptom that the matrix gives it', () => {
    const matrix = readFileSync(join(SHARED!, 'seed-matrix.md'), 'utf8');
    const rows = [...matrix.matchAll(/^- \*\*(S\d-\d+)\*\* · `[^`]+` · `([^`]+)`/gm)];
    expect(rows).toHaveLength(362);
    const astray = rows.flatMap(([, row, flow]) => {
      const target = coverage[row!];
      if (!target) return [`${row} is missing`];
      if (flow === '(none)') return target === 'none' ? [] : [`${row} should be none`];
      if (flow === '(all)') return target === 'none' ? [`${row} is none`] : [];
      // A message of a vendor is an entry of a table, which leads to the symptom.
      const [kind, owner, entry] = target.split('/');
      const carried =
        kind === 'flow'
          ? owner
          : shippedFolder.tables.get(owner!)?.entries.find(({ id }) => id === entry)?.flow;
      return carried === flow ? [] : [`${row}: ${target} instead of ${flow}`];
    });
    expect(astray).toEqual([]);
  });
});
