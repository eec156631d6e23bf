/** Checks a whole pack: what no single file can show wrong. The tests and `unmesh pack lint` use the same checks. */
import { isEmpty, type PackFolder } from '../pack/folder.ts';
import type { Place } from '../pack/locate.ts';
import { LANGUAGES, type Language } from '../pack/vocabulary.ts';
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
  /** Where the file itself could not be read; else `locate` finds `at`. */
  readonly place?: Place;
}

/** What lies outside the pack that is checked but may be referred to from it. */
export interface LintWorld {
  /** Symptoms of the packs beneath this one. */
  readonly flows: ReadonlySet<string>;
  /** Probes the program has. `undefined` skips the check. */
  readonly probes: ReadonlySet<string> | undefined;
  /** Languages that every flow must have. Where absent: those in which the pack has any words, English if it has none. */
  readonly languages?: readonly Language[];
}

/** All findings, in order of files; an empty list is a clean pack. */
export function lintPack(pack: PackFolder, world: LintWorld): Finding[] {
  const languages = world.languages ?? languagesOf(pack);
  const findings: Finding[] = pack.faults.map((f) => ({
    file: f.file,
    at: f.at,
    message: f.message,
    place: { line: f.line, column: f.column },
  }));
  for (const file of pack.unread)
    findings.push({
      file,
      at: '',
      message:
        'is not read: flows/ and kb/ hold files that end in .yaml, locales/ one folder a language with .json files',
    });
  if (isEmpty(pack) && findings.length === 0)
    findings.push({
      file: '.',
      at: '',
      message: 'holds no data: give the folder that holds flows/, kb/ and locales/',
    });
  for (const [id, flow] of pack.flows) {
    findings.push(...lintFlow(id, flow, pack, world), ...lintFlowWords(id, flow, pack, languages));
  }
  findings.push(...lintSignatures(pack, world), ...lintTables(pack, world), ...lintLinks(pack, world));
  return findings;
}

function languagesOf(pack: PackFolder): readonly Language[] {
  const spoken = LANGUAGES.filter((lang) => (pack.flowWords.get(lang)?.size ?? 0) > 0);
  return spoken.length > 0 ? spoken : ['en'];
}
