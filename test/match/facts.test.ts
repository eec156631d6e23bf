/** What a paste teaches about names and places: right or absent, for a wrong namespace in a command is worse than none. */
import { describe, expect, it } from 'vitest';
import { createMatcher } from '../../src/match/index.ts';
import { loadKnowledge } from './knowledge.ts';

const matcher = createMatcher(loadKnowledge());
const found = (text: string) => matcher.match(text).facts;
const facts = (text: string) => Object.fromEntries(found(text).map(({ name, value }) => [name, value]));

const access = (rest: string) => `[2026-11-20T08:00:00.000Z] ${rest}`;

describe('an access log', () => {
  it('in text names flag, details, code, path and the service behind the upstream cluster', () => {
    const line = access(
      '"GET /cart/7 HTTP/1.1" 503 UF upstream_reset_before_response_started{connection_failure} - "-" 0 91 1 - "-" "curl/8.1" "5c1e" "cart.shop:8080" "10.8.1.7:8080" outbound|8080|v2|cart.shop.svc.cluster.local 10.8.0.3:51122 10.12.3.4:8080 10.8.0.3:40210 - default',
    );
    expect(facts(line)).toEqual({
      code: '503',
      flag: 'UF',
      details: 'upstream_reset_before_response_started{connection_failure}',
      path: '/cart/7',
      port: '8080',
      host: 'cart.shop.svc.cluster.local',
      service: 'cart',
      namespace: 'shop',
    });
  });

  it('in JSON names the same', () => {
    const line =
      '{"authority":"pay.shop:9000","response_code":503,"response_flags":"UH","response_code_details":"no_healthy_upstream","path":"/charge","upstream_cluster":"outbound|9000||pay.shop.svc.cluster.local","upstream_host":null}';
    expect(facts(line)).toEqual({
      code: '503',
      flag: 'UH',
      details: 'no_healthy_upstream',
      path: '/charge',
      port: '9000',
      host: 'pay.shop.svc.cluster.local',
      service: 'pay',
      namespace: 'shop',
    });
  });

  it('of the receiving side names no service and no namespace, which it does not say', () => {
    const line = access(
      '"GET / HTTP/1.1" 503 UF upstream_reset_before_response_started{connection_failure} - "-" 0 91 1 - "-" "curl/8.1" "5c1e" "cart:8080" "10.8.1.7:8080" inbound|8080|| 127.0.0.6:51122 10.12.3.4:8080 10.8.0.3:40210 - default',
    );
    expect(facts(line)).toMatchObject({ flag: 'UF', port: '8080' });
    expect(Object.keys(facts(line))).not.toEqual(expect.arrayContaining(['namespace']));
    expect(Object.keys(facts(line))).not.toEqual(expect.arrayContaining(['service']));
  });

  it('that went well teaches no flag and no code, and is no symptom', () => {
    const line = access(
      '"GET / HTTP/1.1" 200 - via_upstream - "-" 0 91 1 1 "-" "curl/8.1" "5c1e" "cart.shop:8080" "10.8.1.7:8080" outbound|8080||cart.shop.svc.cluster.local 10.8.0.3:51122 10.12.3.4:8080 10.8.0.3:40210 - default',
    );
    expect(facts(line)).not.toHaveProperty('flag');
    expect(facts(line)).not.toHaveProperty('code');
    expect(matcher.match(line).matches).toEqual([]);
  });

  it('of two services that fail alike leaves both names open', () => {
    const line = (service: string) =>
      access(
        `"GET / HTTP/1.1" 503 UH no_healthy_upstream - "-" 0 19 0 - "-" "curl/8.1" "5c1e" "${service}.shop:80" "-" outbound|80||${service}.shop.svc.cluster.local - 10.12.3.4:80 10.8.0.3:40210 - default`,
      );
    const both = facts(`${line('cart')}\n${line('pay')}`);
    expect(both).toMatchObject({ flag: 'UH', namespace: 'shop', port: '80' });
    expect(both).not.toHaveProperty('service');
    expect(both).not.toHaveProperty('host');
  });
});

describe('a log of the mesh', () => {
  it('of istiod names the proxy that refused, not istiod', () => {
    const line =
      '2026-11-20T08:00:00.000000Z\twarn\tads\tADS:LDS: ACK ERROR web-6d4b75cb6d-hpwsc.front-41 Internal:Error adding/updating listener(s) 0.0.0.0_8080: duplicate';
    expect(facts(line)).toEqual({ pod: 'web-6d4b75cb6d-hpwsc', namespace: 'front' });
  });

  it('names a proxy by its node id', () => {
    const line =
      'warn\tEnvoy proxy is NOT ready: node sidecar~10.2.0.9~cart-6d4b75cb6d-hpwsc.shop~shop.svc.cluster.local config not received';
    expect(facts(line)).toMatchObject({ pod: 'cart-6d4b75cb6d-hpwsc', namespace: 'shop' });
  });

  it('of ztunnel tells who called from who was called', () => {
    const line =
      '2026-11-20T08:00:00.000000Z error access connection complete src.addr=10.2.0.9:41234 src.workload="curl-5b549b49b8-x2v" src.namespace="client" dst.addr=10.2.0.7:15008 dst.service="cart.shop.svc.cluster.local" dst.workload="cart-6d4b75cb6d-hpwsc" dst.namespace="shop" direction="outbound" error="connection failed: Connection refused"';
    expect(facts(line)).toEqual({
      'client-pod': 'curl-5b549b49b8-x2v',
      'client-namespace': 'client',
      host: 'cart.shop.svc.cluster.local',
      service: 'cart',
      namespace: 'shop',
      pod: 'cart-6d4b75cb6d-hpwsc',
    });
  });

  it('of the kubelet names namespace and pod', () => {
    const line =
      'E1120 08:00:00.000000    1234 pod_workers.go:1298] "Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"istio-proxy\\" with CrashLoopBackOff" pod="shop/cart-6d4b75cb6d-hpwsc" podUID="1b2"';
    expect(facts(line)).toEqual({ namespace: 'shop', pod: 'cart-6d4b75cb6d-hpwsc' });
  });

  it('never takes the namespace of the mesh for that of the workload', () => {
    const line =
      'Internal error occurred: failed calling webhook "rev.validation.istio.io": failed to call webhook: Post "https://istiod-1-27.istio-system.svc:443/validate?timeout=10s": EOF';
    expect(facts(line)).toMatchObject({
      webhook: 'rev.validation.istio.io',
      revision: '1-27',
      'istio-namespace': 'istio-system',
    });
    expect(facts(line)).not.toHaveProperty('namespace');
  });
});

describe('what kubectl prints', () => {
  it('an event with its namespace, and no pod where a ReplicaSet is meant', () => {
    const line =
      'shop        2m          Warning   FailedCreate   replicaset/cart-6d4b75cb6d   Error creating: Internal error occurred: failed calling webhook "namespace.sidecar-injector.istio.io": EOF';
    expect(facts(line)).toMatchObject({ namespace: 'shop', webhook: 'namespace.sidecar-injector.istio.io' });
    expect(facts(line)).not.toHaveProperty('pod');
  });

  it('an event without a namespace leaves it open', () => {
    const text =
      'LAST SEEN   TYPE      REASON      OBJECT                      MESSAGE\n12s         Warning   Unhealthy   pod/cart-6d4b75cb6d-hpwsc   Startup probe failed: Get "http://10.2.0.9:15021/healthz/ready": dial tcp 10.2.0.9:15021: connect: connection refused';
    expect(facts(text)).toMatchObject({ pod: 'cart-6d4b75cb6d-hpwsc', ip: '10.2.0.9' });
    expect(facts(text)).not.toHaveProperty('namespace');
  });

  it('a description names namespace and node', () => {
    const text =
      'Name:             cart-6d4b75cb6d-hpwsc\nNamespace:        shop\nNode:             node-3/10.0.0.7\nEvents:\n  Warning  FailedMount  3s  kubelet  MountVolume.SetUp failed for volume "istiod-ca-cert" : configmap "istio-ca-root-cert" not found';
    expect(facts(text)).toMatchObject({ namespace: 'shop', node: 'node-3' });
  });

  it('a table names the pod that is in trouble, not the healthy one beside it', () => {
    const text =
      'NAMESPACE   NAME                    READY   STATUS                  RESTARTS   AGE\nweb         front-7c9f8d6b5-abcde   2/2     Running                 0          3d\nshop        cart-6d4b75cb6d-hpwsc   0/2     Init:CrashLoopBackOff   7          12m';
    expect(facts(text)).toEqual({ namespace: 'shop', pod: 'cart-6d4b75cb6d-hpwsc' });
  });

  it('healthy pods alone are no symptom', () => {
    const text =
      'NAMESPACE   NAME                    READY   STATUS    RESTARTS   AGE\nshop        cart-6d4b75cb6d-hpwsc   2/2     Running   0          12m';
    expect(matcher.match(text)).toMatchObject({ matches: [], facts: [] });
  });

  it('a command that was pasted along names pod, namespace, container and context', () => {
    const text =
      '$ kubectl logs cart-6d4b75cb6d-hpwsc -n shop -c istio-proxy --context prod-east\nwarn Envoy proxy is NOT ready: config not received from XDS server';
    expect(facts(text)).toEqual({
      pod: 'cart-6d4b75cb6d-hpwsc',
      namespace: 'shop',
      container: 'istio-proxy',
      context: 'prod-east',
    });
  });

  it('an error about an unknown kind names the kind', () => {
    expect(
      facts(
        'error: unable to recognize "vs.yaml": no matches for kind "VirtualService" in version "networking.istio.io/v1"',
      ),
    ).toEqual({ kind: 'VirtualService' });
  });
});

describe('what istioctl prints', () => {
  it('a finding names the object by kind, namespace and name', () => {
    expect(facts('Error [IST0101] (VirtualService shop/cart) Referenced host not found: "carts"')).toEqual({
      kind: 'VirtualService',
      namespace: 'shop',
      resource: 'cart',
    });
  });

  it('two findings about different objects leave name and namespace open', () => {
    const two =
      'Error [IST0101] (VirtualService shop/cart) Referenced host not found: "carts"\nError [IST0101] (VirtualService web/front) Referenced host not found: "fronts"';
    expect(facts(two)).toEqual({ kind: 'VirtualService' });
  });

  it('proxy-status names the proxy that is behind, not the one in step', () => {
    const text =
      'NAME                        CLUSTER        CDS        LDS        EDS        RDS        ISTIOD                   VERSION\nfront-7c9f8d6b5-abcde.web   Kubernetes     SYNCED     SYNCED     SYNCED     SYNCED     istiod-7c9f8d6b5-zzzzz   1.27.0\ncart-6d4b75cb6d-hpwsc.shop  Kubernetes     SYNCED     SYNCED     STALE      SYNCED     istiod-7c9f8d6b5-zzzzz   1.27.0';
    expect(facts(text)).toMatchObject({ pod: 'cart-6d4b75cb6d-hpwsc', namespace: 'shop' });
  });
});

describe('what a cloud prints', () => {
  it.each([
    [
      'aks',
      'ERROR: (BadRequest) Requested change in revisions is not allowed. Reason: Revision asm-1-19 is not supported by the service mesh add-on.',
    ],
    ['gke', 'ERROR: (gcloud.container.fleet.mesh.update) FAILED_PRECONDITION: membership not found'],
  ])('tells the platform: %s', (platform, text) => {
    expect(facts(text)).toEqual({ platform });
  });

  it('tells no platform where nothing does', () => {
    expect(facts('Envoy proxy is NOT ready: config not received from XDS server')).toEqual({});
  });
});

describe('a stack trace', () => {
  it('teaches no names: its frames are code', () => {
    const text =
      'io.grpc.StatusRuntimeException: UNAVAILABLE: upstream connect error or disconnect/reset before headers\n\tat io.grpc.stub.ClientCalls.toStatusRuntimeException(ClientCalls.java:233)\n\tat com.example.pay.Client.charge(Client.java:41)';
    expect(facts(text)).toEqual({});
  });
});

describe('placeholders of manuals', () => {
  it('are no names', () => {
    const text =
      '$ kubectl logs my-pod -n your-namespace -c istio-proxy\nwarn Envoy proxy is NOT ready: config not received from XDS server';
    expect(facts(text)).toEqual({ container: 'istio-proxy' });
  });
});

describe('the place of a fact', () => {
  it('is the value itself in the line that was pasted', () => {
    const text = [
      'noise',
      'Error [IST0101] (VirtualService shop/cart) Referenced host not found: "carts"',
      'dial tcp: lookup reviews.shop.svc.cluster.local on 10.96.0.10:53: no such host (istio-proxy)',
    ].join('\n');
    const all = found(text);
    expect(all.length).toBeGreaterThan(3);
    for (const { value, from } of all) {
      expect(text.split('\n')[from.line - 1]).toBe(from.text);
      expect(from.text.slice(from.start, from.end)).toBe(value);
    }
  });
});

describe('a response flag', () => {
  it.each([
    ['503 UF between cart and payment', 'UF'],
    ['some 503 (UH) since the roll-out', 'UH'],
    ['404 NR', 'NR'],
    ['response_flags: UF,URX', 'UF'],
    ['the proxy logs the UAEX flag', 'UAEX'],
    ['access log 里很多 503，标志 UC', 'UC'],
    ['503이 나고 플래그는 UC', 'UC'],
  ])('is read beside a code or the word: %s', (text, flag) => {
    expect(facts(text)).toMatchObject({ flag });
  });

  it.each([
    '503 UF-8',
    'please DO not answer 503',
    'returns 503 DO NOT RETRY',
    'response flag "-" 503',
    '1503 UF',
    '503 UFO',
  ])('is not seen in %s', (text) => {
    expect(facts(text)).not.toHaveProperty('flag');
  });

  it('is read by its long name too, at its place', () => {
    const line =
      '{"response_code":503,"response_flags":"UpstreamRetryLimitExceeded,UpstreamConnectionFailure","upstream_cluster":"outbound|8080||cart.shop.svc.cluster.local"}';
    expect(facts(line)).toMatchObject({ flag: 'UF', service: 'cart' });
    const flag = found(line).find(({ name }) => name === 'flag')!;
    expect(line.slice(flag.from.start, flag.from.end)).toBe('UpstreamConnectionFailure');
    expect(
      facts(
        '[2026-03-01T10:00:00.000Z] "GET / HTTP/1.1" 503 NoHealthyUpstream no_healthy_upstream - "-" 0 19 0 - "-" "curl/8.5" "5c1e" "cart:8080" "-" outbound|8080||cart.shop.svc.cluster.local - 10.96.0.3:8080 10.2.0.9:41110 - default',
      ),
    ).toMatchObject({ flag: 'UH', namespace: 'shop' });
  });
});
