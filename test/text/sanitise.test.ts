import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from '../../src/text/redact.ts';
import { sanitise, sanitiseLine } from '../../src/text/sanitise.ts';

describe('sanitise', () => {
  it('takes out what a terminal would obey and keeps what a person reads', () => {
    expect(sanitise('\u001b[31mred\u001b[0m \u001b]0;title\u0007ok\u001b]52;c;cm0=\u001b\\!')).toBe(
      'red ok!',
    );
    expect(sanitise('a\u0000b\u0008c\u009b2Jd')).toBe('abcd');
    expect(sanitise('safe\u202egnp.exe\u200b')).toBe('safegnp.exe');
    expect(sanitise('한국어\t镜像\r\nnext')).toBe('한국어\t镜像\nnext');
    expect(sanitise('lone \ud800 surrogate')).toBe('lone \ufffd surrogate');
  });

  it('does not let an unterminated sequence swallow the next line', () => {
    expect(sanitise('\u001b]0;title\nerror: boom')).toBe('\nerror: boom');
  });

  it('leaves no control character in any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(sanitise(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      }),
    );
  });

  it('cuts a line for a sentence', () => {
    expect(sanitiseLine('a\nb', 10)).toBe('a b');
    expect(sanitiseLine('x'.repeat(50), 10)).toBe(`${'x'.repeat(9)}…`);
  });
});

describe('redact', () => {
  it.each([
    ['Authorization: Bearer abcdef123456', 'Authorization: Bearer [redacted]'],
    ['postgres://user:hunter2@db:5432/x', 'postgres://user:[redacted]@db:5432/x'],
    ['token: eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrIn0.c2ln', 'token: [redacted-jwt]'],
    ['x-eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrIn0.c2ln', 'x-[redacted-jwt]'],
    ['some.eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrIn0.', 'some.[redacted-jwt]'],
    ['client-key-data: LS0tLS1CRUdJTiBSU0E=', 'client-key-data: [redacted]'],
    ['Cookie: session=abc; other=1', 'cookie: [redacted]'],
  ])('%s', (secret, kept) => {
    expect(redact(secret)).toBe(kept);
  });

  it('takes a whole private key', () => {
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEabc\n'.repeat(20)}-----END RSA PRIVATE KEY-----`;
    expect(redact(`before\n${key}\nafter`)).toBe('before\n-----BEGIN RSA PRIVATE KEY----- [redacted]\nafter');
  });

  it('leaves errors as they are', () => {
    const error = 'x509: certificate signed by unknown authority, token review failed: Jwt is missing';
    expect(redact(error)).toBe(error);
  });
});
