/** Which control plane of this cluster would inject, and is it the default one? */

import { named, type Probe } from '../probe.ts';
import { injectorWebhooks, sight, type Webhook } from '../shared/mesh.ts';
import { type Istiod, istiodSights, readIstiods } from '../shared/revisions.ts';
import { type Judgement, say, seen } from '../shared/traffic.ts';
import { type ControlPlanes, judgePlatform, readControlPlanes } from './platform.ts';

export const injectingControlPlane: Probe = {
  reads: [
    'namespaces',
    'deployments.apps',
    'discovery',
    'controlplanerevisions.mesh.cloud.google.com',
    'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  ],
  needs: [],
  answers: ['aks', 'gke-managed', 'default-revision', 'named-revision', 'none'],
  async look(reader) {
    return judgeInjecting(
      await readControlPlanes(reader),
      await readIstiods(reader),
      await injectorWebhooks(reader),
    );
  },
};

/** An injector without an istiod here calls one elsewhere: only without both is there no control plane. */
export function judgeInjecting(
  planes: ControlPlanes,
  istiods: readonly Istiod[],
  webhooks: readonly Webhook[],
): Judgement {
  const owner = judgePlatform(planes, {});
  const answers = owner.candidates.map(({ answer }) => answer);
  if (answers.includes('aks')) return say('aks', owner.sights);
  if (answers.includes('gke')) return say('gke-managed', owner.sights);
  const tag = webhooks.find((one) => one.tag === 'default');
  const sights = [
    ...istiodSights(istiods),
    tag
      ? sight(
          named('mutatingwebhookconfiguration', tag.configuration),
          'istio.io/tag',
          `default -> ${tag.revision}`,
        )
      : sight('mutatingwebhookconfigurations', 'istio.io/tag=default', 'absent'),
  ];
  if (!answers.includes('self')) {
    const isEmpty = planes.istiods.length === 0 && !planes.aks && planes.google.length === 0;
    return isEmpty && webhooks.length === 0 ? say('none', sights) : seen(...owner.sights);
  }
  const revisions = [...new Set(istiods.map(({ revision }) => revision))];
  const hasDefault = revisions.includes('default') || revisions.includes(tag?.revision ?? 'default');
  if (hasDefault) return say('default-revision', sights);
  if (revisions.length === 0) return seen(...sights);
  const facts = revisions.length === 1 ? { revision: revisions[0]! } : {};
  return { candidates: [{ answer: 'named-revision', sights, facts }], sights };
}
