/** `unmesh pack lint`: checks a folder with the checks the shipped pack passes. */
import { resolve } from 'node:path';
import { EXIT, type ExitCode } from '../errors.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import { openRuntime, type RuntimeOptions } from './runtime.ts';

export async function runPackLint(options: RuntimeOptions & { readonly folder: string }): Promise<ExitCode> {
  const runtime = await openRuntime({ ...options, packs: [] });
  const [{ readPackFolder }, { lintPack }, { PROBES }] = await Promise.all([
    import('../pack/folder.ts'),
    import('../lint/lint.ts'),
    import('../probe/probes.ts'),
  ]);
  const pack = readPackFolder(resolve(options.folder));
  const findings = lintPack(pack, {
    flows: new Set(runtime.pack.flowIds),
    probes: new Set(Object.keys(PROBES)),
  });
  for (const { file, at, message } of findings)
    process.stdout.write(`${sanitiseLine(`${file} ${at}: ${message}`)}\n`);
  process.stdout.write(`${pack.flows.size} flows, ${findings.length} findings\n`);
  return findings.length > 0 ? EXIT.found : EXIT.ok;
}
