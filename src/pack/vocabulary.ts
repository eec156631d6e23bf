/** The closed lists of the pack format; types derive from them. */

export const LANGUAGES = ['en', 'zh-CN', 'ko', 'id'] as const;
export type Language = (typeof LANGUAGES)[number];

export const PLATFORMS = ['istio', 'gke', 'aks'] as const;
export type Platform = (typeof PLATFORMS)[number];

export const AREAS = [
  'traffic',
  'startup',
  'control-plane',
  'security',
  'observability',
  'multicluster',
  'platform',
] as const;
export type Area = (typeof AREAS)[number];

export const OUTCOMES = ['fixed', 'cause-found', 'not-the-mesh', 'undecided'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Facts a case can know; the names stand in commands and words as `{{name}}`. */
export const FACTS = [
  'namespace',
  'pod',
  'container',
  'workload',
  'service',
  'host',
  'port',
  'app',
  'client-namespace',
  'client-pod',
  'flag',
  'details',
  'code',
  'kind',
  'resource',
  'istio-namespace',
  'revision',
  'istio-version',
  'kubernetes-version',
  'platform',
  'context',
  'cluster',
  'node',
  'gateway',
  'gateway-namespace',
  'secret',
  'image',
  'ip',
  'url',
  'path',
  'webhook',
] as const;
export type FactName = (typeof FACTS)[number];

export function isFactName(name: string): name is FactName {
  return (FACTS as readonly string[]).includes(name);
}

/** Answers every step or fix has without naming them; their words are shared. */
export const UNKNOWN = 'unknown';
export const FIX_ANSWERS = ['fixed', 'not-fixed', 'handed-over'] as const;
