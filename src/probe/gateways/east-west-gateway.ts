/** Does the gateway to other networks have an address, and is this cluster's network named? */
import type { KubeObject } from '../../cluster/reader.ts';
import { named, type Probe } from '../probe.ts';
import { labelsOf, map, nameOf, text } from '../shared/fields.ts';
import { addressesOf, serviceName } from '../shared/gateways.ts';
import { istioNamespace, sight } from '../shared/mesh.ts';
import { type Judgement, say, seen } from '../shared/traffic.ts';

const NETWORK = 'topology.istio.io/network';

export const eastWestGateway: Probe = {
  reads: ['services', 'namespaces'],
  needs: [],
  answers: ['no-address', 'not-labelled'],
  async look(reader, facts) {
    const namespace = istioNamespace(facts);
    return judgeEastWest(await reader.list('services'), await reader.get('namespaces', namespace), namespace);
  },
};

/** Without such a gateway the clusters may well be on one network, which needs no label. */
export function judgeEastWest(
  services: readonly KubeObject[],
  control: KubeObject | undefined,
  namespace: string,
): Judgement {
  const gateways = services.filter(isEastWest);
  if (gateways.length === 0)
    return seen(sight('services', 'istio=eastwestgateway', `none of ${services.length}`));
  const balanced = gateways.filter((one) => text(one, 'spec', 'type') === 'LoadBalancer');
  const sights = gateways.map((one) =>
    sight(
      serviceName(one),
      'type, address',
      `${text(one, 'spec', 'type')}, ${addressesOf(one).join(' ') || 'none'}`,
    ),
  );
  if (balanced.length === gateways.length && balanced.every((one) => addressesOf(one).length === 0))
    return say('no-address', sights);
  // The API server labels every namespace with its name: without any label this one could not be read.
  if (!control || Object.keys(labelsOf(control)).length === 0) return seen(...sights);
  const label = sight(
    named('namespace', namespace),
    `metadata.labels[${NETWORK}]`,
    labelsOf(control)[NETWORK] ?? 'absent',
  );
  return labelsOf(control)[NETWORK] === undefined
    ? say('not-labelled', [label, ...sights])
    : seen(label, ...sights);
}

/** By the label that Istio's scripts and charts give its pods, or by the network it leads to. */
function isEastWest(service: KubeObject): boolean {
  const selector = map(service, 'spec', 'selector');
  return (
    [selector.istio, selector.app, nameOf(service)].some((one) =>
      /^(?:istio-)?eastwestgateway/.test(one ?? ''),
    ) || labelsOf(service)[NETWORK] !== undefined
  );
}
