/**
 * What words of several languages mean, so that a description is found through sayings of another language:
 * each concept is a list of stems (`-` and `_` stand for a space within one). Latin stems match at the beginning of a word, others anywhere.
 * Besides the four languages of the screens it knows the commonest words of ja, es, pt, fr and de.
 */

/** Concept -> stems, folded (lower case, no accents for Latin ones). */
const CONCEPTS: Readonly<Record<string, string>> = {
  timeout:
    'timeout timed time-out 超时 타임아웃 시간초과 시간_초과 タイムアウト tiempo_de_espera_agotado delai_depasse zeituberschreitung',
  slow: 'slow latency lambat lelet 慢 느리 느려 지연 遅 lento lent langsam pelan 卡顿 重い',
  refuse:
    'refus reject denied deny ditolak menolak tolak 拒绝 拒 거부 거절 拒否 rechaz recus verweiger abgelehnt 弾か 弾き 막혀 막혔 막히 diblok 拦截 遮断 ブロック',
  reset: 'reset 重置 재설정 초기화 リセット',
  disconnect:
    'disconnect dropped drop putus terputus 断开 断连 中断 掉 끊 切断 切れ interrump coupe getrennt abbruch',
  fail: 'fail gagal error 失败 报错 错误 出错 异常 실패 오류 에러 失敗 エラー falla fallo erro echec erreur fehl',
  notwork:
    'broken doesn not-work tidak-berfungsi tidak-jalan gak-jalan ga-jalan nggak-jalan ngefek ngaruh berefek 不工作 不起作用 没作用 没用 不能用 不生效 没有生效 无效 没效果 안돼 안_돼 안됩 안_됩 적용되지 적용이_안 동작하지 안_먹 안먹 소용없 소용_없 효과가 動かない 効かない 反映されない',
  ignored: 'ignor diabaikan 忽略 被忽略 무시 無視 ignorad ignore ignoriert',
  missing:
    'missing absent hilang tidak-ada 缺少 丢失 没有 不见 找不到 不存在 없 사라 見つからない ない falta manque fehlt',
  notfound:
    'not-found tidak-ditemukan 找不到 未找到 不存在 찾을_수_없 찾지_못 見つかりません no_se_encuentra introuvable nicht_gefunden',
  empty: 'empty nothing kosong 空 没有任何 비어 아무것도 空っぽ 何も vacio vide leer',
  stuck:
    'stuck hang hung macet menggantung tertahan 卡住 卡在 一直 停在 멈 멈춰 걸려 계속 止ま 固ま ハング atascad bloque hangt',
  start: 'start startup boot mulai 启动 시작 기동 起動 arranc inicia demarr starte',
  startup_first:
    'right_after_start sesaat_setelah 刚启动 启动时 시작할_때 시작_직후 起動直後 al_iniciar au_demarrage beim_start',
  restart: 'restart reboot 重启 재시작 再起動 reinici redemarr neustart',
  crash:
    'crash crashloop crashloopbackoff 崩溃 反复重启 크래시 죽어 죽었 クラッシュ caid plante absturz 挂了 挂掉 段错误 segfault mati-mendadak 落ちる 落ちて 落ちま 뻗어',
  memory: 'memory oom oomkill memori ram 内存 메모리 メモリ memoria memoire speicher',
  cpu: 'cpu throttl',
  certificate: 'cert sertifikat certificate 证书 인증서 証明書 certificado certificat zertifikat x509',
  expired:
    'expir kedaluwarsa kadaluarsa 过期 到期 만료 期限切れ caduc venci abgelaufen 期限が切れ 有効期限 kadaluwarsa',
  token: 'jwt token 令牌 토큰 トークン',
  login: 'unauthorized 401 登录 인증 認証 autentic anmeld 로그인 ログイン',
  forbidden: 'forbidden 403 rbac denied 禁止 权限 无权 권한 금지 権限 許可されて prohibid interdit verboten',
  policy: 'policy policies kebijakan 策略 정책 ポリシー politica politique richtlinie',
  mtls: 'mtls mutual-tls strict permissive 双向 상호 相互 mutuo mutuel',
  tls: 'tls ssl https handshake 握手 핸드셰이크 ハンドシェイク',
  plaintext: 'plaintext plain-text 明文 평문 平文 texto plano klartext',
  sidecar: 'sidecar istio-proxy 边车 sidecar 사이드카 サイドカー',
  inject: 'inject injeksi disuntik menyuntik 注入 주입 注入 インジェクション inyect injet injekt',
  label: 'label 标签 레이블 라벨 ラベル etiqueta',
  namespace: 'namespace ns 命名空间 네임스페이스 名前空間 ネームスペース',
  pod: 'pod 파드 ポッド',
  container: 'container kontainer 容器 컨테이너 コンテナ contenedor conteneur',
  init: 'init istio-init 初始化 초기화 初期化',
  gateway: 'gateway gerbang 网关 게이트웨이 ゲートウェイ puerta_de_enlace passerelle',
  ingress: 'ingress ingresgateway 入口 인그레스 イングレス',
  egress:
    'egress outbound external eksternal luar 出口 出站 外部 外网 아웃바운드 외부 外部 salida sortant extern',
  address: 'external-ip address alamat 地址 주소 アドレス ip direccion adresse',
  dns: 'dns resolv resolve 解析 域名 도메인 名前解決 hostname nslookup nxdomain coredns 이름_해석 引けな 引けま',
  webhook: 'webhook 웹훅 ウェブフック',
  apply: 'apply applied menerapkan diterapkan 应用配置 创建 apply 적용 適用 aplica anwend',
  invalid: 'invalid tidak-valid 无效 不合法 非法 校验 验证失败 유효하지 잘못된 검증 無効 不正 inval ungultig',
  config: 'config konfigurasi 配置 설정 구성 設定 configur konfigur',
  notpushed:
    'stale not-sent sync synced sinkron config-lama konfigurasi-lama old-config 没收到 届いて 届かな 도착하지 전달되지 同步 下发 推送 동기화 전파 配信 同期',
  old: 'outdated old-version versi-lama 旧 老版本 老的 옛 예전 구버전 古い 古く',
  unknown:
    'unknown unrecogni tidak-dikenal tak-dikenal 未知 不认识 无法识别 识别不了 모른다 모르는 알_수_없 인식하지 인식_못 知らない 未知 認識',
  partial: 'some-of sebagian 部分 有的 有些 一部 일부',
  route: 'route routing rute 路由 라우팅 라우트 경로 ルーティング ルート ruta leitweg 振り分け 転送',
  weight: 'canary weight split traffic-split 金丝雀 灰度 权重 카나리 가중치 カナリア 重み',
  version: 'version versi 版本 버전 バージョン',
  upgrade:
    'upgrade upgrad update meng-upgrade dinaikkan 升级 升到 버전_올 버전을_올 上げた 업그레이드 업데이트 アップグレード 更新 actualiz mise_a_jour aktualis',
  rollout:
    'deploy deployment rollout rolling 发布 滚动 部署 배포 롤링 デプロイ despliegue deploiement ausrollen',
  revision: 'revision revisi 修订 리비전 リビジョン',
  multicluster:
    'multicluster multi-cluster cross-cluster antarcluster antar-cluster 多集群 跨集群 멀티클러스터 멀티_클러스터 マルチクラスタ',
  cluster: 'cluster 集群 클러스터 クラスタ',
  second:
    '集群一 集群二 集群1 集群2 两个集群 cluster1 cluster2 두_번째_클러스터 두_클러스터 dua-cluster cluster-kedua other-cluster second-cluster cluster-lain cluster-sebelah peer-cluster remote-cluster 对端集群 对面集群 상대_클러스터 반대편_클러스터 相手クラスタ 相手のクラスタ 向こうのクラスタ 另一个集群 다른_클러스터 別のクラスタ 別クラスタ 他のクラスタ 跨集群 异地集群 원격_클러스터 リモートクラスタ',
  ratelimit:
    'rate-limit ratelimit limit throttl 429 too-many 限流 限速 限制 속도_제한 제한 レート制限 制限 limite drossel',
  metrics:
    'metric metrik prometheus grafana kiali dashboard 指标 监控 메트릭 모니터링 メトリクス 監視 metrica metrique metrik',
  trace: 'trace tracing jaeger 链路 追踪 트레이스 トレース',
  log: 'log 日志 로그 ログ',
  probe:
    'probe liveness readiness health healthcheck 探针 健康检查 프로브 헬스 상태_검사 ヘルスチェック プローブ',
  job: 'job cronjob batch 任务 批处理 잡 배치_작업 ジョブ バッチ',
  complete: 'complet finish selesai 完成 结束 完了 끝나 완료 종료 終わ 終了 termin kelar 끝났 끝난',
  ambient: 'ambient ztunnel waypoint hbone',
  http2: 'http2 h2 http/1.0 http10 426 upgrade-required',
  tcp: 'tcp mysql postgres redis mongo kafka rabbitmq zookeeper cassandra elasticsearch amqp nats broker database basis-data 数据库 데이터베이스 データベース base-de-datos datenbank',
  protocol: 'protocol protokol 协议 프로토콜 プロトコル',
  port: 'port porta 端口 포트 ポート puerto',
  envoyfilter: 'envoyfilter',
  fault: 'fault delay abort 故障注入 延迟注入 결함 장애_주입 フォールト 障害注入',
  clock:
    'clock skew ntp jam waktu 时钟 时间不一致 시계 시각 時計 時刻 reloj horloge uhr ずれ 时间偏 时间慢 时间快 시간이_안 시간_차이',
  node: 'node 节点 노드 ノード nodo',
  apiserver: 'apiserver api-server kubernetes-api 无法连接_api api_서버 apiサーバ',
  istiod:
    'istiod pilot galley citadel control-plane kontrol 控制平面 控制面 컨트롤_플레인 コントロールプレーン plano_de_control plan_de_controle steuerungsebene',
  notready:
    'not-ready notready unready belum-siap belum-ready tidak-siap 未就绪 没有就绪 没就绪 不就绪 不-ready 没-ready 准备就绪 준비되지 준비가_안 준비_안 未準備 準備でき',
  create: 'create dibuat membuat 创建 생성 作成 crear creer erstell bikin',
  crd: 'crd customresourcedefinition no-matches resource-type kind jenis-resource 资源类型 种类 종류 리소스_타입 種類 リソースタイプ',
  unhealthy: 'unhealthy no-healthy upstream tidak-sehat 不健康 上游 업스트림 アップストリーム',
  service: 'service layanan servis 服务 서비스 サービス servicio dienst',
  request: 'request permintaan 请求 요청 リクエスト solicitud peticion requete anfrage',
  connect:
    'connect connection koneksi terhubung menyambung 连接 连不上 접속 연결 接続 conexi connexi verbind konek nyambung 繋が つなが 통신 通信',
  traffic: 'traffic trafik 流量 트래픽 トラフィック trafico trafic verkehr',
  intermittent:
    'intermittent sometimes occasionally kadang sesekali sporadis 偶尔 间歇 有时 间断 가끔 간헐 時々 たまに a_veces parfois manchmal 偶发 偶现 时不时 ときどき 断続',
  node_pressure: 'evict quota insufficient kuota 配额 驱逐 할당량 쿼터 リソース不足',
  azure: 'aks azure azurerm',
  google: 'gke gcp google anthos asm csm',
  enable: 'enabl mengaktifkan 启用 开启 활성화 켜 有効 habilit activ aktivier',
  disable: 'disabl menonaktifkan 禁用 关闭 비활성화 無効化 desactiv deaktivier',
  vault: 'vault',
  image: 'image 镜像 이미지 イメージ imagen abbild',
  header: 'header 请求头 헤더 ヘッダー cabecera',
  path: 'path 路径 경로 パス',
  hosted: 'compute gpu platform hosting 平台 算力 플랫폼 プラットフォーム',
  termination: 'preStop graceful terminat shutdown 优雅 终止 退出 종료 グレースフル 終了',
};

interface Stem {
  readonly stem: string;
  readonly concept: string;
}

/** Latin stems by their first two letters as one number; other stems by their first character's code. */
const LATIN = new Map<number, Stem[]>();
const OTHER = new Map<number, Stem[]>();

/** Two ASCII characters as a key: numbers are looked up several times faster than slices. */
function pairKey(text: string, at: number): number {
  return text.charCodeAt(at) * 128 + (text.charCodeAt(at + 1) & 127);
}

for (const [concept, words] of Object.entries(CONCEPTS)) {
  for (const stem of words.split(' ')) {
    const isLatin = /^[\x20-\x7f]/.test(stem);
    const lower = stem.toLowerCase();
    const table = isLatin ? LATIN : OTHER;
    const key = isLatin ? pairKey(lower, 0) : lower.charCodeAt(0);
    const list = table.get(key);
    const entry = { stem: lower.replaceAll(/[-_]/g, ' '), concept };
    if (list) list.push(entry);
    else table.set(key, [entry]);
  }
}

/** Longest text whose concepts are looked for, in characters: a description, not a log. */
const LIMIT = 6_000;

/** A concept and where its word stands, [start, end) in the folded text. */
export interface ConceptPlace {
  readonly concept: string;
  readonly start: number;
  readonly end: number;
}

/** The concepts a folded text speaks of. */
export function conceptsOf(folded: string): Set<string> {
  return new Set(conceptPlaces(folded).map(({ concept }) => concept));
}

/** Where a folded text speaks of what. Linear in the text; stems of a key are few. */
export function conceptPlaces(folded: string): ConceptPlace[] {
  const text = folded.slice(0, LIMIT);
  const found: ConceptPlace[] = [];
  let isInWord = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isWordChar = isAsciiWord(code);
    if (isWordChar && !isInWord)
      for (const { stem, concept } of LATIN.get(pairKey(text, at)) ?? NONE)
        if (startsWith(text, at, stem)) found.push({ concept, start: at, end: at + stem.length });
    if (code > 0x2e7f)
      for (const { stem, concept } of OTHER.get(code) ?? NONE)
        if (text.startsWith(stem, at)) found.push({ concept, start: at, end: at + stem.length });
    isInWord = isWordChar;
  }
  return found;
}

const NONE: readonly Stem[] = [];

/** A stem of up to three letters is a whole word; of longer ones the beginning decides. `-` in a text reads as a space. */
function startsWith(text: string, at: number, stem: string): boolean {
  for (let i = 0; i < stem.length; i++) {
    const have = text.charCodeAt(at + i);
    const want = stem.charCodeAt(i);
    if (have !== want && !(want === SPACE && (have === HYPHEN || have === UNDERSCORE))) return false;
  }
  return stem.length > 4 || !isAsciiWord(text.charCodeAt(at + stem.length));
}

const SPACE = 0x20;
const HYPHEN = 0x2d;
const UNDERSCORE = 0x5f;

/** Lower-case letters and digits; the end of a text (NaN) is none. */
function isAsciiWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
}
