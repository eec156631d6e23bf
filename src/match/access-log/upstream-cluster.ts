/** The name that istiod gives a cluster of Envoy, which tells direction, port, subset and host. */

/** The upstream cluster's name taken apart: `outbound|9080|v1|reviews.default.svc.cluster.local`. */
export interface UpstreamCluster {
  readonly raw: string;
  readonly direction: 'inbound' | 'outbound' | undefined;
  readonly port: string | undefined;
  readonly subset: string | undefined;
  readonly host: string | undefined;
}

/** Takes `outbound|PORT|SUBSET|HOST` apart, also with a trailing `;` of newer releases, and the SNI form. */
export function readCluster(raw: string): UpstreamCluster {
  let end = raw.length;
  while (raw[end - 1] === ';') end--;
  const parts = raw.slice(0, end).split('|');
  if (
    parts.length >= 4 &&
    (parts[0] === 'outbound' || parts[0] === 'inbound' || parts[0] === 'inbound-vip')
  ) {
    const direction = parts[0] === 'outbound' ? 'outbound' : 'inbound';
    return {
      raw,
      direction,
      port: parts[1] || undefined,
      subset: parts[2] || undefined,
      host: parts[3] || undefined,
    };
  }
  const sni = /^(outbound|inbound)_\.(\d+)_\.([^_]*)_\.(.+)$/.exec(raw);
  if (sni !== null) {
    const direction = sni[1] === 'outbound' ? 'outbound' : 'inbound';
    return { raw, direction, port: sni[2]!, subset: sni[3] || undefined, host: sni[4]! };
  }
  if (/^InboundPassthrough/.test(raw))
    return { raw, direction: 'inbound', port: undefined, subset: undefined, host: undefined };
  if (/^(?:PassthroughCluster|BlackHoleCluster)/.test(raw))
    return { raw, direction: 'outbound', port: undefined, subset: undefined, host: undefined };
  return { raw, direction: undefined, port: undefined, subset: undefined, host: undefined };
}
