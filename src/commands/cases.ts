/** `unmesh cases`: the saved cases, newest first. */

import { nextOf } from '../case/next.ts';
import { foldCase } from '../case/state.ts';
import { listCases, loadCase, stateDirectory } from '../case/store.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { openRuntime, type RuntimeOptions } from './runtime.ts';

export async function runCases(options: RuntimeOptions): Promise<ExitCode> {
  const runtime = await openRuntime(options);
  const words = runtime.words.words(runtime.language);
  const directory = stateDirectory(options.env);
  const ids = listCases(directory);
  if (ids.length === 0) process.stdout.write(`${words.t('resume.none')}\n`);
  for (const id of ids) {
    const line = describe(id);
    process.stdout.write(`${id}  ${line}\n`);
  }
  return EXIT.ok;

  function describe(id: string): string {
    try {
      const state = foldCase(loadCase(directory, id).events, nextOf(runtime.pack));
      const flow = state.at?.flow ?? state.matches[0]?.flow;
      const end = state.end ? words.t(`end.${state.end.outcome}.label`) : words.t('report.open');
      return `${flow ? words.title(flow) : '-'}  (${end})`;
    } catch {
      // A damaged log must not hide the others; `resume` says what is wrong with it.
      return '?';
    }
  }
}
