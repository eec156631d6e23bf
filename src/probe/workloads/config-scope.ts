/** Would istiod send this object to this pod's proxy: selector, revision, namespaces, visibility? */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import type { ResourceId } from '../../cluster/resources.ts';
import { type Facts, named, type Probe, type Sight } from '../probe.ts';
import { hasLabels, items, labelsOf, map, nameOf, namespaceOf, selects, text } from '../shared/fields.ts';
import { injectorWebhooks, istioNamespace, podName, podOf, sight, type Webhook } from '../shared/mesh.ts';
import { meshSettings } from '../shared/mesh-config.ts';
import { rootNamespaces, selectsPod } from '../shared/policies.ts';
import { revisionOfPod } from '../shared/revisions.ts';
import { gatewaysOf, hostsOf, lets, type View, viewOf } from '../shared/routing-rules.ts';
import {
  fullHost,
  hasProxy,
  isAmbient,
  isGatewayPod,
  isVisible,
  type Judgement,
  say,
  seen,
} from '../shared/traffic.ts';

/** Kinds by the resource that holds them; the plural and the singular are understood. */
const KINDS: Readonly<Record<string, ResourceId>> = {
  authorizationpolicy: 'authorizationpolicies.security.istio.io',
  requestauthentication: 'requestauthentications.security.istio.io',
  peerauthentication: 'peerauthentications.security.istio.io',
  telemetry: 'telemetries.telemetry.istio.io',
  wasmplugin: 'wasmplugins.extensions.istio.io',
  envoyfilter: 'envoyfilters.networking.istio.io',
  virtualservice: 'virtualservices.networking.istio.io',
  destinationrule: 'destinationrules.networking.istio.io',
  serviceentry: 'serviceentries.networking.istio.io',
};

export const configScope: Probe = {
  reads: [
    ...Object.values(KINDS),
    'sidecars.networking.istio.io',
    'pods',
    'namespaces',
    'configmaps',
    'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  ],
  needs: ['kind', 'resource', 'namespace'],
  answers: ['ambient', 'discovery', 'revision', 'selector', 'visibility', 'in-scope'],
  async look(reader, facts) {
    const kind = kindOf(facts.kind!);
    const object = kind && (await reader.get(KINDS[kind]!, facts.resource!, facts.namespace!));
    if (!kind || !object) return seen(sight(facts.kind!, facts.resource!, 'not found'));
    const pod = await podOf(reader, facts);
    if (!pod) return seen(sight('pods', facts.namespace!, 'no pod of this name'));
    return judgeScope(kind, object, pod, await readSurroundings(reader, pod, facts));
  },
};

function kindOf(name: string): string | undefined {
  const kind = name.toLowerCase();
  return Object.keys(KINDS).find((one) => one === kind || KINDS[one]!.split('.')[0] === kind);
}

/** What lies around the object and the pod. */
export interface Surroundings {
  readonly namespace: KubeObject | undefined;
  /** Label selectors of namespaces; empty for all of them, undefined where MeshConfig cannot be read. */
  readonly discovery: readonly unknown[] | undefined;
  readonly webhooks: readonly Webhook[];
  readonly view: View;
  readonly roots: readonly string[];
}

async function readSurroundings(reader: ClusterReader, pod: KubeObject, facts: Facts): Promise<Surroundings> {
  const roots = rootNamespaces(facts);
  const place = { namespace: istioNamespace(facts), revision: revisionOfPod(pod) };
  const settings = await meshSettings(reader, place, 'discoverySelectors');
  return {
    namespace: await reader.get('namespaces', facts.namespace!),
    discovery: settings?.flatMap((one) => (Array.isArray(one) ? one : [])),
    webhooks: await injectorWebhooks(reader),
    view: viewOf(await reader.list('sidecars.networking.istio.io'), namespaceOf(pod), pod, roots),
    roots,
  };
}

/** The first thing that keeps the object from the proxy; that everything fits only where all of it could be seen. */
export function judgeScope(
  kind: string,
  object: KubeObject,
  pod: KubeObject,
  around: Surroundings,
): Judgement {
  const sights: Sight[] = [
    sight(
      named(kind, nameOf(object), namespaceOf(object)),
      'metadata.labels[istio.io/rev]',
      rev(object) || 'absent',
    ),
    sight(podName(pod), 'istio.io/rev', revisionOfPod(pod) || 'absent'),
  ];
  if (isAmbient(pod) && !hasProxy(pod))
    return say('ambient', [sight(podName(pod), 'ambient.istio.io/redirection', 'enabled'), ...sights]);
  if (!hasProxy(pod)) return seen(...sights);
  const checks = [
    checkDiscovery(around),
    checkRevision(object, pod, around.webhooks),
    checkSelector(kind, object, pod, around.roots),
    checkVisibility(kind, object, pod, around.view),
  ];
  const fault = checks.find(({ candidates }) => candidates.length > 0);
  if (fault) return say(fault.candidates[0]!.answer, [...fault.sights, ...sights]);
  // Whether a route is for gateways or for sidecars is no matter of its scope, yet it is not "everything fits".
  const isElsewhere = kind === 'virtualservice' && gatewaysOf(object).includes('mesh') === isGatewayPod(pod);
  const isWhole =
    !isElsewhere && around.discovery !== undefined && around.view.isCertain && revisionOfPod(pod) !== '';
  const all = [...checks.flatMap((one) => one.sights), ...sights];
  return isWhole ? say('in-scope', all) : seen(...all);
}

const rev = (object: KubeObject): string => labelsOf(object)['istio.io/rev'] ?? '';

/** A namespace is read where one of the selectors has its labels. */
function checkDiscovery({ namespace, discovery }: Surroundings): Judgement {
  if (!namespace || !discovery) return seen();
  const sights = [sight('MeshConfig', 'discoverySelectors', discovery.length > 0 ? discovery : 'absent')];
  const isRead = discovery.length === 0 || discovery.some((one) => selects(one, labelsOf(namespace)));
  const labels = sight(named('namespace', nameOf(namespace)), 'metadata.labels', labelsOf(namespace));
  return isRead ? seen(...sights) : say('discovery', [...sights, labels]);
}

/** The label may name the pod's revision or a tag that points to it. */
function checkRevision(object: KubeObject, pod: KubeObject, webhooks: readonly Webhook[]): Judgement {
  const [wanted, own] = [rev(object), revisionOfPod(pod)];
  if (wanted === '' || own === '' || wanted === own) return seen();
  const isTag = webhooks.some(({ tag, revision }) => tag === wanted && (revision || 'default') === own);
  return isTag ? seen() : say('revision', []);
}

function checkSelector(
  kind: string,
  object: KubeObject,
  pod: KubeObject,
  roots: readonly string[],
): Judgement {
  const name = named(kind, nameOf(object), namespaceOf(object));
  const labels = sight(podName(pod), 'metadata.labels', labelsOf(pod));
  if (kind === 'virtualservice' || kind === 'serviceentry') return seen();
  if (
    kind === 'destinationrule' ||
    (kind === 'envoyfilter' && items(object, 'spec', 'targetRefs').length === 0)
  ) {
    const field = kind === 'destinationrule' ? 'matchLabels' : 'labels';
    const wanted = map(object, 'spec', 'workloadSelector', field);
    if (hasLabels(labelsOf(pod), wanted)) return seen();
    return say('selector', [sight(name, 'spec.workloadSelector', wanted), labels]);
  }
  const selected = selectsPod(object, pod, roots);
  // What is for a Service is for its waypoint: not for a sidecar, and for the waypoint this cannot be told.
  if (selected === 'yes' || (selected === 'behind' && isWaypoint(pod))) return seen();
  const shown = map(object, 'spec', 'selector', 'matchLabels');
  return say('selector', [
    sight(name, selected === 'behind' ? 'spec.targetRefs' : 'spec.selector', shown),
    labels,
  ]);
}

const isWaypoint = (pod: KubeObject) =>
  labelsOf(pod)['gateway.istio.io/managed'] === 'istio.io-mesh-controller';

function checkVisibility(kind: string, object: KubeObject, pod: KubeObject, view: View): Judgement {
  const own = namespaceOf(object);
  const hosts = kind === 'destinationrule' ? [fullHost(text(object, 'spec', 'host'), own)] : hostsOf(object);
  if (!['virtualservice', 'destinationrule', 'serviceentry'].includes(kind)) return seen();
  const name = named(kind, nameOf(object), own);
  if (!isVisible(object, namespaceOf(pod)))
    return say('visibility', [sight(name, 'spec.exportTo', items(object, 'spec', 'exportTo'))]);
  const { hosts: visible, isCertain } = view;
  if (!visible || !isCertain || hosts.length === 0 || isGatewayPod(pod)) return seen();
  // A rule is sent along with its host; the others must lie in a namespace that the Sidecar names.
  const [patterns, place] =
    kind === 'destinationrule'
      ? [visible.filter((one) => !one.startsWith('~')).map((one) => `*/${one.split('/').at(-1)}`), '*']
      : [visible, own];
  if (hosts.some((host) => lets(patterns, host.toLowerCase(), place, namespaceOf(pod)))) return seen();
  return say('visibility', [
    sight('sidecar', 'egress[].hosts', visible.join(' ')),
    sight(name, 'hosts', hosts.join(' ')),
  ]);
}
