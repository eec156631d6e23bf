/** Who runs the control plane of this mesh: the AKS add-on, Google, or its owner, and where? */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import { type Facts, named, type Probe } from '../probe.ts';
import { nameOf, namespaceOf } from '../shared/fields.ts';
import { istioNamespace, sight } from '../shared/mesh.ts';
import { type Judgement, say, seen } from '../shared/traffic.ts';

const AKS = 'aks-istio-system';
const GOOGLE = 'mesh.cloud.google.com';

export const platform: Probe = {
  reads: ['namespaces', 'deployments.apps', 'discovery', 'controlplanerevisions.mesh.cloud.google.com'],
  needs: [],
  answers: ['aks', 'gke', 'managed', 'elsewhere', 'self'],
  async look(reader, facts) {
    return judgePlatform(await readControlPlanes(reader), facts);
  },
};

export interface ControlPlanes {
  /** Deployments of istiod in all namespaces. */
  readonly istiods: readonly KubeObject[];
  /** The namespace that the AKS add-on makes for itself. */
  readonly aks: KubeObject | undefined;
  /** Google's ControlPlaneRevisions; Google's managed mesh has no istiod in the cluster. */
  readonly google: readonly KubeObject[];
}

/** Reads namespaces, deployments.apps, discovery and controlplanerevisions. */
export async function readControlPlanes(reader: ClusterReader): Promise<ControlPlanes> {
  const istiods = await reader.list('deployments.apps', { labelSelector: 'app=istiod' });
  const isGoogle = (await reader.groups()).has(GOOGLE);
  return {
    istiods: istiods.filter((one) => namespaceOf(one) !== ''),
    aks: await reader.get('namespaces', AKS),
    google: isGoogle
      ? (await reader.list('controlplanerevisions.mesh.cloud.google.com')).filter(isManaged)
      : [],
  };
}

/** Google names the revisions that it runs itself so: asm-managed, asm-managed-rapid, asm-managed-stable. */
const isManaged = (revision: KubeObject) => nameOf(revision).startsWith('asm-managed');

/** A cluster with control planes of two kinds, as during a migration, is for the person to tell. */
export function judgePlatform({ istiods, aks, google }: ControlPlanes, facts: Facts): Judgement {
  const own = istiods.filter((one) => namespaceOf(one) !== AKS);
  const sights = [
    ...istiods.map((one) =>
      sight(named('deployment', nameOf(one), namespaceOf(one)), 'labels[app]', 'istiod'),
    ),
    ...(istiods.length === 0 ? [sight('deployments', 'app=istiod', 'none in any namespace')] : []),
    ...(aks ? [sight(named('namespace', AKS), 'metadata.name', 'present')] : []),
    ...google.map((one) =>
      sight(named('controlplanerevision', nameOf(one), namespaceOf(one)), 'metadata.name', 'present'),
    ),
  ];
  const kinds = [own.length > 0, aks !== undefined, google.length > 0].filter(Boolean);
  if (kinds.length !== 1) return seen(...sights);
  if (aks) return say(['aks', 'managed'], sights);
  if (google.length > 0) return say(['gke', 'managed'], sights);
  const isHere = own.some((one) => namespaceOf(one) === istioNamespace(facts));
  return say(isHere ? 'self' : ['elsewhere', 'self'], sights);
}
