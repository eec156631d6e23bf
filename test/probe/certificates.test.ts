/** What roots, names in certificates, and the pods and logs of istiod show of who signs and whom to trust. */
import { describe, expect, it } from 'vitest';
import { answerOf, ask, brokenObjects } from './asking.ts';
import type { MemoryCluster } from './memory-reader.ts';

/** Two roots made for these tests, valid until November 2036; their keys were never kept. */
const ROOT = `-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIUT9pbsKyXNdK2YX+UMS2d9lB0BRcwCgYIKoZIzj0EAwIw
ETEPMA0GA1UECgwGbWVzaC1hMB4XDTI2MTEyMTA4NDUzMloXDTM2MTExODA4NDUz
MlowETEPMA0GA1UECgwGbWVzaC1hMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
iAwN5XMuGQjlAvxy0l5+59DNCx0AaqVF8/cFO7R098EsU6zoQMl9jypZmMhySBpX
RhMfIpljUbeE0AFu1lCa4KNTMFEwHQYDVR0OBBYEFGutfjzex66kWMC3a8qoq8gb
VYrjMB8GA1UdIwQYMBaAFGutfjzex66kWMC3a8qoq8gbVYrjMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgMOpBmHxmeqW2bnh8wdk2YtP5LZAG9bEX
OBubH/QXnH0CIQDzVdxCgPc5Xdi/ALiak6bTibEz+5nmH7WRun+csZywKA==
-----END CERTIFICATE-----
`;
const OTHER = `-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIUN170uwyt9BaS82+At+vSdBaFmNkwCgYIKoZIzj0EAwIw
ETEPMA0GA1UECgwGbWVzaC1iMB4XDTI2MTEyMTA4NDUzMloXDTM2MTExODA4NDUz
MlowETEPMA0GA1UECgwGbWVzaC1iMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
Yq17WwRKAA9icSCVvw6CV7YRXj0144HAK9UTXLxNpH/A3yaeGwccMv4XLECmFW6x
0oJhUoyRbrklDrwyrkypIaNTMFEwHQYDVR0OBBYEFL3X15pVXWfFae1u9xPoRoCW
6XnOMB8GA1UdIwQYMBaAFL3X15pVXWfFae1u9xPoRoCW6XnOMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgXfTbD82SniN/i2KDnsZ+ZHXu/pvWWD7z
41/9xGUyWuoCIQDE992V8UpTQCEShnHUp+LjCUtpcFs2JTfvFO2PumFmHg==
-----END CERTIFICATE-----
`;

const namespace = (name: string) => ({ metadata: { name } });
const root = (name: string, pem: unknown) => ({
  metadata: { name: 'istio-ca-root-cert', namespace: name },
  data: { 'root-cert.pem': pem },
});
const cart = {
  metadata: { name: 'cart-1', namespace: 'shop', labels: { app: 'cart' } },
  spec: { serviceAccountName: 'cart', containers: [{ name: 'cart' }, { name: 'istio-proxy' }] },
  status: { phase: 'Running' },
};
const FACTS = { namespace: 'shop', service: 'cart', 'client-namespace': 'front' };

interface Roots {
  readonly control?: unknown;
  readonly shop?: unknown;
  readonly front?: unknown;
}

function roots(
  pems: Roots,
  more: MemoryCluster['objects'] = {},
  date = '2026-11-22T08:00:00Z',
): MemoryCluster {
  const maps = [
    ['istio-system', pems.control],
    ['shop', pems.shop],
    ['front', pems.front],
  ].flatMap(([name, pem]) => (pem === undefined ? [] : [root(name as string, pem)]));
  const service = { metadata: { name: 'cart', namespace: 'shop' }, spec: { selector: { app: 'cart' } } };
  return {
    objects: {
      namespaces: ['istio-system', 'shop', 'front'].map(namespace),
      configmaps: maps,
      pods: [cart],
      services: [service],
      ...more,
    },
    version: { gitVersion: 'v1.33.0', date: new Date(date) },
  };
}
const SAME = { control: ROOT, shop: ROOT, front: ROOT };

describe('the roots of both sides', () => {
  const CA = ['missing', 'configmap-old', 'proxies-old', 'same'];
  const MTLS = ['root', 'expired', 'not-yet', 'san', 'all-good'];
  const run = (cluster: MemoryCluster, step: readonly string[]) =>
    answerOf('root-certificates', FACTS, cluster, step);

  it.each<[string | undefined, string | undefined, string, Roots]>([
    [undefined, undefined, 'all the same', SAME],
    [undefined, undefined, 'the same in other line breaks', { ...SAME, shop: ROOT.replaceAll('\n', '\r\n') }],
    ['missing', undefined, 'none in one of them', { control: ROOT, shop: ROOT }],
    ['configmap-old', 'root', 'another one', { ...SAME, front: OTHER }],
    ['configmap-old', 'root', 'one of two', { ...SAME, control: ROOT + OTHER }],
    [undefined, undefined, 'no root to compare with', { shop: ROOT, front: OTHER }],
    [undefined, undefined, 'text that is no certificate', { ...SAME, front: 'rotten' }],
  ])('%s, %s: %s', async (ca, mtls, _, pems) => {
    expect(await run(roots(pems), CA)).toBe(ca);
    expect(await run(roots(pems), MTLS)).toBe(mtls);
  });

  it('are past their end by the clock of the API server', async () => {
    expect(await run(roots(SAME, {}, '2040-01-01T00:00:00Z'), MTLS)).toBe('expired');
    const renewed = { control: ROOT + OTHER, shop: ROOT + OTHER, front: ROOT + OTHER };
    expect(await run(roots(renewed, {}, '2026-11-22T08:00:00Z'), MTLS)).toBeUndefined();
  });

  it('are not missed in a namespace that is not there', async () => {
    const namespaces = ['istio-system', 'shop'].map(namespace);
    expect(await run(roots({ control: ROOT, shop: ROOT }, { namespaces }), CA)).toBeUndefined();
  });
});

describe('the names that a rule demands', () => {
  const rule = (mode: string, ...subjectAltNames: readonly string[]) => ({
    'destinationrules.networking.istio.io': [
      {
        metadata: { name: 'cart', namespace: 'shop' },
        spec: { host: 'cart', trafficPolicy: { tls: { mode, subjectAltNames } } },
      },
    ],
  });
  const entry = (...subjectAltNames: readonly string[]) => ({
    'serviceentries.networking.istio.io': [
      {
        metadata: { name: 'cart', namespace: 'shop' },
        spec: { hosts: ['cart.shop.svc.cluster.local'], subjectAltNames },
      },
    ],
  });
  const OWN = 'spiffe://cluster.local/ns/shop/sa/cart';
  const FORMER = 'spiffe://cluster.local/ns/shop/sa/default';
  it.each<[string[], object]>([
    [['san'], rule('ISTIO_MUTUAL', FORMER)],
    [['san'], entry(FORMER)],
    [[], rule('ISTIO_MUTUAL', FORMER, OWN)],
    [[], rule('ISTIO_MUTUAL')],
    // With certificates of their own the pods have names that the cluster does not tell.
    [[], rule('SIMPLE', 'cart.example.com')],
    [[], entry(OWN)],
  ])('%j of %j', async (expected, more) => {
    expect(await ask('root-certificates', FACTS, roots(SAME, more))).toEqual(expected);
  });
});

describe('who signs', () => {
  const env = (...pairs: readonly (readonly [string, string])[]) => ({
    ...cart,
    spec: { containers: [{ name: 'istio-proxy', env: pairs.map(([name, value]) => ({ name, value })) }] },
  });
  const istiod = (more: object = {}, own = 'istio-system') => ({
    metadata: { name: 'istiod-1', namespace: own, labels: { app: 'istiod' } },
    spec: { containers: [{ name: 'discovery' }], ...more },
    status: { phase: 'Running' },
  });
  const SELF = '2026-11-20T08:00:00.1Z\tinfo\tUse self-signed certificate as the CA certificate';
  const PLUGGED = '2026-11-20T08:00:00.1Z\tinfo\tUse local CA certificate';
  const facts = { namespace: 'shop', pod: 'cart-1' };
  const mesh = (log: string, ...pods: readonly object[]): MemoryCluster => ({
    objects: { pods },
    logs: {
      'istio-system/istiod-1/discovery': log,
      'aks-istio-system/istiod-1/discovery': log,
    },
  });
  const csi = { volumes: [{ name: 'cacerts', csi: { driver: 'secrets-store.csi.k8s.io' } }] };
  const external = {
    containers: [{ name: 'discovery', env: [{ name: 'EXTERNAL_CA', value: 'ISTIOD_RA' }] }],
  };
  it.each<[string[], string, MemoryCluster]>([
    [['self-signed'], 'istiod says so', mesh(SELF, cart, istiod())],
    [['plugged-in'], 'istiod says so', mesh(PLUGGED, cart, istiod())],
    [
      ['istio-csr'],
      'the proxy is sent there',
      mesh(SELF, env(['CA_ADDR', 'cert-manager-istio-csr.cert-manager.svc:443']), istiod()),
    ],
    [['google'], 'the proxy is sent there', mesh('', env(['CA_ADDR', 'meshca.googleapis.com:443']))],
    [['google'], 'the proxy has its provider', mesh('', env(['CA_PROVIDER', 'GoogleCAS']))],
    [[], 'the proxy asks istiod', mesh('', env(['CA_ADDR', 'istiod.istio-system.svc:15012']), istiod())],
    [[], 'another CA stands behind istiod', mesh(SELF, cart, istiod(external))],
    [[], 'the start has left the log', mesh('', cart, istiod())],
  ])('%j: %s', async (expected, _, cluster) => {
    expect(await ask('ca-provider', facts, cluster)).toEqual(expected);
  });

  it('is a Key Vault where the AKS add-on mounts one', async () => {
    const aks = { ...facts, platform: 'aks' };
    const vault = mesh(PLUGGED, cart, istiod(csi, 'aks-istio-system'));
    expect(await ask('ca-provider', aks, vault)).toEqual(['aks-key-vault']);
    expect(await ask('ca-provider', aks, mesh(SELF, cart, istiod({}, 'aks-istio-system')))).toEqual([
      'self-signed',
    ]);
    expect(await ask('ca-provider', facts, mesh(PLUGGED, cart, istiod(csi)))).toEqual(['plugged-in']);
  });
});

describe('whether istiod takes certificate requests', () => {
  const STEP = ['identity', 'trust', 'unreachable', 'overload'];
  const webhook = (service: string) => ({
    metadata: { name: `istio-sidecar-injector-${service}`, labels: { app: 'sidecar-injector' } },
    webhooks: [{ name: 'x', clientConfig: { service: { name: service, namespace: 'istio-system' } } }],
  });
  const slice = (service: string, ready: boolean) => ({
    metadata: {
      name: `${service}-x`,
      namespace: 'istio-system',
      labels: { 'kubernetes.io/service-name': service },
    },
    endpoints: [{ addresses: ['10.8.0.9'], conditions: { ready } }],
  });
  const mesh = (states: Readonly<Record<string, boolean>>): MemoryCluster => ({
    objects: {
      'mutatingwebhookconfigurations.admissionregistration.k8s.io': Object.keys(states).map(webhook),
      services: Object.keys(states).map((name) => ({ metadata: { name, namespace: 'istio-system' } })),
      'endpointslices.discovery.k8s.io': Object.entries(states).map(([name, ready]) => slice(name, ready)),
    },
  });
  it.each<[string | undefined, Record<string, boolean>]>([
    ['unreachable', { istiod: false }],
    [undefined, { istiod: true }],
    [undefined, { istiod: false, 'istiod-1-28': true }],
    ['unreachable', { istiod: false, 'istiod-1-28': false }],
    [undefined, {}],
  ])('%s of %j', async (expected, states) => {
    expect(await answerOf('istiod-endpoints', {}, mesh(states), STEP)).toBe(expected);
  });
});

describe('the probes of certificates', () => {
  it.each(['root-certificates', 'ca-provider'])(
    '%s reads nothing into objects of another shape',
    async (probe) => {
      const objects = brokenObjects([
        ['shop', 'cart'],
        ['shop', 'cart-1'],
        ['istio-system', 'istiod-1'],
        ['istio-system', 'istio-ca-root-cert'],
        ['shop', 'istio-ca-root-cert'],
      ]);
      expect(await ask(probe, { ...FACTS, pod: 'cart-1' }, { objects })).toEqual([]);
      const configmaps = [root('istio-system', 7), root('shop', ['x']), root('front', null)];
      expect(await ask(probe, FACTS, roots({}, { configmaps }))).toEqual([]);
    },
  );
});
