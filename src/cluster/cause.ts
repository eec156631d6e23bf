/** An error of Node or of the client, said in one line. */

/** Longest line that is told. Characters. */
const MAX_LINE = 300;

/** Never empty: an error without words is told by its code, its first inner error, or its name. */
export function firstLine(cause: unknown): string {
  const line = textOf(cause).trim().split(/\r?\n/, 1)[0]!.slice(0, MAX_LINE);
  return line === '' ? 'unknown error' : line;
}

function textOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause.message.trim() !== '') return cause.message;
  // Node tries every address of a name, and says only inside what happened at each.
  if (cause instanceof AggregateError && cause.errors.length > 0) return textOf(cause.errors[0]);
  return (cause as NodeJS.ErrnoException).code ?? cause.name;
}
