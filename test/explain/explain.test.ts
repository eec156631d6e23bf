/** What codes, messages and access-log lines mean, against the tables that ship. */
import { describe, expect, it } from 'vitest';
import { explain } from '../../src/explain/explain.ts';
import { matchTemplate } from '../../src/explain/template.ts';
import { shippedPack } from '../project.ts';

const ids = (text: string) =>
  explain(shippedPack(), text).entries.map(({ table, entry }) => `${table}/${entry.id}`);

describe('explain', () => {
  it.each([
    ['UF', 'response-flags/uf'],
    ['uf', 'response-flags/uf'],
    ['UpstreamConnectionFailure', 'response-flags/uf'],
    ['IST0138', 'analyzer-codes/ist0138'],
    [
      'Error [IST0101] (VirtualService shop/cart) Referenced gateway not found: "x"',
      'analyzer-codes/ist0101',
    ],
    ['Istio profile is missing even though Service Mesh mode is Istio', 'aks-messages/istio-profile-missing'],
    [
      'Service mesh revision asm-1-17 is not compatible with cluster version 1.30…',
      'aks-messages/revision-incompatible',
    ],
    ['(x) no endpoints available for service "istiod"', 'webhook-messages/no-endpoints'],
  ])('knows %s', (text, entry) => {
    expect(ids(text)).toContain(entry);
  });

  it('takes an access-log line apart and reads flag and details together', () => {
    const { lines } = explain(
      shippedPack(),
      '[2024-05-02T09:11:12.123Z] "GET /cart HTTP/1.1" 503 UF upstream_reset_before_response_started{connection_failure,TLS_error:|33554536:system_library:OPENSSL_internal:Connection_reset_by_peer} - "-" 0 195 3 - "-" "curl/8.1" "5c1e" "cart.shop:8080" "10.8.1.7:8080" outbound|8080||cart.shop.svc.cluster.local 10.8.0.3:51122 10.12.3.4:8080 10.8.0.3:40210 - default',
    );
    expect(lines[0]!.log.cluster).toMatchObject({
      direction: 'outbound',
      port: '8080',
      host: 'cart.shop.svc.cluster.local',
    });
    expect(lines[0]!.stoppedAt).toBeUndefined();
    expect(lines[0]!.entries.map(({ entry }) => entry.id)).toEqual(
      expect.arrayContaining(['uf', 'connection-failure', 'connection-reset-by-peer']),
    );
  });

  it('decodes half a line as far as it goes and says where it stops', () => {
    const { lines } = explain(
      shippedPack(),
      '[2024-05-02T09:11:12.123Z] "GET /cart HTTP/1.1" 404 NR route_not_found - "-" 0 19',
    );
    expect(lines[0]!.stoppedAt).toBe('bytes_sent');
    expect(lines[0]!.entries[0]!.entry.id).toBe('nr');
  });

  it('decodes a JSON line that is cut off in the middle of a name', () => {
    const { lines } = explain(
      shippedPack(),
      '{"start_time":"2024-05-02T09:11:12.123Z","upstream_cluster":"outbound|80||a.b.svc.cluster.local","response_code_details":"upstream_reset_before_response_started{overflow}","response_code":503,"response_flags":"UO","response_code_de',
    );
    expect(lines[0]!.stoppedAt).toBe('response_flags');
    expect(lines[0]!.entries.map(({ entry }) => entry.id)).toEqual(
      expect.arrayContaining(['uo', 'upstream-reset-before-response', 'overflow']),
    );
  });

  it('explains the reason in the braces of a details string that stands alone', () => {
    expect(ids('upstream_reset_before_response_started{connection_failure,TLS_error:|x}')).toContain(
      'reset-reasons/connection-failure',
    );
    expect(ids('rbac_access_denied_matched_policy[ns[shop]-policy[x]-rule[0]]')[0]).toMatch(/^details\/rbac/);
  });

  it('finds flags in a short sentence, and none in words that only look like them', () => {
    expect(ids('what does UF mean?')).toEqual(['response-flags/uf']);
    expect(ids('503 UO upstream_reset_before_response_started{overflow}').slice(0, 2)).toEqual([
      'response-flags/uo',
      'details/upstream-reset-before-response',
    ]);
    expect(ids('flag=UF')).toEqual(['response-flags/uf']);
    expect(ids('what does uf mean?')).toEqual([]);
  });

  it('says how many lines it left out', () => {
    const line = '[2024-05-02T09:11:12.123Z] "GET /cart HTTP/1.1" 404 NR route_not_found - "-" 0 19';
    expect(explain(shippedPack(), `${line}\n`.repeat(8))).toMatchObject({ more: 3 });
  });

  it('offers codes for an unknown one', () => {
    expect(explain(shippedPack(), 'IST9999').nearestTo).toContain('IST0101');
  });
});

describe('matchTemplate', () => {
  it('finds what stood for the placeholders, whatever the quotes', () => {
    expect(
      matchTemplate('Referenced %s not found: %q', "… Referenced gateway not found: 'shop/web'")?.values,
    ).toEqual(['gateway', 'shop/web']);
  });

  it('does not search for a template that says nothing', () => {
    expect(matchTemplate('%s: %v', 'anything: at all')).toBeUndefined();
  });

  it('is linear in a hostile text', () => {
    const hostile = 'Referenced '.repeat(200_000);
    expect(matchTemplate('Referenced %s not found: %q', hostile)).toBeUndefined();
  });
});
