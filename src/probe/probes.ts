/** What each probe reads: data only, so that consent, the ClusterRole and the linter need no Kubernetes client. */
import type { ReadId } from '../cluster/resources.ts';
import { gatewayKinds } from './gateway-kinds.ts';
import { injectionLabels } from './injection-labels.ts';
import { istiodPods } from './istiod-pods.ts';
import type { Probe } from './probe.ts';
import { proxyStartOrder } from './proxy-start-order.ts';
import { webhookCaBundle } from './webhook-ca-bundle.ts';
import { webhookService } from './webhook-service.ts';

/** Probes by the name that flows use. None of them imports the client: they get a reader. */
export const PROBES: Readonly<Record<string, Probe>> = {
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
