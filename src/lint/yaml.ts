/** YAML snippets of fixes: they parse, and a whole object has what an apply needs. */
import { parseAllDocuments } from 'yaml';
import { fill, placeholdersOf } from '../flow/fill.ts';
import { FACTS, type FactName, isFactName } from '../pack/vocabulary.ts';

/** Plausible values, so that a snippet can be parsed and validated as it would be applied. */
export const SAMPLE_FACTS: Readonly<Record<FactName, string>> = {
  ...(Object.fromEntries(FACTS.map((name) => [name, `my-${name}`])) as Record<FactName, string>),
  port: '8080',
  code: '503',
  host: 'cart.shop.svc.cluster.local',
  ip: '10.8.0.3',
  url: 'https://example.com/',
  path: '/healthz',
  platform: 'istio',
  kind: 'VirtualService',
  revision: 'asm-1-27',
  'istio-version': '1.27.1',
  'kubernetes-version': '1.33.2',
};

/** The snippet's objects with sample facts filled in; what is no fact (`<like-this>`) becomes a plain word. */
export function sampleObjects(yaml: string): {
  readonly objects: readonly unknown[];
  readonly errors: readonly string[];
} {
  const text = fill(yaml, SAMPLE_FACTS)
    .replace(/<[a-z-]*port>/g, '3128')
    .replace(/<([a-z0-9-]+)>/g, 'my-$1');
  const docs = parseAllDocuments(text);
  const list = 'empty' in docs ? [] : docs;
  return {
    objects: list.map((doc) => doc.toJS()),
    errors: list.flatMap((doc) => doc.errors.map((error) => error.message)),
  };
}

/** What is wrong with a snippet; empty when it can be applied as it stands (`patch`: merged). */
export function lintYaml(yaml: string, isPatch: boolean): string[] {
  const messages = placeholdersOf(yaml)
    .filter((name) => !isFactName(name))
    .map((name) => `{{${name}}} is no fact; write <${name}> or use one of the facts`);
  const { objects, errors } = sampleObjects(yaml);
  messages.push(...errors.map((error) => `does not parse: ${error}`));
  if (objects.length === 0) messages.push('is empty');
  for (const object of objects) {
    if (typeof object !== 'object' || object === null || Array.isArray(object)) {
      messages.push('is no YAML object');
    } else if (!isPatch) {
      const { apiVersion, kind, metadata } = object as Record<string, unknown>;
      const name = (metadata as Record<string, unknown> | undefined)?.name;
      if (!apiVersion || !kind || !name)
        messages.push('needs apiVersion, kind and metadata.name, or `patch: true` for a fragment');
    }
  }
  return messages;
}
