/** Takes secrets out of text before it reaches a file. Each rule keeps what an engineer needs to recognise the line. */

/** In order: whole blocks first, so that a later rule does not chop them. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [
    /-----BEGIN ([A-Z ]{0,30})PRIVATE KEY-----[^-]{0,20000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
    '-----BEGIN $1PRIVATE KEY----- [redacted]',
  ],
  [/\b(Bearer|Basic)[ \t]+[A-Za-z0-9._~+/=-]{8,}/gi, '$1 [redacted]'],
  [
    /\b(client-key-data|client-certificate-data|id-token|refresh-token|access[-_]token|token)(["']?[ \t]{0,4}[:=][ \t]{0,4}["']?)[A-Za-z0-9._~+/=-]{12,}/gi,
    '$1$2[redacted]',
  ],
  [
    /\b(password|passwd|pwd|secret|api[-_]?key|client[-_]secret|sas|sig)(["']?[ \t]{0,4}[:=][ \t]{0,4}["']?)[^\s"'&,;]{4,}/gi,
    '$1$2[redacted]',
  ],
  [/([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{1,100}:)[^\s@/]{1,200}@/gi, '$1[redacted]@'],
  [/\bset-cookie:[^\n]{1,4000}/gi, 'set-cookie: [redacted]'],
  [/\bcookie:[^\n]{1,4000}/gi, 'cookie: [redacted]'],
];

/** Words of the letters a token has, each taken once from its first letter: `-eyJ-eyJ…` must not be read again at every `-`. */
const TOKEN = /(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{11,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g;

/** The JSON header of a token begins with `{"`, which is `eyJ` in base64; what stands before it is kept. */
function redactToken(word: string): string {
  const at = word.indexOf('eyJ');
  const end = at === -1 ? -1 : word.indexOf('.', at);
  return end === -1 || end - at < 11 ? word : `${word.slice(0, at)}[redacted-jwt]`;
}

export function redact(text: string): string {
  return RULES.reduce((out, [rule, instead]) => out.replace(rule, instead), text.replace(TOKEN, redactToken));
}
