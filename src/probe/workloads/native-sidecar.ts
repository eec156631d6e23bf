/** Can this cluster run the proxy as a native sidecar? */

import type { Probe } from '../probe.ts';
import { sight } from '../shared/mesh.ts';
import { compareVersions, type Istiod, istiodSights, readIstiods } from '../shared/revisions.ts';
import { type Judgement, say, seen } from '../shared/traffic.ts';

/** Init containers with `restartPolicy: Always` are on by default from this minor release of Kubernetes 1. */
const KUBERNETES = 29;
/** The first release of Istio that can inject them; it does so by itself from 1.27, before that by a flag. */
const ISTIO = [1, 19, 0] as const;

export const nativeSidecar: Probe = {
  reads: ['version', 'deployments.apps'],
  needs: [],
  answers: ['native-possible', 'too-old'],
  async look(reader) {
    return judgeNative((await reader.version()).gitVersion, await readIstiods(reader));
  },
};

/** `gitVersion` as the API server gives it: `v1.32.4-gke.1000`. */
export function judgeNative(gitVersion: string, istiods: readonly Istiod[]): Judgement {
  const minor = Number(/^v?1\.(\d{1,3})\b/.exec(gitVersion)?.[1] ?? Number.NaN);
  const sights = [sight('version', 'gitVersion', gitVersion), ...istiodSights(istiods)];
  if (minor < KUBERNETES) return say('too-old', sights);
  const isTooOld = istiods.some(
    ({ version }) => version !== undefined && compareVersions(version, ISTIO) < 0,
  );
  return minor >= KUBERNETES && !isTooOld ? say('native-possible', sights) : seen(...sights);
}
