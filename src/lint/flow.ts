/** One flow file: targets, reachability, readers, commands. */
import { answersOf, isStep } from '../flow/answers.ts';
import { placeholdersOf } from '../flow/fill.ts';
import { enumeratePaths } from '../flow/paths.ts';
import { pattern, readOutput } from '../flow/readers.ts';
import { parseTarget } from '../flow/targets.ts';
import type { PackFolder } from '../pack/folder.ts';
import type { Command, FlowFile, Reader, StateFile } from '../pack/schema.ts';
import { isFactName, UNKNOWN } from '../pack/vocabulary.ts';
import { lintCommand } from './commands.ts';
import type { Finding, LintWorld } from './lint.ts';
import { lintYaml } from './yaml.ts';

export function lintFlow(id: string, flow: FlowFile, pack: PackFolder, world: LintWorld): Finding[] {
  const file = `flows/${id}.yaml`;
  const findings: Finding[] = [];
  const say = (at: string, message: string) => findings.push({ file, at, message });

  if (flow.id !== id) say('id', `is "${flow.id}" but the file is named ${id}.yaml; make them the same`);
  for (const source of flow.sources) {
    if (!pack.sources[source]) say('sources', `"${source}" is not in kb/sources.yaml; add it there`);
  }
  if (!flow.states[flow.initial]) say('initial', `there is no state "${flow.initial}"`);

  let targetsHold = flow.states[flow.initial] !== undefined;
  for (const [name, state] of Object.entries(flow.states)) {
    for (const [answer, target] of Object.entries(answersOf(state))) {
      const parsed = parseTarget(target);
      if (parsed.to === 'state' && !flow.states[parsed.state]) {
        say(`${name}.on.${answer}`, `leads to "${target}", which is no state of this flow`);
        targetsHold = false;
      }
      if (parsed.to === 'flow' && !pack.flows.has(parsed.flow) && !world.flows.has(parsed.flow)) {
        say(`${name}.on.${answer}`, `leads to the symptom "${parsed.flow}", which no pack has`);
      }
      const linked = parsed.to === 'flow' ? pack.flows.get(parsed.flow) : undefined;
      if (parsed.to === 'flow' && parsed.state && linked && !linked.states[parsed.state]) {
        say(
          `${name}.on.${answer}`,
          `leads to "${target}", but ${parsed.flow} has no state "${parsed.state}"`,
        );
      }
    }
    lintState(name, state, say, world);
  }
  if (targetsHold) {
    const paths = enumeratePaths(flow);
    for (const state of paths.unreachable) say(state, 'no path leads to this state');
    for (const state of paths.trapped) say(state, 'no end and no other symptom can be reached from here');
  }
  return findings;
}

type Say = (at: string, message: string) => void;

function lintState(name: string, state: StateFile, say: Say, world: LintWorld): void {
  if (isStep(state)) {
    const answers = Object.keys(state.on);
    if (!answers.includes(UNKNOWN)) say(`${name}.on`, 'add an answer "unknown": a person may not know');
    const own = answers.length - (answers.includes(UNKNOWN) ? 1 : 0);
    if (own < 2 || own > 9) say(`${name}.on`, `has ${own} answers besides "unknown"; a question has 2 to 9`);
    if (state.probe && world.probes && !world.probes.has(state.probe)) {
      say(`${name}.probe`, `there is no probe "${state.probe}"`);
    }
    lintCommands(name, state.commands, say);
    lintReaders(`${name}.read`, state.read, answers, say);
  } else if (state.type === 'fix') {
    for (const step of state.steps) {
      const at = `${name}.steps.${step.id}`;
      if (step.command) lintCommands(at, [step.command], say);
      if (step.yaml)
        for (const message of lintYaml(step.yaml, step.patch === true)) say(`${at}.yaml`, message);
    }
    lintCommands(`${name}.verify`, state.verify.commands, say);
    lintReaders(`${name}.verify.read`, state.verify.read, ['fixed', 'not-fixed'], say);
    if (state.on['not-fixed'] === name) say(`${name}.on.not-fixed`, 'leads back to the same fix');
  } else if (state.type === 'end') {
    lintCommands(name, state.commands, say);
  }
}

function lintCommands(at: string, commands: readonly Command[] | undefined, say: Say): void {
  for (const command of commands ?? []) {
    const text = typeof command === 'string' ? command : command.run;
    for (const message of lintCommand(text)) say(at, message);
    for (const name of placeholdersOf(text)) {
      if (!isFactName(name)) say(at, `{{${name}}} is no fact; write <${name}> or use one of the facts`);
    }
  }
}

function lintReaders(
  at: string,
  readers: readonly Reader[] | undefined,
  answers: readonly string[],
  say: Say,
): void {
  for (const [index, reader] of (readers ?? []).entries()) {
    if (!answers.includes(reader.answer))
      say(`${at}.${index}`, `reads the answer "${reader.answer}", which the step does not have`);
    if (!('match' in reader)) continue;
    try {
      pattern(reader.match);
    } catch (error) {
      say(`${at}.${index}.match`, `is no RE2 pattern: ${error instanceof Error ? error.message : error}`);
      return;
    }
    if ('sample' in reader) {
      const reading = readOutput(readers, reader.sample, 'output');
      if (reading?.answer !== reader.answer) {
        say(
          `${at}.${index}.sample`,
          `is read as "${reading?.answer ?? 'nothing'}" instead of "${reader.answer}"`,
        );
      }
    }
  }
}
