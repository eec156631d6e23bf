/** What does the mesh know about a host outside, and does it agree with the call? */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe, Sight } from '../probe.ts';
import { count, items, namespaceOf, text } from '../shared/fields.ts';
import { sight } from '../shared/mesh.ts';
import { rootNamespaces } from '../shared/policies.ts';
import {
  destinationRulesFor,
  hostsOf,
  lets,
  ruleName,
  settingsOf,
  type View,
  viewOf,
} from '../shared/routing-rules.ts';
import {
  calledName,
  clientPodOf,
  covers,
  isVisible,
  type Judgement,
  join,
  say,
  seen,
} from '../shared/traffic.ts';

export const serviceEntries: Probe = {
  reads: [
    'pods',
    'services',
    'serviceentries.networking.istio.io',
    'sidecars.networking.istio.io',
    'destinationrules.networking.istio.io',
  ],
  needs: ['host'],
  answers: ['none', 'no-object', 'not-visible', 'wrong-port', 'wildcard', 'declared-http', 'double'],
  async look(reader, facts) {
    const host = calledName(facts);
    if (await isService(reader, host)) return seen(sight('services', host, 'a Service of this cluster'));
    const entries = await reader.list('serviceentries.networking.istio.io');
    const rules = await reader.list('destinationrules.networking.istio.io');
    const sidecars = await reader.list('sidecars.networking.istio.io');
    const client = facts['client-namespace'] ?? facts.namespace ?? '';
    const view = viewOf(sidecars, client, await clientPodOf(reader, facts), rootNamespaces(facts));
    return judgeEntries(entries, rules, view, { ...facts, 'client-namespace': client });
  },
};

/** A name of the cluster needs no ServiceEntry. */
async function isService(reader: ClusterReader, host: string): Promise<boolean> {
  const [name, namespace, ...rest] = host.split('.');
  if (!host.includes('.') || host.endsWith('.svc.cluster.local')) return true;
  if (rest.length > 0 && rest[0] !== 'svc') return false;
  return (await reader.get('services', name!, namespace)) !== undefined;
}

export function judgeEntries(
  entries: readonly KubeObject[],
  rules: readonly KubeObject[],
  view: View,
  facts: Facts,
): Judgement {
  const host = calledName(facts);
  const client = facts['client-namespace'] ?? '';
  const own = entries.filter((one) => hostsOf(one).some((pattern) => covers(pattern, host)));
  const policies = destinationRulesFor(rules, host, {
    client,
    server: own.length > 0 ? namespaceOf(own[0]!) : '',
    roots: rootNamespaces(facts),
  });
  const sights = own.map(entrySight);
  if (own.length === 0) {
    const none = sight('serviceentries', host, `none of ${entries.length} has this host`);
    const hasRule = rules.some((one) => covers(text(one, 'spec', 'host').toLowerCase(), host));
    return hasRule ? say('none', [none]) : say(['none', 'no-object'], [none]);
  }
  return join(
    judgeReach(own, host, client, view, facts.port, sights),
    policies.isCertain ? judgeShape(own, policies.rules, host, facts, sights) : seen(),
    seen(...sights),
  );
}

function entrySight(entry: KubeObject): Sight {
  const ports = items(entry, 'spec', 'ports').map(
    (one) => `${count(one, ['number'])}/${text(one, 'protocol')}`,
  );
  const parts = [hostsOf(entry).join(' '), ports.join(' '), text(entry, 'spec', 'resolution') || 'NONE'];
  const to = items(entry, 'spec', 'exportTo');
  return sight(
    ruleName('serviceentry', entry),
    'hosts, ports, resolution',
    [...parts, ...(to.length > 0 ? [`exportTo ${to.join(' ')}`] : [])].join(', '),
  );
}

/** Whether the caller sees the entry, and whether the entry has the port called. */
function judgeReach(
  own: readonly KubeObject[],
  host: string,
  client: string,
  { hosts, isCertain }: View,
  port: string | undefined,
  sights: readonly Sight[],
): Judgement {
  if (client === '') return seen();
  const exported = own.filter((one) => isVisible(one, client));
  const visible = exported.filter(
    (one) =>
      hosts === undefined ||
      hostsOf(one).some((name) => covers(name, host) && lets(hosts, name, namespaceOf(one), client)),
  );
  if (exported.length === 0 || (visible.length === 0 && isCertain)) {
    const narrowed = hosts ? [sight('sidecar', 'egress[].hosts', hosts.join(' '))] : [];
    return say('not-visible', [...sights, ...narrowed]);
  }
  // Which Sidecar applies is not certain: nothing follows from what one of them leaves out.
  if (visible.length === 0) return seen();
  if (port !== undefined && !visible.some((one) => portsOfEntry(one).includes(Number(port))))
    return say('wrong-port', [sight('port called', host, port), ...sights]);
  const isWild = visible.every(
    (one) => text(one, 'spec', 'resolution') === 'DNS' && !hostsOf(one).includes(host),
  );
  return isWild ? say('wildcard', sights) : seen();
}

const portsOfEntry = (entry: KubeObject): number[] =>
  items(entry, 'spec', 'ports').map((one) => count(one, ['number']));

/** Whether declared protocol and TLS of the rule add up to one layer, as far as objects alone can tell. */
function judgeShape(
  own: readonly KubeObject[],
  rules: readonly KubeObject[],
  host: string,
  facts: Facts,
  sights: readonly Sight[],
): Judgement {
  const number = Number(facts.port ?? '443');
  const ports = own
    .flatMap((one) => items(one, 'spec', 'ports'))
    .filter((one) => count(one, ['number']) === number);
  const protocols = new Set(ports.map((one) => text(one, 'protocol').toUpperCase()));
  const modes = new Set(settingsOf(rules, 'tls', [number]).map((tls) => text(tls, 'mode')));
  const originates = modes.size > 0 && [...modes].every((one) => one === 'SIMPLE' || one === 'MUTUAL');
  const isPlain = [...modes].every((one) => one === '' || one === 'DISABLE');
  const rule = rules.map((one) =>
    sight(ruleName('destinationrule', one), 'tls.mode', [...modes].join(' ') || 'none'),
  );
  const shown = [...sights, ...(rule.length > 0 ? rule : [sight('destinationrules', host, 'none')])];
  const only = (...wanted: string[]) =>
    protocols.size > 0 && [...protocols].every((one) => wanted.includes(one));
  if (number === 443 && only('HTTP', 'HTTP2', 'GRPC') && isPlain) return say('declared-http', shown);
  if (only('HTTPS', 'TLS') && originates) return say('double', shown);
  return seen(...rule);
}
