/** The line of keys under the prompt, as much of it as fits: the first names the help, the last leaves. */
import stringWidth from 'string-width';

const BETWEEN = ' · ';

/** `keys`: all of them, the least needed before the last. `columns`: the room there is. */
export function fittingKeys(keys: string, columns: number): string {
  const parts = keys.split(BETWEEN);
  while (parts.length > 2 && stringWidth(parts.join(BETWEEN)) > columns) parts.splice(-2, 1);
  return parts.join(BETWEEN);
}
