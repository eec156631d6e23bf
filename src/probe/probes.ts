/** What each probe reads: data only, so that consent, the ClusterRole and the linter need no Kubernetes client. */
import type { ReadId } from '../cluster/resources.ts';
import {
  accessLog404,
  accessLog426,
  accessLog429,
  accessLog503,
  accessLog504,
  accessLogEgress,
} from './access-log.ts';
import { accessLog401, accessLog403 } from './access-log-auth.ts';
import { accessLogGrpc } from './access-log-grpc.ts';
import { accessLogMtls } from './access-log-mtls.ts';
import { accessLogRemote } from './access-log-remote.ts';
import { accessLogRollout } from './access-log-rollout.ts';
import { accessLogTls } from './access-log-tls.ts';
import { aksAddon } from './aks-addon.ts';
import { apiserverReach } from './apiserver-reach.ts';
import { authorizationPolicies } from './authorization-policies.ts';
import { caProvider } from './ca-provider.ts';
import { caTrouble } from './ca-trouble.ts';
import { clientSidecar } from './client-sidecar.ts';
import { clock } from './clock.ts';
import { cniState } from './cni-state.ts';
import { configScope } from './config-scope.ts';
import { coredns } from './coredns.ts';
import { corednsLog } from './coredns-log.ts';
import { crdVersions } from './crd-versions.ts';
import { destinationRuleSubsets } from './destination-rule-subsets.ts';
import { destinationRuleTls } from './destination-rule-tls.ts';
import { discoveryNetwork } from './discovery-network.ts';
import { discoveryTarget } from './discovery-target.ts';
import { dnsCapture } from './dns-capture.ts';
import { dnsName } from './dns-name.ts';
import { eastWestGateway } from './east-west-gateway.ts';
import { egressGateway } from './egress-gateway.ts';
import { egressProxy } from './egress-proxy.ts';
import { entryLoadBalancer } from './entry-load-balancer.ts';
import { envoyFilterOrder } from './envoyfilter-order.ts';
import { faultRoutes } from './fault-routes.ts';
import { gatewayApiConditions } from './gateway-api-conditions.ts';
import { gatewayApiWorkload } from './gateway-api-workload.ts';
import { gatewayEndpoints } from './gateway-endpoints.ts';
import { gatewayHosts } from './gateway-hosts.ts';
import { gatewayKinds } from './gateway-kinds.ts';
import { gatewayPods } from './gateway-pods.ts';
import { gatewayRoutes } from './gateway-routes.ts';
import { gatewayServices } from './gateway-services.ts';
import { gatewaySni } from './gateway-sni.ts';
import { gatewayTls } from './gateway-tls.ts';
import { idleLimits } from './idle-limits.ts';
import { initContainers } from './init-containers.ts';
import { injectingControlPlane } from './injecting-control-plane.ts';
import { injectionLabels } from './injection-labels.ts';
import { injectorOfLabel } from './injector-of-label.ts';
import { istiodApi } from './istiod-api.ts';
import { istiodCrash, istiodReadiness } from './istiod-crash.ts';
import { istiodEgress } from './istiod-egress.ts';
import { istiodPods } from './istiod-pods.ts';
import { istiodRole } from './istiod-role.ts';
import { jobSidecar } from './job-sidecar.ts';
import { jwksFetch } from './jwks-fetch.ts';
import { managedControlPlane } from './managed-control-plane.ts';
import { meshVersions } from './mesh-versions.ts';
import { metricsExposed } from './metrics-exposed.ts';
import { nativeSidecar } from './native-sidecar.ts';
import { peerAuthentication } from './peer-authentication.ts';
import { platform } from './platform.ts';
import { podStart } from './pod-start.ts';
import { podStop } from './pod-stop.ts';
import type { Probe } from './probe.ts';
import { probeRewrite } from './probe-rewrite.ts';
import { prometheusScraping } from './prometheus-scraping.ts';
import { proxyCrash } from './proxy-crash.ts';
import { proxyLog } from './proxy-log.ts';
import { proxyReadiness } from './proxy-readiness.ts';
import { proxyScope } from './proxy-scope.ts';
import { proxyStartOrder } from './proxy-start-order.ts';
import { rateLimitFilters } from './rate-limit-filters.ts';
import { rateLimitService } from './rate-limit-service.ts';
import { refusedCalls } from './refused-calls.ts';
import { rejectedConfig } from './rejected-config.ts';
import { remoteClusters } from './remote-clusters.ts';
import { remoteControlPlane } from './remote-control-plane.ts';
import { replicasetEvents } from './replicaset-events.ts';
import { requestAuthentication } from './request-authentication.ts';
import { rolloutPhase } from './rollout-phase.ts';
import { rootCertificates } from './root-certificates.ts';
import { routeBackends } from './route-backends.ts';
import { routeTimeouts } from './route-timeouts.ts';
import { serverSidecar } from './server-sidecar.ts';
import { serviceEndpoints } from './service-endpoints.ts';
import { serviceEntries } from './service-entries.ts';
import { serviceEvents } from './service-events.ts';
import { servicePorts } from './service-ports.ts';
import { sharedService } from './shared-service.ts';
import { syncState } from './sync-state.ts';
import { upgradeTrouble } from './upgrade-trouble.ts';
import { validatorVersions } from './validator-versions.ts';
import { virtualServiceHosts } from './virtual-service-hosts.ts';
import { waypoints } from './waypoints.ts';
import { webhookCaBundle } from './webhook-ca-bundle.ts';
import { webhookNetwork } from './webhook-network.ts';
import { webhookService } from './webhook-service.ts';
import { ztunnel } from './ztunnel.ts';
import { ztunnelErrors } from './ztunnel-errors.ts';

/** Probes by the name that flows use. None of them imports the client: they get a reader. */
export const PROBES: Readonly<Record<string, Probe>> = {
  'config-scope': configScope,
  clock,
  'istiod-role': istiodRole,
  'istiod-egress': istiodEgress,
  'apiserver-reach': apiserverReach,
  'root-certificates': rootCertificates,
  'ca-trouble': caTrouble,
  'ca-provider': caProvider,
  'rollout-phase': rolloutPhase,
  'refused-calls': refusedCalls,
  'rejected-config': rejectedConfig,
  'replicaset-events': replicasetEvents,
  coredns,
  'coredns-log': corednsLog,
  'pod-start': podStart,
  'pod-stop': podStop,
  'native-sidecar': nativeSidecar,
  'cni-state': cniState,
  'proxy-crash': proxyCrash,
  'proxy-log': proxyLog,
  'proxy-readiness': proxyReadiness,
  'proxy-scope': proxyScope,
  'jwks-fetch': jwksFetch,
  'sync-state': syncState,
  'upgrade-trouble': upgradeTrouble,
  'validator-versions': validatorVersions,
  'injector-of-label': injectorOfLabel,
  'injecting-control-plane': injectingControlPlane,
  'discovery-network': discoveryNetwork,
  'discovery-target': discoveryTarget,
  'mesh-versions': meshVersions,
  'istiod-readiness': istiodReadiness,
  'istiod-crash': istiodCrash,
  'istiod-api': istiodApi,
  'webhook-network': webhookNetwork,
  'entry-load-balancer': entryLoadBalancer,
  platform,
  'access-log-401': accessLog401,
  'access-log-403': accessLog403,
  'access-log-404': accessLog404,
  'access-log-426': accessLog426,
  'access-log-429': accessLog429,
  'access-log-503': accessLog503,
  'access-log-504': accessLog504,
  'access-log-egress': accessLogEgress,
  'access-log-grpc': accessLogGrpc,
  'access-log-mtls': accessLogMtls,
  'access-log-remote': accessLogRemote,
  'access-log-rollout': accessLogRollout,
  'access-log-tls': accessLogTls,
  'aks-addon': aksAddon,
  'authorization-policies': authorizationPolicies,
  'client-sidecar': clientSidecar,
  'crd-versions': crdVersions,
  'destination-rule-subsets': destinationRuleSubsets,
  'destination-rule-tls': destinationRuleTls,
  'dns-capture': dnsCapture,
  'dns-name': dnsName,
  'east-west-gateway': eastWestGateway,
  'egress-gateway': egressGateway,
  'egress-proxy': egressProxy,
  'envoyfilter-order': envoyFilterOrder,
  'fault-routes': faultRoutes,
  'gateway-api-conditions': gatewayApiConditions,
  'gateway-api-workload': gatewayApiWorkload,
  'gateway-endpoints': gatewayEndpoints,
  'gateway-hosts': gatewayHosts,
  'gateway-pods': gatewayPods,
  'gateway-routes': gatewayRoutes,
  'gateway-services': gatewayServices,
  'gateway-sni': gatewaySni,
  'gateway-tls': gatewayTls,
  'idle-limits': idleLimits,
  'job-sidecar': jobSidecar,
  'managed-control-plane': managedControlPlane,
  'metrics-exposed': metricsExposed,
  'peer-authentication': peerAuthentication,
  'probe-rewrite': probeRewrite,
  'prometheus-scraping': prometheusScraping,
  'rate-limit-filters': rateLimitFilters,
  'rate-limit-service': rateLimitService,
  'remote-clusters': remoteClusters,
  'remote-control-plane': remoteControlPlane,
  'request-authentication': requestAuthentication,
  'route-backends': routeBackends,
  'route-timeouts': routeTimeouts,
  'server-sidecar': serverSidecar,
  'service-endpoints': serviceEndpoints,
  'service-entries': serviceEntries,
  'service-events': serviceEvents,
  'service-ports': servicePorts,
  'shared-service': sharedService,
  'gateway-kinds': gatewayKinds,
  'init-containers': initContainers,
  'injection-labels': injectionLabels,
  'istiod-pods': istiodPods,
  'istiod-endpoints': webhookService,
  'proxy-start-order': proxyStartOrder,
  'virtual-service-hosts': virtualServiceHosts,
  waypoints,
  'webhook-ca-bundle': webhookCaBundle,
  'webhook-service': webhookService,
  ztunnel,
  'ztunnel-errors': ztunnelErrors,
};

/** The resources a probe reads, as `kubectl` names them; empty for an unknown probe. */
export function readsOf(probe: string): readonly ReadId[] {
  return PROBES[probe]?.reads ?? [];
}
