/** What a fix tells a person to apply is what the cluster accepts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fill } from '../../src/flow/fill.ts';
import { SAMPLE_FACTS, sampleObjects } from '../../src/lint/yaml.ts';
import { shippedFolder } from '../project.ts';
import { SHARED } from '../shared.ts';
import { segmentsOf, unknownIn } from './command-lines.ts';
import { readSchemas, violations } from './crd-schema.ts';

interface Snippet {
  readonly at: string;
  readonly object: { readonly apiVersion: string; readonly kind: string };
}

const snippets: Snippet[] = [...shippedFolder.flows].flatMap(([flow, { states }]) =>
  Object.entries(states).flatMap(([name, state]) =>
    state.type !== 'fix'
      ? []
      : state.steps.flatMap((step) =>
          step.yaml && !step.patch
            ? sampleObjects(step.yaml).objects.map((object) => ({
                at: `${flow}/${name}/${step.id}`,
                object: object as Snippet['object'],
              }))
            : [],
        ),
  ),
);

describe.skipIf(!SHARED)('the objects of the fixes', () => {
  const read = (name: string) => readFileSync(join(SHARED!, 'reference/crds', `${name}.yaml`), 'utf8');
  const schemas = SHARED
    ? new Map([...readSchemas(read('istio')), ...readSchemas(read('gateway-api'))])
    : new Map();
  const ours = snippets.filter(({ object }) => schemas.has(`${object.apiVersion}/${object.kind}`));

  it('are Istio and Gateway API kinds in served versions', () => {
    const strangers = snippets
      .filter(({ object }) => /\.(istio\.io|networking\.k8s\.io)\//.test(object.apiVersion))
      .filter(({ object }) => /istio\.io\/|gateway\.networking/.test(object.apiVersion))
      .filter(({ object }) => !schemas.has(`${object.apiVersion}/${object.kind}`))
      // A file for istioctl, no object of the cluster.
      .filter(({ object }) => object.kind !== 'IstioOperator');
    expect(strangers.map(({ at, object }) => `${at}: ${object.apiVersion} ${object.kind}`)).toEqual([]);
    expect(ours.length).toBeGreaterThan(50);
  });

  it.each(ours.map((snippet) => [snippet.at, snippet] as const))('%s fits its schema', (_, { object }) => {
    expect(violations(schemas.get(`${object.apiVersion}/${object.kind}`)!, object)).toEqual([]);
  });
});

describe('the commands of the flows', () => {
  const lines = [...shippedFolder.flows].flatMap(([flow, { states }]) =>
    Object.entries(states).flatMap(([name, state]) => {
      const commands = [
        ...('commands' in state ? (state.commands ?? []) : []),
        ...(state.type === 'fix'
          ? [...state.verify.commands, ...state.steps.flatMap(({ command }) => (command ? [command] : []))]
          : []),
      ];
      return commands.map((command) => ({
        at: `${flow}/${name}`,
        line: typeof command === 'string' ? command : command.run,
      }));
    }),
  );

  it('are sub-commands and flags that exist', () => {
    const wrong = lines.flatMap(({ at, line }) =>
      segmentsOf(fill(line, SAMPLE_FACTS))
        .flatMap(unknownIn)
        .map((message) => `${at}: ${message}`),
    );
    expect(wrong).toEqual([]);
    expect(lines.length).toBeGreaterThan(500);
  });

  // `kubectl debug node/…` leaves a finished pod behind; what only the node can tell is worth it.
  it('change nothing in a step or a verification', () => {
    const CHANGES =
      /^(?:kubectl (?:-n \S+ )?(?:apply|annotate|autoscale|create|delete|drain|edit|label|patch|scale|rollout (?:restart|undo)|run|debug (?!node\/))|istioctl (?:install|uninstall|tag (?:set|remove)|waypoint apply)|helm (?:upgrade|delete|rollback)|az .*\b(?:enable|disable|update|upgrade|create|scale|start|complete|rollback)\b|gcloud .*\b(?:create|update|enable|resize|add-iam-policy-binding)\b)/;
    const changing = [...shippedFolder.flows].flatMap(([flow, { states }]) =>
      Object.entries(states).flatMap(([name, state]) => {
        const looking = [
          ...(state.type !== 'fix' && 'commands' in state ? (state.commands ?? []) : []),
          ...(state.type === 'fix' ? state.verify.commands : []),
        ].map((command) => (typeof command === 'string' ? command : command.run));
        return looking
          .flatMap((line) => segmentsOf(line).map((words) => words.join(' ')))
          .filter((line) => CHANGES.test(line) && !line.includes('--dry-run'))
          .map((line) => `${flow}/${name}: ${line}`);
      }),
    );
    expect(changing).toEqual([]);
  });
});
