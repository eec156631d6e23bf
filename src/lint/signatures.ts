/** Signatures: a file per flow, unique ids, something positive to look for, and texts that prove what they promise. */
import { createMatcher } from '../match/index.ts';
import type { PackFolder } from '../pack/folder.ts';
import type { Finding, LintWorld } from './lint.ts';

export function lintSignatures(pack: PackFolder, world: LintWorld): Finding[] {
  const findings: Finding[] = [];
  const matcher = createMatcher({ signatures: [...pack.signatures.values()], sayings: [] });
  const idsIn = (text: string) => matcher.match(text).matches.flatMap(({ signatures }) => signatures);
  const seen = new Map<string, string>();
  for (const [name, { flow, signatures }] of pack.signatures) {
    const file = `kb/signatures/${name}.yaml`;
    const say = (at: string, message: string) => findings.push({ file, at, message });
    if (flow !== name) say('flow', `is "${flow}" but the file is named ${name}.yaml`);
    if (!pack.flows.has(flow) && !world.flows.has(flow)) say('flow', `no pack has the symptom "${flow}"`);
    for (const signature of signatures) {
      const before = seen.get(signature.id);
      if (before) say(signature.id, `the id stands already in ${before}`);
      seen.set(signature.id, file);
      if (!signature.any?.length && !signature.all?.length && !Object.keys(signature.fields ?? {}).length) {
        say(signature.id, 'needs `any`, `all` or `fields`: something that must be there');
      }
      for (const [index, text] of signature.match.entries())
        if (!idsIn(text).includes(signature.id))
          say(`${signature.id}.match.${index}`, 'the signature does not find this text');
      for (const [index, text] of signature.not.entries())
        if (idsIn(text).includes(signature.id))
          say(`${signature.id}.not.${index}`, 'the signature finds this text, which it must leave alone');
    }
  }
  return findings;
}
