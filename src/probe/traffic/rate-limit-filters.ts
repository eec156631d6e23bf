/** Which rate limits do EnvoyFilters set, and what keeps one from acting? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe } from '../probe.ts';
import {
  appliesTo,
  filterName,
  namesIn,
  namespacesOf,
  type Patch,
  patchesOf,
  valuesOf,
} from '../shared/envoy-filters.ts';
import { at, count, namespaceOf, text } from '../shared/fields.ts';
import { isPodOfGateway } from '../shared/hosts-of-gateways.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { rootNamespaces } from '../shared/policies.ts';
import { hasProxy, isLive, type Judgement, join, say, seen } from '../shared/traffic.ts';

const LOCAL = /envoy\.filters\.http\.local_ratelimit|local_ratelimit\.v3\.LocalRateLimit/;
const GLOBAL = /filters\.http\.ratelimit(?:\.v3\.RateLimit)?$/;

export type Kind = 'local' | 'global';

export const rateLimitFilters: Probe = {
  reads: ['envoyfilters.networking.istio.io', 'pods'],
  needs: [],
  answers: ['local', 'global', 'none', 'not-applied', 'no-actions', 'not-enforced'],
  async look(reader, facts) {
    const filters = await reader.list('envoyfilters.networking.istio.io');
    const namespace = facts['gateway-namespace'];
    const gateways =
      facts.gateway === undefined
        ? []
        : (await reader.list('pods', { namespace })).filter((one) => isPodOfGateway(one, facts));
    const own = facts.namespace === undefined ? undefined : await podOf(reader, facts);
    const pods = [...gateways, ...(own ? [own] : [])].filter((one) => isLive(one) && hasProxy(one));
    return judgeRateLimits(filters, pods, facts);
  },
};

export interface RateLimit {
  readonly kind: Kind;
  readonly patch: Patch;
}

/** Patches that add or change a rate limit filter, with its kind. */
export function rateLimits(filters: readonly KubeObject[]): RateLimit[] {
  return filters
    .flatMap(patchesOf)
    .filter(({ operation }) => operation !== 'REMOVE')
    .flatMap((patch): RateLimit[] => {
      const names = namesIn(patch.value);
      if (names.some((one) => LOCAL.test(one))) return [{ kind: 'local', patch }];
      return names.some((one) => GLOBAL.test(one)) ? [{ kind: 'global', patch }] : [];
    });
}

/** `pods`: proxies of the gateway and of the workload of the case, as far as it names them. */
export function judgeRateLimits(
  filters: readonly KubeObject[],
  pods: readonly KubeObject[],
  facts: Facts,
): Judgement {
  const roots = rootNamespaces(facts);
  const namespaces = namespacesOf(facts);
  const isNear = (one: KubeObject) =>
    namespaces.length === 0 || [...namespaces, ...roots].includes(namespaceOf(one));
  const limits = rateLimits(filters.filter(isNear));
  const sights = limits.map(({ kind, patch }) =>
    sight(
      filterName(patch.filter),
      `${patch.applyTo} ${patch.operation}`,
      `${kind}, context ${patch.context}`,
    ),
  );
  if (limits.length === 0) {
    const far = rateLimits(filters).map(({ kind, patch }) =>
      sight(filterName(patch.filter), 'of another namespace', kind),
    );
    const none = sight(
      'envoyfilters',
      `with a rate limit, in ${namespaces.join(' ') || 'all namespaces'}`,
      '0',
    );
    return say(far.length > 0 ? ['none', 'not-applied'] : 'none', [none, ...far]);
  }
  const kinds = new Set(limits.map(({ kind }) => kind));
  // Two kinds side by side: only the line's own words tell which one answered.
  const told = /local_rate_limited/.test(facts.details ?? '')
    ? 'local'
    : /request_rate_limited/.test(facts.details ?? '')
      ? 'global'
      : undefined;
  const kind = kinds.size === 1 ? [...kinds][0] : told;
  const acting = limits.filter(({ patch }) => pods.some((pod) => appliesTo(patch.filter, pod, roots)));
  const labels = pods.slice(0, 3).map((pod) => sight(podName(pod), 'labels', at(pod, 'metadata', 'labels')));
  const isMissed = pods.length > 0 && acting.length === 0;
  return join(
    kind ? say(kind, sights) : seen(),
    isMissed ? say('not-applied', [...sights, ...labels]) : seen(),
    isMissed
      ? seen()
      : join(judgeActions(acting.length > 0 ? acting : limits, filters, sights), judgeEnforced(limits)),
    seen(...sights, ...labels),
  );
}

/** A global limit asks only for routes that have actions. */
function judgeActions(
  limits: readonly RateLimit[],
  filters: readonly KubeObject[],
  sights: readonly ReturnType<typeof sight>[],
): Judgement {
  if (!limits.some(({ kind }) => kind === 'global')) return seen();
  const actions = filters
    .flatMap(patchesOf)
    .filter(({ value }) => valuesOf(value, ['rate_limits', 'rateLimits']).length > 0);
  return actions.length > 0
    ? seen()
    : say('no-actions', [...sights, sight('envoyfilters', 'with rate_limits', `0 of ${filters.length}`)]);
}

/** Buckets that are not enforced for every request; Envoy's own default is none of them. */
function judgeEnforced(limits: readonly RateLimit[]): Judgement {
  const buckets = limits
    .filter(({ kind }) => kind === 'local')
    .flatMap(({ patch }) => holders(patch.value).map((config) => ({ patch, config })));
  const lax = buckets.filter(({ config }) =>
    ['filter_enabled', 'filter_enforced'].some((field) => share(config, field) < 100),
  );
  if (lax.length === 0 || lax.length < buckets.length) return seen();
  return say(
    'not-enforced',
    lax.flatMap(({ patch, config }) =>
      ['filter_enabled', 'filter_enforced'].map((field) =>
        sight(filterName(patch.filter), field, at(config, field) ?? 'absent, so 0 %'),
      ),
    ),
  );
}

/** Configurations with a bucket of their own. A filter by TypedStruct has it in `value`, another in itself. */
function holders(value: unknown): unknown[] {
  return valuesOf({ value }, ['typed_config', 'value', 'typedConfig'])
    .map((one) => one.value)
    .filter((one) => at(one, 'token_bucket') !== undefined);
}

/** Percent of the requests that a fraction of Envoy's covers; NaN where it is written in a way not known. */
function share(config: unknown, field: string): number {
  const fraction = at(config, field, 'default_value');
  if (fraction === undefined) return at(config, field) === undefined ? 0 : Number.NaN;
  const parts = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 }[
    text(fraction, 'denominator') || 'HUNDRED'
  ];
  return parts === undefined ? Number.NaN : (count(fraction, ['numerator']) / parts) * 100;
}
