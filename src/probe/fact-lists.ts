/** Facts that a person can pick from a list of the cluster: what is read for it, and where. */
import type { KubeObject } from '../cluster/reader.ts';
import type { ResourceId } from '../cluster/resources.ts';
import type { FactName } from '../pack/vocabulary.ts';
import { count, items, labelsOf, map, text } from './shared/fields.ts';
import { containersOf } from './shared/mesh.ts';
import { GATEWAY_NAME } from './shared/traffic.ts';

export interface FactList {
  readonly resource: ResourceId;
  /** The fact that names the namespace to list in; absent where the whole cluster is listed. */
  readonly scope?: FactName;
  /** A fact that narrows the list to a namespace where it is known; the whole cluster is listed where it is not. */
  readonly within?: FactName;
  /** Whether an object of the resource is one to pick; all are where absent. */
  readonly isOne?: (object: KubeObject) => boolean;
}

const NAMESPACES: FactList = { resource: 'namespaces' };

const LISTS = {
  namespace: NAMESPACES,
  'client-namespace': NAMESPACES,
  'istio-namespace': NAMESPACES,
  'gateway-namespace': NAMESPACES,
  pod: { resource: 'pods', scope: 'namespace' },
  'client-pod': { resource: 'pods', scope: 'client-namespace' },
  workload: { resource: 'deployments.apps', scope: 'namespace' },
  service: { resource: 'services', scope: 'namespace' },
  // The flows' commands mean its Deployment, which often lies in another namespace than what it leads to.
  gateway: { resource: 'deployments.apps', within: 'gateway-namespace', isOne: isGateway },
} as const satisfies Partial<Record<FactName, FactList>>;

export type ListedFact = keyof typeof LISTS;

export function isListed(name: string): name is ListedFact {
  return Object.hasOwn(LISTS, name);
}

export function listOf(fact: ListedFact): FactList {
  return LISTS[fact];
}

/** What the API takes as a name of these kinds. Anything else comes from a hostile snapshot or server. */
const NAME = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;

export function isObjectName(text: string): boolean {
  return NAME.test(text);
}

/** What must be picked first for `fact` to be listed: the namespace to list in where it is not known, else itself. */
export function firstToPick(fact: ListedFact, known: (name: FactName) => boolean): ListedFact {
  const { scope } = listOf(fact);
  return scope !== undefined && isListed(scope) && !known(scope) ? scope : fact;
}

/** Everything the lists read, each once. */
export function readsOfLists(
  facts: readonly ListedFact[] = Object.keys(LISTS) as ListedFact[],
): ResourceId[] {
  return [...new Set(facts.map((fact) => listOf(fact).resource))];
}

/**
 * Whether a Deployment runs a gateway: one of the Gateway API, of the chart `gateway` (its template is injected as a
 * gateway), or of older charts, which go by the label `istio`. A waypoint is none.
 */
function isGateway(deployment: KubeObject): boolean {
  const labels = map(deployment, 'spec', 'template', 'metadata', 'labels');
  if (labels['gateway.istio.io/managed'] === 'istio.io-mesh-controller') return false;
  return (
    labels[GATEWAY_NAME] !== undefined ||
    text(deployment, 'spec', 'template', 'metadata', 'annotations', 'inject.istio.io/templates') ===
      'gateway' ||
    /gateway|^ingress$|^egress$/.test(labels.istio ?? '')
  );
}

/** What is said beside a name so that it can be told from its neighbours, in the words of the API; may be empty. */
export function traitOf(resource: ResourceId, object: KubeObject): string {
  switch (resource) {
    case 'namespaces': {
      const labels = labelsOf(object);
      return ['istio-injection', 'istio.io/rev', 'istio.io/dataplane-mode']
        .filter((key) => labels[key] !== undefined)
        .map((key) => `${key}=${labels[key]}`)
        .join(' ');
    }
    case 'pods': {
      const states = containersOf(object).filter((one) => !one.isInit || one.isNativeSidecar);
      const waits = states.map(({ waiting }) => waiting).find((reason) => reason !== '');
      const sidecars = items(object, 'spec', 'initContainers').filter(
        (one) => text(one, 'restartPolicy') === 'Always',
      );
      const all = items(object, 'spec', 'containers').length + sidecars.length;
      const ready = states.filter((one) => one.ready).length;
      return `${ready}/${all} ${waits ?? text(object, 'status', 'phase')}`.trim();
    }
    case 'deployments.apps':
      return `${count(object, ['status', 'readyReplicas'])}/${count(object, ['spec', 'replicas'], 1)}`;
    case 'services': {
      const ports = items(object, 'spec', 'ports').map((one) => String(count(one, ['port'])));
      return [text(object, 'spec', 'type'), ports.slice(0, 4).join(',')]
        .filter((one) => one !== '')
        .join(' ');
    }
    default:
      return '';
  }
}
