/** Whose name is it that does not resolve? Each answer where the cluster shows it, and none where it could be another's. */
import { describe, expect, it } from 'vitest';
import { ask, brokenObjects, type Objects } from './asking.ts';

const meta = (name: string, namespace = 'shop', more: object = {}) => ({
  metadata: { name, namespace, ...more },
});
const service = (name: string, namespace = 'shop', spec: object = {}) => ({ ...meta(name, namespace), spec });
const entry = (host: string, spec: object) => ({ ...meta('entry'), spec: { hosts: [host], ...spec } });
const dns = (status: string) => ({
  ...meta('coredns-1', 'kube-system', { labels: { 'k8s-app': 'kube-dns' } }),
  status: { phase: 'Running', conditions: [{ type: 'Ready', status }] },
});
const web = {
  ...meta('web-1', 'shop', { labels: { app: 'web' } }),
  spec: { containers: [{ name: 'web' }] },
  status: { phase: 'Running' },
};

describe('dns-name', () => {
  const CLUSTER: Objects = {
    pods: [web, dns('True')],
    services: [service('cart'), service('pay', 'bank'), service('db', 'shop', { clusterIP: 'None' })],
    namespaces: [
      { metadata: { name: 'shop' } },
      { metadata: { name: 'bank' } },
      { metadata: { name: 'qa' } },
    ],
    'serviceentries.networking.istio.io': [
      entry('stock.mesh.global', { resolution: 'STATIC', endpoints: [{ address: '10.9.9.9' }] }),
      entry('legacy.example.com', { resolution: 'DNS', endpoints: [{ address: 'vm7.example.com' }] }),
      entry('api.example.com', { resolution: 'DNS' }),
      entry('*.example.org', {}),
      entry('db.internal', { resolution: 'DNS' }),
    ],
  };
  const run = (host: string, more: Objects = {}) =>
    ask('dns-name', { host, namespace: 'shop', pod: 'web-1' }, { objects: { ...CLUSTER, ...more } });

  it.each([
    ['cart', ['service']],
    ['cart.shop:8080', ['service']],
    ['Cart.shop.svc.cluster.local.', ['service']],
    ['pay', ['service']],
    ['pay.bank.svc', ['service']],
    ['gone', []],
    ['gone.shop', []],
    ['gone.shop.svc.cluster.local', []],
    ['gone.qa', []],
    ['gone.typo', []],
    ['db-0.db', ['headless']],
    ['db-0.db.shop.svc.cluster.local', ['headless']],
    ['cart-0.cart.shop', []],
    ['istiod.istio-system.svc', ['istiod']],
    ['istiod-1-27.istio-system.svc.cluster.local', ['istiod']],
    ['istiod.shop.svc', []],
    ['stock.mesh.global', ['service-entry']],
    ['legacy.example.com', ['service-entry']],
    ['api.example.com', ['external']],
    ['www.example.org', ['external']],
    ['api.partner.io', ['external']],
    ['partner.com', ['external']],
    ['cart.qx', []],
    ['db.internal', []],
    ['gone.mesh.global', []],
    ['10.8.1.7', []],
    ['[fd00::1]:443', []],
  ])('%s is %j', async (host, expected) => {
    expect(await run(host)).toEqual(expected);
  });

  it('asks first whether any DNS server can answer', async () => {
    expect(await run('cart', { pods: [web, dns('False')] })).toEqual(['no-answer', 'service']);
    const closed = {
      ...meta('deny'),
      spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{ ports: [{ port: 443 }] }] },
    };
    const open = {
      ...closed,
      spec: { ...closed.spec, egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] },
    };
    const on = (policy: object) => run('gone', { 'networkpolicies.networking.k8s.io': [policy] });
    expect(await on(closed)).toEqual(['no-answer']);
    expect(await on(open)).toEqual([]);
  });

  it('reads nothing into other shapes', async () => {
    const objects = brokenObjects([['shop', 'cart']]);
    for (const host of ['cart.qx', 'cart-0.cart', 'x.example.test', ''])
      expect(await ask('dns-name', { host, namespace: 'shop' }, { objects })).toEqual([]);
  });
});

describe('dns-capture', () => {
  const run = (env: unknown, name = 'istio-proxy') => {
    const own = { ...web, spec: { containers: [{ name: 'web' }, { name, env }] } };
    return ask('dns-capture', { namespace: 'shop', pod: 'web-1' }, { objects: { pods: [own] } });
  };
  const CONFIG = { name: 'PROXY_CONFIG', value: '{}' };
  const capture = (value: string) => ({ name: 'ISTIO_META_DNS_CAPTURE', value });

  it.each<[string[], unknown]>([
    [['on'], [CONFIG, capture('true')]],
    [['on'], [CONFIG, capture('1')]],
    [['off'], [CONFIG, capture('false')]],
    [['off'], [CONFIG, capture('yes')]],
    [['off'], [CONFIG]],
    [['off'], [capture('true'), capture('false')]],
    [[], [{ name: 'ISTIO_META_DNS_CAPTURE', valueFrom: { configMapKeyRef: { name: 'x' } } }]],
    [[], []],
    [[], 'x'],
  ])('%j from %j', async (expected, env) => {
    expect(await run(env)).toEqual(expected);
  });

  it('says nothing of a pod without a proxy, or of other shapes', async () => {
    expect(await run([CONFIG, capture('true')], 'app')).toEqual([]);
    const objects = brokenObjects([['shop', 'web-1']]);
    expect(await ask('dns-capture', { namespace: 'shop', pod: 'web-1' }, { objects })).toEqual([]);
  });
});
