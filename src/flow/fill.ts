/** Puts known facts into commands, YAML and words. */
import { type FactName, isFactName } from '../pack/vocabulary.ts';
import type { FactValues } from './readers.ts';

const PLACEHOLDER = /\{\{\s*([a-z0-9-]+)\s*\}\}/g;

/** `{{namespace}}` becomes the fact's value, or `<namespace>` while it is unknown. */
export function fill(text: string, facts: FactValues): string {
  return text.replace(PLACEHOLDER, (_, name: string) => {
    const value = isFactName(name) ? facts[name] : undefined;
    return value ?? `<${name}>`;
  });
}

/** The names of all placeholders in a text, each once, in order. */
export function placeholdersOf(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1]!))];
}

/** The facts a text asks for that are not known yet. */
export function missingFacts(text: string, facts: FactValues): FactName[] {
  return placeholdersOf(text).filter(
    (name): name is FactName => isFactName(name) && facts[name] === undefined,
  );
}

/**
 * Facts that follow from others: the control plane's namespace is known once the platform is.
 * A fact the person or a probe gave is never overridden.
 */
export function withDefaults(facts: FactValues): FactValues {
  const control = facts.platform === 'aks' ? 'aks-istio-system' : 'istio-system';
  return { 'istio-namespace': control, ...facts };
}

/**
 * A command with the control plane's namespace, where it is not the one istioctl takes for granted: on the AKS
 * add-on every istioctl command must be told. A command that says it already is left alone.
 */
export function withControlNamespace(command: string, facts: FactValues): string {
  const control = facts['istio-namespace'];
  if (!control || control === 'istio-system') return command;
  if (/\s(?:-i|--istioNamespace|--istio-namespace)[\s=]/.test(command)) return command;
  return command.replace(/(^|[|;&]\s*)istioctl(?=\s)/g, `$1istioctl -i ${control}`);
}
