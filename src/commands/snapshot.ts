/** `unmesh snapshot <path>`: what a snapshot holds, whole or in part, and which probes it can answer. */
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { PROBES } from '../probe/probes.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import { openRuntime, type RuntimeOptions } from './runtime.ts';
import { drawSnapshot, openFrom } from './snapshot-look.ts';

const FORMATS = ['text', 'json'];

export async function runSnapshot(
  options: RuntimeOptions & { readonly path: string; readonly output: string },
): Promise<ExitCode> {
  const { path, output } = options;
  if (!FORMATS.includes(output))
    throw new UserError('format-unknown', { format: sanitiseLine(output, 40), known: FORMATS.join(', ') });
  const runtime = await openRuntime(options);
  const snapshot = await openFrom(path, process.stdin);
  const description = snapshot.describe();
  if (output === 'json') {
    const probes = Object.entries(PROBES).map(([probe, { reads }]) => ({
      probe,
      missing: snapshot.lacks(reads),
    }));
    process.stdout.write(`${JSON.stringify({ ...description, probes }, null, 2)}\n`);
    return EXIT.ok;
  }
  const words = runtime.words.words(runtime.language);
  const rows = description.collected.map(({ resource, objects, wholeIn }) => {
    const where =
      wholeIn === 'all'
        ? words.t('snapshot.whole')
        : wholeIn.length > 0
          ? words.t('snapshot.whole-in', { namespaces: sanitiseLine(wholeIn.join(', '), 300) })
          : words.t('snapshot.single');
    return `${String(objects).padStart(7)}  ${resource}  ${where}\n`;
  });
  process.stdout.write(drawSnapshot(path, snapshot, words) + rows.join(''));
  return EXIT.ok;
}
