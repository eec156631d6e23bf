/** Which kinds called Gateway does the cluster serve, and how many objects of each are there? */

import type { Candidate, Probe } from '../probe.ts';
import { namespaceOf } from '../shared/fields.ts';
import { sight } from '../shared/mesh.ts';

export const gatewayKinds: Probe = {
  reads: ['discovery', 'gateways.networking.istio.io', 'gateways.gateway.networking.k8s.io'],
  needs: [],
  answers: [
    'several',
    'both',
    'istio-only',
    'gateway-api-only',
    'none',
    'exist',
    'elsewhere',
    'absent',
    'empty',
  ],
  async look(reader, facts) {
    const groups = await reader.groups();
    const hasIstio = groups.has('networking.istio.io');
    const hasGatewayApi = groups.has('gateway.networking.k8s.io');
    const istio = hasIstio ? await reader.list('gateways.networking.istio.io') : [];
    const gatewayApi = hasGatewayApi ? await reader.list('gateways.gateway.networking.k8s.io') : [];
    const sights = [
      sight('gateways.networking.istio.io', 'objects', hasIstio ? String(istio.length) : 'not served'),
      sight(
        'gateways.gateway.networking.k8s.io',
        'objects',
        hasGatewayApi ? String(gatewayApi.length) : 'not served',
      ),
    ];
    const say = (answer: string): Candidate => ({ answer, sights });
    const candidates = [
      ...(hasIstio && hasGatewayApi ? [say('several'), say('both')] : []),
      ...(hasIstio && !hasGatewayApi ? [say('istio-only')] : []),
      ...(!hasIstio && hasGatewayApi ? [say('gateway-api-only')] : []),
      ...(hasIstio || hasGatewayApi ? [] : [say('none')]),
      ...objectAnswers(istio.map(namespaceOf), facts.namespace).map(say),
    ];
    return { candidates, sights };
  },
};

function objectAnswers(namespaces: readonly string[], wanted: string | undefined): string[] {
  if (namespaces.length === 0) return ['absent', 'empty'];
  return wanted !== undefined && !namespaces.includes(wanted) ? ['elsewhere'] : ['exist'];
}
