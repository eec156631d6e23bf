/** What stands at the head of a log line: its level and the component that wrote it. */

export interface LogHeader {
  readonly level: string | undefined;
  readonly component: string | undefined;
}

/** Characters of a line looked at for its head. */
const HEAD = 240;

const LEVELS: Readonly<Record<string, string>> = {
  trace: 'debug',
  debug: 'debug',
  dbg: 'debug',
  info: 'info',
  inf: 'info',
  notice: 'info',
  warn: 'warning',
  warning: 'warning',
  error: 'error',
  err: 'error',
  eror: 'error',
  critical: 'error',
  fatal: 'error',
  panic: 'error',
  severe: 'error',
};

const ENVOY = /^\[\d{4}-\d\d-\d\d[ T][\d:.,]{8,16}Z?\]\s?\[\d+\]\s?\[([a-z]+)\]\s?\[([a-z0-9_.]+)\]/;
const TIME = /\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?/;
const KLOG = /^\s?([IWEF])\d{4} \d\d:\d\d:\d\d/;
/** Mixer's client within Envoy, and other C++ code that logs by protobuf's own means. */
const LIBPROTOBUF = /^\[libprotobuf (INFO|WARNING|ERROR|FATAL) /;
const SYSLOG = /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d /;
const LOGFMT = /^(?:time|ts|level|t|lvl)="?[\w.:+-]/;
const CLOCK = /^\[?\d\d:\d\d:\d\d[.,\]\d ]/;
const LEVEL_KEY = /\b(?:level|lvl|severity)"?[=:]\s?"?([a-zA-Z]{3,8})/;
const BARE_LEVEL =
  /^\[?(trace|debug|info|warn|warning|error|fatal|critical|panic|TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\]?[\s:]/;

/** Scopes of Istio's own loggers, by the program that has them. */
const SCOPES: Readonly<Record<string, string>> = {
  envoy: 'envoy',
  xdsproxy: 'pilot-agent',
  sds: 'pilot-agent',
  citadelclient: 'pilot-agent',
  cache: 'pilot-agent',
  secretfetcher: 'pilot-agent',
  healthcheck: 'pilot-agent',
  googleca: 'pilot-agent',
  ads: 'istiod',
  model: 'istiod',
  delta: 'istiod',
  klog: 'istiod',
  kube: 'istiod',
  validationcontroller: 'istiod',
  validationserver: 'istiod',
  validation: 'istiod',
  webhooks: 'istiod',
  serverca: 'istiod',
  pkica: 'istiod',
  rootcertrotator: 'istiod',
  retry: 'istiod',
  authorization: 'istiod',
  gateway: 'istiod',
  status: 'istiod',
  mcp: 'istiod',
  jwks: 'istiod',
  installer: 'istioctl',
  'cni-agent': 'istio-cni',
  'cni-plugin': 'istio-cni',
  cni: 'istio-cni',
  install: 'istio-cni',
  repair: 'istio-cni',
  iptables: 'istio-cni',
  access: 'ztunnel',
  hbone: 'ztunnel',
  state: 'ztunnel',
};

export function readLogHeader(line: string): LogHeader | undefined {
  const head = line.length > HEAD ? line.slice(0, HEAD) : line;
  const first = head.charCodeAt(0);
  if (first === 0x7b /* { */) return head.includes('":') ? jsonHeader(head) : undefined;
  if (first === 0x5b /* [ */) {
    const envoy = ENVOY.exec(head);
    if (envoy !== null) return { level: LEVELS[envoy[1]!], component: 'envoy' };
    const libprotobuf = LIBPROTOBUF.exec(head);
    if (libprotobuf !== null)
      return { level: LEVELS[libprotobuf[1]!.toLowerCase()], component: componentOf(head) };
  }
  const klog = KLOG.exec(head);
  if (klog !== null) {
    const level = { I: 'info', W: 'warning', E: 'error', F: 'error' }[klog[1]!];
    return { level, component: klogComponent(head) };
  }
  if (LOGFMT.test(head)) return { level: levelOfKey(head), component: componentOf(head) };
  const time = TIME.exec(head);
  if (time !== null && time.index < 120 && plausiblePrefix(head.slice(0, time.index))) {
    const rest = head.slice(time.index + time[0].length);
    return afterTime(rest, head);
  }
  if (SYSLOG.test(head)) return { level: wordLevel(head), component: componentOf(head) };
  if (CLOCK.test(head)) return { level: wordLevel(head), component: componentOf(head) };
  const bare = BARE_LEVEL.exec(head);
  if (bare !== null) {
    const rest = head.slice(bare[0].length);
    // `Error: something` of a program is a sentence, not a log line; istio's loggers write a tab or blanks.
    if (/^\w+:/.test(bare[0])) return undefined;
    return afterTime(` ${bare[1]} ${rest}`, head);
  }
  return undefined;
}

/** Source files that only one program of Kubernetes logs from. */
function klogComponent(head: string): string | undefined {
  if (
    /kubelet|pod_workers|kuberuntime|\b(?:prober|prober_manager|remote_runtime|status_manager)\.go:/.test(
      head,
    )
  )
    return 'kubelet';
  return /\b(?:replica_set|stateful_set|deployment_controller|daemon_controller|job_controller|cronjob_controllerv2)\.go:/.test(
    head,
  )
    ? 'kube-controller-manager'
    : undefined;
}

/** A key of an object over several lines that has a time: `startedAt: "`, `- lastTransitionTime: `, `  "ts": "`. */
const TIME_KEY =
  /^(?:[\s-]{0,60}"?(?:[a-z][A-Za-z]{0,40}(?:At|Time|Timestamp)|notBefore|notAfter)"?|\s{1,60}"[\w.@-]{1,60}"):\s?"?$/;

/** In front of a time may stand a pod's name or a container's, never a sentence or an object's key. */
function plausiblePrefix(prefix: string): boolean {
  if (TIME_KEY.test(prefix)) return false;
  const words = prefix.trim().split(/\s+/);
  return prefix.trim() === '' || (words.length <= 3 && /^[\w[\]().:/@|"'=>#-]+$/.test(words.join('')));
}

function afterTime(rest: string, head: string): LogHeader {
  const words = rest.replace(/^[\]\s|]+/, '').split(/[\s\]|]+/, 3);
  const word = (words[0] ?? '').toLowerCase().replace(/[[\]:]/g, '');
  const level = LEVELS[word] ?? levelOfKey(head) ?? wordLevel(rest.slice(0, 80));
  const scope = LEVELS[word] === undefined ? undefined : (words[1] ?? '').toLowerCase();
  const component = scope === undefined ? undefined : scopeComponent(scope);
  return { level, component: component ?? componentOf(head) };
}

function scopeComponent(scope: string): string | undefined {
  if (Object.hasOwn(SCOPES, scope)) return SCOPES[scope];
  if (/^(?:xds::|proxy::|ztunnel|state_manager|inpod|hyper_util)/.test(scope)) return 'ztunnel';
  return undefined;
}

function jsonHeader(head: string): LogHeader {
  const scope = /"(?:scope|logger|name)"\s?:\s?"([\w.:-]{1,60})/.exec(head);
  return {
    level: levelOfKey(head),
    component: (scope && scopeComponent(scope[1]!.toLowerCase())) ?? componentOf(head),
  };
}

function levelOfKey(head: string): string | undefined {
  const found = LEVEL_KEY.exec(head);
  return found === null ? undefined : LEVELS[found[1]!.toLowerCase()];
}

function wordLevel(head: string): string | undefined {
  const found =
    /\b(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|SEVERE|CRITICAL|trace|debug|info|warning|warn|error|fatal|critical)\b/.exec(
      head,
    );
  return found === null ? undefined : LEVELS[found[1]!.toLowerCase()];
}

function componentOf(head: string): string | undefined {
  const found = /\b(ztunnel|kubelet|istio-cni|cni-plugin|pilot-agent|istiod|pilot|envoy)\b/.exec(head);
  if (found === null) return undefined;
  if (found[1] === 'cni-plugin') return 'istio-cni';
  return found[1] === 'pilot' ? 'istiod' : found[1];
}
