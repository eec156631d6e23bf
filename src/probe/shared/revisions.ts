/** Revisions and versions of control planes, as their Deployments and images name them. */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import { named, type Sight } from '../probe.ts';
import { annotationsOf, count, items, labelsOf, nameOf, namespaceOf, text } from './fields.ts';
import { sight } from './mesh.ts';

/** Release of Istio: major, minor, patch. */
export type Version = readonly [major: number, minor: number, patch: number];

export interface Istiod {
  readonly name: string;
  readonly namespace: string;
  /** Value of `istio.io/rev`; an installation without a revision is `default`. */
  readonly revision: string;
  /** Undefined where the image has a tag of its own, or a digest. */
  readonly version: Version | undefined;
}

/** istiods that are meant to run; one scaled to zero serves no revision. Reads deployments.apps. */
export async function readIstiods(reader: ClusterReader): Promise<Istiod[]> {
  const deployments = await reader.list('deployments.apps', { labelSelector: 'app=istiod' });
  return deployments
    .filter((one) => nameOf(one) !== '' && count(one, ['spec', 'replicas'], 1) > 0)
    .map((one) => ({
      name: nameOf(one),
      namespace: namespaceOf(one),
      revision: labelsOf(one)['istio.io/rev'] || 'default',
      version: versionOf(imageOf(items(one, 'spec', 'template', 'spec', 'containers'), 'discovery')),
    }));
}

/** The injector writes it as an annotation on sidecars, as a label on gateways (files/injection-template.yaml). */
export function revisionOfPod(pod: KubeObject): string {
  return annotationsOf(pod)['istio.io/rev'] ?? labelsOf(pod)['istio.io/rev'] ?? '';
}

function imageOf(containers: readonly unknown[], name: string): string {
  return text(
    containers.find((one) => text(one, 'name') === name),
    'image',
  );
}

/** The image of a pod's proxy; empty where it has none. */
export function proxyImage(pod: KubeObject): string {
  return imageOf(
    [...items(pod, 'spec', 'initContainers'), ...items(pod, 'spec', 'containers')],
    'istio-proxy',
  );
}

/** The release in an image's tag (`1.28.1`, `v1.27.3-distroless`); undefined for other tags and for digests. */
export function versionOf(image: string): Version | undefined {
  const found = /:v?(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:-[\w.-]{1,80})?$/.exec(image);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : undefined;
}

/** Below zero where `a` is the older one. */
export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

export function istiodSights(istiods: readonly Istiod[]): Sight[] {
  if (istiods.length === 0) return [sight('deployments', 'app=istiod', 'none in any namespace')];
  return istiods.map(({ name, namespace, revision, version }) =>
    sight(
      named('deployment', name, namespace),
      'istio.io/rev, version',
      `${revision}, ${version?.join('.') ?? 'unknown'}`,
    ),
  );
}
