/** The program as a person meets it: a real terminal, real keys, the built bundle. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { KEY, openTerminal, type TerminalOptions, type TestTerminal } from './terminal.ts';

const WEBHOOK =
  'Error from server (InternalError): error when creating "x.yaml": Internal error occurred: failed calling webhook "validation.istio.io": failed to call webhook: Post "https://istiod.istio-system.svc:443/validate?timeout=10s": no endpoints available for service "istiod"';

let open: TestTerminal[] = [];
afterEach(() => {
  for (const terminal of open) terminal.close();
  open = [];
});

function start(options: TerminalOptions & { home?: string } = {}) {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'unmesh-pty-'));
  const terminal = openTerminal({
    ...options,
    env: { HOME: home, XDG_STATE_HOME: join(home, 'state'), LANG: 'en_US.UTF-8', ...options.env },
  });
  open.push(terminal);
  return { ...terminal, home };
}

async function toFirstQuestion(terminal: TestTerminal) {
  await terminal.shows('Paste what you have');
  terminal.paste(WEBHOOK);
  await terminal.shows('no endpoints available');
  terminal.type(KEY.enter);
  await terminal.shows('This looks like');
  terminal.type(KEY.enter);
  await terminal.shows('Calling an Istio webhook fails');
  await terminal.shows('Find out with:');
}

describe('in a terminal', () => {
  it('leads from a paste to a question, and back', async () => {
    const t = start();
    await toFirstQuestion(t);
    expect(t.text()).toContain('read from what was pasted');
    t.type(`1${KEY.enter}`);
    await t.shows('✓');
    t.type(KEY.ctrl('b'));
    await t.shows('Went back one answer');
    t.type(KEY.ctrl('c'));
    expect(await t.exits()).toBe(130);
    expect(t.text()).toContain('unmesh resume');
    // The cursor is visible again and bracketed paste is off.
    expect(t.raw().lastIndexOf('\u001b[?25h')).toBeGreaterThan(t.raw().lastIndexOf('\u001b[?25l'));
    expect(t.raw().lastIndexOf('\u001b[?2004l')).toBeGreaterThan(t.raw().lastIndexOf('\u001b[?2004h'));
  });

  it('takes a paste of a megabyte as one event', async () => {
    const t = start();
    await t.shows('Paste what you have');
    const noise = Array.from(
      { length: 12_000 },
      (_, i) => `2026-11-20T03:00:00Z info healthy line number ${i} of the log file`,
    );
    t.paste([...noise.slice(0, 6000), WEBHOOK, ...noise.slice(6000)].join('\n'));
    await t.shows(/more lines/);
    t.type(KEY.enter);
    await t.shows('This looks like');
    expect(t.text()).toContain('Calling an Istio webhook fails');
  });

  it('changes the language in the middle of a case without losing it', async () => {
    const t = start();
    await toFirstQuestion(t);
    t.type(KEY.ctrl('l'));
    await t.shows('한국어');
    t.type(`3${KEY.enter}`);
    await t.shows('잘 모르겠음');
    t.type(`1${KEY.enter}`);
    await t.shows('해결 방법');
  });

  it('goes on after kill -9 where it stopped', async () => {
    const first = start();
    await toFirstQuestion(first);
    const question = /\? (.+)\n {2}.+\n+ {2}Find out with:/.exec(first.text())?.[1];
    expect(question).toBeTruthy();
    first.kill('SIGKILL');
    await first.exits();
    const again = start({ args: ['resume'], home: first.home });
    await again.shows('goes on where it stopped');
    await again.shows(question!);
  });

  it('follows the size of the window down to 40 columns', async () => {
    const t = start({ columns: 120 });
    await toFirstQuestion(t);
    t.resize(40, 30);
    t.type(KEY.ctrl('t'));
    await t.shows('Go back to which question?');
    t.type(KEY.escape);
    await t.shows('number and Enter');
  });

  it('reads a pipe as the paste and keys from the terminal', async () => {
    const home = mkdtempSync(join(tmpdir(), 'unmesh-pty-'));
    writeFileSync(join(home, 'log'), `${WEBHOOK}\n`);
    const t = start({ home, shell: `cat ${join(home, 'log')} | $UNMESH` });
    await t.shows('This looks like');
    t.type(KEY.enter);
    await t.shows('Find out with:');
    t.type(KEY.ctrl('c'));
    expect(await t.exits()).toBe(130);
  });

  it('says what it waits for while a pipe does not end', async () => {
    const home = mkdtempSync(join(tmpdir(), 'unmesh-pty-'));
    writeFileSync(join(home, 'log'), `${WEBHOOK}\n`);
    const [log, gate] = [join(home, 'log'), join(home, 'gate')];
    const t = start({ home, shell: `mkfifo ${gate}; { cat ${log}; cat ${gate}; } | $UNMESH` });
    await t.shows('Reading the pipe until it ends');
    writeFileSync(gate, '');
    await t.shows('This looks like');
    t.type(KEY.ctrl('c'));
    expect(await t.exits()).toBe(130);
  });

  it('restores the terminal and saves the case on SIGTERM', async () => {
    const t = start();
    await toFirstQuestion(t);
    t.kill('SIGTERM');
    expect(await t.exits()).toBe(143);
    expect(t.text()).toContain('unmesh resume');
    expect(t.raw().lastIndexOf('\u001b[?25h')).toBeGreaterThan(t.raw().lastIndexOf('\u001b[?25l'));
  });

  it('says honestly that it does not know a text, and shows the list', async () => {
    const t = start();
    await t.shows('Paste what you have');
    t.paste('The quick brown fox jumps over the lazy dog');
    t.type(KEY.enter);
    await t.shows('No flow knows this text');
    t.type(KEY.ctrl('o'));
    await t.shows('All symptoms');
    t.type('webhook');
    await t.shows('webhook-error');
    t.type(KEY.enter);
    await t.shows('Calling an Istio webhook fails');
  });

  it('speaks the language of the locale and uses no colour where NO_COLOR asks for none', async () => {
    const t = start({ env: { LANG: 'ko_KR.UTF-8', NO_COLOR: '1' } });
    await t.shows('붙여');
    expect(t.raw()).not.toMatch(/\u001b\[(3[0-7]|9[0-7]|1|2|4)m/);
  });

  it('never executes what a paste tells the terminal', async () => {
    const t = start();
    await t.shows('Paste what you have');
    t.paste('evil \u001b]0;owned\u0007\u001b[2J failed calling webhook');
    t.type(KEY.enter);
    await t.shows(/This looks like|No flow knows/);
    expect(t.raw()).not.toContain('owned\u0007');
    expect(t.raw()).not.toContain('\u001b]0;');
  });
});
