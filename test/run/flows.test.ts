/** Every command of every flow, asked whether unmesh would run it: nothing that changes anything may be among them. */
import { describe, expect, it } from 'vitest';
import { fill, withControlNamespace } from '../../src/flow/fill.ts';
import { SAMPLE_FACTS } from '../../src/lint/yaml.ts';
import type { Command } from '../../src/pack/schema.ts';
import { planCommand } from '../../src/run/plan.ts';
import { shippedFolder } from '../project.ts';

const filled = (command: Command) =>
  withControlNamespace(
    fill(typeof command === 'string' ? command : command.run, SAMPLE_FACTS).trimEnd(),
    SAMPLE_FACTS,
  );

/** Where a command stands: at a question, as the check of a fix, as a step of a fix. */
const lines = [...shippedFolder.flows].flatMap(([flow, { states }]) =>
  Object.entries(states).flatMap(([name, state]) => {
    const at = `${flow}/${name}`;
    const of = (commands: readonly Command[] | undefined, use: 'ask' | 'verify' | 'fix') =>
      (commands ?? []).map((command) => ({ at, use, line: filled(command) }));
    if (state.type === 'end') return of(state.commands, 'ask');
    if (state.type !== 'fix') return of(state.commands, 'ask');
    return [
      ...of(state.verify.commands, 'verify'),
      ...of(
        state.steps.flatMap((step) => (step.command ? [step.command] : [])),
        'fix',
      ),
    ];
  }),
);
const planned = lines.map((line) => ({
  ...line,
  plan: planCommand(line.line, { context: SAMPLE_FACTS.context }),
}));
const runnable = planned.flatMap(({ plan, ...line }) => ('refused' in plan ? [] : [{ ...line, ...plan }]));

/** `kubectl get`, `istioctl proxy-config listeners`: the words before the first argument or option. */
const verbOf = (argv: readonly string[]) => {
  const words = argv.filter((word, index) => index === 0 || !word.startsWith('-'));
  const length =
    {
      top: 3,
      auth: 3,
      rollout: 3,
      config: 3,
      'proxy-config': 3,
      tag: 3,
      waypoint: 3,
      'ztunnel-config': 3,
      x: 3,
    }[words[1]!] ?? 2;
  return words.slice(0, length).join(' ');
};
const counts = (names: readonly string[]) =>
  Object.fromEntries(
    [...new Set(names)].sort().map((name) => [name, names.filter((other) => other === name).length]),
  );

/** Looked at one by one: a kind that is new in a flow is added here once it is known to read only. */
const KINDS = `istioctl analyze, istioctl proxy-config all, istioctl proxy-config cluster,
  istioctl proxy-config clusters, istioctl proxy-config endpoints, istioctl proxy-config listener,
  istioctl proxy-config listeners, istioctl proxy-config rootca-compare, istioctl proxy-config routes,
  istioctl proxy-config secret, istioctl proxy-status, istioctl remote-clusters, istioctl tag list,
  istioctl version, istioctl waypoint list, istioctl waypoint status, istioctl x authz, istioctl x check-inject,
  istioctl x describe, istioctl x precheck, istioctl ztunnel-config policies, istioctl ztunnel-config services,
  istioctl ztunnel-config workloads, kubectl api-resources, kubectl auth can-i, kubectl auth whoami,
  kubectl cluster-info, kubectl config current-context, kubectl config get-contexts, kubectl describe,
  kubectl exec, kubectl explain, kubectl get, kubectl logs, kubectl rollout history, kubectl top pod,
  kubectl top pods, kubectl version`.split(/,\s+/);

describe('the commands of the flows', () => {
  it('that unmesh would run are of these kinds, all of which only read', () => {
    console.log(
      `${lines.length} commands, ${runnable.length} could be run by unmesh:`,
      counts(runnable.map(({ argv }) => verbOf(argv))),
      'left to the person:',
      counts(planned.flatMap(({ plan }) => ('refused' in plan ? [plan.refused] : []))),
    );
    const kinds = [...new Set(runnable.map(({ argv }) => verbOf(argv)))];
    expect(kinds.filter((kind) => !KINDS.includes(kind))).toEqual([]);
    expect(runnable.length).toBeGreaterThan(500);
  });

  it('that run in a Pod only ask its proxy', () => {
    const inside = runnable
      .filter(({ permission }) => permission === 'exec')
      .map(({ argv }) => argv.slice(argv.indexOf('--') + 1).join(' '));
    expect(
      inside.filter((words) => !/^pilot-agent request GET (memory|ready|server_info|stats)\b/.test(words)),
    ).toEqual([]);
    expect(inside.length).toBeGreaterThan(0);
  });

  it('that change something are never run, wherever they stand', () => {
    // Written apart from the list of what is allowed, so that a slip there shows here.
    const changing =
      /^(apply|create|delete|edit|patch|label|annotate|scale|autoscale|drain|cordon|uncordon|taint|replace|set|run|debug|cp|attach|port-forward|proxy|install|uninstall|upgrade|rollback|restart|undo|wait|bug-report|kube-inject|create-remote-secret|remove|log|use-context)$/;
    const isChanging = (line: string) => line.split(/\s+/).some((word) => changing.test(word));
    expect(runnable.filter(({ argv }) => isChanging(verbOf(argv)))).toEqual([]);
    // Steps of fixes do change things, or there would be nothing to prove.
    expect(lines.filter(({ use, line }) => use === 'fix' && isChanging(line)).length).toBeGreaterThan(300);
  });

  it('reach for no Secret beyond its name', () => {
    const secrets = runnable.filter(
      ({ argv }) => argv[0] === 'kubectl' && argv.some((word) => /^secrets?\b/.test(word)),
    );
    expect(
      secrets.filter(
        ({ argv }) => verbOf(argv) !== 'kubectl get' || argv.some((word) => /^(-o|--output)/.test(word)),
      ),
    ).toEqual([]);
  });
});
