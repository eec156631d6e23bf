/** Checks a whole pack: what no single file can show wrong. The tests and `unmesh pack lint` use the same checks. */
import type { PackFolder } from '../pack/folder.ts';
import { lintFlow } from './flow.ts';
import { lintLinks } from './links.ts';
import { lintSignatures } from './signatures.ts';
import { lintTables } from './tables.ts';
import { lintFlowWords } from './words.ts';

/** A fault in a pack: the file it stands in, where in it, and what to do about it (English: for pack authors). */
export interface Finding {
  readonly file: string;
  readonly at: string;
  readonly message: string;
}

/** What lies outside the pack that is checked but may be referred to from it. */
export interface LintWorld {
  /** Symptoms of the packs beneath this one. */
  readonly flows: ReadonlySet<string>;
  /** Probes the program has. `undefined` skips the check. */
  readonly probes: ReadonlySet<string> | undefined;
}

/** All findings, in order of files; an empty list is a clean pack. */
export function lintPack(pack: PackFolder, world: LintWorld): Finding[] {
  const findings: Finding[] = pack.faults.map((f) => ({
    file: f.file,
    at: `${f.line}:${f.column}`,
    message: f.message,
  }));
  for (const [id, flow] of pack.flows) {
    findings.push(...lintFlow(id, flow, pack, world), ...lintFlowWords(id, flow, pack));
  }
  findings.push(...lintSignatures(pack, world), ...lintTables(pack, world), ...lintLinks(pack, world));
  return findings;
}
