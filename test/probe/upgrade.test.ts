/** What the trouble with an upgrade is, as far as control planes, labels and images show it. */
import { describe, expect, it } from 'vitest';
import { ask, brokenObjects, type Objects } from './asking.ts';

const image = (version: string) => `docker.io/istio/proxyv2:${version}`;
const istiod = (revision: string, version: string, namespace = 'istio-system') => ({
  metadata: {
    name: `istiod-${revision}`,
    namespace,
    labels: { app: 'istiod', 'istio.io/rev': revision },
  },
  spec: {
    replicas: 1,
    template: { spec: { containers: [{ name: 'discovery', image: `docker.io/istio/pilot:${version}` }] } },
  },
});
const namespace = (name: string, labels: object = {}) => ({ metadata: { name, labels } });
const sidecar = (version: string) => ({
  metadata: { name: `cart-${version}`, namespace: 'shop' },
  spec: { containers: [{ name: 'istio-proxy', image: image(version) }] },
  status: { phase: 'Running' },
});
const injector = (revision: string) => ({
  metadata: {
    name: `istio-sidecar-injector-${revision}`,
    labels: { app: 'sidecar-injector', 'istio.io/rev': revision },
  },
  webhooks: [
    {
      name: 'rev.namespace.sidecar-injector.istio.io',
      namespaceSelector: { matchLabels: { 'istio.io/rev': revision } },
      clientConfig: { service: { name: `istiod-${revision}`, namespace: 'istio-system' } },
    },
  ],
});
const AKS = 'aks-istio-system';
const addon = (...revisions: readonly string[]): Objects => ({
  namespaces: [namespace(AKS)],
  'deployments.apps': revisions.map((one) => istiod(one, '1.27.1', AKS)),
});
const own = (labels: object, ...pods: readonly object[]): Objects => ({
  namespaces: [namespace('shop', labels)],
  'deployments.apps': [istiod('1-28', '1.28.1')],
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': [injector('1-28')],
  pods,
});

describe('upgrade-trouble', () => {
  const run = (objects: Objects) => ask('upgrade-trouble', {}, { objects });

  it.each<[string[], string, Objects]>([
    [['aks-addon'], 'the add-on with one revision', addon('asm-1-27')],
    [['aks-addon', 'two-revisions'], 'the add-on with two', addon('asm-1-26', 'asm-1-27')],
    [
      [],
      'the add-on beside an istiod of its own',
      {
        namespaces: [namespace(AKS)],
        'deployments.apps': [istiod('asm-1-27', '1.27.1', AKS), istiod('1-27', '1.27.1')],
        'mutatingwebhookconfigurations.admissionregistration.k8s.io': [injector('1-27')],
      },
    ],
    [['revision-gone'], 'a label whose revision is gone', own({ 'istio.io/rev': '1-26' })],
    [['mixed-versions'], 'a proxy three releases behind', own({ 'istio.io/rev': '1-28' }, sidecar('1.25.0'))],
    [
      ['revision-gone', 'mixed-versions'],
      'both',
      own({ 'istio.io/rev': '1-25' }, sidecar('1.25.0'), sidecar('1.28.1')),
    ],
    [[], 'a proxy that waits for its restart', own({ 'istio.io/rev': '1-28' }, sidecar('1.27.3'))],
    [[], 'all of one version', own({ 'istio.io/rev': '1-28' }, sidecar('1.28.1'))],
  ])('%j: %s', async (expected, _what, objects) => {
    expect(await run(objects)).toEqual(expected);
  });

  it('reads nothing into other shapes', async () => {
    expect(await run(brokenObjects([['shop', 'cart-1']]))).toEqual([]);
  });
});
