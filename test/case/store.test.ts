import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CaseEvent } from '../../src/case/events.ts';
import { listCases, loadCase, newCaseId, openCaseLog, stateDirectory } from '../../src/case/store.ts';
import { UserError } from '../../src/errors.ts';

const opened: CaseEvent = {
  type: 'case-opened',
  id: 'x',
  version: '0',
  language: 'en',
  seq: 1,
  at: '2026-11-20T03:00:00Z',
};
const pasted = (seq: number, text: string): CaseEvent => ({
  type: 'text-pasted',
  text,
  via: 'paste',
  cut: false,
  seq,
  at: '2026-11-20T03:00:01Z',
});
const id = '20261120-030000-abcdef';

function savedCase(...events: CaseEvent[]) {
  const directory = join(mkdtempSync(join(tmpdir(), 'unmesh-')), 'cases');
  const log = openCaseLog(directory, id);
  for (const event of events) log.append(event);
  log.close();
  return { directory, path: log.path };
}

describe('the log of a case', () => {
  it('comes back as it was written, readable by its owner alone', () => {
    const { directory, path } = savedCase(opened, pasted(2, '한국어 ✓'));
    expect(loadCase(directory, id)).toEqual({
      id,
      events: [opened, pasted(2, '한국어 ✓')],
      damagedAt: undefined,
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(listCases(directory)).toEqual([id]);
  });

  it('loses nothing but a torn last line when the process was killed', () => {
    const { directory, path } = savedCase(opened, pasted(2, 'a'));
    appendFileSync(path, '{"type":"text-pasted","te');
    expect(loadCase(directory, id)).toEqual({ id, events: [opened, pasted(2, 'a')], damagedAt: undefined });
  });

  it('names the damaged line, restores what is before it and keeps the whole file', () => {
    const { directory, path } = savedCase(opened, pasted(2, 'a'));
    const sound = readFileSync(path, 'utf8');
    writeFileSync(path, `${sound}garbage\n${JSON.stringify(pasted(4, 'b'))}\n`);
    expect(loadCase(directory, id)).toMatchObject({ events: [opened, pasted(2, 'a')], damagedAt: 3 });
    expect(existsSync(`${path}.damaged`)).toBe(true);
  });

  it('refuses a file that is no log at all, and says which', () => {
    const { directory, path } = savedCase();
    writeFileSync(path, '\u0000\u0001');
    expect(() => loadCase(directory, id)).toThrow(
      expect.objectContaining({ id: 'case-unreadable', values: { path } }),
    );
    expect(() => loadCase(directory, '20200101-000000-000000')).toThrow(
      expect.objectContaining({ id: 'case-unknown' }),
    );
  });

  it('takes secrets out before they reach the disk', () => {
    const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJl';
    const { path } = savedCase(
      opened,
      pasted(2, `Authorization: Bearer abcdefgh12345678\ntoken: ${jwt}\npassword=hunter22`),
    );
    const text = readFileSync(path, 'utf8');
    for (const secret of [jwt, 'abcdefgh12345678', 'hunter22']) expect(text).not.toContain(secret);
  });

  it('says so when the state directory cannot be written', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'unmesh-')), 'file');
    writeFileSync(file, '');
    chmodSync(file, 0o400);
    expect(() => openCaseLog(join(file, 'cases'), id)).toThrow(UserError);
  });

  it.skipIf(!existsSync('/proc/self'))('says so at once where the system lets no folder be made', () => {
    expect(() => openCaseLog('/proc/self/nope/unmesh/cases', id)).toThrow(UserError);
  });

  it('lies where the XDG specification says, and a relative XDG_STATE_HOME is ignored as it demands', () => {
    expect(stateDirectory({ XDG_STATE_HOME: '/s' })).toBe('/s/unmesh/cases');
    expect(stateDirectory({ XDG_STATE_HOME: 's' })).toMatch(/\.local\/state\/unmesh\/cases$/);
    expect(newCaseId(new Date('2026-11-20T03:15:00Z'))).toMatch(/^20261120-031500-[0-9a-f]{6}$/);
  });
});
