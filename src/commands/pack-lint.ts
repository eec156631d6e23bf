/** `unmesh pack lint`: checks a folder with the checks the shipped pack passes. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EXIT, type ExitCode } from '../errors.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import { openRuntime, type RuntimeOptions } from './runtime.ts';

/** Empty where there is no such file: a finding may be that one is missing. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

export async function runPackLint(options: RuntimeOptions & { readonly folder: string }): Promise<ExitCode> {
  const runtime = await openRuntime({ ...options, packs: [] });
  const [{ readPackFolder }, { lintPack }, { locate }, { PROBES }] = await Promise.all([
    import('../pack/folder.ts'),
    import('../lint/lint.ts'),
    import('../pack/locate.ts'),
    import('../probe/probes.ts'),
  ]);
  const pack = readPackFolder(resolve(options.folder));
  const findings = lintPack(pack, {
    flows: new Set(runtime.pack.flowIds),
    probes: new Set(Object.keys(PROBES)),
  });
  for (const { file, at, message, place } of findings) {
    const text = place ? '' : textOf(join(pack.root, file));
    const { line, column } = place ?? locate(text, at);
    const where = place || text !== '' ? `${file}:${line}:${column}` : file;
    process.stdout.write(`${sanitiseLine(`${where}: ${at === '' ? '' : `${at}: `}${message}`)}\n`);
  }
  process.stdout.write(`flows: ${pack.flows.size}, findings: ${findings.length}\n`);
  return findings.length > 0 ? EXIT.found : EXIT.ok;
}
