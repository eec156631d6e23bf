/** What do Google's ControlPlaneRevisions say about the managed control plane? */
import type { KubeObject } from '../../cluster/reader.ts';
import { named, type Probe } from '../probe.ts';
import { items, nameOf, namespaceOf, text } from '../shared/fields.ts';
import { sight } from '../shared/mesh.ts';
import { type Judgement, say, seen } from '../shared/traffic.ts';

const GROUP = 'mesh.cloud.google.com';

export const managedControlPlane: Probe = {
  reads: ['discovery', 'controlplanerevisions.mesh.cloud.google.com'],
  needs: [],
  answers: ['not-enabled', 'provisioning', 'stalled', 'active'],
  async look(reader) {
    const groups = await reader.groups();
    if (!groups.has(GROUP)) return say('not-enabled', [sight('apis', GROUP, 'not served')]);
    return judgeRevisions(await reader.list('controlplanerevisions.mesh.cloud.google.com'));
  },
};

/**
 * Conditions as the documentation of `kubectl get controlplanerevision` shows them: Reconciled, Stalled,
 * ProvisioningFinished. One revision in trouble is enough; all of them must be reconciled to be active.
 */
export function judgeRevisions(revisions: readonly KubeObject[]): Judgement {
  if (revisions.length === 0) return say('not-enabled', [sight('controlplanerevisions', 'objects', '0')]);
  const sights = revisions.flatMap((revision) =>
    items(revision, 'status', 'conditions').map((one) =>
      sight(
        named('controlplanerevision', nameOf(revision), namespaceOf(revision)),
        `conditions.${text(one, 'type')}`,
        [text(one, 'status'), text(one, 'reason'), text(one, 'message')].filter(Boolean).join(' '),
      ),
    ),
  );
  const has = (revision: KubeObject, type: string, status: string) =>
    items(revision, 'status', 'conditions').some(
      (one) => text(one, 'type') === type && text(one, 'status') === status,
    );
  if (revisions.some((one) => has(one, 'Stalled', 'True'))) return say('stalled', sights);
  if (revisions.some((one) => has(one, 'ProvisioningFinished', 'False'))) return say('provisioning', sights);
  // Not reconciled may still be on its way, unless provisioning has come to its end.
  if (revisions.some((one) => has(one, 'Reconciled', 'False') && has(one, 'ProvisioningFinished', 'True')))
    return say('stalled', sights);
  return revisions.every((one) => has(one, 'Reconciled', 'True')) ? say('active', sights) : seen(...sights);
}
