/** What a fix tells a person to apply is what the cluster accepts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleObjects } from '../../src/lint/yaml.ts';
import { shippedFolder } from '../project.ts';
import { SHARED } from '../shared.ts';
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
