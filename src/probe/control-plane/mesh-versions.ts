/** Do istiod and the proxies have one version? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { podName, sight } from '../shared/mesh.ts';
import {
  compareVersions,
  type Istiod,
  istiodSights,
  proxyImage,
  readIstiods,
  versionOf,
} from '../shared/revisions.ts';
import { isLive, type Judgement, say, seen } from '../shared/traffic.ts';

export const meshVersions: Probe = {
  reads: ['deployments.apps', 'pods'],
  needs: [],
  answers: ['two-istiods', 'too-far', 'proxies-old', 'same'],
  async look(reader) {
    return judgeVersions(await readIstiods(reader), await reader.list('pods'));
  },
};

/** An image whose tag names no release leaves open whether "all are the same", not whether another one is old. */
export function judgeVersions(istiods: readonly Istiod[], pods: readonly KubeObject[]): Judgement {
  const sights = istiodSights(istiods);
  if (new Set(istiods.map(({ revision }) => revision)).size > 1) return say('two-istiods', sights);
  const versions = istiods.map(({ version }) => version);
  const istiod = versions[0];
  if (istiod === undefined || istiods.length > 1) return seen(...sights);
  const proxies = pods
    .filter((pod) => isLive(pod) && proxyImage(pod) !== '')
    .map((pod) => ({ pod, version: versionOf(proxyImage(pod)) }));
  const others = proxies.filter(
    ({ version }) => version !== undefined && compareVersions(version, istiod) !== 0,
  );
  const shown = [
    ...sights,
    ...(others.length > 0 ? others : proxies)
      .slice(0, 5)
      .map(({ pod }) => sight(podName(pod), 'image of istio-proxy', proxyImage(pod))),
  ];
  if (others.some(({ version }) => version![0] !== istiod[0] || Math.abs(version![1] - istiod[1]) > 1))
    return say('too-far', shown);
  if (others.some(({ version }) => compareVersions(version!, istiod) < 0)) return say('proxies-old', shown);
  const allKnown = proxies.length > 0 && proxies.every(({ version }) => version !== undefined);
  return allKnown && others.length === 0 ? say('same', shown) : seen(...shown);
}
