/** What examples/ shows works, and works as a team's pack would: beside the one that ships. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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
    expect(unmesh(['pack', 'lint', PACK])).toMatchObject({ code: 0, out: 'flows: 1, findings: 0\n' });
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
    expect(out).not.toContain('Invalid input');
    expect(out).toMatch(/payments-hsm\.json:\d+:\d+: states\.which-alert\.howto: /);
  });
});

describe('pack lint', () => {
  const copyWith = (file: string, change: (text: string) => string) => {
    const folder = mkdtempSync(join(tmpdir(), 'unmesh-pack-'));
    cpSync(PACK, folder, { recursive: true });
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, change(existsSync(path) ? readFileSync(path, 'utf8') : ''));
    return unmesh(['pack', 'lint', folder]);
  };
  const FLOW = 'flows/payments-hsm.yaml';

  it.each([
    [FLOW, 'initial: which-alert', 'initial: nowhere', /^flows\/payments-hsm\.yaml:6:1: initial: /],
    [FLOW, 'flow.egress-blocked', 'gone', /^flows\/payments-hsm\.yaml:22:7: which-alert\.on\.unreachable: /],
    [FLOW, 'area: security', 'area: [', /^flows\/payments-hsm\.yaml:\d+:\d+: /],
    ['kb/sources.yaml', 'url:', 'uri:', /^kb\/sources\.yaml:\d+:\d+: hsm-runbook\.url: is missing/],
    [
      'kb/signatures/payments-hsm.yaml',
      'score: 0.95',
      'score: 3',
      /^kb\/signatures\/.*:5:12: signatures\.0\.score/,
    ],
    [
      'kb/signatures/payments-hsm.yaml',
      "['HSM_CERT_OK']",
      "['HSM_CERT_EXPIRED']",
      /^kb\/.*yaml:9:11: payments-hsm-certificate\.not\.0: /,
    ],
    ['locales/en/flows/payments-hsm.json', '"title"', '"titel"', /^locales\/.*json:1:1: title: is missing/],
  ])('names file, line and column of what is wrong in %s: %s -> %s', (file, from, to, told) => {
    const { code, out } = copyWith(file, (text) => text.replace(from, to));
    expect(out).toMatch(told);
    expect(code).toBe(1);
  });

  it.each(['flows/more.yml', 'kb/tables/codes.json', 'locales/fr', 'locales/en/flows/payments-hsm.yaml'])(
    'tells that %s is not read',
    (file) => {
      const { code, out } = copyWith(file, () => '');
      expect(out).toContain(`${file}: is not read`);
      expect(code).toBe(1);
    },
  );

  it('does not call an empty folder, or one that is no pack, sound', () => {
    const folder = mkdtempSync(join(tmpdir(), 'unmesh-pack-'));
    expect(unmesh(['pack', 'lint', folder])).toMatchObject({ code: 1 });
    const { code, err } = unmesh(['--pack', folder, 'flows', 'list']);
    expect(err).toContain('is no pack');
    expect(code).toBe(4);
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
