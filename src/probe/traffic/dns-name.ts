/** Whose name is it that does not resolve, or does no DNS server answer at all? */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import { coredns, judgeServers, judgeWay } from '../control-plane/coredns.ts';
import { type Facts, named, type Probe } from '../probe.ts';
import { items, nameOf, namespaceOf, text } from '../shared/fields.ts';
import { istioNamespace, podOf, sight } from '../shared/mesh.ts';
import { hostsOf } from '../shared/routing-rules.ts';
import { covers, type Judgement, join, say, seen } from '../shared/traffic.ts';

export const dnsName: Probe = {
  reads: [...coredns.reads, 'services', 'namespaces', 'serviceentries.networking.istio.io'],
  needs: ['host', 'namespace'],
  answers: ['no-answer', 'istiod', 'service', 'headless', 'service-entry', 'external'],
  async look(reader, facts) {
    const name = labelsOfName(facts.host!);
    const own = name.labels.length > 0 ? await ownerOf(reader, name, facts) : seen();
    const owner = own.candidates.length > 0 ? own : await entryOf(reader, name, facts);
    return join(await judgeAnswering(reader, facts), owner, seen(sight('host', 'name', facts.host)));
  },
};

/** A name that was looked up. `isCluster`: it ends as names of Services do; the labels are those before that. */
interface Name {
  readonly full: string;
  readonly labels: readonly string[];
  readonly isCluster: boolean;
}

export function labelsOfName(host: string): Name {
  const full = host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
  const bare = full.replace(/\.svc(?:\.cluster\.local)?$/, '');
  // An address needs no DNS, and a bracketed or empty name is none.
  const isName = /^[a-z0-9_.*-]+$/.test(full) && !/^[\d.]+$/.test(full);
  return { full, labels: isName ? bare.split('.') : [], isCluster: bare !== full };
}

/** No server, or no way to one: then no name resolves, whosever it is. */
async function judgeAnswering(reader: ClusterReader, facts: Facts): Promise<Judgement> {
  const servers = await reader.list('pods', { namespace: 'kube-system', labelSelector: 'k8s-app=kube-dns' });
  const state = judgeServers(servers, undefined);
  const pod = await podOf(reader, facts);
  const policies = pod
    ? await reader.list('networkpolicies.networking.k8s.io', { namespace: facts.namespace })
    : [];
  const way = pod ? judgeWay(policies, pod) : seen();
  const silent = [...state.candidates, ...way.candidates].find(({ answer }) => /down|blocked/.test(answer));
  return silent ? say('no-answer', silent.sights) : seen(...state.sights);
}

/** The Service behind a name, in every form in which the resolver of a pod finds it. */
async function ownerOf(reader: ClusterReader, { labels, isCluster }: Name, facts: Facts): Promise<Judgement> {
  const [first, second, third] = labels as [string, string?, string?];
  const find = (name: string, namespace: string) => reader.get('services', name, namespace);
  if (/^istiod(?:-|$)/.test(first) && labels.length === 2 && second === istioNamespace(facts)) {
    const service = await find(first, second);
    return say('istiod', [
      sight(named('service', first, second), 'metadata.name', service ? 'present' : 'absent'),
    ]);
  }
  if (labels.length === 1) {
    const all = isCluster ? [] : await reader.list('services');
    return judgeService(all.find((one) => nameOf(one) === first));
  }
  if (labels.length === 2) {
    const service = await find(first, second!);
    if (service || isCluster) return judgeService(service);
    return judgePodOf(await find(second!, facts.namespace!));
  }
  return labels.length === 3 ? judgePodOf(await find(second!, third!)) : seen();
}

function judgeService(service: KubeObject | undefined): Judgement {
  return service ? tellService('service', service, 'spec.type', text(service, 'spec', 'type')) : seen();
}

/** Only headless Services have names for single pods. */
function judgePodOf(service: KubeObject | undefined): Judgement {
  const isHeadless = service && text(service, 'spec', 'clusterIP') === 'None';
  return isHeadless ? tellService('headless', service, 'spec.clusterIP', 'None') : seen();
}

/** The commands that follow need the Service's name. */
function tellService(answer: string, service: KubeObject, field: string, value: string): Judgement {
  const name = nameOf(service);
  const sights = [sight(named('service', name, namespaceOf(service)), field, value || 'ClusterIP')];
  return { candidates: [{ answer, sights, facts: { service: name } }], sights };
}

/** Ends of names that public registries give out; other names may be anybody's, a ServiceEntry's that is gone too. */
const PUBLIC = /\.(?:com|net|org|io|dev|[a-z]{2})$/;

async function entryOf(
  reader: ClusterReader,
  { full, labels, isCluster }: Name,
  facts: Facts,
): Promise<Judgement> {
  if (labels.length < 2) return seen();
  const entries = await reader.list('serviceentries.networking.istio.io');
  const own = entries.filter((one) => hostsOf(one).some((pattern) => covers(pattern, full)));
  if (own.length > 0) return judgeEntry(own, full);
  // The last label may be a namespace, and the name that of a Service which is not there.
  if (isCluster || !PUBLIC.test(full) || (await reader.get('namespaces', labels.at(-1)!))) return seen();
  const isGuess = labels.length === 2 && labels[1]!.length === 2 && labels[1] !== 'io';
  return isGuess || full.endsWith(`.${facts.namespace}`)
    ? seen()
    : say('external', [sight('serviceentries', full, 'none has this host')]);
}

/** An entry whose endpoints are given defines the name itself; any other leaves it to DNS. */
export function judgeEntry(entries: readonly KubeObject[], host: string): Judgement {
  const sights = entries.map((one) =>
    sight(
      named('serviceentry', nameOf(one), namespaceOf(one)),
      'spec.resolution',
      `${text(one, 'spec', 'resolution') || 'NONE'}, ${items(one, 'spec', 'endpoints').length} endpoints`,
    ),
  );
  const defines = (one: KubeObject): boolean => {
    const resolution = text(one, 'spec', 'resolution');
    const others = items(one, 'spec', 'endpoints').filter((end) => text(end, 'address') !== host);
    return resolution === 'STATIC' || (/^DNS/.test(resolution) && others.length > 0);
  };
  if (entries.every(defines)) return say('service-entry', sights);
  const asks = (one: KubeObject) => /^(?:DNS|NONE|)$/.test(text(one, 'spec', 'resolution')) && !defines(one);
  return entries.every(asks) && PUBLIC.test(host) ? say('external', sights) : seen(...sights);
}
