/** What every command needs: packs, words, the matcher. Opened once, parts loaded when first used. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MatchReport } from '../case/world.ts';
import { EXIT, UserError } from '../errors.ts';
import { answersOf } from '../flow/answers.ts';
import { parseTarget } from '../flow/targets.ts';
import { LANGUAGE_NAMES, languageOf, languageOfEnvironment } from '../i18n/language.ts';
import { createWords, type Words, type WordsFactory } from '../i18n/words.ts';
import type { Matcher, MatchResult } from '../match/index.ts';
import { openCompiledPack } from '../pack/compiled.ts';
import { mergePacks } from '../pack/merge.ts';
import type { Pack } from '../pack/pack.ts';
import { LANGUAGES, type Language } from '../pack/vocabulary.ts';

export interface RuntimeOptions {
  readonly lang?: string | undefined;
  readonly packs?: readonly string[] | undefined;
  readonly env: NodeJS.ProcessEnv;
}

export interface Runtime {
  readonly pack: Pack;
  readonly words: WordsFactory;
  readonly language: Language;
  readonly env: NodeJS.ProcessEnv;
  /** What is wrong with a team's pack and still lets it be used. */
  readonly warnings: readonly UserError[];
  /** Builds the matcher's indexes once. */
  matcher(): Promise<Matcher>;
}

/** The compiled pack lies beside the bundle. */
export function packDirectory(): string {
  return fileURLToPath(new URL('./pack', import.meta.url));
}

/** Throws `language-unknown`, `pack-unreadable`, `pack-empty`, `pack-file-broken`. */
export async function openRuntime(options: RuntimeOptions): Promise<Runtime> {
  const dir = packDirectory();
  const shipped = openCompiledPack(dir);
  const own = options.packs?.length ? await userPacks(options.packs) : [];
  const pack = mergePacks([shipped, ...own]);
  const words = createWords(pack, (lang, namespace) =>
    JSON.parse(readFileSync(join(dir, 'locales', lang, `${namespace}.json`), 'utf8')),
  );
  let matcher: Promise<Matcher> | undefined;
  return {
    pack,
    words,
    language: chosenLanguage(options.lang, options.env),
    env: options.env,
    warnings: own.flatMap((one) => brokenLinks(one, pack)),
    matcher: () => (matcher ??= loadMatcher(pack)),
  };
}

/** A team's own packs are YAML: their loader and validators come only with them. */
async function userPacks(folders: readonly string[]): Promise<Pack[]> {
  const { isEmpty, packOfFolder, readPackFolder } = await import('../pack/folder.ts');
  return folders.map((path) => {
    const folder = readPackFolder(path);
    if (isEmpty(folder)) throw new UserError('pack-empty', { path }, EXIT.environment);
    return packOfFolder(folder);
  });
}

/** Links into symptoms that no pack has, of a team's pack beneath which unmesh has moved on. */
function brokenLinks(own: Pack, all: Pack): UserError[] {
  const known = new Set(all.flowIds);
  return own.flowIds.flatMap((id) => {
    const states = Object.values(own.flow(id)?.states ?? {});
    const targets = new Set(states.flatMap((state) => Object.values(answersOf(state))).map(parseTarget));
    return [...targets]
      .filter((target) => target.to === 'flow' && !known.has(target.flow))
      .map(
        (target) =>
          new UserError('pack-link-broken', { flow: id, target: (target as { flow: string }).flow }),
      );
  });
}

async function loadMatcher(pack: Pack): Promise<Matcher> {
  const { createMatcher } = await import('../match/index.ts');
  const sayings = LANGUAGES.flatMap((lang) =>
    Object.entries(pack.symptomWords(lang)).map(([flow, own]) => ({ flow, lang, ...own })),
  );
  const tables = pack.tableIds.flatMap((id) => pack.table(id) ?? []);
  return createMatcher({ signatures: pack.signatures(), sayings, tables });
}

function chosenLanguage(tag: string | undefined, env: NodeJS.ProcessEnv): Language {
  if (tag === undefined && !env.UNMESH_LANG) return languageOfEnvironment(env);
  const asked = tag ?? env.UNMESH_LANG!;
  const found = languageOf(asked);
  if (!found) throw new UserError('language-unknown', { tag: asked, known: knownLanguages() });
  return found;
}

function knownLanguages(): string {
  return LANGUAGES.map((lang) => `${lang} (${LANGUAGE_NAMES[lang]})`).join(', ');
}

/** The language to speak before anything is known to work: for help and for errors of the command line. */
export function languageForErrors(argv: readonly string[], env: NodeJS.ProcessEnv): Language {
  const at = argv.findIndex((arg) => arg === '--lang' || arg.startsWith('--lang='));
  const tag = at === -1 ? undefined : (argv[at]!.split('=')[1] ?? argv[at + 1]);
  return (tag && languageOf(tag)) || languageOfEnvironment(env);
}

/** The matcher's answer as the case needs it. */
export function matchReport(result: MatchResult): MatchReport {
  return {
    matches: result.matches.map(({ flow, score, evidence }) => ({ flow, score, evidence })),
    nearest: result.nearest.map(({ flow, saying }) => ({ flow, saying })),
    facts: result.facts.map(({ name, value, from }) => ({ name, value, place: from.text })),
    records: result.records,
  };
}

export type { Words };
