/** `unmesh flows`: what unmesh knows. */
import stringWidth from 'string-width';
import { EMPTY_CASE } from '../case/state.ts';
import { viewOf } from '../case/view.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { answersOf } from '../flow/answers.ts';
import { machineKey } from '../flow/targets.ts';
import { nearestFlows } from './nearest.ts';
import { openRuntime, type Runtime, type RuntimeOptions } from './runtime.ts';

export async function runFlowsList(options: RuntimeOptions & { readonly output: string }): Promise<ExitCode> {
  if (!['text', 'json'].includes(options.output))
    throw new UserError('format-unknown', { format: options.output, known: 'text, json' });
  const runtime = await openRuntime(options);
  const words = runtime.words.words(runtime.language);
  const rows = runtime.pack.flowIds.map((id) => ({
    id,
    area: runtime.pack.symptom(id)!.area,
    title: words.title(id),
  }));
  if (options.output === 'json') {
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    return EXIT.ok;
  }
  const width = Math.max(...rows.map(({ id }) => stringWidth(id)));
  for (const { id, title } of rows) process.stdout.write(`${id.padEnd(width)}  ${title}\n`);
  process.stdout.write(`\n${words.t('flows.count', { count: rows.length })}\n`);
  return EXIT.ok;
}

/** Every state of one symptom, as text: for reading a flow through, and for reviewing a translation. */
export async function runFlowsShow(options: RuntimeOptions & { readonly id: string }): Promise<ExitCode> {
  const runtime = await openRuntime(options);
  const flow = flowOrThrow(runtime, options.id);
  const words = runtime.words.words(runtime.language);
  const { placeLines } = await import('../ui/plain.ts');
  const own = words.flow(options.id);
  const lines = [
    `${words.title(options.id)} (${options.id})`,
    own?.summary ?? '',
    ...(own?.says ?? []).map((say) => `  “${say}”`),
  ];
  for (const [name, state] of Object.entries(flow.states)) {
    const view = viewOf(runtime.pack, words, EMPTY_CASE, options.id, name);
    lines.push('', `--- ${name}`);
    if (!view) continue;
    lines.push(...placeLines(view, words).slice(1));
    if (view.kind === 'step') lines.push(`  ${words.t('step.howto')} ${view.howto}`);
    if (view.kind !== 'end') {
      const targets = answersOf(state);
      lines.push(...view.answers.map(({ id, label }) => `    [${id}] ${label}  -> ${targets[id]}`));
    }
  }
  process.stdout.write(`${lines.join('\n')}\n`);
  return EXIT.ok;
}

/** A Mermaid state diagram of one symptom. */
export async function runFlowsGraph(options: RuntimeOptions & { readonly id: string }): Promise<ExitCode> {
  const runtime = await openRuntime(options);
  const flow = flowOrThrow(runtime, options.id);
  const node = (name: string) => machineKey(name).replace(/[^a-z0-9]/g, '_');
  const lines = ['stateDiagram-v2', `  [*] --> ${node(flow.initial)}`];
  for (const [name, state] of Object.entries(flow.states)) {
    lines.push(`  ${node(name)} : ${name}`);
    for (const [answer, target] of Object.entries(answersOf(state)))
      lines.push(`  ${node(name)} --> ${node(target)} : ${answer}`);
    if (state.type === 'end') lines.push(`  ${node(name)} --> [*]`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
  return EXIT.ok;
}

function flowOrThrow(runtime: Runtime, id: string) {
  const flow = runtime.pack.flow(id);
  if (!flow) throw new UserError('flow-unknown', { id, nearest: nearestFlows(runtime.pack, id) });
  return flow;
}
