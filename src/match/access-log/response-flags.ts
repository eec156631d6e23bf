/**
 * Envoy's response flags and their long names (%RESPONSE_FLAGS_LONG%), as its access-log reference has them.
 * kb/tables/response-flags.yaml tells what each means; a test holds both to the same list.
 */
export const LONG_NAMES: Readonly<Record<string, string>> = {
  UH: 'NoHealthyUpstream',
  UF: 'UpstreamConnectionFailure',
  UO: 'UpstreamOverflow',
  NR: 'NoRouteFound',
  URX: 'UpstreamRetryLimitExceeded',
  NC: 'NoClusterFound',
  DT: 'DurationTimeout',
  DC: 'DownstreamConnectionTermination',
  LH: 'FailedLocalHealthCheck',
  UT: 'UpstreamRequestTimeout',
  LR: 'LocalReset',
  UR: 'UpstreamRemoteReset',
  UC: 'UpstreamConnectionTermination',
  DI: 'DelayInjected',
  FI: 'FaultInjected',
  RL: 'RateLimited',
  UAEX: 'UnauthorizedExternalService',
  RLSE: 'RateLimitServiceError',
  IH: 'InvalidEnvoyRequestHeaders',
  SI: 'StreamIdleTimeout',
  DPE: 'DownstreamProtocolError',
  UPE: 'UpstreamProtocolError',
  UMSDR: 'UpstreamMaxStreamDurationReached',
  RFCF: 'ResponseFromCacheFilter',
  NFCF: 'NoFilterConfigFound',
  OM: 'OverloadManagerTerminated',
  DF: 'DnsResolutionFailed',
  DO: 'DropOverload',
  DR: 'DownstreamRemoteReset',
  UDO: 'UnconditionalDropOverload',
};

const SHORT_NAMES = new Map(Object.entries(LONG_NAMES).map(([short, long]) => [long, short] as const));

/** Every short name, longer ones first so that in a pattern `UR` does not take the head of `URX`. */
export const SHORT_FLAGS: readonly string[] = Object.keys(LONG_NAMES).toSorted((a, b) => b.length - a.length);

/** Alternatives of a pattern: every long name. */
export const LONG_FLAG = [...SHORT_NAMES.keys()].join('|');

/** The short name of a flag however it was logged. */
export function shortFlag(flag: string): string {
  return SHORT_NAMES.get(flag) ?? flag;
}
