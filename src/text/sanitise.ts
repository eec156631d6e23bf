/** Makes text from outside harmless for a terminal. Linear in its length. */

// CSI, OSC (ended by BEL or ST), DCS/SOS/PM/APC strings, and two-character escapes. An unterminated string runs to
// the end of its line only, so that a stray ESC ] cannot swallow a whole paste.
const ESCAPES =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b\n]*(?:\u0007|\u001b\\)?|[PX^_][^\u001b\n]*(?:\u001b\\)?|[ -/]*[0-~])|\u009b[0-?]*[ -/]*[@-~]/g;
// C0 but tab and newline, DEL, C1; and what reorders or hides text: bidirectional controls, zero-width marks, BOM.
const CONTROLS =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** Strips escape sequences and control characters; line breaks become `\n`, tabs stay. Lone surrogates become U+FFFD. */
export function sanitise(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(ESCAPES, '').replace(CONTROLS, '').toWellFormed();
}

/** As sanitise, on one line: for names and values inside a sentence. */
export function sanitiseLine(text: string, max = 400): string {
  const line = sanitise(text).replace(/\s+/g, ' ').trim();
  return line.length > max ? `${line.slice(0, max - 1)}…` : line;
}
