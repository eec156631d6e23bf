/** How much a text shows that a service mesh is what it is about: what owns no such sign belongs to no flow. */

/** Words of Istio, Envoy and the vendors' meshes, folded; as words or beginnings of words. */
const MESH =
  /istio|ztunnel|hbone|pilot-agent|virtual ?service|destination ?rule|peer ?authentication|request ?authentication|authorization ?polic|service ?entr(?:y|ies)|workload ?entry|httproute|grpcroute|gatewayclass|\basm(?:cli|-managed)?\b|service ?mesh|\bmtls\b|spiffe:|\bxds\b|\b[ecrl]ds\b|upstream_reset|upstream connect error|no healthy upstream|disconnect\/reset before headers|via_upstream|route_not_found|filter_chain_not_found|(?:out|in)bound\|\d|blackholecluster|passthroughcluster|\b150(?:01|06|08|10|12|14|17|20|21|90)\b|rbac: access denied|rbac_access_denied|bookinfo|kiali|jwks|\bjwt (?:is|verif|issuer|authent)|fault filter abort|openssl_internal|\bsds\b|pageheap_unmapped|total_thread_cache|\buaex\b|\brlse\b|cloud service mesh|anthos|servicemesh|controlplanemanagement|网格|메시(?!지)|사이드카|メッシュ|サイドカー|边车|이스티오/;

/** Words of the mesh that are words of everyday life too: rooms have mesh routers, motorcycles sidecars. */
const HOMONYM = /envoy|sidecar|waypoint|\bpilot\b|galley|citadel|\bmixer\b|\bmesh\b/;

/** Words of computing that tell a homonym of the mesh from its everyday twin. */
const COMPUTING =
  /\b(?:memory|memori|ram|cpu|oom\w*|https?|h2|tls|ssl|dns|tcp|udp|requests?|traffic|trafik|prox(?:y|ies)|inject\w*|injeksi|svc|services?|layanan|clusters?|deploy\w*|config\w*|konfigurasi|time(?:d )?outs?|[45]\d\d|metrics?|metrik|rbac|crash\w*|logs?|log level|versions?|upgrad\w*|update|revisions?|ports?|yaml|apis?|apps?|aplikasi|init|start\w*|restart\w*|kube\w*|jobs?|cronjob|503s?|errors?|exit(?:ed|s)?|filters?|routes?|rules?|headers?|polic(?:y|ies)|upstream|probes?|terminat\w*|database|mysql|redis|kafka)\b|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/;

/** Words of Kubernetes and of symptoms that people put without naming the mesh. */
const NEAR =
  /kubectl|kubernetes|\bk8s\b|\bpods?\b|kubelet|namespace|webhook|coredns|\bgateways?\b|ingress|egress|crashloopbackoff|\bcrds?\b|no matches for kind|resource type|\baks\b|\bgke\b|\bgrpc\b|rpc error|x509|upstream|readiness|liveness|healthz|econnrefused|connection (?:refused|reset|timed out)|econnreset|etimedout|enotfound|eai_again|i\/o timeout|no such host|unknownhost|dial tcp|socket hang up|read timed out|handshake|unable to connect|failed to connect|couldn't connect|\b(?:50[234]s?|429|426)\b|control plane|data plane|outlier|deployment|replicaset|cronjob|\.svc\b|cluster\.local|rate ?limit|listener|certificate (?:is|has|was|not|verif|expired|signed|chain|authority|problem|request)|(?:\bca|tls|ssl|client|server|root|signed|invalid|bad|expired|unknown|local issuer) certificate|certificate_|root ca|\bcontainers?\b|\bnodes?\b|\btoken|kontainer|容器|컨테이너|コンテナ|节点|노드|网关|注入|게이트웨이|파드|ゲートウェイ|ポッド/;

/** Pages and tools that have errors of their own with the same words; Kubernetes' troubles with images and volumes. */
const FOREIGN =
  /<center>nginx|nginx\/\d|openresty|cloudflare|apache\/2|iis\b|npm err|\bnpm error|\bpip\b|gradle|webpack|traceback \(most recent call last\)|systemd\[|arn:aws|git@|redis\.exceptions|wordpress|ssh: connect|persistentvolume|storageclass|mountvolume|provisioningfailed|imagepullbackoff|errimagepull|failed to pull image|back-off (?:restarting failed container|pulling image)|\bdocker\b|\brubygems|\bgems?\b|npmjs|\bpypi\b|\bmaven\b|\bterraform\b|\belasticsearch\b|\bora-\d|must be logged in to the server|forbidden: user (?!system:)|no files matching import glob/;

export type MeshSign = 'mesh' | 'near' | 'none' | 'foreign';

/** `folded`: the text's first characters in folded form. Linear: alternations without nested repetition. */
export function meshSignOf(folded: string): MeshSign {
  if (MESH.test(folded)) return 'mesh';
  if (HOMONYM.test(folded) && (COMPUTING.test(folded) || NEAR.test(folded))) return 'mesh';
  if (FOREIGN.test(folded)) return 'foreign';
  return NEAR.test(folded) ? 'near' : 'none';
}
