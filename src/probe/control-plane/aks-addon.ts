/** In which state is the AKS Istio add-on: kept out by another mesh, between two revisions, or on without an istiod that works? */
import type { KubeObject } from '../../cluster/reader.ts';
import { named, type Probe } from '../probe.ts';
import { count, labelsOf, nameOf, namespaceOf } from '../shared/fields.ts';
import { sight } from '../shared/mesh.ts';
import { type Judgement, join, say, seen } from '../shared/traffic.ts';

const ADDON = 'aks-istio-system';
/** Where the Open Service Mesh add-on of AKS runs; an installation of one's own is elsewhere and no matter of Azure. */
const OSM = { name: 'osm-controller', namespace: 'kube-system' };

export const aksAddon: Probe = {
  reads: ['deployments.apps', 'namespaces', 'discovery'],
  needs: [],
  answers: ['enable', 'feature', 'in-progress', 'runs-badly'],
  async look(reader) {
    const namespace = await reader.get('namespaces', ADDON);
    const istiods = await reader.list('deployments.apps', { labelSelector: 'app=istiod' });
    const osm = await reader.get('deployments.apps', OSM.name, OSM.namespace);
    const groups = [...(await reader.groups()).keys()].filter((one) => one.endsWith('openservicemesh.io'));
    return join(
      judgeOtherMesh(namespace, osm, groups),
      judgeRevisions(istiods.filter((one) => namespaceOf(one) === ADDON)),
      seen(...istiods.filter((one) => namespaceOf(one) !== ADDON).map(istiodSight)),
    );
  },
};

/** Azure refuses to enable the add-on while that of Open Service Mesh is on. CRDs alone are not the add-on. */
export function judgeOtherMesh(
  addon: KubeObject | undefined,
  osm: KubeObject | undefined,
  groups: readonly string[],
): Judgement {
  const sights = [
    sight(named('namespace', ADDON), 'metadata.name', addon ? 'present' : 'absent'),
    sight(named('deployment', OSM.name, OSM.namespace), 'metadata.name', osm ? 'present' : 'absent'),
    ...(groups.length > 0 ? [sight('API groups', 'of Open Service Mesh', groups.join(', '))] : []),
  ];
  return osm && !addon ? say(['enable', 'feature'], sights) : seen(...sights);
}

/** The add-on's own istiods. Two revisions stay until the upgrade is completed or rolled back. */
export function judgeRevisions(istiods: readonly KubeObject[]): Judgement {
  const wanted = istiods.filter((one) => count(one, ['spec', 'replicas'], 1) > 0);
  const sights = wanted.map(istiodSight);
  const revisions = new Set(wanted.map((one) => labelsOf(one)['istio.io/rev'] || nameOf(one)));
  // A Deployment that its controller has not looked at yet has no numbers to go by.
  const isDown = (one: KubeObject) =>
    count(one, ['status', 'observedGeneration']) > 0 && count(one, ['status', 'readyReplicas']) === 0;
  return join(
    wanted.length > 0 && wanted.every(isDown) ? say('runs-badly', sights) : seen(...sights),
    revisions.size > 1 ? say('in-progress', sights) : seen(),
  );
}

function istiodSight(one: KubeObject) {
  const revision = labelsOf(one)['istio.io/rev'] || 'absent';
  const ready = `${count(one, ['status', 'readyReplicas'])}/${count(one, ['spec', 'replicas'], 1)}`;
  return sight(
    named('deployment', nameOf(one), namespaceOf(one)),
    'istio.io/rev, ready',
    `${revision}, ${ready}`,
  );
}
