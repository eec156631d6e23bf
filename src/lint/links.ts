/** Links between symptoms: from every state of the whole graph a real end can be reached. */
import { answersOf } from '../flow/answers.ts';
import { trappedIn } from '../flow/paths.ts';
import { parseTarget } from '../flow/targets.ts';
import type { PackFolder } from '../pack/folder.ts';
import type { Finding, LintWorld } from './lint.ts';

export function lintLinks(pack: PackFolder, world: LintWorld): Finding[] {
  const next = new Map<string, Set<string>>();
  const exits = new Set<string>();
  for (const [id, flow] of pack.flows) {
    for (const [name, state] of Object.entries(flow.states)) {
      const from = `${id}/${name}`;
      const targets = new Set<string>();
      for (const target of Object.values(answersOf(state))) {
        const parsed = parseTarget(target);
        if (parsed.to === 'state') targets.add(`${id}/${parsed.state}`);
        if (parsed.to === 'end') exits.add(from);
        if (parsed.to === 'flow') {
          const linked = pack.flows.get(parsed.flow);
          if (linked) targets.add(`${parsed.flow}/${parsed.state ?? linked.initial}`);
          else if (world.flows.has(parsed.flow)) exits.add(from);
        }
      }
      if (state.type === 'end') exits.add(from);
      next.set(from, targets);
    }
  }
  return trappedIn(next, exits).map((node) => {
    const [id, state] = node.split('/') as [string, string];
    return {
      file: `flows/${id}.yaml`,
      at: state,
      message: 'leads through other symptoms in a circle without an end',
    };
  });
}
