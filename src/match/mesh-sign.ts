/** How much a text shows that a service mesh is what it is about: what owns no such sign belongs to no flow. */

/** Words of Istio, Envoy and the vendors' meshes, folded; as words or beginnings of words. */
const MESH =
  /istio|ztunnel|hbone|pilot-agent|virtual ?service|destination ?rule|peer ?authentication|request ?authentication|authorization ?polic|service ?entr(?:y|ies)|workload ?entry|httproute|grpcroute|gatewayclass|\basm(?:cli|-managed)?\b|service[ _]?mesh|trust ?domains?|(?:in|e)gress[- ]?gateway|\bmtls\b|spiffe:|x509-?svid|\bspire[- ](?:agent|server)\b|\bxds\b|\b[el]ds\b|\b[cr]ds(?:[:=/]| (?:push|stale|synced|not sent|rejected|nack|api|cluster|route|warming|fetch))|upstream_reset|upstream connect error|reset reason: |ext[-_ ]?authz|quitquitquit|no healthy upstream|disconnect\/reset before headers|via_upstream|route_not_found|filter_chain_not_found|(?:out|in)bound\|\d|blackholecluster|passthroughcluster|\b150(?:01|06|08|10|12|14|17|20|21|90)\b|rbac:? access denied|rbac_access_denied|bookinfo|kiali|키알리|proxy-status|jwks|\bjwt (?:is|verif|issuer|authent)|fault filter abort|127\.0\.0\.6\b|\bsds\b|pageheap_unmapped|total_thread_cache|\buaex\b|\brlse\b|cloud service mesh|anthos|servicemesh|controlplanemanagement|이스티오|엔보이|イスティオ|エンボイ/;

/** Fields of the mesh's own objects: people quote one where they leave out whose it is. */
const FIELDS =
  /\bfault\.(?:abort|delay)|\bfixeddelay|\bpertrytimeout|\bretryon\b|\boutboundtrafficpolicy|\bmeshconfig|\bproxymetadata|\btrafficpolicy\b|\boutlierdetection|\bconsecutive(?:5xx|gateway)errors|\bholdapplicationuntil|\bconfigpatches|\bportlevelmtls|\bjwtrules|\brequestprincipals|\bnotrequestprincipals|\bdiscoveryselectors|\bworkloadselector|\b(?:http|network|listener)_filter\b|\bhttp_?connection_?manager\b|\binsert_(?:before|after|first)\b|\bexportto\b/;

/** BoringSSL's mark. Envoy has it in every error of its TLS, and so have browsers, Electron and mobile apps. */
const BORINGSSL = /openssl_internal/;

/** Words of the mesh that are words of everyday life too: rooms have mesh routers, motorcycles sidecars. */
const HOMONYM =
  /envoy|sidecar|waypoint|\bambient\b|\bpilots?\b|galley|citadel|\bmixers?\b|\bmesh(?:ed)?\b|网格|메시(?!지)|사이드카|メッシュ|サイドカー|边车/;

/** Where the everyday twins live: roads and trips, the air, birds, diplomacy, kitchens, cloth, home networks. */
const EVERYDAY =
  /motor(?:cycle|bike|rad)|\bmoto\b|\bbike\b|cognac|cocktail|lemon|\bgps\b|\bhik(?:e|ing)\b|\btrail\b|\bsail|\bboat\b|\bairlines?\b|\baircraft\b|\bairport|\bflights?\b|\bcockpit|\bcrew\b|\bembassy|\bminister|\bpresident|ceasefire|\bsummit\b|peace talks|\btours?\b|\bmuseum|\bcastle|\bfortress|\bhotel|temperature|greenhouse|\blighting\b|\bmusic\b|\bnoise\b|\bscreen\b|mosquito|\bfabric|\bpolyester|\bchair\b|\bfence|\bkitchen|\bdough\b|\bblender|\bcage\b|\bfeather|\bwi-?fi\b|\brouter\b|\bepisode|\bmovie|\bnovel\b|摩托|机场|航班|纱窗|蚊|面料|路由器|오토바이|공항|비행기|방충망|모기|원단|공유기|バイク|空港|飛行機|網戸|布地|ルーター/;

/** Words of computing that tell a homonym of the mesh from its everyday twin. */
const COMPUTING =
  /\b(?:memory|memori|ram|cpu|oom\w*|https?|h2|tls|ssl|dns|tcp|udp|clients?|requests?|traffic|trafik|prox(?:y|ies)|inject\w*|injeksi|svc|services?|layanan|clusters?|deploy\w*|config\w*|konfigurasi|time(?:d )?outs?|[45]\d\d|metrics?|metrik|rbac|crash\w*|logs?|log level|versions?|upgrad\w*|update|revisions?|ports?|yaml|apis?|apps?|aplikasi|init|start\w*|restart\w*|kube\w*|jobs?|cronjob|503s?|errors?|exit(?:ed|s)?|filters?|routes?|rules?|headers?|polic(?:y|ies)|upstream|probes?|terminat\w*|database|mysql|redis|kafka|calls?|outgoing|egress|outbound)\b|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/;

/** Words of Kubernetes and of symptoms that people put without naming the mesh. */
const NEAR =
  /kubectl|kubernetes|\bk8s\b|\bpods?\b|kubelet|namespace|webhook|coredns|\bgateways?\b|ingress|egress|\bcrds?\b|no matches for kind|resource type|\baks\b|\bgke\b|\bgrpc\b|rpc error|x509|upstream|readiness|liveness|healthz|econnrefused|connection (?:refused|reset|timed out)|econnreset|etimedout|enotfound|eai_again|i\/o timeout|no such host|unknownhost|dial tcp|socket hang up|read timed out|handshake|unable to connect|failed to connect|couldn't connect|\b(?:50[234]s?|429|426)\b|control plane|data plane|outlier|deployment|replicaset|cronjob|\.svc\b|cluster\.local|rate ?limit|listener|certificate (?:is|has|was|not|verif|expired|signed|chain|authority|problem|request)|(?:\bca|tls|ssl|client|server|root|signed|invalid|bad|expired|unknown|local issuer) certificate|certificate_|root ca|\bcontainers?\b|\bnodes?\b|\b(?:bearer|service ?account|jwt|id) token|kontainer|容器|컨테이너|コンテナ|节点|노드|网关|注入|게이트웨이|파드|ゲートウェイ|ポッド/;

/** Pages and tools that have errors of their own with the same words; Kubernetes' troubles with images and volumes. */
const FOREIGN =
  /<center>nginx|nginx\/\d|openresty|cloudflare|apache\/2|iis\b|npm err|\bnpm error|\bpip\b|gradle|webpack|\bvite\b|\bdev server\b|traceback \(most recent call last\)|systemd\[|arn:aws|git@|redis\.exceptions|wordpress|ssh: connect|persistentvolume|storageclass|mountvolume|provisioningfailed|imagepullbackoff|errimagepull|failed to pull image|back-off (?:restarting failed container|pulling image)|\bdocker\b|\brds\b(?!\.)|\brubygems|\bgems?\b|npmjs|\bpypi\b|\bmaven\b|\bterraform\b|\belasticsearch\b|\bora-\d|must be logged in to the server|forbidden: user (?!system:)|no files matching import glob|\bjenkins\b|\bexcel\b|\bvpn\b|\bfirmware\b|\bwindows update\b|\bsmtp\b|\bwi-?fi\b|\bprinter\b|\bhadoop\b|\byarn\b|\bnuget\b|\bpackagist|\bcrates\.io|\bgitlab-runner|\bartifactory|\bsonarqube|\bbitbucket|org\.apache\.(?:spark|flink)\b|\bairflow\b|\bhomebrew\b|\bxcode|cocoapods|\bflutter\b|react-native|\boutlook\b|\bimap\b|\bdovecot\b|\bpostfix\b|\bthunderbird\b|\bbluetooth\b|\b[a-z]:users\S{1,100}appdata|\baws_[a-z]{1,40}[._]|eaddrinuse|\bxampp\b|\bphp-fpm\b|\bfastcgi/;

/** Meshes, schedulers and networks with proxies, sidecars and meshes of their own: they are not this one's. */
const RIVALS =
  /\blinkerd|\bcilium|_nomad-task|\bnomad-client\b|\bkuma-(?:cp|dp|sidecar)\b|node-to-node mesh|\bbgp\b|\bk8s-sidecar\b|\] {1,2}agent[.:]|\bmemberlist\b|\bno cluster leader\b/;

/**
 * Products whose own lines speak of connections, endpoints and nodes as the mesh does, and what kubectl and the
 * scheduler say of themselves: unless the mesh is named too, even a general signature there is about something else.
 */
const OTHERS =
  /\bcalico\b|\bbird(?:v[46])?\b|\bfelix\b|\bcilium|\bflannel|\btraefik\b|\bhaproxy\b|\bargo-?cd\b|\blinkerd|\bweave-?net\b|\bkube-router\b|failedscheduling|nodes are available:|failedgetresourcemetric|horizontal-pod-autoscaler|\bevicted\b|low on resource|failedattachvolume|imagegcfailed|freediskspacefailed|systemoom|networknotready|failedbinding|\b(?:oc|kustomize|helm|skaffold|kubeadm|minikube|kubectl): error\b|unknown (?:shorthand )?flag\b|unable to connect to the server:|the connection to the server \S{1,100} was refused|the (?:deployment|daemonset|statefulset|replicaset|job|cronjob|configmap|secret|ingress|service|pod) \S{1,100} is invalid:|while connecting to upstream, client:|does not have any active endpoint|\[kubelet-check\]|\[wait-control-plane\]|\[preflight\]|httpproxycidr|another operation \(install|upgrade failed: |helm-controller|release_server\.go|minpods +maxpods|unable to upgrade connection:|\bcert-manager\b|acme-challenge|unmounted volumes=|error from server \((?:alreadyexists|conflict)\)|is waiting to start: (?:containercreating|trying and failing to pull)|\blonghorn|\brook-ceph|docker[- ]compose|error upgrading connection|unable to forward port|cluster-autoscaler|\bkarpenter\b|\bexternal-dns\b|\b0\/1 (?:crashloopbackoff|error) /;

/** A line as docker compose prints it: the container's name and a bar. */
const COMPOSE = /^[a-z0-9_.-]{1,60}[-_]1 \|/m;

/**
 * What other servers, clients and builds say of themselves in words that a mesh has too (a handshake, a certificate,
 * a webhook, a refused call), by the marks of the speaker: nginx's and PostgreSQL's own log lines, a broker's network
 * thread, Erlang's and Logstash's, the webhook of another operator, metrics-server and the kubelet, kubectl's and Terraform's credentials,
 * CI runners, the Docker daemon and image builds, etcd, ACME, PostgreSQL's tools, brokers and JVMs on one's own machine (only a
 * JVM on Windows says "Connection refused: connect"), mail servers, mobile apps, PHP.
 */
const SPEAKERS =
  /\[(?:emerg|alert|crit|error|warn|notice)\] \d{1,9}#\d{1,9}: |could not receive data from client|no pg_hba\.conf entry|\[socketserver |\] <0\.\d{1,9}\.\d{1,9}>|\]\[logstash\.|failed to generate manifests?\b|org\.apache\.kafka\.common\.network\.selector|calling (?:admission )?webhook (?!\S{0,80}(?:knative|kubeflow|kserve|seldon|dapr))[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}\b|kubelet_summary|metrics from (?:the )?kubelet|has asked for the client to provide credentials|kubernetes cluster unreachable|, in resource [a-z]|\bwith module\.|##\[(?:error|debug|group)\]|\bgitlab-ci|\bact_runner\b|unable to (?:clone|access) https?:|cafile: \S{1,200} crlfile:|docker daemon|docker_engine|docker\.sock|127\.0\.0\.1:2379|\betcdserver\b|\bacme[:-]|kind: status\b|v1\/sys\/(?:init|seal|unseal|health)|unable to authenticate the request|pooler error|pgbouncer|is the server running on host (?:localhost|127\.|172\.1[789]\.)|(?:127\.0\.0\.1|localhost|::1)\]?(?::|, ?port:? ?)(?:5432|3306|27017|6379|1433|9200)\b|\bchannel \d{1,4}: open failed|\bmysqldump\b|\bnavicat\b|\bdbeaver\b|mysql workbench|password authentication failed|access denied for user|proxy\.golang\.org|\/oauth2\/auth http\/1|\[kong\]|\/lua\/5\.1\/|unable to connect to server:|\.s\.pgsql\.|\/127\.0\.0\.1:9\d{3}\b|executing topic command|\bioredis:|connection refused: connect\b|local\.error: |failed to solve\b|auth\.docker\.io|registry-1\.docker\.io|failed pulling image|failed to pull and unpack|\bpostfix\/|\bimap-login|proto=esmtp|trust anchor for certification path|com\.android\.|\bniossl|\bnsurlerror|ssl_client_socket_impl|dashboard reported|elastic-(?:webhook|system)|php-fpm|fastcgi_/;

/**
 * What people speak of who run services behind proxies, topic by topic. One topic alone is anybody's; two in one
 * sentence (a proxy and an upgrade, a 503 and a roll-out) are seldom about anything else.
 */
const TOPICS: readonly RegExp[] = [
  /\bpods?\b|\bnamespaces?\b|\bkube|\bk8s\b|\bdeployments?\b|replicaset|kubelet|容器|命名空间|컨테이너|파드|네임스페이스|コンテナ|ポッド|名前空間|oomkill/,
  /\bprox(?:y|ies)\b|代理|프록시|プロキシ/,
  /\b(?:50[234]s?|5xx|429|426)\b|upstream|上游|업스트림/,
  /\bcanary|灰度|金丝雀|카나리|カナリア|\bweights?\b|权重|가중치|重み/,
  /\broll(?:ing|out|s)|\bdeploy(?:s|ing|ed|ment)?\b|滚动|发布|배포|롤링|デプロイ|\brilis\b/,
  /\brbac\b|\b(?:allow|deny|authorization) polic|\bpolicy (?:allow|deny)|授权策略|인가 정책|認可ポリシー|정책|策略|ポリシー|kebijakan/,
  /\b40[34]\b/,
  /\bclusters?\b|集群|클러스터|クラスタ|antar ?cluster|multicluster/,
  /\bgateways?\b|\bingress|\begress|网关|게이트웨이|인그레스|ゲートウェイ|イングレス/,
  /\bv1\b|\bv2\b|\btraffic|流量|트래픽|トラフィック|\btrafik|\brout(?:e|es|ing)\b|路由|라우팅|ルーティング/,
  /services? ?to ?services?|between (?:two |the |our )?(?:of our )?services|antar ?(?:service|layanan)|服务间|服务之间|服务.{0,3}调.{0,3}服务|微服务|서비스 간|サービス間|마이크로서비스|microservices?/,
  /\btls\b|\bssl\b|https|\bcert(?:s|ificates?)?\b|证书|인증서|証明書|sertifikat|handshake|握手|明文|plaintext|\bstrict\b/,
  /upgrad|升级|업그레이드|アップグレード|\brevisi(?:on|ons)?\b|control plane|data plane|控制面|控制平面|数据面|数据平面|컨트롤 ?플레인|데이터 ?플레인|コントロールプレーン|データプレーン/,
  /prometheus|grafana|\bmetri(?:c|cs|k)\b|指标|메트릭|メトリクス|tracing|jaeger|链路/,
  /\bdns\b|coredns|nslookup|\bresolv|域名|도메인|名前解決|解析不/,
  /time(?:d )?-?outs?|超时|타임아웃|시간 ?초과|タイムアウト|\b504\b|connection (?:refused|reset)|连接被|refused/,
  /\bjwt\b|\bjwks?\b|\b401\b|令牌|토큰|トークン/,
  /\bgrpc\b|\bhttp\/?2\b/,
  /health ?checks?|\bprobes?\b|readiness|liveness|探针|健康检查|프로브|헬스 ?체크|ヘルスチェック|プローブ/,
  /webhook|웹훅|ウェブフック|\binject|注入|주입|インジェクション/,
  /rate ?limit|限流|限速|속도 ?제한|レート制限/,
  /\bendpoints?\b|端点|엔드포인트|エンドポイント|访问不通|调不通/,
  /fault inject|injected (?:delay|fault)|故障注入|延迟注入|결함 주입|장애 주입|障害注入|フォールト/,
  /\btcp\b/,
  /\bload ?balancers?\b|负载均衡|로드 ?밸런서|ロードバランサ|external-?ip/,
  /\bntp\b|clock (?:skew|drift)|clocks? (?:is|are) (?:off|wrong|behind|ahead)|时钟|时间不同步|시계|時計|時刻|\bjam (?:server|node)|waktu (?:server|node)/,
  /\bcron ?jobs?\b|크론잡|定时任务|バッチ|배치 작업/,
];

/** Words that no trip, bird or kitchen has: with one of them a homonym is the mesh's, whatever the service is for. */
const PLAINLY =
  /\b(?:prox(?:y|ies)|inject\w*|https?|tls|tcp|dns|requests?|[45]\d\d|api|app|yaml|config\w*|deploy\w*|crash\w*|logs?|metrics?)\b|代理|注入|프록시|주입|プロキシ|配置|설정|超时/;

/** A line of a log, by its head: what programs write is no description, however few words it has. */
const LOG =
  /^[ewi]\d{4} \d\d:\d\d:\d\d|\b(?:level|lvl)=(?:debug|info|warn|error|fatal)|^\d{4}[-/]\d\d[-/]\d\d[ t]\d\d:\d\d:\d\d\S{0,12} {1,4}\[?[a-z]{4,7}\]? |^ {0,4}(?:normal|warning) +[a-z]{4,40} +\d/m;

/** Lines that nginx writes before a backend: with a proxy's words, and an access log that reads like Envoy's. */
const NGINX =
  /\[(?:emerg|alert|crit|error|warn|notice)\] \d{1,9}#\d{1,9}: |\d\.\d{3} \[[a-z0-9-]{1,200}\] \[[^\]\n]{0,80}\] \d/;

/** An access log is Envoy's, if it is not nginx's. */
export const accessLogSign = (folded: string): MeshSign =>
  NGINX.test(folded) && !MESH.test(folded) ? 'other' : 'mesh';

/**
 * `likely`: a description that touches two topics at least. `other`: a line of a product that is not the mesh.
 * `everyday`: the mesh's words, of motorcycles and trips.
 */
export type MeshSign = 'mesh' | 'likely' | 'near' | 'none' | 'foreign' | 'other' | 'everyday';

/** `folded`: the text's first characters in folded form. Linear: alternations without nested repetition. */
export function meshSignOf(folded: string, isDescription = false): MeshSign {
  if (MESH.test(folded) || FIELDS.test(folded)) return 'mesh';
  if (RIVALS.test(folded)) return 'other';
  const isNear = NEAR.test(folded);
  if (HOMONYM.test(folded)) {
    if (!isNear && EVERYDAY.test(folded) && !PLAINLY.test(folded)) return 'everyday';
    if (isNear || COMPUTING.test(folded)) return 'mesh';
  }
  if (OTHERS.test(folded) || SPEAKERS.test(folded) || COMPOSE.test(folded)) return 'other';
  if (BORINGSSL.test(folded)) return 'mesh';
  if (FOREIGN.test(folded)) return 'foreign';
  if (isDescription && !LOG.test(folded) && TOPICS.filter((topic) => topic.test(folded)).length >= 2)
    return 'likely';
  return isNear ? 'near' : 'none';
}
