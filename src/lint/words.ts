/** Words of a flow: every id has words in each language of the pack, every word is used, placeholders agree. */
import { isStep } from '../flow/answers.ts';
import { placeholdersOf } from '../flow/fill.ts';
import type { PackFolder } from '../pack/folder.ts';
import type { FlowFile, FlowWords, StateFile } from '../pack/schema.ts';
import { isFactName, LANGUAGES, type Language, UNKNOWN } from '../pack/vocabulary.ts';
import type { Finding } from './lint.ts';

/** `languages` are those that every flow must have. */
export function lintFlowWords(
  id: string,
  flow: FlowFile,
  pack: PackFolder,
  languages: readonly Language[],
): Finding[] {
  const findings: Finding[] = [];
  // English leads where there is any; a team may write its runbooks in its own language only.
  const leading = LANGUAGES.find((lang) => pack.flowWords.get(lang)?.has(id));
  const base = leading && pack.flowWords.get(leading)?.get(id);
  const basePlaceholders = base ? flatten(base) : new Map<string, string>();
  for (const lang of languages) {
    const file = `locales/${lang}/flows/${id}.json`;
    const words = pack.flowWords.get(lang)?.get(id);
    if (!words) {
      findings.push({
        file,
        at: '',
        message: `is missing or broken: every flow has words in ${languages.join(', ')}`,
      });
      continue;
    }
    for (const [name, state] of Object.entries(flow.states)) {
      for (const message of compare(wordKeys(state), words.states[name]))
        findings.push({ file, at: `states.${name}`, message });
    }
    for (const name of Object.keys(words.states)) {
      if (!flow.states[name])
        findings.push({ file, at: `states.${name}`, message: 'the flow has no such state' });
    }
    for (const [key, text] of flatten(words)) {
      for (const name of placeholdersOf(text)) {
        if (!isFactName(name)) findings.push({ file, at: key, message: `{{${name}}} is no fact` });
      }
      const wanted = basePlaceholders.get(key);
      if (
        lang !== leading &&
        wanted !== undefined &&
        !key.startsWith('says') &&
        listed(text) !== listed(wanted)
      ) {
        findings.push({
          file,
          at: key,
          message: `has the placeholders [${listed(text)}], ${leading} has [${listed(wanted)}]`,
        });
      }
    }
  }
  return findings;
}

/** The keys a state's words must have; a trailing `?` marks an optional one. */
function wordKeys(state: StateFile): string[] {
  if (isStep(state)) {
    const answers = Object.keys(state.on).filter((answer) => answer !== UNKNOWN);
    return ['ask', 'why', 'howto', ...answers.map((answer) => `answers.${answer}`)];
  }
  if (state.type === 'fix') {
    return ['title', 'why', 'verify', 'warn?', ...state.steps.map((step) => `steps.${step.id}`)];
  }
  return ['title', 'body'];
}

function compare(wanted: readonly string[], words: FlowWords['states'][string] | undefined): string[] {
  if (!words) return ['words are missing'];
  const have = new Set(flatten(words).keys());
  const missing = wanted.filter((key) => !key.endsWith('?') && !have.has(key));
  const known = new Set(wanted.map((key) => key.replace('?', '')));
  const extra = [...have].filter((key) => !known.has(key));
  return [...missing.map((key) => `"${key}" is missing`), ...extra.map((key) => `"${key}" is not used`)];
}

/** Leaf texts by dotted path. */
export function flatten(tree: unknown, prefix = ''): Map<string, string> {
  const leaves = new Map<string, string>();
  if (typeof tree === 'string') return leaves.set(prefix, tree);
  if (typeof tree !== 'object' || tree === null) return leaves;
  for (const [key, value] of Object.entries(tree)) {
    for (const leaf of flatten(value, prefix ? `${prefix}.${key}` : key)) leaves.set(...leaf);
  }
  return leaves;
}

function listed(text: string): string {
  return placeholdersOf(text).sort().join(', ');
}
