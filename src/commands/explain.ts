/** `unmesh explain`: see explain in src/explain. */
import type { ExitCode } from '../errors.ts';
import type { RuntimeOptions } from './runtime.ts';

export async function runExplain(
  _options: RuntimeOptions & { readonly what: string; readonly output: string },
): Promise<ExitCode> {
  throw new Error('not yet');
}
