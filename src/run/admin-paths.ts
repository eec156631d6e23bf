/**
 * Paths that may be asked with GET: of a proxy's admin interface and of the API server. Whole names only; what changes
 * something (quitquitquit, logging, healthcheck/fail, runtime_modify, reset_counters, cpuprofiler) is not among them.
 * Source: Envoy, "Administration interface"; Kubernetes, "API health endpoints".
 */

const PROXY_PATHS: ReadonlySet<string> = new Set([
  'certs',
  'clusters',
  'config_dump',
  'listeners',
  'memory',
  'ready',
  'server_info',
  'stats',
  'stats/prometheus',
]);

/** Filters and formats. No braces or brackets: curl would ask for several addresses. */
const QUERY = /^[A-Za-z0-9_.|^$*:=&%+-]{0,200}$/;

/** `path` as pilot-agent takes it (`stats?filter=x`), a leading slash allowed. */
export function isProxyPath(path: string): boolean {
  const [name = '', query = '', ...more] = path.replace(/^\//, '').split('?');
  return more.length === 0 && PROXY_PATHS.has(name) && QUERY.test(query);
}

const API_PATHS = [
  /^\/version$/,
  /^\/(?:healthz|livez|readyz)(?:\?verbose)?$/,
  /^\/api(?:\/v1)?$/,
  /^\/apis(?:\/[a-z0-9.-]{1,100}(?:\/v[a-z0-9]{1,20})?)?$/,
];

/** Discovery and health; a path to objects would go round what is known of their kinds, a proxied one anywhere. */
export function isApiPath(path: string): boolean {
  return API_PATHS.some((known) => known.test(path));
}

/** The path of an admin interface's address as curl takes it, `undefined` for any other address. */
export function proxyPathOf(url: string): string | undefined {
  return /^(?:http:\/\/)?(?:localhost|127\.0\.0\.1):15000\/([^\s]*)$/.exec(url)?.[1];
}
