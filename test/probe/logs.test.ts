/** What logs show: access logs on the way of a call, istiod's own, a proxy's, and the events of ReplicaSets. */
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../src/probe/probe.ts';
import { answerOf, ask, brokenObjects } from './asking.ts';
import type { MemoryCluster } from './memory-reader.ts';

const proxy = { name: 'istio-proxy' };
const pod = (name: string, namespace: string, more: object = {}, ip = '', labels: object = {}) => ({
  metadata: { name, namespace, labels, ...more },
  spec: { containers: [{ name: 'app' }, proxy] },
  status: { phase: 'Running', podIP: ip },
});
const web = pod('web-1', 'front');
const cart = pod('cart-1', 'shop', {}, '10.8.1.7', { app: 'cart' });
const gate = pod('gw-5d-1', 'istio-ingress');
const cartService = {
  metadata: { name: 'cart', namespace: 'shop' },
  spec: { selector: { app: 'cart' }, ports: [{ port: 8080, name: 'http' }] },
};
const FACTS = {
  'client-pod': 'web-1',
  'client-namespace': 'front',
  namespace: 'shop',
  service: 'cart',
  gateway: 'gw',
  'gateway-namespace': 'istio-ingress',
};

interface LinePart {
  readonly time?: string;
  readonly code?: string;
  readonly flags?: string;
  readonly details?: string;
  readonly duration?: number;
  readonly id?: string;
  readonly authority?: string;
  readonly upstream?: string;
  readonly cluster?: string;
  readonly local?: string;
  readonly sni?: string;
  readonly route?: string;
  readonly request?: string;
}

/** A line as Istio writes it; what a test does not say is a call for cart. */
function line(part: LinePart): string {
  const all = {
    time: '08:00:00',
    code: '503',
    flags: '-',
    details: 'via_upstream',
    duration: 3,
    id: '-',
    authority: 'cart.shop:8080',
    upstream: '10.8.1.7:8080',
    cluster: 'outbound|8080||cart.shop.svc.cluster.local',
    local: '10.12.3.4:8080',
    sni: '-',
    route: 'default',
    request: 'GET /x HTTP/1.1',
    ...part,
  };
  return (
    `[2026-11-20T${all.time}.000Z] "${all.request}" ${all.code} ${all.flags} ${all.details} - "-" 0 9 ` +
    `${all.duration} - "-" "curl/8.5" "${all.id}" "${all.authority}" "${all.upstream}" ${all.cluster} - ` +
    `${all.local} 10.8.0.3:40210 ${all.sni} ${all.route}`
  );
}
const inbound = (part: LinePart) => line({ cluster: 'inbound|8080||', local: '10.8.1.7:8080', ...part });

interface Logs {
  readonly client?: readonly string[];
  readonly server?: readonly string[];
  readonly gateway?: readonly string[];
}

function mesh({ client, server, gateway }: Logs, pods: readonly object[] = [web, cart, gate]): MemoryCluster {
  return {
    objects: { pods, services: [cartService] },
    logs: {
      'front/web-1/istio-proxy': (client ?? []).join('\n'),
      'shop/cart-1/istio-proxy': (server ?? []).join('\n'),
      'istio-ingress/gw-5d-1/istio-proxy': (gateway ?? []).join('\n'),
    },
  };
}

const told = (probe: string, logs: Logs, facts: Facts = FACTS) => ask(probe, facts, mesh(logs));

describe('the access log of a 503', () => {
  const TLS = 'upstream_reset_before_response_started{connection_failure,TLS_error:|33554536:system_library}';
  it.each<[string, LinePart]>([
    ['tls', { flags: 'UF', details: TLS }],
    ['uf', { flags: 'UF', details: 'upstream_reset_before_response_started{remote_connection_failure}' }],
    ['uf', { flags: 'URX,UF', details: 'upstream_reset_before_response_started{connection_failure}' }],
    ['uh', { flags: 'UH', details: 'no_healthy_upstream', upstream: '-' }],
    ['uc', { flags: 'UC', details: 'upstream_reset_before_response_started{connection_termination}' }],
    ['uo', { flags: 'UO', details: 'upstream_reset_before_response_started{overflow}' }],
    ['no-route', { flags: 'NC', details: 'cluster_not_found', upstream: '-' }],
    ['other', { flags: 'UAEX', details: 'ext_authz_error' }],
  ])('tells %s from %j', async (expected, part) => {
    expect(await told('access-log-503', { client: [line(part)] })).toEqual([expected]);
  });

  it('reads the newest of them, in whatever order the pods are read', async () => {
    const client = [line({ time: '08:00:01', flags: 'UH' }), line({ time: '08:00:02', flags: 'UF' })];
    const gateway = [line({ time: '08:00:03', flags: 'UO' })];
    expect(await told('access-log-503', { client })).toEqual(['uf']);
    expect(await told('access-log-503', { client, gateway })).toEqual(['uo']);
  });

  it('leaves calls for other services and other codes alone', async () => {
    const other = line({
      flags: 'UF',
      authority: 'pay.shop:80',
      cluster: 'outbound|80||pay.shop.svc.cluster.local',
    });
    expect(await told('access-log-503', { client: [other, line({ code: '404', flags: 'NR' })] })).toEqual([]);
  });

  it('asks the server what the caller was only passed', async () => {
    const client = [line({ id: 'a1' })];
    const older = inbound({ id: 'b2', time: '07:59:00' });
    const refused = inbound({ id: 'a1', flags: 'UF', details: 'delayed_connect_error:_111' });
    expect(await told('access-log-503', { client })).toEqual([]);
    expect(await told('access-log-503', { client, server: [refused] })).toEqual(['uf']);
    expect(await told('access-log-503', { client, server: [inbound({ id: 'a1' })] })).toEqual(['app']);
    expect(await told('access-log-503', { client, server: [older] })).toEqual([]);
  });

  it('does not take what the server itself called for the call', async () => {
    const client = [line({ id: 'a1' })];
    const onward = line({
      id: 'a1',
      flags: 'UH',
      authority: 'pay:80',
      cluster: 'outbound|80||pay.shop.svc.cluster.local',
    });
    expect(await told('access-log-503', { client, server: [onward] })).toEqual([]);
  });

  it('takes a server without a proxy for the one that answered', async () => {
    const plain = { ...cart, spec: { containers: [{ name: 'app' }] } };
    const cluster = mesh({ client: [line({ id: 'a1' })] }, [web, plain]);
    expect(await ask('access-log-503', FACTS, cluster)).toEqual(['app']);
  });

  it('reads JSON lines, too', async () => {
    const json = JSON.stringify({
      start_time: '2026-11-20T08:00:00.000Z',
      response_code: 503,
      response_flags: 'UH',
      response_code_details: 'no_healthy_upstream',
      authority: 'cart.shop',
      upstream_cluster: 'outbound|8080||cart.shop.svc.cluster.local',
    });
    expect(await told('access-log-503', { client: [json] })).toEqual(['uh']);
  });

  it('says so where no log may be read, and reads on where one of them cannot be', async () => {
    const logs = { client: [line({ flags: 'UH' })] };
    const forbidden = { ...mesh(logs), failures: { 'pods/log': 'forbidden' as const } };
    await expect(ask('access-log-503', FACTS, forbidden)).rejects.toMatchObject({ failure: 'forbidden' });
    const { 'front/web-1/istio-proxy': client } = mesh(logs).logs!;
    const partly = { ...mesh(logs), logs: { 'front/web-1/istio-proxy': client! } };
    expect(await ask('access-log-503', FACTS, partly)).toEqual(['uh']);
  });
});

describe('the access log of a 404', () => {
  const shop = { ...FACTS, host: 'shop.example.com' };
  const part = { authority: 'shop.example.com', code: '404' };
  it.each<[string[], LinePart]>([
    [['no-route'], { ...part, flags: 'NR', details: 'route_not_found' }],
    [['app-404'], part],
    [
      ['no-chain'],
      { code: '0', flags: 'NR', details: 'filter_chain_not_found', authority: '-', sni: 'shop.example.com' },
    ],
    [[], { code: '0', flags: 'NR', details: 'filter_chain_not_found', authority: '-', cluster: '-' }],
    [[], { ...part, flags: 'NR', details: 'route_not_found', authority: 'other.example.com', cluster: '-' }],
    [[], { ...part, code: '200' }],
  ])('%j', async (expected, one) => {
    expect(await told('access-log-404', { gateway: [line(one)] }, shop)).toEqual(expected);
  });
});

describe('the access log of a 426', () => {
  it.each<[string[], LinePart]>([
    [['low-version'], { code: '426', details: 'low_version' }],
    [['passed-on'], { code: '426' }],
    [
      ['server-side'],
      { code: '502', flags: 'UPE', details: 'upstream_reset_before_response_started{protocol_error}' },
    ],
    [[], { code: '200' }],
  ])('%j', async (expected, part) => {
    expect(await told('access-log-426', { client: [line(part)] })).toEqual(expected);
  });

  it('knows a request without any name by the address of the pod', async () => {
    const nameless = line({
      code: '426',
      details: 'low_version',
      authority: '-',
      cluster: '-',
      local: '10.8.1.7:8080',
    });
    expect(await told('access-log-426', { server: [nameless] })).toEqual(['low-version']);
    expect(await told('access-log-426', { client: [nameless] })).toEqual([]);
  });
});

describe('the access log of a 429', () => {
  it.each<[string[], LinePart]>([
    [['local'], { code: '429', flags: 'RL', details: 'local_rate_limited' }],
    [['global'], { code: '429', flags: 'RL', details: 'request_rate_limited' }],
    [['limiter-fails'], { code: '500', flags: 'RLSE', details: 'rate_limiter_error' }],
    [['passed-on'], { code: '429' }],
    [[], { code: '429', flags: 'RL', details: '-' }],
    [[], { code: '200' }],
  ])('%j', async (expected, part) => {
    expect(await told('access-log-429', { gateway: [line(part)] })).toEqual(expected);
  });

  it('names the limiter behind the proxy that passed the refusal on', async () => {
    const gateway = [line({ code: '429', id: 'a1' })];
    const server = [inbound({ code: '429', id: 'a1', flags: 'RL', details: 'local_rate_limited' })];
    expect(await told('access-log-429', { gateway, server })).toEqual(['local']);
  });
});

describe('the access log of a timeout', () => {
  it.each<[string[], LinePart]>([
    [['ut'], { code: '504', flags: 'UT', details: 'upstream_response_timeout' }],
    [['per-try'], { code: '504', flags: 'UT,URX', details: 'upstream_per_try_timeout' }],
    [['idle'], { code: '408', flags: 'SI', details: 'stream_idle_timeout' }],
    [['connect'], { flags: 'UF', details: 'upstream_reset_before_response_started{connection_timeout}' }],
    [['passed-on'], { code: '504' }],
    [['client-gone'], { code: '0', flags: 'DC', details: 'downstream_remote_disconnect', duration: 30001 }],
    [[], { code: '0', flags: 'DC', details: 'downstream_remote_disconnect', duration: 4 }],
    [[], { code: '503', flags: 'UH', details: 'no_healthy_upstream' }],
  ])('%j', async (expected, part) => {
    expect(await told('access-log-504', { client: [line(part)] })).toEqual(expected);
  });

  it('prefers the code of the case, then any timeout to clients that left', async () => {
    const ut = line({ time: '08:00:01', code: '504', flags: 'UT', details: 'upstream_response_timeout' });
    const idle = line({ time: '08:00:02', code: '408', flags: 'SI', details: 'stream_idle_timeout' });
    const gone = line({ time: '08:00:03', code: '0', flags: 'DC', details: '-', duration: 5000 });
    expect(await told('access-log-504', { client: [ut, idle, gone] })).toEqual(['idle']);
    expect(await told('access-log-504', { client: [ut, idle, gone] }, { ...FACTS, code: '504' })).toEqual([
      'ut',
    ]);
  });
});

describe('the access log of a call to the outside', () => {
  const outside = {
    'client-pod': 'web-1',
    'client-namespace': 'front',
    namespace: 'front',
    host: 'api.example.com',
  };
  const part = { authority: 'api.example.com', upstream: '93.184.216.34:443', local: '93.184.216.34:443' };
  const UF = { flags: 'UF', details: 'upstream_reset_before_response_started{connection_failure}' };
  it.each<[string[], LinePart]>([
    [
      ['blackhole'],
      {
        ...part,
        code: '0',
        flags: 'UH',
        authority: '-',
        sni: 'api.example.com',
        cluster: 'BlackHoleCluster',
      },
    ],
    [['blackhole'], { ...part, code: '502', details: 'direct_response', cluster: '-', route: 'block_all' }],
    [['passthrough'], { ...part, ...UF, cluster: 'PassthroughCluster' }],
    [
      ['egress-gateway'],
      { ...part, ...UF, cluster: 'outbound|80||istio-egressgateway.istio-system.svc.cluster.local' },
    ],
    [['entry'], { ...part, ...UF, cluster: 'outbound|443||api.example.com' }],
    [[], { ...part, code: '404', cluster: 'outbound|443||api.example.com' }],
    [[], { ...part, code: '0', flags: 'DC', cluster: 'PassthroughCluster' }],
    [[], { ...part, ...UF, authority: 'other.example.com', cluster: 'PassthroughCluster' }],
  ])('%j', async (expected, one) => {
    expect(await told('access-log-egress', { client: [line(one)] }, outside)).toEqual(expected);
  });
});

describe('the access log of a rollout', () => {
  const UF = { flags: 'UF', details: 'delayed_connect_error:_111' };
  const refused = (more: object, status: object = {}, part: LinePart = {}) => {
    const own = { ...cart, metadata: { ...cart.metadata, ...more }, status: { ...cart.status, ...status } };
    return ask('access-log-rollout', FACTS, mesh({ client: [line({ ...UF, ...part })] }, [web, own]));
  };
  it.each<[string[], LinePart]>([
    [['cut-off'], { flags: 'UC' }],
    [['no-endpoint'], { flags: 'UH', details: 'no_healthy_upstream' }],
    [['no-cluster'], { flags: 'NC', details: 'cluster_not_found' }],
    [[], { flags: 'UO' }],
    [[], { code: '200' }],
  ])('%j', async (expected, part) => {
    expect(await told('access-log-rollout', { client: [line(part)] })).toEqual(expected);
  });

  it('takes what every proxy passed on for the application', async () => {
    const client = [line({ id: 'a1' })];
    expect(await told('access-log-rollout', { client, server: [inbound({ id: 'a1' })] })).toEqual(['app']);
    expect(await told('access-log-rollout', { client })).toEqual([]);
  });

  it('takes a refused connection to an address that nobody has any more for an old pod', async () => {
    const created = { creationTimestamp: '2026-11-20T07:00:00Z' };
    expect(await refused(created, {}, { upstream: '10.8.1.99:8080' })).toEqual(['refused-old']);
    const stops = { deletionTimestamp: '2026-11-20T08:00:20Z', deletionGracePeriodSeconds: 30 };
    expect(await refused({ ...created, ...stops })).toEqual(['refused-old']);
    expect(await refused({ creationTimestamp: '2026-11-20T08:05:00Z' })).toEqual(['refused-old']);
    const elsewhere = { upstream: '10.8.1.99:8080', cluster: 'PassthroughCluster' };
    expect(await refused(created, {}, elsewhere)).toEqual([]);
  });

  it('takes one to a pod that had just become ready, or never was, for a new one', async () => {
    const created = { creationTimestamp: '2026-11-20T07:59:00Z' };
    const ready = (status: string, lastTransitionTime: string) => ({
      conditions: [{ type: 'Ready', status, lastTransitionTime }],
    });
    expect(await refused(created, ready('True', '2026-11-20T07:59:55Z'))).toEqual(['refused-new']);
    const first = { ...ready('False', '2026-11-20T07:59:00Z'), containerStatuses: [{ restartCount: 0 }] };
    expect(await refused(created, first)).toEqual(['refused-new']);
    expect(await refused(created, { ...first, containerStatuses: [{ restartCount: 3 }] })).toEqual([]);
    expect(await refused(created, ready('True', '2026-11-20T07:59:20Z'))).toEqual([]);
  });
});

describe('the access log of a gRPC call', () => {
  const rpc = (part: LinePart) => line({ request: 'POST /shop.Cart/Get HTTP/2', code: '200', ...part });
  const reset = (why: string) => `upstream_reset_before_response_started{${why}}`;
  it.each<[string[], LinePart]>([
    [['unavailable', 'flags'], { flags: 'URX,UF', details: reset('connection_failure') }],
    [['unavailable', 'flags'], { flags: 'UH', details: 'no_healthy_upstream' }],
    [['unavailable', 'flags'], { flags: 'UT', details: 'response_timeout' }],
    [['unavailable'], { flags: 'UC', details: reset('connection_termination') }],
    [['protocol'], { flags: 'UPE', details: reset('protocol_error') }],
    [['denied'], { details: 'rbac_access_denied_matched_policy[none]' }],
    [['unauthenticated'], { details: 'jwt_authn_access_denied{Jwt_is_expired}' }],
    [[], { details: 'jwt_authn_access_denied{Audiences_in_Jwt_are_not_allowed}' }],
    [['unimplemented'], { flags: 'NR', details: 'route_not_found' }],
    [['deadline'], { flags: 'DT', details: 'max_duration_timeout' }],
    [[], { flags: 'UAEX', details: 'ext_authz_denied' }],
    [[], { flags: 'DC', details: 'downstream_remote_disconnect' }],
    [[], {}],
    [[], { request: 'POST /x HTTP/1.1', flags: 'UF', details: reset('connection_failure') }],
  ])('tells %j from %j', async (expected, part) => {
    expect(await told('access-log-grpc', { client: [rpc(part)] })).toEqual(expected);
  });

  it('hears from the server what its proxy refused', async () => {
    const client = [rpc({ id: 'a1' })];
    const server = [inbound({ ...DENIED, id: 'a1' })];
    expect(await told('access-log-grpc', { client, server })).toEqual(['denied']);
  });
  const DENIED = {
    request: 'POST /shop.Cart/Get HTTP/2',
    code: '200',
    details: 'rbac_access_denied_matched_policy[none]',
  };
});

describe('the access log of a failed handshake', () => {
  const tls = (why: string) => `TLS_error:|268435581:SSL_routines:OPENSSL_internal:${why}:TLS_error_end`;
  const failed = (why: string, part: LinePart = {}) =>
    line({
      flags: 'UF',
      details: `upstream_reset_before_response_started{remote_connection_failure|${tls(why)}}`,
      ...part,
    });
  const out = {
    authority: 'api.example.com',
    upstream: '203.0.113.7:443',
    cluster: 'outbound|443||api.example.com',
  };
  const outside = { ...FACTS, service: '', host: 'api.example.com' };

  it.each<[string[], string, LinePart]>([
    [['egress', 'version'], 'WRONG_VERSION_NUMBER', out],
    [['egress', 'not-trusted'], 'CERTIFICATE_VERIFY_FAILED', out],
    [['egress', 'client-cert'], 'TLSV1_ALERT_CERTIFICATE_REQUIRED', out],
    [['egress', 'versions'], 'TLSV1_ALERT_PROTOCOL_VERSION', out],
    [['egress'], 'SSLV3_ALERT_HANDSHAKE_FAILURE', out],
    [['not-yet-valid'], 'CERTIFICATE_VERIFY_FAILED:certificate_is_not_yet_valid', out],
    [['blocked'], '', { ...out, details: 'direct_response', cluster: 'BlackHoleCluster' }],
    [[], '', { ...out, details: 'upstream_reset_before_response_started{connection_timeout}' }],
  ])('tells %j from %s %j', async (expected, why, part) => {
    expect(await told('access-log-tls', { client: [failed(why, part)] }, outside)).toEqual(expected);
  });

  it('knows a call inside the mesh, and leaves a server without a proxy open', async () => {
    const client = [failed('CERTIFICATE_VERIFY_FAILED')];
    const inside = { ...FACTS, host: 'cart.shop' };
    expect(await told('access-log-tls', { client }, inside)).toEqual(['sidecars']);
    const bare = { ...cart, spec: { containers: [{ name: 'app' }] } };
    expect(await ask('access-log-tls', inside, mesh({ client }, [web, bare]))).toEqual([]);
  });

  it('knows a handshake that the gateway itself cut off', async () => {
    const ingress = { ...gate, metadata: { ...gate.metadata, labels: { istio: 'ingressgateway' } } };
    const cut = line({ code: '0', flags: 'NR', details: 'filter_chain_not_found', sni: 'api.example.com' });
    const at = (pods: object[]) => ask('access-log-tls', outside, mesh({ gateway: [cut] }, pods));
    expect(await at([web, ingress])).toEqual(['gateway']);
    expect(await at([web, gate])).toEqual([]);
  });
});

describe('the access log of a call that mTLS may have refused', () => {
  const tls = (why: string) =>
    `reset{connection_failure|TLS_error:|268435581:SSL_routines:OPENSSL_internal:${why}}`;
  it.each<[string[], LinePart]>([
    [['not-tls'], { flags: 'UF', details: 'reset{remote_connection_failure|delayed_connect_error:_111}' }],
    [['certificate'], { flags: 'UF', details: tls('CERTIFICATE_VERIFY_FAILED:verify_SAN_list') }],
    [['certificate'], { flags: 'UC', details: tls('TLSV1_ALERT_UNKNOWN_CA') }],
    [['wrong-version'], { flags: 'UF', details: tls('WRONG_VERSION_NUMBER') }],
    [[], { flags: 'UF', details: tls('NO_SHARED_CIPHER') }],
    [['denied'], { code: '403', details: 'rbac_access_denied_matched_policy[none]' }],
    [['reset'], { flags: 'UC', details: 'reset{connection_termination}' }],
    [[], { flags: 'UH', details: 'no_healthy_upstream' }],
    [[], { code: '200' }],
  ])('tells %j from %j', async (expected, part) => {
    expect(await told('access-log-mtls', { client: [line(part)] })).toEqual(expected);
  });

  it('hears from the server that it had no place for plain text', async () => {
    const cut = line({
      code: '0',
      flags: 'NR',
      details: 'filter_chain_not_found',
      cluster: '-',
      local: '10.8.1.7:8080',
    });
    expect(await told('access-log-mtls', { server: [cut] })).toEqual(['reset']);
    expect(await told('access-log-mtls', { gateway: [cut] })).toEqual([]);
  });
});

describe('the probes of access logs', () => {
  const probes = ['404', '426', '429', '503', '504', 'egress', 'grpc', 'mtls', 'rollout', 'tls'].map(
    (one) => `access-log-${one}`,
  );
  it.each(probes)('%s reads nothing into logs and objects of another shape', async (probe) => {
    const facts = { ...FACTS, host: 'cart.shop' };
    const logs = Object.fromEntries(
      ['front/web-1', 'shop/cart-1', 'istio-ingress/gw-5d-1'].map((one) => [
        `${one}/istio-proxy`,
        '"" 503 UF\n{"response_code":{},"response_flags":[]}\n[x] "- - -" 503 - \n\u0000\n{"response_',
      ]),
    );
    expect(await ask(probe, facts, { objects: { pods: [web, cart, gate] }, logs })).toEqual([]);
    const objects = brokenObjects([
      ['front', 'web-1'],
      ['shop', 'cart'],
      ['shop', 'cart-1'],
      ['istio-ingress', 'gw-5d-1'],
    ]);
    expect(await answerOf(probe, facts, { objects, logs }, ['app'])).toBeUndefined();
  });
});

const istiod = (name: string, isReady: boolean, restarts = 0) => ({
  metadata: { name, namespace: 'istio-system', labels: { app: 'istiod' } },
  spec: { containers: [{ name: 'discovery' }] },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
    containerStatuses: [{ name: 'discovery', ready: isReady, restartCount: restarts }],
  },
});
const NOW = { gitVersion: 'v1.33.0', date: new Date('2026-11-20T08:20:00Z') };
const LIST = 'error\tklog\tFailed to watch *v1.Pod: failed to list *v1.Pod: ';
const REFUSED = `${LIST}Get "https://10.96.0.1:443/api/v1/pods": dial tcp 10.96.0.1:443: connect: connection refused`;
const at = (time: string, text: string) => `2026-11-20T${time}.551207Z\t${text}`;

describe('what istiod says about the API server', () => {
  const STEP = ['rbac', 'unauthorized', 'x509', 'throttled', 'unreachable', 'quiet'];
  const cluster = (...lines: readonly string[]): MemoryCluster => ({
    objects: { pods: [istiod('istiod-1', true)] },
    logs: { 'istio-system/istiod-1/discovery': lines.join('\n') },
    version: NOW,
  });
  const START = at('07:00:00', 'info\tads\tPush debounce stable');
  const WAIT =
    'I1120 08:19:03.1 1 request.go:700] Waited for 2s due to client-side throttling, request: GET:https';

  it.each<[string | undefined, string[]]>([
    [
      'rbac',
      [at('08:19:00', `${LIST}pods is forbidden: User "x" cannot list resource "pods" in API group ""`)],
    ],
    ['unauthorized', [at('08:19:00', `${LIST}Unauthorized`)]],
    [
      'x509',
      [at('08:19:00', `${LIST}Get "https://10.96.0.1": x509: certificate signed by unknown authority`)],
    ],
    ['unreachable', [at('08:19:00', REFUSED)]],
    ['throttled', [at('08:19:03', 'info'), WAIT, WAIT, WAIT]],
    ['quiet', [at('08:19:03', 'info'), WAIT]],
    ['quiet', [at('08:10:00', REFUSED), at('08:19:00', 'info')]],
    [undefined, [at('08:19:00', `${LIST}the object has been modified`)]],
  ])('%s', async (expected, lines) => {
    expect(await answerOf('istiod-api', {}, cluster(START, ...lines), STEP)).toBe(expected);
  });

  it('reads the newest error, names its resource, and takes the structured wording and JSON', async () => {
    const structured =
      '"Failed to watch" err="failed to list *v1.Node: Unauthorized" reflector="x" type="*v1.Node"';
    const json = `{"level":"error","time":"2026-11-20T08:19:30.000000Z","scope":"klog","msg":"${REFUSED.replaceAll('"', '')}"}`;
    const older = at('08:18:00', `error\tklog\t${structured}`);
    expect(await answerOf('istiod-api', {}, cluster(START, older), STEP)).toBe('unauthorized');
    expect(await answerOf('istiod-api', {}, cluster(START, older, json), STEP)).toBe('unreachable');
  });

  it.each<[string | undefined, string[]]>([
    ['ongoing', [START, at('08:19:00', REFUSED)]],
    ['ended', [START, at('08:15:00', REFUSED)]],
    // A log that begins within the two minutes tells nothing about them.
    [undefined, [at('08:19:30', 'info\tads\tPush')]],
    [undefined, ['no time at all']],
  ])('is still so: %s', async (expected, lines) => {
    expect(await answerOf('istiod-api', {}, cluster(...lines), ['ongoing', 'ended'])).toBe(expected);
  });

  it('calls no log quiet while another istiod keeps its own to itself', async () => {
    const two = {
      ...cluster(START),
      objects: { pods: [istiod('istiod-1', true), istiod('istiod-2', true)] },
    };
    expect(await ask('istiod-api', {}, two)).toEqual([]);
  });
});

describe('the last words of istiod', () => {
  const last = (text: string, isReady = false, restarts = 4): MemoryCluster => ({
    objects: { pods: [istiod('istiod-1', isReady, restarts)] },
    logs: { 'istio-system/istiod-1/discovery/previous': `${at('08:00:00', 'info\tUse cacerts')}\n${text}` },
  });
  const FAILED = 'error\tfailed to create discovery service: ';
  it.each<[string[], string]>([
    [
      ['certificates'],
      at('08:00:01', `${FAILED}failed to create CA: failed to load signing CA: tls: private key`),
    ],
    [
      ['apiserver'],
      at('08:00:01', `${FAILED}failed to create CA: Get "https://10.96.0.1:443/api/v1": i/o timeout`),
    ],
    [
      ['mesh-config'],
      at('08:00:01', `${FAILED}error initializing mesh config: unknown field "accessLogFil"`),
    ],
    [['missing-crd'], at('08:00:01', `${FAILED}no matches for kind "Telemetry" in version "v1"`)],
    [
      ['apiserver'],
      `${at('08:00:01', REFUSED)}\n${at('08:00:02', 'error\tfailed to start discovery service: failed to sync cache')}`,
    ],
    [['panic'], 'panic: runtime error: invalid memory address\n[signal SIGSEGV: segmentation violation]'],
    [[], at('08:00:01', 'error\tx509: certificate of a webhook of somebody else')],
    [[], at('08:00:01', `${FAILED}service registry Consul is not supported`)],
  ])('%j: %s', async (expected, text) => {
    expect(await ask('istiod-crash', {}, last(text))).toEqual(expected);
  });

  it('are not asked of an istiod that runs', async () => {
    const panic = 'panic: runtime error';
    expect(await ask('istiod-crash', {}, last(panic, true))).toEqual([]);
    expect(await ask('istiod-crash', {}, last(panic, false, 0))).toEqual([]);
  });
});

describe('an istiod that does not become ready', () => {
  const waiting = (text: string, event = '', isReady = false): MemoryCluster => ({
    objects: {
      pods: [istiod('istiod-1', isReady)],
      events: [
        {
          metadata: { name: 'e', namespace: 'istio-system' },
          involvedObject: { kind: 'Pod', name: 'istiod-1' },
          reason: 'Unhealthy',
          message: `Readiness probe failed: ${event}`,
        },
      ],
    },
    logs: { 'istio-system/istiod-1/discovery': text },
  });
  const WAITING = at('08:00:00', 'info\tWaiting for caches to be synced');
  const SYNCED = at('08:00:09', 'info\tAll controller caches have been synced up in 9s');
  const SLOW = 'Get "http://10.8.0.9:8080/ready": context deadline exceeded (Client.Timeout exceeded)';
  it.each<[string[], MemoryCluster]>([
    [['caches'], waiting(WAITING)],
    [
      ['remote'],
      waiting(`${WAITING}\n${at('08:00:30', 'error\tremote cluster west failed to sync after 30s')}`),
    ],
    [[], waiting(`${WAITING}\n${SYNCED}`, 'HTTP probe failed with statuscode: 503')],
    [['probe-times-out'], waiting(`${WAITING}\n${SYNCED}`, SLOW)],
    [[], waiting(WAITING, SLOW, true)],
    [[], waiting('')],
  ])('%j', async (expected, cluster) => {
    expect(await ask('istiod-readiness', {}, cluster)).toEqual(expected);
  });
});

describe('the probes of istiod’s log', () => {
  it.each(['istiod-api', 'istiod-crash', 'istiod-readiness'])('%s', async (probe) => {
    const objects = brokenObjects([['istio-system', 'istiod-1']]);
    expect(await ask(probe, {}, { objects })).toEqual([]);
    const odd = { ...istiod('istiod-1', false, 1), spec: 7 };
    const logs = {
      'istio-system/istiod-1/discovery': '\n\u0000',
      'istio-system/istiod-1/discovery/previous': '',
    };
    expect(await ask(probe, {}, { objects: { ...objects, pods: [odd] }, logs })).toEqual([]);
  });
});

describe('the keys of an issuer', () => {
  const URI = 'https://example.com/certs';
  const rule = (more: object) => ({
    metadata: { name: 'jwt', namespace: 'shop' },
    spec: {
      selector: { matchLabels: { app: 'cart' } },
      jwtRules: [{ issuer: 'https://example.com', ...more }],
    },
  });
  const cluster = (policy: object, ...lines: readonly string[]): MemoryCluster => ({
    objects: { pods: [cart, istiod('istiod-1', true)], 'requestauthentications.security.istio.io': [policy] },
    logs: { 'istio-system/istiod-1/discovery': lines.join('\n') },
    version: NOW,
  });
  const facts = { namespace: 'shop', pod: 'cart-1' };
  const failed = (uri: string, time = '08:10:00') =>
    at(time, `error\tmodel\tFailed to fetch public key from jwks URI "${uri}": Get "${uri}": i/o timeout`);
  const FETCHED = at('08:15:00', `info\tmodel\tUpdated cached JWT public key from "${URI}"`);
  const TODAY = `warn\tmodel\tJWKS fetch failed for issuer https://example.com (${URI}), using public-only JWKS`;
  const DISCOVERY =
    'error\tmodel\tFailed to fetch jwks_uri from "https://example.com/.well-known/openid-configuration": x';
  it.each<[string[], object, string[]]>([
    [['fetch-failed'], { jwksUri: URI }, [failed(URI)]],
    [['fetch-failed'], { jwksUri: URI }, [at('08:10:00', TODAY)]],
    [['fetch-failed'], {}, [at('08:10:00', DISCOVERY)]],
    [['fetch-failed'], { jwksUri: URI }, [FETCHED, failed(URI, '08:16:00')]],
    [[], { jwksUri: URI }, [failed(URI), FETCHED]],
    [[], { jwksUri: URI }, [failed(URI, '06:10:00')]],
    [[], { jwksUri: URI }, [failed('https://example.com/certs2')]],
    [[], { jwks: '{"keys":[]}' }, [failed(URI)]],
    [[], { jwksUri: URI }, []],
  ])('%j of %j', async (expected, policy, lines) => {
    expect(await ask('jwks-fetch', facts, cluster(rule(policy), ...lines))).toEqual(expected);
  });

  it('are asked only where a policy selects the pod', async () => {
    const elsewhere = { ...rule({ jwksUri: URI }), metadata: { name: 'jwt', namespace: 'front' } };
    expect(await ask('jwks-fetch', facts, cluster(elsewhere, failed(URI)))).toEqual([]);
  });
});

describe('a proxy that lags behind', () => {
  const facts = { namespace: 'shop', pod: 'cart-1' };
  const lagging = (lines: readonly string[], state: object = {}): MemoryCluster => {
    const statuses = [{ name: 'istio-proxy', ready: true, restartCount: 1, lastState: state }];
    return {
      objects: { pods: [{ ...cart, status: { ...cart.status, containerStatuses: statuses } }] },
      logs: { 'shop/cart-1/istio-proxy': lines.join('\n') },
      version: NOW,
    };
  };
  const rejected = (time: string) =>
    at(
      time,
      'warning\tenvoy config\tgRPC config for type.googleapis.com/x.v3.Listener rejected: Error adding',
    );
  const closed = (time: string) =>
    at(time, 'warning\tenvoy config\tStreamAggregatedResources gRPC config stream to xds-grpc closed: 14');
  it.each<[string[], string[]]>([
    [['rejected'], [rejected('08:00:00')]],
    [[], [rejected('06:00:00')]],
    [['reconnects'], [closed('08:12:00'), closed('08:14:00'), closed('08:19:00')]],
    [[], [closed('07:12:00'), closed('07:44:00'), closed('08:19:00')]],
    [[], []],
  ])('%j', async (expected, lines) => {
    expect(await ask('proxy-log', facts, lagging(lines))).toEqual(expected);
  });

  it('takes either protocol of istiod', async () => {
    const secret = at(
      '08:00:00',
      'warning\tenvoy config\tdelta config for type.googleapis.com/x.v3.Secret rejected: Failed',
    );
    expect(await ask('proxy-log', facts, lagging([secret]))).toEqual(['rejected']);
  });

  it('has too little memory where the kernel killed it', async () => {
    const ended = (reason: string, finishedAt: string) => lagging([], { terminated: { reason, finishedAt } });
    expect(await ask('proxy-log', facts, ended('OOMKilled', '2026-11-20T08:10:00Z'))).toEqual(['starved']);
    expect(await ask('proxy-log', facts, ended('OOMKilled', '2026-11-19T08:10:00Z'))).toEqual([]);
    expect(await ask('proxy-log', facts, ended('Error', '2026-11-20T08:10:00Z'))).toEqual([]);
  });
});

describe('the probes of keys and lagging proxies', () => {
  it.each(['jwks-fetch', 'proxy-log'])('%s reads nothing into objects of another shape', async (probe) => {
    const objects = brokenObjects([
      ['shop', 'cart-1'],
      ['istio-system', 'istiod-1'],
    ]);
    const facts = { namespace: 'shop', pod: 'cart-1' };
    const logs = { 'shop/cart-1/istio-proxy': 'x\n\u0000', 'istio-system/istiod-1/discovery': '{"time":7}' };
    expect(await ask(probe, facts, { objects, logs })).toEqual([]);
    expect(
      await ask(probe, facts, { objects: { ...objects, pods: [cart, istiod('istiod-1', true)] }, logs }),
    ).toEqual([]);
  });
});

describe('a pod that nobody can create', () => {
  const facts = { namespace: 'shop', workload: 'cart' };
  const set = (message: string, name = 'cart-6d5f', status = 'True') => ({
    metadata: { name, namespace: 'shop' },
    spec: { replicas: 2 },
    status: { replicas: 0, conditions: [{ type: 'ReplicaFailure', status, message }] },
  });
  const event = (message: string, kind: string, name: string, lastTimestamp = '2026-11-20T08:00:00Z') => ({
    metadata: { name: `${name}.1`, namespace: 'shop' },
    involvedObject: { kind, name },
    reason: 'FailedCreate',
    message,
    lastTimestamp,
  });
  const cluster = (sets: readonly object[], events: readonly object[] = []): MemoryCluster => ({
    objects: { 'replicasets.apps': sets, events },
  });
  const CALL =
    'Internal error occurred: failed calling webhook "namespace.sidecar-injector.istio.io": timeout';
  const QUOTA = 'pods "cart-6d5f-x" is forbidden: exceeded quota: team, requested: requests.cpu=100m';
  it.each<[string[], string]>([
    [['webhook'], CALL],
    [['quota'], QUOTA],
    [['pod-security'], 'pods "cart" is forbidden: violates PodSecurity "baseline:latest"'],
    [['injection'], 'admission webhook "namespace.sidecar-injector.istio.io" denied the request: unmarshal'],
    [['injection'], 'failed to run injection template: template: inject:1: function "x" not defined'],
    [['injection'], 'Pod "cart" is invalid: spec.containers[1].name: Duplicate value: "istio-proxy"'],
    [['other-webhook'], 'admission webhook "validate.kyverno.svc-fail" denied the request: Invalid value'],
    [['service-account'], 'pods "cart-" is forbidden: error looking up service account shop/cart'],
    [[], 'Pod "cart" is invalid: spec.containers[1].name: Duplicate value: "cart"'],
    [[], ''],
  ])('%j: %s', async (expected, message) => {
    expect(await ask('replicaset-events', facts, cluster([set(message)]))).toEqual(expected);
  });

  it('is told by events where its maker has no condition, the newest of them', async () => {
    const later = event(QUOTA, 'StatefulSet', 'cart', '2026-11-20T08:05:00Z');
    const events = [later, event(CALL, 'StatefulSet', 'cart')];
    expect(await ask('replicaset-events', facts, cluster([], events))).toEqual(['quota']);
    expect(await ask('replicaset-events', facts, cluster([], [event(CALL, 'Job', 'other')]))).toEqual([]);
  });

  it('is not told by a refusal that is over, of another workload, or one of several', async () => {
    const full = { ...set(CALL, 'cart-6d5f', 'False'), status: { replicas: 2 } };
    const old = event(CALL, 'ReplicaSet', 'cart-6d5f');
    expect(await ask('replicaset-events', facts, cluster([full], [old]))).toEqual([]);
    expect(await ask('replicaset-events', facts, cluster([set(CALL, 'pay-1')]))).toEqual([]);
    const two = cluster([set(CALL, 'cart-1'), set(QUOTA, 'cart-2')]);
    expect(await ask('replicaset-events', { namespace: 'shop' }, two)).toEqual([]);
  });
});

describe('the moment of a rollout at which calls fail', () => {
  const facts = { ...FACTS, workload: 'cart' };
  const ready = (status: string) => ({ phase: 'Running', conditions: [{ type: 'Ready', status }] });
  const replicas = (deployment: string, namespace: string, ...times: readonly string[]) =>
    times.map((time, index) => ({
      metadata: {
        name: `${deployment}-${index}`,
        namespace,
        creationTimestamp: `2026-11-20T${time}Z`,
        ownerReferences: [{ kind: 'Deployment', name: deployment }],
      },
    }));
  const rollout = (objects: NonNullable<MemoryCluster['objects']>, status = 'True'): MemoryCluster => ({
    objects: { services: [cartService], pods: [{ ...cart, status: ready(status) }], ...objects },
    version: NOW,
  });
  const taken = (reason: string, time: string, name = 'cart-6d5f-x2k8p') => ({
    metadata: { name: 'e', namespace: 'shop' },
    involvedObject: { kind: 'Pod', name, namespace: 'shop' },
    reason,
    message: 'Marking for deletion',
    lastTimestamp: `2026-11-20T${time}Z`,
  });
  const OLD = replicas('cart', 'shop', '05:00:00');
  const GATEWAY = replicas('gw', 'istio-ingress', '05:00:00', '08:10:00');
  const disrupted = {
    ...cart,
    metadata: { ...cart.metadata, name: 'cart-6d5f-x2k8p' },
    status: {
      phase: 'Running',
      conditions: [
        { type: 'Ready', status: 'True' },
        {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'EvictionByEvictionAPI',
          lastTransitionTime: '2026-11-20T08:10:00Z',
        },
      ],
    },
  };
  it.each<[string[], string, MemoryCluster]>([
    [['nobody-ready'], 'no pod is ready', rollout({}, 'False')],
    [[], 'one is', rollout({})],
    [
      ['node-drain'],
      'the taint manager took one',
      rollout({ events: [taken('TaintManagerEviction', '08:10:00')] }),
    ],
    [['node-drain'], 'an eviction is on its way', rollout({ pods: [disrupted] })],
    [[], 'long ago', rollout({ events: [taken('TaintManagerEviction', '07:10:00')] })],
    [[], 'another workload', rollout({ events: [taken('Evicted', '08:10:00', 'cart-api-6d5f-x2k8p')] })],
    [[], 'another reason', rollout({ events: [taken('Killing', '08:10:00')] })],
    [['gateway'], 'only the gateway rolled', rollout({ 'replicasets.apps': [...OLD, ...GATEWAY] })],
    [
      [],
      'both rolled',
      rollout({ 'replicasets.apps': [...replicas('cart', 'shop', '05:00:00', '08:12:00'), ...GATEWAY] }),
    ],
    [
      [],
      'the gateway is new',
      rollout({ 'replicasets.apps': [...OLD, ...replicas('gw', 'istio-ingress', '08:10:00')] }),
    ],
  ])('%j: %s', async (expected, _, cluster) => {
    expect(await ask('rollout-phase', facts, cluster)).toEqual(expected);
  });
});

describe('the probes of ReplicaSets', () => {
  it.each(['replicaset-events', 'rollout-phase'])('%s reads nothing into other shapes', async (probe) => {
    const objects = brokenObjects([
      ['shop', 'cart'],
      ['shop', 'cart-1'],
      ['istio-ingress', 'gw'],
    ]);
    expect(await ask(probe, { ...FACTS, workload: 'cart' }, { objects })).toEqual([]);
  });
});
