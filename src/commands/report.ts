/** `unmesh report`: a case for the incident record. */

import { listCases, loadCase, stateDirectory } from '../case/store.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { drawMarkdown, drawText } from '../report/draw.ts';
import { reportOf } from '../report/report.ts';
import { openRuntime, type RuntimeOptions } from './runtime.ts';

const FORMATS = ['text', 'markdown', 'json'];

export async function runReport(
  options: RuntimeOptions & { readonly id: string | undefined; readonly output: string },
): Promise<ExitCode> {
  if (!FORMATS.includes(options.output))
    throw new UserError('format-unknown', { format: options.output, known: FORMATS.join(', ') });
  const runtime = await openRuntime(options);
  const directory = stateDirectory(options.env);
  const id = options.id ?? listCases(directory)[0];
  if (!id) throw new UserError('case-none', {}, EXIT.input);
  const { events } = loadCase(directory, id);
  const words = runtime.words.words(runtime.language);
  const report = reportOf(events, runtime.pack, words);
  const text =
    options.output === 'json'
      ? JSON.stringify(report, null, 2)
      : options.output === 'markdown'
        ? drawMarkdown(report, words)
        : drawText(report, words);
  process.stdout.write(`${text}\n`);
  return EXIT.ok;
}
