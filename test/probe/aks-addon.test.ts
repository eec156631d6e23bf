/** In which state the AKS Istio add-on is, as far as the cluster tells and Azure need not be asked. */
import { describe, expect, it } from 'vitest';
import { ask, brokenObjects } from './asking.ts';

const ADDON = 'aks-istio-system';
const on = { metadata: { name: ADDON } };
const osm = (namespace = 'kube-system') => ({ metadata: { name: 'osm-controller', namespace } });
const istiod = (revision: string, readyReplicas?: number, namespace = ADDON, more: object = {}) => ({
  metadata: {
    name: `istiod-${revision}`,
    namespace,
    labels: { app: 'istiod', 'istio.io/rev': revision },
  },
  spec: { replicas: 2 },
  status: { observedGeneration: 1, ...(readyReplicas === undefined ? {} : { readyReplicas }) },
  ...more,
});

describe('aks-addon', () => {
  const run = (namespaces: readonly object[], deployments: readonly object[], groups = {}) =>
    ask('aks-addon', {}, { objects: { namespaces, 'deployments.apps': deployments }, groups });

  it.each<[string[], string, object[], object[]]>([
    [['enable', 'feature'], "Open Service Mesh's add-on keeps it out", [], [osm()]],
    [[], 'the same beside the add-on', [on], [osm(), istiod('asm-1-27', 2)]],
    [[], 'an Open Service Mesh of their own', [], [osm('osm-system')]],
    [['in-progress'], 'two revisions', [on], [istiod('asm-1-26', 2), istiod('asm-1-27', 2)]],
    [[], 'one revision', [on], [istiod('asm-1-27', 2)]],
    [
      [],
      'an istiod of their own beside it',
      [on],
      [istiod('asm-1-27', 2), istiod('1-27', 2, 'istio-system')],
    ],
    [['runs-badly'], 'no replica is ready', [on], [istiod('asm-1-27')]],
    [
      ['runs-badly', 'in-progress'],
      'none of two revisions',
      [on],
      [istiod('asm-1-26', 0), istiod('asm-1-27')],
    ],
    [
      [],
      'one of two is ready',
      [on],
      [istiod('asm-1-26', 1), istiod('asm-1-27', 0, ADDON, { spec: { replicas: 0 } })],
    ],
    [[], 'nothing is known of it yet', [on], [istiod('asm-1-27', undefined, ADDON, { status: {} })]],
    [[], 'neither', [], []],
  ])('%j: %s', async (expected, _what, namespaces, deployments) => {
    expect(await run(namespaces, deployments)).toEqual(expected);
  });

  it('takes CRDs that were left behind for no mesh', async () => {
    expect(await run([], [], { 'config.openservicemesh.io': ['v1alpha2'] })).toEqual([]);
  });

  it('reads nothing into other shapes', async () => {
    expect(await ask('aks-addon', {}, { objects: brokenObjects([[ADDON, 'istiod']]) })).toEqual([]);
  });
});
