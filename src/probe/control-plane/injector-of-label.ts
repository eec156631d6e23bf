/** Is there an injector, with a running istiod, for the label of this namespace; if not, which part is missing? */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import { type Facts, named, type Probe, type Sight } from '../probe.ts';
import { labelsOf, nameOf, selects } from '../shared/fields.ts';
import { injectorWebhooks, sight, type Webhook } from '../shared/mesh.ts';
import { type Istiod, istiodSights, readIstiods } from '../shared/revisions.ts';
import { type Judgement, say, seen } from '../shared/traffic.ts';

const REVISION = 'istio.io/rev';
const INJECTION = 'istio-injection';

export const injectorOfLabel: Probe = {
  reads: ['namespaces', 'mutatingwebhookconfigurations.admissionregistration.k8s.io', 'deployments.apps'],
  needs: [],
  answers: ['served', 'not-served', 'no-webhook', 'tag-old', 'label-old'],
  async look(reader, facts) {
    const namespaces = await labelledNamespaces(reader, facts);
    return judgeLabels(namespaces, await injectorWebhooks(reader), await readIstiods(reader));
  },
};

/** The namespace of the case, else every one that asks for a revision or for injection. */
async function labelledNamespaces(reader: ClusterReader, facts: Facts): Promise<KubeObject[]> {
  const all = facts.namespace
    ? [await reader.get('namespaces', facts.namespace)]
    : await reader.list('namespaces');
  return all.filter((one) => one !== undefined).filter((one) => wantedBy(one) !== '');
}

/** The revision or tag a namespace asks for; empty where it asks for none. */
function wantedBy(namespace: KubeObject): string {
  const labels = labelsOf(namespace);
  if (labels[INJECTION] === 'enabled') return 'default';
  return labels[INJECTION] === undefined ? (labels[REVISION] ?? '') : '';
}

/** One namespace in trouble decides; that all are served says so only where the case names the namespace. */
export function judgeLabels(
  namespaces: readonly KubeObject[],
  webhooks: readonly Webhook[],
  istiods: readonly Istiod[],
): Judgement {
  const names = [...new Set(webhooks.map(({ configuration }) => configuration))];
  const sights = [
    ...namespaces.slice(0, 4).map(labelSight),
    ...names
      .slice(0, 6)
      .map((name) => webhookSight(webhooks.find(({ configuration }) => configuration === name)!)),
    ...istiodSights(istiods),
  ];
  if (webhooks.length === 0)
    return say('no-webhook', [...sights, sight('mutatingwebhookconfigurations', 'injector', 'absent')]);
  const all = namespaces.map((one) => judgeLabel(one, webhooks, istiods, sights));
  const fault = all.find(({ candidates }) => candidates.some(({ answer }) => answer !== 'served'));
  if (fault) return fault;
  return all.length === 1 ? all[0]! : seen(...sights);
}

function judgeLabel(
  namespace: KubeObject,
  webhooks: readonly Webhook[],
  istiods: readonly Istiod[],
  sights: readonly Sight[],
): Judgement {
  const wanted = wantedBy(namespace);
  const own = [labelSight(namespace), ...sights];
  const matching = webhooks.filter(({ namespaceSelector }) =>
    selects(namespaceSelector, labelsOf(namespace)),
  );
  if (matching.length === 0) {
    // A revision carries its version in its name (1-28-1, asm-1-27); a tag such as `stable` may just not be set yet.
    const isRevision = /\d-\d/.test(wanted) && !istiods.some(({ revision }) => revision === wanted);
    return say(isRevision ? ['not-served', 'label-old'] : 'not-served', own);
  }
  // A webhook that calls a URL has its istiod outside the cluster.
  const isAlive = (webhook: Webhook) =>
    webhook.service === undefined ||
    istiods.some(({ revision }) => revision === (webhook.revision || 'default'));
  if (matching.some(isAlive)) return say('served', own);
  const isTag = matching.some(({ tag }) => tag === wanted);
  if (istiods.length === 0) return seen(...own);
  return say(isTag ? 'tag-old' : 'label-old', own);
}

function labelSight(namespace: KubeObject): Sight {
  const labels = labelsOf(namespace);
  return sight(
    named('namespace', nameOf(namespace)),
    `${INJECTION}, ${REVISION}`,
    `${labels[INJECTION] ?? 'absent'}, ${labels[REVISION] ?? 'absent'}`,
  );
}

function webhookSight({ configuration, revision, tag }: Webhook): Sight {
  return sight(
    named('mutatingwebhookconfiguration', configuration),
    `${REVISION}, istio.io/tag`,
    `${revision || 'absent'}, ${tag || 'absent'}`,
  );
}
