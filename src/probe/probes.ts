/** What each probe reads: data only, so that consent, the ClusterRole and the linter need no Kubernetes client. */
import type { ReadId } from '../cluster/resources.ts';
import { authorizationPolicies } from './authorization-policies.ts';
import { clientSidecar } from './client-sidecar.ts';
import { egressProxy } from './egress-proxy.ts';
import { gatewayApiConditions } from './gateway-api-conditions.ts';
import { gatewayKinds } from './gateway-kinds.ts';
import { gatewayPods } from './gateway-pods.ts';
import { gatewayServices } from './gateway-services.ts';
import { injectionLabels } from './injection-labels.ts';
import { istiodPods } from './istiod-pods.ts';
import { peerAuthentication } from './peer-authentication.ts';
import type { Probe } from './probe.ts';
import { probeRewrite } from './probe-rewrite.ts';
import { proxyStartOrder } from './proxy-start-order.ts';
import { requestAuthentication } from './request-authentication.ts';
import { serverSidecar } from './server-sidecar.ts';
import { serviceEvents } from './service-events.ts';
import { webhookCaBundle } from './webhook-ca-bundle.ts';
import { webhookService } from './webhook-service.ts';

/** Probes by the name that flows use. None of them imports the client: they get a reader. */
export const PROBES: Readonly<Record<string, Probe>> = {
  'authorization-policies': authorizationPolicies,
  'client-sidecar': clientSidecar,
  'egress-proxy': egressProxy,
  'gateway-api-conditions': gatewayApiConditions,
  'gateway-pods': gatewayPods,
  'gateway-services': gatewayServices,
  'peer-authentication': peerAuthentication,
  'probe-rewrite': probeRewrite,
  'request-authentication': requestAuthentication,
  'server-sidecar': serverSidecar,
  'service-events': serviceEvents,
  'gateway-kinds': gatewayKinds,
  'injection-labels': injectionLabels,
  'istiod-pods': istiodPods,
  'istiod-endpoints': webhookService,
  'proxy-start-order': proxyStartOrder,
  'webhook-ca-bundle': webhookCaBundle,
  'webhook-service': webhookService,
};

/** The resources a probe reads, as `kubectl` names them; empty for an unknown probe. */
export function readsOf(probe: string): readonly ReadId[] {
  return PROBES[probe]?.reads ?? [];
}
