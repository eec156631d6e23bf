/** Istio's routing objects as the probes read them: which rule applies to which host, and for whom it is visible. */
import type { KubeObject } from '../../cluster/reader.ts';
import { named } from '../probe.ts';
import { at, hasLabels, items, labelsOf, map, nameOf, namespaceOf, text } from './fields.ts';
import { covers, fullHost, isVisible, texts } from './traffic.ts';

export const ruleName = (kind: string, object: KubeObject): string =>
  named(kind, nameOf(object), namespaceOf(object));

const age = (object: KubeObject): string => text(object, 'metadata', 'creationTimestamp');

/** Hosts of a VirtualService, ServiceEntry or the like, in full. */
export function hostsOf(object: KubeObject): string[] {
  return texts(object, 'spec', 'hosts').map((host) => fullHost(host, namespaceOf(object)));
}

/** Gateways of a VirtualService as `namespace/name`; `mesh` where it has none or names the sidecars. */
export function gatewaysOf(virtualService: KubeObject): string[] {
  const own = texts(virtualService, 'spec', 'gateways');
  if (own.length === 0) return ['mesh'];
  return own.map((one) => {
    if (one === 'mesh' || one.includes('/')) return one;
    // The old form `name.namespace` and its longer ones are still read.
    const [name, namespace] = one.split('.');
    return `${namespace ?? namespaceOf(virtualService)}/${name}`;
  });
}

/** Where a call comes from and goes to; the namespaces decide which rule is found first. */
export interface Sides {
  /** Empty where it is not known. */
  readonly client: string;
  readonly server: string;
  readonly roots: readonly string[];
}

export interface Found {
  /** The rules in force, the oldest first: several of one host and namespace are merged. */
  readonly rules: readonly KubeObject[];
  /** Whether it is certain that these are the ones; not so without the client's namespace or labels. */
  readonly isCertain: boolean;
}

/**
 * The DestinationRules in force for a host: those of the client's namespace, else of the server's, else of the
 * mesh's; of one namespace the one with the most exact host (pilot/pkg/model, destinationRule of a proxy).
 */
export function destinationRulesFor(all: readonly KubeObject[], host: string, sides: Sides): Found {
  const matching = all.filter((one) => covers(ruleHost(one), host));
  const isSelective = matching.some((one) => at(one, 'spec', 'workloadSelector') !== undefined);
  const order = [sides.client, sides.server, ...sides.roots].filter((one) => one !== '');
  const elsewhere = matching.some((one) => !order.includes(namespaceOf(one)));
  const isCertain = !isSelective && !(sides.client === '' && elsewhere);
  for (const namespace of order) {
    const near = matching.filter(
      (one) =>
        namespaceOf(one) === namespace && (namespace === sides.client || isVisible(one, sides.client || '*')),
    );
    if (near.length === 0) continue;
    const best = near.map(ruleHost).sort(moreExact)[0];
    const rules = near.filter((one) => ruleHost(one) === best).sort((a, b) => age(a).localeCompare(age(b)));
    return { rules, isCertain };
  }
  return { rules: [], isCertain };
}

const ruleHost = (rule: KubeObject): string => fullHost(text(rule, 'spec', 'host'), namespaceOf(rule));

function moreExact(a: string, b: string): number {
  const wild = Number(a.startsWith('*')) - Number(b.startsWith('*'));
  return wild || b.length - a.length;
}

/** The traffic policy of merged rules: that of the first one which has any. */
export function policyOf(rules: readonly KubeObject[]): unknown {
  return rules.map((one) => at(one, 'spec', 'trafficPolicy')).find((one) => one !== undefined);
}

export function subsetsOf(rules: readonly KubeObject[]): unknown[] {
  return rules.flatMap((one) => items(one, 'spec', 'subsets'));
}

/**
 * Every value a setting of the traffic policies has for these ports: the port's settings stand for the whole
 * policy of their level, a subset's for those of the rule. `undefined` where a level does not set it.
 */
export function settingsOf(rules: readonly KubeObject[], name: string, ports: readonly number[]): unknown[] {
  const top = levels(policyOf(rules), name, ports);
  const below = subsetsOf(rules).flatMap((subset) => {
    const own = at(subset, 'trafficPolicy');
    return own === undefined
      ? []
      : levels(own, name, ports).flatMap((one) => (one === undefined ? top : [one]));
  });
  return [...top, ...below];
}

function levels(policy: unknown, name: string, ports: readonly number[]): unknown[] {
  const own = items(policy, 'portLevelSettings');
  const byPort = own.filter((one) => ports.includes(at(one, 'port', 'number') as number));
  if (ports.length === 1 && byPort.length > 0) return byPort.map((one) => at(one, name));
  return [at(policy, name), ...byPort.map((one) => at(one, name))];
}

/** What a client's Sidecar lets it see; `undefined` where none narrows it, or where it is not known which one applies. */
export interface View {
  readonly hosts: readonly string[] | undefined;
  readonly isCertain: boolean;
}

/** The Sidecar of a pod: the one that selects it, else its namespace's, else the mesh's. */
export function viewOf(
  sidecars: readonly KubeObject[],
  namespace: string,
  pod: KubeObject | undefined,
  roots: readonly string[],
): View {
  const near = sidecars.filter((one) => namespaceOf(one) === namespace);
  const labels = (one: KubeObject) => map(one, 'spec', 'workloadSelector', 'labels');
  const selective = near.filter((one) => Object.keys(labels(one)).length > 0);
  const own = pod && selective.find((one) => hasLabels(labelsOf(pod), labels(one)));
  const wide = near.find((one) => Object.keys(labels(one)).length === 0);
  const mesh = sidecars.find(
    (one) => roots.includes(namespaceOf(one)) && Object.keys(labels(one)).length === 0,
  );
  const chosen = own ?? wide ?? mesh;
  const hosts = chosen && items(chosen, 'spec', 'egress').flatMap((one) => texts(one, 'hosts'));
  // A Sidecar without egress takes that of the mesh's; it narrows nothing itself.
  return {
    hosts: hosts && hosts.length > 0 ? hosts : undefined,
    isCertain: pod !== undefined || selective.length === 0,
  };
}

/** Whether a Sidecar's hosts (`namespace/name`, `./*`, `~/*`) let an object of a namespace through. */
export function lets(hosts: readonly string[], host: string, namespace: string, client: string): boolean {
  return hosts.some((one) => {
    const [from, pattern] = one.includes('/') ? one.split('/', 2) : ['*', one];
    const isNear = from === '*' || from === namespace || (from === '.' && namespace === client);
    return (
      isNear && from !== '~' && (covers(pattern!.toLowerCase(), host) || covers(host, pattern!.toLowerCase()))
    );
  });
}

/** Destinations of a rule's routes to a host, of whatever protocol. */
export function destinationsOf(route: KubeObject, host: string): unknown[] {
  return ['http', 'tls', 'tcp']
    .flatMap((kind) => items(route, 'spec', kind))
    .flatMap((rule) => items(rule, 'route'))
    .map((one) => at(one, 'destination'))
    .filter((one) => fullHost(text(one, 'host'), text(route, 'metadata', 'namespace')) === host);
}
