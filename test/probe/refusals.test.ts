/** What access logs say of calls that were refused: for a token, by a rule, by an external authorizer, by the application. */
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../src/probe/probe.ts';
import { ask, brokenObjects } from './asking.ts';
import type { MemoryCluster } from './memory-reader.ts';

const pod = (name: string, containers: readonly string[], ip: string) => ({
  metadata: { name, namespace: 'shop', labels: { app: name.slice(0, -2) } },
  spec: { containers: containers.map((one) => ({ name: one })) },
  status: { phase: 'Running', podIP: ip },
});
const PROXIED = ['app', 'istio-proxy'];
const FACTS = { namespace: 'shop', service: 'cart', 'client-pod': 'web-1', 'client-namespace': 'shop' };

interface Logs {
  readonly client?: readonly string[];
  readonly server?: readonly string[];
  readonly serverContainers?: readonly string[];
}
const state = ({ client = [], server = [], serverContainers = PROXIED }: Logs): MemoryCluster => ({
  objects: {
    pods: [pod('web-1', PROXIED, '10.8.0.3'), pod('cart-1', serverContainers, '10.8.1.7')],
    services: [
      {
        metadata: { name: 'cart', namespace: 'shop' },
        spec: { selector: { app: 'cart' }, ports: [{ port: 8080, name: 'http' }] },
      },
    ],
  },
  logs: {
    'shop/web-1/istio-proxy': client.join('\n'),
    'shop/cart-1/istio-proxy': server.join('\n'),
  },
});

const http = (way: string) => (result: string, id: string, time: string) =>
  `[2026-11-20T${time}.000Z] "GET /x HTTP/1.1" ${result} - "-" 0 9 3 - "-" "curl/8.5" "${id}" "cart.shop:8080" ` +
  `"10.8.1.7:8080" ${way} default`;
const fromServer = http('inbound|8080|| - 10.8.1.7:8080 10.8.0.3:40210 -');
const fromClient = http('outbound|8080||cart.shop.svc.cluster.local - 10.12.3.4:8080 10.8.0.3:40210 -');
const inbound = (result: string, id = 'a1', time = '08:00:00') => fromServer(result, id, time);
const outbound = (result: string, id = 'a1', time = '08:00:00') => fromClient(result, id, time);
const jwt = (text: string, code = '401') =>
  inbound(`${code} - jwt_authn_access_denied{${text.replaceAll(' ', '_')}}`);
const tcp = (details: string) =>
  `[2026-11-20T08:00:00.000Z] "- - -" 0 - - ${details} "-" 0 0 0 - "-" "-" "-" "-" "-" inbound|3306|| - ` +
  `10.8.1.7:3306 10.8.0.3:40210 outbound_.3306_._.cart.shop.svc.cluster.local -`;

describe.each([
  ['access-log-401', '401', 'no-jwt-text'],
  ['access-log-403', '403', 'app'],
])('%s', (probe, code, passed) => {
  const run = (logs: Logs, facts: Facts = FACTS) => ask(probe, facts, state(logs));

  it('asks the server what the caller was only passed', async () => {
    const client = [outbound(`${code} - via_upstream`)];
    expect(await run({ client })).toEqual([]);
    expect(await run({ client, server: [inbound(`${code} - via_upstream`, 'b2', '07:59:00')] })).toEqual([]);
    expect(await run({ client, server: [inbound(`${code} - via_upstream`)] })).toEqual([passed]);
    expect(await run({ client, serverContainers: ['app'] })).toEqual([passed]);
  });

  it('leaves other codes and empty logs to the person', async () => {
    expect(await run({ server: [inbound('200 - via_upstream'), inbound('404 NR route_not_found')] })).toEqual(
      [],
    );
    expect(await run({})).toEqual([]);
  });

  it('reads nothing into broken objects', async () => {
    const objects = brokenObjects([
      ['shop', 'cart'],
      ['shop', 'cart-1'],
      ['shop', 'web-1'],
    ]);
    expect(await ask(probe, FACTS, { objects })).toEqual([]);
  });
});

describe('the access log of calls to another network', () => {
  const FAILS = ['access-log-remote', FACTS] as const;
  const run = (...client: readonly string[]) => ask(...FAILS, state({ client }));
  const to = (result: string, address: string, time = '08:00:00') =>
    outbound(result, 'a1', time).replace('10.8.1.7:8080', address);
  const GATE = '192.0.2.7:15443';

  it('tells a TLS error, a policy, and a side that fails', async () => {
    const TLS = '503 UF upstream_reset_before_response_started{connection_failure|TLS_error:|268435581:x}';
    expect(await run(to(TLS, GATE))).toEqual(['tls']);
    expect(await run(to('403 - via_upstream', GATE))).toEqual(['denied']);
    const fails = to('503 UF upstream_reset_before_response_started{connection_timeout}', GATE, '08:00:01');
    expect(await run(to('200 - via_upstream', '10.8.1.7:8080'), fails)).toEqual(['one-side']);
    expect(await run(fails)).toEqual([]);
  });

  it('leaves calls within the network, and those that go well, to the person', async () => {
    expect(await run(to('403 - via_upstream', '10.8.1.7:8080'))).toEqual([]);
    expect(await run(to('200 - via_upstream', GATE))).toEqual([]);
    expect(await run()).toEqual([]);
  });

  it('reads nothing into broken objects', async () => {
    const objects = brokenObjects([
      ['shop', 'cart'],
      ['shop', 'web-1'],
    ]);
    expect(await ask(...FAILS, { objects })).toEqual([]);
  });
});

describe('the access log of a refused token', () => {
  const run = (logs: Logs) => ask('access-log-401', FACTS, state(logs));

  it.each([
    ['issuer', 'Jwt issuer is not configured', '401'],
    ['audience', 'Audiences in Jwt are not allowed', '403'],
    ['time', 'Jwt is expired', '401'],
    ['time', 'Jwt not yet valid', '401'],
    ['key', 'Jwt verification fails', '401'],
    ['key', "Jwks doesn't have key to match kid or alg from Jwt", '401'],
    ['key', 'Jwks remote fetch is failed', '401'],
    ['missing', 'Jwt is missing', '401'],
    ['malformed', 'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections', '401'],
    ['malformed', 'Jwt header [alg] field value is invalid', '401'],
  ])('tells %s from "%s"', async (expected, text, code) => {
    expect(await run({ server: [jwt(text, code)] })).toEqual([expected]);
  });

  it('does not guess what a text means that it does not know', async () => {
    expect(await run({ server: [jwt('[kty] is bad in [keys]')] })).toEqual([]);
  });

  it("takes the server's words for what the caller was passed", async () => {
    const client = [outbound('401 - via_upstream')];
    expect(await run({ client, server: [jwt('Jwt is missing')] })).toEqual(['missing']);
  });
});

describe('the access log of a call that a rule refused', () => {
  const run = (logs: Logs) => ask('access-log-403', FACTS, state(logs));
  const NONE = 'rbac_access_denied_matched_policy[none]';
  const DENY = 'rbac_access_denied_matched_policy[ns[shop]-policy[no-admin]-rule[0]]';

  it.each<[string, string]>([
    ['none-matched', inbound(`403 - ${NONE}`)],
    ['deny-matched', inbound(`403 - ${DENY}`)],
    ['ext-authz', inbound('403 UAEX ext_authz_denied')],
    ['ext-authz', inbound('302 UAEX ext_authz_denied')],
    ['tcp', tcp(DENY)],
  ])('tells %s', async (expected, line) => {
    expect(await run({ server: [line] })).toEqual([expected]);
  });

  it('reads the newest refusal', async () => {
    const server = [inbound(`403 - ${NONE}`, 'a1', '08:00:02'), inbound(`403 - ${DENY}`, 'b2', '08:00:01')];
    expect(await run({ server })).toEqual(['none-matched']);
  });

  it('leaves a token for another audience to the flow of tokens', async () => {
    expect(await run({ server: [jwt('Audiences in Jwt are not allowed', '403')] })).toEqual([]);
  });
});
