/** What examples/ shows works, and works as a team's pack would: beside the one that ships. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { RULES } from '../../src/scan/rules.ts';
import { readSuppressions } from '../../src/scan/suppressions.ts';
import { ROOT } from '../project.ts';
import { unmesh } from './run.ts';

const PACK = join(ROOT, 'examples/payments');
const LINE = 'level=error msg="sign failed" err="HSM_CERT_EXPIRED serial=77"';

describe('the example pack', () => {
  it('has no faults, though it speaks one language only', () => {
    expect(unmesh(['pack', 'lint', PACK])).toMatchObject({ code: 0, out: '1 flows, 0 findings\n' });
  });

  it('is matched beside the shipped symptoms', () => {
    const { out } = unmesh(['--pack', PACK, 'match', '-o', 'json', LINE]);
    expect(JSON.parse(out).matches[0].flow).toBe('payments-hsm');
    expect(unmesh(['match', LINE]).code).toBe(1);
  });

  it('leads from the line to the fix', () => {
    const { code, out } = unmesh(['--pack', PACK, '--plain', '--no-look', '--symptom', 'payments-hsm'], {
      input: '1\n1\n',
    });
    expect(code).toBe(0);
    expect(out).toContain('kubectl create job hsm-renew-now --from=cronjob/hsm-renew');
  });

  it('is shown in its own language, marked, where the person speaks another', () => {
    const { out } = unmesh(['--pack', PACK, '--lang', 'ko', 'flows', 'list']);
    expect(out).toContain('Payments cannot sign [en]');
  });

  it('says before the case that a link leads nowhere, and ends there honestly', () => {
    const folder = mkdtempSync(join(tmpdir(), 'unmesh-pack-'));
    cpSync(PACK, folder, { recursive: true });
    const file = join(folder, 'flows/payments-hsm.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('flow.egress-blocked', 'flow.egress-shut'));
    const { out, err } = unmesh(['--pack', folder, '--plain', '--no-look', '--symptom', 'payments-hsm'], {
      input: '2\n',
    });
    expect(err).toContain('The pack\'s symptom "payments-hsm" leads to "egress-shut", which no pack has.');
    expect(out).toContain('the evidence is not enough yet');
    expect(unmesh(['pack', 'lint', folder]).code).toBe(1);
  });

  it('names the missing word of a form, and not "invalid input"', () => {
    const folder = mkdtempSync(join(tmpdir(), 'unmesh-pack-'));
    cpSync(PACK, folder, { recursive: true });
    const file = join(folder, 'locales/en/flows/payments-hsm.json');
    const words = JSON.parse(readFileSync(file, 'utf8'));
    delete words.states['which-alert'].howto;
    writeFileSync(file, JSON.stringify(words, null, 2));
    const { out } = unmesh(['pack', 'lint', folder]);
    expect(out).toMatch(/payments-hsm\.json \d+:\d+: states\.which-alert\.howto: /);
  });
});

describe('the other examples', () => {
  it('are a list of suppressions that a scan takes, and a workflow that is YAML', () => {
    const text = readFileSync(join(ROOT, 'examples/accepted.yaml'), 'utf8');
    expect(
      readSuppressions(
        text,
        'accepted.yaml',
        RULES.map(({ id }) => id),
      ),
    ).toHaveLength(1);
    const workflow = parse(readFileSync(join(ROOT, 'examples/ci/github-actions.yaml'), 'utf8'));
    expect(workflow.jobs.scan.steps.length).toBeGreaterThan(3);
  });
});
