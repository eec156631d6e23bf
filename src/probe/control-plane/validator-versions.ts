/** Does an old validator or an old CRD refuse what the installed Istio allows? */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import { named, type Probe } from '../probe.ts';
import { at, items, labelsOf, nameOf, selects, text } from '../shared/fields.ts';
import { sight, type Webhook, webhooksOf } from '../shared/mesh.ts';
import { compareVersions, type Istiod, istiodSights, readIstiods } from '../shared/revisions.ts';
import { type Judgement, join, say, seen } from '../shared/traffic.ts';

/** Istio's CRDs serve `v1` of the networking API from this release on. */
const V1_SINCE = [1, 22, 0] as const;

export const validatorVersions: Probe = {
  reads: [
    'validatingwebhookconfigurations.admissionregistration.k8s.io',
    'deployments.apps',
    'customresourcedefinitions.apiextensions.k8s.io',
  ],
  needs: [],
  answers: ['two-validators', 'old-crds'],
  async look(reader) {
    const istiods = await readIstiods(reader);
    return join(
      judgeValidators(await readValidators(reader), istiods),
      judgeCrds(await reader.list('customresourcedefinitions.apiextensions.k8s.io'), istiods),
      seen(...istiodSights(istiods)),
    );
  },
};

async function readValidators(reader: ClusterReader): Promise<Webhook[]> {
  const all = await reader.list('validatingwebhookconfigurations.admissionregistration.k8s.io');
  return all
    .filter((one) => labelsOf(one).app === 'istiod' || /^(?:istio-validator|istiod-)/.test(nameOf(one)))
    .flatMap(webhooksOf)
    .filter(({ name }) => name.endsWith('validation.istio.io'));
}

/**
 * An object is refused as soon as one validator refuses it. Those that take an object without `istio.io/rev` must all
 * call the newest istiod; an absent selector takes every object.
 */
export function judgeValidators(validators: readonly Webhook[], istiods: readonly Istiod[]): Judgement {
  const versions = istiods.map(({ version }) => version);
  if (istiods.length < 2 || !versions.every((one) => one !== undefined)) return seen();
  const newest = [...versions].sort(compareVersions).at(-1)!;
  const old = validators.filter(({ service, objectSelector }) => {
    const istiod = istiods.find((one) => one.name === service?.name && one.namespace === service.namespace);
    const takesAll = objectSelector === undefined || selects(objectSelector, {});
    return takesAll && istiod?.version !== undefined && compareVersions(istiod.version, newest) < 0;
  });
  const sights = old.map(({ configuration, service }) =>
    sight(
      named('validatingwebhookconfiguration', configuration),
      'clientConfig.service',
      `${service!.namespace}/${service!.name}`,
    ),
  );
  return old.length > 0 ? say('two-validators', [...sights, ...istiodSights(istiods)]) : seen();
}

export function judgeCrds(crds: readonly KubeObject[], istiods: readonly Istiod[]): Judgement {
  const isNew = istiods.some(
    ({ version }) => version !== undefined && compareVersions(version, V1_SINCE) >= 0,
  );
  const crd = crds.find((one) => nameOf(one) === 'virtualservices.networking.istio.io');
  const served = items(crd, 'spec', 'versions')
    .filter((one) => at(one, 'served') === true)
    .map((one) => text(one, 'name'));
  if (!isNew || served.length === 0 || served.includes('v1')) return seen();
  return say('old-crds', [
    sight(named('customresourcedefinition', nameOf(crd!)), 'spec.versions[] served', served.join(', ')),
    ...istiodSights(istiods),
  ]);
}
