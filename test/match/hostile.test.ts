/** What people and machines do to a text before it is pasted; none of it may hide the error or harm the terminal. */
import { describe, expect, it } from 'vitest';
import { createMatcher, decodeInput } from '../../src/match/index.ts';
import { loadKnowledge } from './knowledge.ts';

const matcher = createMatcher(loadKnowledge());

const ACCESS_LOG =
  '[2024-05-02T09:11:12.123Z] "GET /cart HTTP/1.1" 503 UF upstream_reset_before_response_started{connection_failure} - "-" 0 195 3 - "-" "curl/8.1" "5c1e" "cart.shop:8080" "10.8.1.7:8080" outbound|8080||cart.shop.svc.cluster.local 10.8.0.3:51122 10.12.3.4:8080 10.8.0.3:40210 - default';
const WEBHOOK =
  'Error from server (InternalError): error when creating "pod.yaml": Internal error occurred: failed calling webhook "rev.namespace.sidecar-injector.istio.io": failed to call webhook: Post "https://istiod.istio-system.svc:443/inject?timeout=10s": dial tcp 10.96.12.7:443: connect: connection refused';
const BODY =
  'upstream connect error or disconnect/reset before headers. reset reason: connection termination';
const TEXTS = [
  [ACCESS_LOG, 'http-503'],
  [WEBHOOK, 'webhook-error'],
  [BODY, 'http-503'],
] as const;

const softWrapped = (text: string, width: number) => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};
const html = (text: string) =>
  text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** How a text arrives, by name. */
const FORMS: Readonly<Record<string, (text: string) => string>> = {
  'colours of a terminal': (s) => s.replace(/(\w{5})/g, '\u001b[31m$1\u001b[0m'),
  'a title set by an escape sequence': (s) => `\u001b]0;rm -rf /\u0007${s}\u001b]8;;http://evil\u0007`,
  NULs: (s) => s.replace(/(\w{6})/g, '$1\0'),
  'lone surrogates': (s) => `\ud800${s}\udc00`,
  'right-to-left marks': (s) => `\u202e${s.replace(/ /g, ' \u200f')}\u202c`,
  'zero-width spaces': (s) => s.replace(/(\w{7})/g, '$1\u200b'),
  'quoted in a mail': (s) =>
    softWrapped(s, 70)
      .map((line) => `> > ${line}`)
      .join('\n'),
  'a code block of a chat': (s) => `hi all,\n\`\`\`\n${s}\n\`\`\``,
  'wrapped at blanks': (s) => softWrapped(s, 80).join('\n'),
  'indented and wrapped': (s) =>
    softWrapped(s, 60)
      .map((line) => `        ${line}`)
      .join('\n'),
  'cut by a terminal at 80 columns': (s) => s.replace(/.{80}/g, '$&\n'),
  'cut by a terminal at 120 columns': (s) => s.replace(/.{120}/g, '$&\n'),
  'typographic quotes': (s) => s.replace(/"([^"]*)"/g, '“$1”'),
  'German quotes and dashes': (s) => s.replace(/"([^"]*)"/g, '„$1“').replace(/ - /g, ' – '),
  'HTML of a ticket': (s) => `<div><p>Hi,</p><pre class="x">${html(s)}</pre></div>`,
  'HTML with hard blanks': (s) =>
    `<td><span style="color:red">${html(s).replace(/ /g, '&nbsp;')}</span></td>`,
  'hard blanks': (s) => s.replace(/ /g, '\u00a0'),
  'full-width forms': (s) => s.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)),
  tabs: (s) => s.replace(/ /g, '\t'),
  'Windows line ends': (s) => `hi\r\n${s}\r\nbye`,
  'old Mac line ends': (s) => `hi\r${s}\rbye`,
  "a container's JSON log": (s) => JSON.stringify({ log: `${s}\n`, stream: 'stderr', time: '2024-05-02' }),
  'Google Cloud Logging': (s) => JSON.stringify({ textPayload: s, severity: 'ERROR' }),
  'escaped quotes': (s) => s.replace(/"/g, '\\"'),
  'a CRI log line': (s) => `2024-05-02T09:11:12.123456789Z stderr F ${s}`,
  'the prefix of a log viewer': (s) => `productpage-v1-77b › istio-proxy │ ${s}`,
  'a table of Markdown': (s) => `| col | val |\n|---|---|\n| err | ${s} |`,
  'all capitals': (s) => s.toUpperCase(),
  'a line of 2 MB': (s) => `${'a'.repeat(1 << 20)} ${s} ${'b'.repeat(1 << 20)}`,
  'forty thousand other lines': (s) => `${'ok\n'.repeat(20_000)}${s}${'\nok'.repeat(20_000)}`,
};

describe.each(Object.entries(FORMS))('a text with %s', (_, form) => {
  it.each(TEXTS)('is still recognised: %.40s…', (text, flow) => {
    expect(matcher.match(form(text)).matches[0]?.flow).toBe(flow);
  });

  it.each(TEXTS)('shows nothing that a terminal would obey: %.40s…', (text) => {
    const { matches, facts } = matcher.match(form(text));
    const shown = [
      ...matches.flatMap(({ evidence }) => evidence.map((line) => line.text)),
      ...facts.flatMap(({ value, from }) => [value, from.text]),
    ].join('');
    expect(shown).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\ufeff]/);
    expect(shown.isWellFormed()).toBe(true);
  });

  it.each(TEXTS)('gives the same facts or fewer, never others: %.40s…', (text) => {
    const lower = (value: string) => value.toLowerCase();
    const known = new Map(matcher.match(text).facts.map(({ name, value }) => [name, lower(value)]));
    const wrong = matcher
      .match(form(text))
      .facts.filter(({ name, value }) => known.get(name) !== lower(value));
    expect(wrong).toEqual([]);
  });
});

describe('files in other encodings', () => {
  const bytesOf = (text: string, encoding: 'utf16le' | 'utf16be', mark: boolean) => {
    const bytes = Buffer.from((mark ? '\ufeff' : '') + text, 'utf16le');
    return encoding === 'utf16be' ? bytes.swap16() : bytes;
  };
  it.each([
    ['UTF-16 of PowerShell', 'utf16le', true, 'utf-16le'],
    ['UTF-16 without its mark', 'utf16le', false, 'utf-16le'],
    ['big-endian UTF-16', 'utf16be', true, 'utf-16be'],
    ['big-endian UTF-16 without its mark', 'utf16be', false, 'utf-16be'],
  ] as const)('%s is read', (_, encoding, mark, name) => {
    const decoded = decodeInput(bytesOf(WEBHOOK, encoding, mark));
    expect(decoded).toMatchObject({ encoding: name, binary: false });
    expect(matcher.match(decoded.text).matches[0]?.flow).toBe('webhook-error');
  });

  it.each([1, 3, 4096, 70_000])('UTF-16 is read from a pipe that gives %d bytes at a time', async (size) => {
    const bytes = bytesOf(`${'fine\r\n'.repeat(2000)}${WEBHOOK}\r\n`, 'utf16le', true);
    async function* chunks() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    const result = await matcher.matchStream(chunks());
    expect(result.encoding).toBe('utf-16le');
    expect(result.matches[0]?.flow).toBe('webhook-error');
    expect(result.matches[0]?.evidence[0]?.line).toBe(2001);
  });

  it('Latin-1 beside the error does not hide it', () => {
    const { text, encoding } = decodeInput(Buffer.from(`Größe überschritten\n${WEBHOOK}`, 'latin1'));
    expect(encoding).toBe('latin1');
    expect(text).toContain('Größe');
    expect(matcher.match(text).matches[0]?.flow).toBe('webhook-error');
  });

  it('some broken bytes in UTF-8 are damage and no other encoding', () => {
    const bytes = Buffer.concat([Buffer.from(`网格 网格 网格 网格 ${WEBHOOK}`), Buffer.from([0xff])]);
    expect(decodeInput(bytes)).toMatchObject({ encoding: 'utf-8', binary: false });
  });

  it('a picture is no text', () => {
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    expect(decodeInput(Buffer.concat([png, png, png])).binary).toBe(true);
  });
});

describe('texts with nothing in them', () => {
  it.each([
    ['nothing', ''],
    ['blanks', ' \n\t\n '],
    ['NULs', '\0\0\0'],
    ['marks', '\u202e\ufeff'],
    ['a brace', '{'],
    ['a quote', '" '],
    ['braces', '{'.repeat(100_000)],
    ['pipes', 'outbound|'.repeat(20_000)],
    ['quotes', '"- '.repeat(50_000)],
  ])('%s belong to no flow', (_, text) => {
    expect(matcher.match(text).matches).toEqual([]);
  });
});

describe('the size of a paste', () => {
  it('one line of 20 MB is read to its end', () => {
    const text = `${'x'.repeat(20 << 20)} ${WEBHOOK}`;
    const { matches, read } = matcher.match(text);
    expect(matches[0]?.flow).toBe('webhook-error');
    expect(matches[0]?.evidence[0]?.line).toBe(1);
    expect(read.bytes).toBe(text.length);
  });

  it('one million lines are read to the last', () => {
    const { matches, records } = matcher.match(`${'ok\n'.repeat(1_000_000)}\n${WEBHOOK}`);
    expect(matches[0]?.flow).toBe('webhook-error');
    expect(matches[0]?.evidence[0]?.line).toBe(1_000_002);
    expect(records.total).toBeGreaterThan(1);
  });
});
