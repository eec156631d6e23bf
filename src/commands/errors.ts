/** Draws errors: what the person can mend in their language, our own faults with the stack. */
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import type { Words } from '../i18n/words.ts';
import { sanitise, sanitiseLine } from '../text/sanitise.ts';

/** Lines for standard error and the exit code to leave with. */
export function drawError(
  error: unknown,
  words: Words,
): { readonly text: string; readonly exitCode: ExitCode } {
  if (error instanceof UserError) {
    const values = Object.fromEntries(
      Object.entries(error.values).map(([name, value]) => [
        name,
        typeof value === 'string' ? sanitiseLine(value) : value,
      ]),
    );
    const line = (part: string) => words.error(`${error.id}.${part}`, values).trimEnd();
    return { text: `${line('what')}\n${line('why')}\n→ ${line('next')}\n`, exitCode: error.exitCode };
  }
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const values = { message: sanitiseLine(message) };
  const line = (part: string) => words.error(`bug.${part}`, values);
  return {
    text: `${line('what')}\n${line('why')}\n→ ${line('next')}\n\n${sanitise(stack)}\n`,
    exitCode: EXIT.bug,
  };
}
