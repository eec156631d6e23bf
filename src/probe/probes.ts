/** What each probe reads: data only, so that consent, the ClusterRole and the linter need no Kubernetes client. */
import { aksAddon } from './control-plane/aks-addon.ts';
import { apiserverReach } from './control-plane/apiserver-reach.ts';
import { clock } from './control-plane/clock.ts';
import { cniState } from './control-plane/cni-state.ts';
import { coredns } from './control-plane/coredns.ts';
import { crdVersions } from './control-plane/crd-versions.ts';
import { discoveryNetwork } from './control-plane/discovery-network.ts';
import { discoveryTarget } from './control-plane/discovery-target.ts';
import { injectingControlPlane } from './control-plane/injecting-control-plane.ts';
import { injectorOfLabel } from './control-plane/injector-of-label.ts';
import { istiodEgress } from './control-plane/istiod-egress.ts';
import { istiodPods } from './control-plane/istiod-pods.ts';
import { istiodRole } from './control-plane/istiod-role.ts';
import { managedControlPlane } from './control-plane/managed-control-plane.ts';
import { meshVersions } from './control-plane/mesh-versions.ts';
import { platform } from './control-plane/platform.ts';
import { remoteClusters } from './control-plane/remote-clusters.ts';
import { remoteControlPlane } from './control-plane/remote-control-plane.ts';
import { upgradeTrouble } from './control-plane/upgrade-trouble.ts';
import { validatorVersions } from './control-plane/validator-versions.ts';
import { webhookCaBundle } from './control-plane/webhook-ca-bundle.ts';
import { webhookNetwork } from './control-plane/webhook-network.ts';
import { webhookService } from './control-plane/webhook-service.ts';
import { eastWestGateway } from './gateways/east-west-gateway.ts';
import { egressGateway } from './gateways/egress-gateway.ts';
import { entryLoadBalancer } from './gateways/entry-load-balancer.ts';
import { gatewayApiConditions } from './gateways/gateway-api-conditions.ts';
import { gatewayApiWorkload } from './gateways/gateway-api-workload.ts';
import { gatewayEndpoints } from './gateways/gateway-endpoints.ts';
import { gatewayHosts } from './gateways/gateway-hosts.ts';
import { gatewayKinds } from './gateways/gateway-kinds.ts';
import { gatewayPods } from './gateways/gateway-pods.ts';
import { gatewayRoutes } from './gateways/gateway-routes.ts';
import { gatewayServices } from './gateways/gateway-services.ts';
import { gatewaySni } from './gateways/gateway-sni.ts';
import { gatewayTls } from './gateways/gateway-tls.ts';
import { routeBackends } from './gateways/route-backends.ts';
import { serviceEvents } from './gateways/service-events.ts';
import {
  accessLog404,
  accessLog426,
  accessLog429,
  accessLog503,
  accessLog504,
  accessLogEgress,
} from './logs/access-log.ts';
import { accessLog401, accessLog403 } from './logs/access-log-auth.ts';
import { accessLogGrpc } from './logs/access-log-grpc.ts';
import { accessLogMtls } from './logs/access-log-mtls.ts';
import { accessLogRemote } from './logs/access-log-remote.ts';
import { accessLogRollout } from './logs/access-log-rollout.ts';
import { accessLogTls } from './logs/access-log-tls.ts';
import { caTrouble } from './logs/ca-trouble.ts';
import { corednsLog } from './logs/coredns-log.ts';
import { istiodApi } from './logs/istiod-api.ts';
import { istiodCrash, istiodReadiness } from './logs/istiod-crash.ts';
import { jwksFetch } from './logs/jwks-fetch.ts';
import { proxyCrash } from './logs/proxy-crash.ts';
import { proxyLog } from './logs/proxy-log.ts';
import { proxyReadiness } from './logs/proxy-readiness.ts';
import { refusedCalls } from './logs/refused-calls.ts';
import { rejectedConfig } from './logs/rejected-config.ts';
import { syncState } from './logs/sync-state.ts';
import { ztunnelErrors } from './logs/ztunnel-errors.ts';
import type { Probe } from './probe.ts';
import { authorizationPolicies } from './security/authorization-policies.ts';
import { caProvider } from './security/ca-provider.ts';
import { clientSidecar } from './security/client-sidecar.ts';
import { peerAuthentication } from './security/peer-authentication.ts';
import { requestAuthentication } from './security/request-authentication.ts';
import { rootCertificates } from './security/root-certificates.ts';
import { serverSidecar } from './security/server-sidecar.ts';
import { destinationRuleSubsets } from './traffic/destination-rule-subsets.ts';
import { destinationRuleTls } from './traffic/destination-rule-tls.ts';
import { dnsCapture } from './traffic/dns-capture.ts';
import { dnsName } from './traffic/dns-name.ts';
import { egressProxy } from './traffic/egress-proxy.ts';
import { envoyFilterOrder } from './traffic/envoyfilter-order.ts';
import { faultRoutes } from './traffic/fault-routes.ts';
import { idleLimits } from './traffic/idle-limits.ts';
import { rateLimitFilters } from './traffic/rate-limit-filters.ts';
import { rateLimitService } from './traffic/rate-limit-service.ts';
import { routeTimeouts } from './traffic/route-timeouts.ts';
import { serviceEndpoints } from './traffic/service-endpoints.ts';
import { serviceEntries } from './traffic/service-entries.ts';
import { servicePorts } from './traffic/service-ports.ts';
import { sharedService } from './traffic/shared-service.ts';
import { virtualServiceHosts } from './traffic/virtual-service-hosts.ts';
import { waypoints } from './traffic/waypoints.ts';
import { ztunnel } from './traffic/ztunnel.ts';
import { configScope } from './workloads/config-scope.ts';
import { initContainers } from './workloads/init-containers.ts';
import { injectionLabels } from './workloads/injection-labels.ts';
import { jobSidecar } from './workloads/job-sidecar.ts';
import { metricsExposed } from './workloads/metrics-exposed.ts';
import { nativeSidecar } from './workloads/native-sidecar.ts';
import { podStart } from './workloads/pod-start.ts';
import { podStop } from './workloads/pod-stop.ts';
import { probeRewrite } from './workloads/probe-rewrite.ts';
import { prometheusScraping } from './workloads/prometheus-scraping.ts';
import { proxyScope } from './workloads/proxy-scope.ts';
import { proxyStartOrder } from './workloads/proxy-start-order.ts';
import { replicasetEvents } from './workloads/replicaset-events.ts';
import { rolloutPhase } from './workloads/rollout-phase.ts';

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
