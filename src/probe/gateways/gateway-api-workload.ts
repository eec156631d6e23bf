/** Why is a Gateway of the Gateway API not programmed: its address, its pods, or nothing made for it at all? */
import type { KubeObject } from '../../cluster/reader.ts';
import { named, type Probe } from '../probe.ts';
import { items, nameOf, namespaceOf, text } from '../shared/fields.ts';
import { conditionSights, conditionsOf, gatewayName, gatewayOf } from '../shared/gateway-api.ts';
import { addressesOf, serviceName } from '../shared/gateways.ts';
import { podName, sight } from '../shared/mesh.ts';
import { GATEWAY_NAME, isLive, isReady, type Judgement, join, say, seen } from '../shared/traffic.ts';

/** Messages of Istio beside Programmed (pilot/pkg/config/kube/gateway and pilot/pkg/model). */
const MESSAGES: readonly (readonly [string, RegExp])[] = [
  ['pending', /address pending for hostname/],
  ['pods', /no instances found for hostname/],
  ['address', /port \d+ not found for hostname|hostname "[^"]*" not found|only Hostname is supported/],
];

export const gatewayApiWorkload: Probe = {
  reads: ['gateways.gateway.networking.k8s.io', 'services', 'deployments.apps', 'pods'],
  needs: [],
  answers: ['address', 'pods', 'pending', 'not-created'],
  async look(reader, facts) {
    const gateways = await reader.list('gateways.gateway.networking.k8s.io');
    const gateway = gatewayOf(gateways, undefined, facts);
    if (!gateway)
      return seen(
        sight('gateways.gateway.networking.k8s.io', 'that may be meant', `1 of ${gateways.length}`),
      );
    const own = { namespace: namespaceOf(gateway), labelSelector: `${GATEWAY_NAME}=${nameOf(gateway)}` };
    return judgeWorkload(gateway, {
      services: await reader.list('services', own),
      deployments: await reader.list('deployments.apps', own),
      pods: await reader.list('pods', own),
    });
  },
};

/** What Istio's controller has made for a Gateway, by its label. */
export interface Made {
  readonly services: readonly KubeObject[];
  readonly deployments: readonly KubeObject[];
  readonly pods: readonly KubeObject[];
}

export function judgeWorkload(gateway: KubeObject, { services, deployments, pods }: Made): Judgement {
  const hasOwnAddress = items(gateway, 'spec', 'addresses').length > 0;
  const conditions = conditionsOf(gateway, 'status').filter(({ type }) => type === 'Programmed');
  const told = conditions
    .filter(({ status }) => status === 'False')
    .flatMap((one) =>
      MESSAGES.filter(
        // Without an address of its own it is the Service to be made that is not found.
        ([answer, pattern]) => pattern.test(one.message) && (answer !== 'address' || hasOwnAddress),
      ).map(([answer]) => say(answer, conditionSights(gatewayName(gateway), [one]))),
    );
  const alive = pods.filter(isLive);
  const sights = [
    ...conditionSights(gatewayName(gateway), conditions),
    ...services.map((one) => sight(serviceName(one), 'addresses', addressesOf(one).join(' ') || 'none')),
    ...alive.map((one) => sight(podName(one), 'Ready', isReady(one) ? 'True' : 'False')),
  ];
  const nothing = [
    ...sights,
    sight(
      named('deployment', `${nameOf(gateway)}-*`, namespaceOf(gateway)),
      GATEWAY_NAME,
      'none with this label',
    ),
  ];
  return join(
    ...told,
    judgeMade(hasOwnAddress, { services, deployments, pods: alive }, sights, nothing),
    seen(...nothing),
  );
}

function judgeMade(
  hasOwnAddress: boolean,
  { services, deployments, pods }: Made,
  sights: readonly ReturnType<typeof sight>[],
  nothing: readonly ReturnType<typeof sight>[],
): Judgement {
  // A Gateway with a Service of its own choice has none made for it.
  if (hasOwnAddress) return seen();
  if (services.length === 0 && deployments.length === 0) return say('not-created', nothing);
  if (pods.length > 0 && !pods.some(isReady)) return say('pods', sights);
  const isPending = services.some(
    (one) => text(one, 'spec', 'type') === 'LoadBalancer' && addressesOf(one).length === 0,
  );
  return isPending ? say('pending', sights) : seen();
}
