/** The command line as scripts meet it: output, exit codes, bad input, every language. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../src/pack/vocabulary.ts';
import { shippedFolder, shippedWords } from '../project.ts';
import { unmesh } from './run.ts';

const UF =
  '[2024-05-02T09:11:12.123Z] "GET /cart HTTP/1.1" 503 UF upstream_reset_before_response_started{connection_failure,TLS_error:|33554536:system_library:OPENSSL_internal:Connection_reset_by_peer} - "-" 0 195 3 - "-" "curl/8.1" "5c1e…" "cart.shop:8080" "10.8.1.7:8080" outbound|8080||cart.shop.svc.cluster.local 10.8.0.3:51122 10.12.3.4:8080 10.8.0.3:40210 - default';

describe('a case without a text', () => {
  it.each([
    ['no input', '', 'input-empty'],
    ['an archive', Buffer.from(Array.from({ length: 600 }, (_, at) => (at * 7) % 29)), 'input-binary'],
  ])('says so for %s, in the language of the person, and leaves with 3', (_, input, error) => {
    const { code, out, err } = unmesh(['--plain', '--lang', 'ko'], { input });
    expect(out + err).toContain(shippedWords().words('ko').error(`${error}.what`));
    expect(code).toBe(3);
  });
});

describe('match', () => {
  it('prints symptom, evidence and facts, and leaves with 0', () => {
    const { code, out } = unmesh(['match', UF]);
    expect(out).toMatch(/^\d+% {2}http-503/);
    expect(out).toContain('Service: cart');
    expect(code).toBe(0);
  });

  it('gives programs the same as JSON', () => {
    const { out } = unmesh(['match', '-o', 'json', '-'], { input: UF });
    const result = JSON.parse(out);
    expect(result.matches[0].flow).toBe('http-503');
    expect(result.facts.map((f: { name: string; value: string }) => `${f.name}=${f.value}`)).toEqual(
      expect.arrayContaining(['service=cart', 'namespace=shop', 'port=8080', 'flag=UF']),
    );
  });

  it('answers line by line, with an empty list where no flow knows the text', () => {
    const input = [
      { id: 'a', text: UF },
      { id: 'b', text: 'The quick brown fox jumps over the lazy dog' },
    ]
      .map((line) => JSON.stringify(line))
      .join('\n');
    const { out, code } = unmesh(['match', '--jsonl'], { input });
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(lines[0].matches[0].flow).toBe('http-503');
    expect(lines[0].facts.port).toBe('8080');
    expect(lines[1].matches).toEqual([]);
    expect(code).toBe(0);
  });

  it('leaves with 1 where no flow knows the text', () => {
    expect(unmesh(['match', 'The quick brown fox jumps over the lazy dog']).code).toBe(1);
  });

  it('reads 50 MB in bounded memory and still finds the one line that matters', () => {
    const line =
      '2026-11-20T03:00:00Z info healthy line of a log file that says nothing of interest to anyone\n';
    const half = line.repeat(Math.ceil((25 * 1024 * 1024) / line.length));
    const { out, code } = unmesh(['match', '-o', 'json', '-'], {
      input: Buffer.from(`${half}${UF}\n${half}`),
      env: { NODE_OPTIONS: '--max-old-space-size=200' },
    });
    expect(code).toBe(0);
    expect(JSON.parse(out).matches[0].flow).toBe('http-503');
  });
});

describe('bad input', () => {
  it.each([
    ['an empty text', '', 3, 'nothing to read'],
    [
      'binary',
      Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0]),
      3,
      'This is not text.',
    ],
  ])('%s', (_, input, code, sentence) => {
    const run = unmesh(['match', '-'], { input });
    expect(run.err).toContain(sentence);
    expect(run.code).toBe(code);
  });

  it('invalid UTF-8 is read as far as it is text', () => {
    const mixed = Buffer.concat([
      Buffer.from(`${UF}\nbroken: `),
      Buffer.from([0xc3, 0x28, 0xff]),
      Buffer.from('\n'),
    ]);
    expect(unmesh(['match', '-'], { input: mixed }).out).toContain('http-503');
  });

  it('an unknown flow names the nearest ones', () => {
    const { code, err } = unmesh(['flows', 'show', 'http-53']);
    expect(err).toContain('http-503');
    expect(code).toBe(2);
  });

  it('an unknown language names the known ones', () => {
    const { code, err } = unmesh(['--lang', 'klingon', 'flows', 'list']);
    expect(err).toContain('한국어');
    expect(code).toBe(2);
  });

  it('an unknown option, in the language of the locale', () => {
    const { code, err } = unmesh(['--frobnicate'], { env: { LANG: 'id_ID.UTF-8' } });
    expect(err).toContain('Tidak ada opsi --frobnicate.');
    expect(code).toBe(2);
  });

  it.each([
    [['scan', '--froom', 'x'], 'There is no option --froom.\nThe nearest: --from.\n→ `unmesh scan --help`'],
    [['flows', 'shwo'], 'There is no command "shwo".\nThe nearest: show.'],
    [['flows', 'show'], 'Something is missing: <id>.\n`unmesh flows show` needs it.'],
    [['--lang'], 'The option --lang <language> lacks its value.'],
    [['scan', 'shop', 'pay'], 'There is too much on the command line: shop, pay'],
  ])('what is wrong with `unmesh %s`, and where to look', (args, told) => {
    const { code, err } = unmesh(args);
    expect(err).toContain(told);
    expect(code).toBe(2);
  });

  it('a command that only groups others shows them', () => {
    const { code, err, out } = unmesh(['flows', '--lang', 'ko']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('graph <id>');
  });

  it('a blank text is nothing to read', () => {
    for (const command of ['match', 'explain']) expect(unmesh([command, '  ']).code).toBe(3);
  });

  it('a text that no table knows is told with the symptom it shows', () => {
    const { code, err } = unmesh(['explain', 'RBAC: access denied']);
    expect(err).toContain('unmesh --symptom rbac-403');
    expect(code).toBe(1);
    expect(unmesh(['explain', '\u001b[31mUF\u001b[0m']).code).toBe(0);
    expect(unmesh(['explain', '503']).err).toContain('It resembles no code');
  });

  it('of a long text explain says how much it read', () => {
    const input = `${'info\tall is well\n'.repeat(13_000)}[IST0138] and more\n`;
    const { err } = unmesh(['explain', '-'], { input: `[IST0101] (VirtualService a/b) x\n${input}` });
    expect(err).toContain('Only the first 200000 characters were read');
    expect(unmesh(['explain', '-'], { input: '[IST0101] (VirtualService a/b) x' }).err).toBe('');
  });

  it('a code that nothing resembles is told without a wild guess', () => {
    const { code, err } = unmesh(['explain', 'foo bar baz']);
    expect(err).toContain('It resembles no code');
    expect(code).toBe(1);
    expect(unmesh(['explain', 'IST138']).err).toContain('The nearest entries are: IST0138');
  });

  it('a broken line of JSON Lines is named by its number', () => {
    const { code, err } = unmesh(['match', '--jsonl'], { input: '{"id":"a","text":"x"}\n{oops\n' });
    expect(err).toContain('Line 2');
    expect(code).toBe(3);
    const shape = unmesh(['match', '--jsonl', '--lang', 'ko'], { input: '{"id":1,"text":"x"}\n' });
    expect(shape.err).toContain('문자열이 아닙니다');
    expect(shape.code).toBe(3);
  });

  it('JSON Lines may begin with a mark of order and hold U+2028 in a string', () => {
    const input = '\ufeff{"id":"a","text":"no healthy\u2028upstream"}\r\n{"id":"b","text":"x"}';
    const { code, out } = unmesh(['match', '--jsonl'], { input });
    expect(code).toBe(0);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual(['a', 'b']);
  });

  it('a state directory that cannot be written costs the saving, not the case', () => {
    const home = mkdtempSync(join(tmpdir(), 'unmesh-ro-'));
    const state = join(home, 'state');
    writeFileSync(state, 'a file where a folder should be');
    chmodSync(state, 0o400);
    const { code, err, out } = unmesh(['--plain', '--no-look', '--symptom', 'http-503'], {
      input: 'quit\n',
      env: { XDG_STATE_HOME: state },
    });
    expect(err).toContain('cannot be saved');
    expect(out).toContain('503');
    expect(code).toBe(0);
  });

  it('a damaged case log is restored up to the damage and kept beside', () => {
    const first = unmesh(['--plain', '--no-look', '--symptom', 'http-503'], { input: 'quit\n' });
    const dir = join(first.home, 'state/unmesh/cases');
    const [name] = readdirSync(dir);
    const path = join(dir, name!);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    writeFileSync(path, `${[...lines, '{"seq":99,"half', lines.at(-1)].join('\n')}\n`);
    const again = unmesh(['resume', '--plain'], {
      input: 'quit\n',
      env: { XDG_STATE_HOME: join(first.home, 'state') },
    });
    expect(again.err).toContain('damaged');
    expect(again.out).toContain('503');
    expect(again.code).toBe(0);
  });

  it('a broken pack file is named with line and column', () => {
    const pack = mkdtempSync(join(tmpdir(), 'unmesh-pack-'));
    mkdirSync(join(pack, 'flows'));
    writeFileSync(join(pack, 'flows/ours.yaml'), 'id: ours\narea: nowhere\nstates: {}\n');
    const { code, err } = unmesh(['--pack', pack, 'flows', 'list']);
    expect(err).toMatch(/flows\/ours\.yaml, line 2, column \d+/);
    expect(code).toBe(4);
  });
});

describe('every language', () => {
  it.each(LANGUAGES)('%s lists all symptoms and shows help', (lang) => {
    const list = unmesh(['--lang', lang, 'flows', 'list', '-o', 'json']);
    expect(JSON.parse(list.out)).toHaveLength(shippedFolder.flows.size);
    const help = unmesh(['--help', '--lang', lang]);
    expect(help.code).toBe(0);
    expect(help.out).toContain('--symptom');
    expect(help.out).not.toMatch(/\[en\]/);
  });
});

describe('a case as plain text', () => {
  it.each([
    ['en', 'Let the DestinationRule speak mutual TLS'],
    ['ko', 'DestinationRule이 상호 TLS를 쓰게 설정'],
    ['zh-CN', '让 DestinationRule 使用双向 TLS'],
    ['id', 'Buat DestinationRule memakai mutual TLS'],
  ])('walks from the access-log line to the mutual-TLS fix in %s, facts filled in', (lang, title) => {
    const { out, code } = unmesh(['--plain', '--no-look', '--lang', lang], { input: `${UF}\n\n1\n1\n` });
    expect(out).toContain(title);
    expect(out).toContain('istioctl x describe service cart -n shop');
    expect(out).toContain('http://cart.shop:8080/');
    expect(code).toBe(0);
  });
});
