/** Splits one simple command line into words as a POSIX shell would, and refuses everything only a shell could do. */

/** Why a line is not run, for the sentence that says so (`run.refused.<reason>`). */
export type Refusal =
  | 'unfilled'
  | 'characters'
  | 'shell'
  | 'program'
  | 'verb'
  | 'option'
  | 'argument'
  | 'secrets'
  | 'admin-path';

export interface Refused {
  readonly refused: Refusal;
  /** The part of the line that is the reason. */
  readonly detail: string;
}

/** Characters; the longest command of a flow has a tenth of it. */
const MAX_LINE = 4096;
/** `<pod>`: a placeholder nobody has filled yet. */
const PLACEHOLDER = /<[A-Za-z][A-Za-z0-9 _-]{0,60}>/;
/** Printable ASCII and the tab: no other character is needed, and look-alike dashes, NUL and line breaks end here. */
const FOREIGN = /[^\t\x20-\x7e]/u;
/** What a shell would act upon where it stands outside quotes; `?` alone is let through, for admin paths. */
const ACTIVE = '|&;<>()$`{}*[]!#~';

/** The words, without their quotes. Nothing is expanded: a line that would need it is refused. */
export function shellWords(line: string): readonly string[] | Refused {
  const text = line.trim();
  if (text.length > MAX_LINE) return { refused: 'argument', detail: `${text.slice(0, 60)}…` };
  const open = PLACEHOLDER.exec(text);
  if (open) return { refused: 'unfilled', detail: open[0] };
  const foreign = FOREIGN.exec(text);
  if (foreign) return { refused: 'characters', detail: codePoint(foreign[0]) };

  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (quote === "'") {
      if (char === "'") quote = '';
      else word += char;
    } else if (quote === '"') {
      if (char === '"') quote = '';
      else if (char === '$' || char === '`') return { refused: 'shell', detail: char };
      else if (char === '\\' && '"\\$`'.includes(text[at + 1] ?? ' ')) word += text[++at]!;
      else word += char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= '';
    } else if (char === ' ' || char === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === '\\' || ACTIVE.includes(char)) {
      return { refused: 'shell', detail: char };
    } else {
      word = (word ?? '') + char;
    }
  }
  if (quote) return { refused: 'shell', detail: quote };
  if (word !== undefined) words.push(word);
  return words;
}

function codePoint(char: string): string {
  return `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Arguments as a line that a shell would read back as the same arguments. */
export function commandLine(argv: readonly string[]): string {
  return argv
    .map((word) => (/^[\w@%+=:,./?-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
