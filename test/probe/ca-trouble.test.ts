/** What goes wrong with certificates, as logs, the root's ConfigMap and events show it. */
import { describe, expect, it } from 'vitest';
import { ask, brokenObjects, type Objects } from './asking.ts';

const web = (more: object = {}) => ({
  metadata: { name: 'web-1', namespace: 'shop' },
  spec: { containers: [{ name: 'app' }, { name: 'istio-proxy' }], ...more },
  status: { phase: 'Running' },
});
const mounted = web({ volumes: [{ name: 'istiod-ca-cert', configMap: { name: 'istio-ca-root-cert' } }] });
const root = { metadata: { name: 'istio-ca-root-cert', namespace: 'shop' } };
const CREATE = 'failed to warm certificate: failed to generate workload certificate: create certificate: ';
const failed = (why: string) => `2026-11-20T08:00:09Z\twarn\tsds\t${CREATE}rpc error: code = ${why}`;
const ISSUED = '2026-11-20T08:00:10Z\tinfo\tcache\tgenerated new workload certificate\tttl=23h59m59s';
const alert = (why: string, cluster: string) =>
  `"GET / HTTP/1.1" 503 UF upstream_reset{TLS_error:|268436501:SSL_routines:OPENSSL_internal:${why}} - "-" 0 91 4 - "10.8.1.7:8080" ${cluster} - -`;
const CART = 'outbound|8080|v1|cart.shop.svc.cluster.local';

describe('ca-trouble', () => {
  const run = (log: readonly string[], objects: Objects = {}, logs: Readonly<Record<string, string>> = {}) =>
    ask(
      'ca-trouble',
      { namespace: 'shop', pod: 'web-1' },
      {
        objects: { pods: [web()], ...objects },
        logs: { 'shop/web-1/istio-proxy': log.join('\n'), ...logs },
      },
    );

  it.each<[string[], string[]]>([
    [['not-issued', 'identity'], [failed('Unauthenticated desc = authentication failure')]],
    [
      ['not-issued', 'trust'],
      [
        failed(
          'Unavailable desc = "authentication handshake failed: x509: certificate signed by unknown authority"',
        ),
      ],
    ],
    [['not-issued', 'unreachable'], [failed('Unavailable desc = dial tcp 10.96.12.7:15012: i/o timeout')]],
    [['not-issued', 'overload'], [failed('ResourceExhausted desc = too many requests')]],
    [['not-issued'], [ISSUED, failed('DeadlineExceeded desc = context deadline exceeded')]],
    [
      ['not-yet'],
      [failed('Unavailable desc = x509: current time 2026-11-20T08:00:00Z is before 2026-11-20T09:12:00Z')],
    ],
    [
      ['expired'],
      [failed('Unavailable desc = x509: current time 2026-11-20T08:00:00Z is after 2026-11-19T09:12:00Z')],
    ],
    [[], [failed('Unavailable desc = connection refused'), ISSUED]],
    [['expired'], [alert('SSLV3_ALERT_CERTIFICATE_EXPIRED', CART)]],
    [['other-root'], [alert('TLSV1_ALERT_UNKNOWN_CA', 'inbound|8080||')]],
    [[], [alert('TLSV1_ALERT_UNKNOWN_CA', 'outbound|443||api.example.com')]],
    [[], [alert('CERTIFICATE_VERIFY_FAILED', CART)]],
    [[], [ISSUED]],
  ])('%j from %j', async (expected, log) => {
    expect(await run(log)).toEqual(expected);
  });

  it('misses the root that the pod mounts', async () => {
    expect(await run([], { pods: [mounted] })).toEqual(['no-configmap']);
    expect(await run([], { pods: [mounted], configmaps: [root] })).toEqual([]);
    // With a ClusterTrustBundle no ConfigMap is mounted.
    expect(await run([], { pods: [web()] })).toEqual([]);
  });

  it('reads what istiod said before it gave up', async () => {
    const istiod = {
      metadata: { name: 'istiod-1', namespace: 'istio-system', labels: { app: 'istiod' } },
      status: {
        phase: 'Running',
        containerStatuses: [
          { name: 'discovery', restartCount: 4, state: { waiting: { reason: 'CrashLoopBackOff' } } },
        ],
      },
    };
    const last = (why: string) =>
      run(
        [],
        { pods: [web(), istiod] },
        {
          'istio-system/istiod-1/discovery/previous': `2026-11-20T08:00:09Z\terror\tfailed to create discovery service: ${why}`,
        },
      );
    expect(await last('failed to create CA: tls: private key does not match public key')).toEqual([
      'istiod-ca',
    ]);
    expect(await last('failed to load mesh config')).toEqual([]);
  });

  it('knows pods that were refused for the sake of the injector', async () => {
    const event = (message: string) => ({
      metadata: { name: 'e', namespace: 'shop' },
      reason: 'FailedCreate',
      message,
      involvedObject: { kind: 'ReplicaSet', name: 'web-7c9d8f6b5' },
    });
    const call = 'Internal error occurred: failed calling webhook "namespace.sidecar-injector.istio.io": ';
    const on = (message: string) => run([], { events: [event(message)] });
    expect(await on(`${call}x509: certificate signed by unknown authority`)).toEqual(['webhook']);
    expect(await on(`${call}context deadline exceeded`)).toEqual([]);
  });

  it('knows that nothing can issue where no Service of the injector has an address', async () => {
    const objects: Objects = {
      'mutatingwebhookconfigurations.admissionregistration.k8s.io': [
        {
          metadata: { name: 'istio-sidecar-injector', labels: { app: 'sidecar-injector' } },
          webhooks: [{ clientConfig: { service: { name: 'istiod', namespace: 'istio-system' } } }],
        },
      ],
    };
    expect(await run([], objects)).toEqual(['unreachable']);
  });

  it('reads nothing into other shapes', async () => {
    expect(await run([], brokenObjects([['shop', 'web-1']]))).toEqual([]);
  });
});
