/** Why does a VirtualService for calls between pods not reach the caller: its host, its gateways, its visibility? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe, Sight } from '../probe.ts';
import { items, namespaceOf } from '../shared/fields.ts';
import { ruleSight } from '../shared/hosts-of-gateways.ts';
import { sight } from '../shared/mesh.ts';
import { rootNamespaces } from '../shared/policies.ts';
import { destinationsOf, gatewaysOf, hostsOf, lets, type View, viewOf } from '../shared/routing-rules.ts';
import { portsMeant } from '../shared/service-protocol.ts';
import {
  calledHost,
  clientPodOf,
  covers,
  isVisible,
  type Judgement,
  join,
  say,
  seen,
  texts,
} from '../shared/traffic.ts';

const HTTP = ['http', 'http2', 'grpc', 'grpc-web'];

export const virtualServiceHosts: Probe = {
  reads: ['virtualservices.networking.istio.io', 'sidecars.networking.istio.io', 'services', 'pods'],
  needs: ['namespace', 'service'],
  answers: ['host', 'gateway-only', 'not-visible', 'twice', 'port'],
  async look(reader, facts) {
    const rules = await reader.list('virtualservices.networking.istio.io');
    const sidecars = await reader.list('sidecars.networking.istio.io');
    const client = facts['client-namespace'] ?? '';
    const view = viewOf(sidecars, client, await clientPodOf(reader, facts), rootNamespaces(facts));
    const service = await reader.get('services', facts.service!, facts.namespace);
    return judgeHosts(rules, client === '' ? undefined : view, service, facts);
  },
};

/** `view` is what the caller's Sidecar lets in; `undefined` where the caller's namespace is not known. */
export function judgeHosts(
  rules: readonly KubeObject[],
  view: View | undefined,
  service: KubeObject | undefined,
  facts: Facts,
): Judgement {
  const host = calledHost(facts);
  const own = rules.filter((one) => hostsOf(one).some((pattern) => covers(pattern, host)));
  if (own.length === 0) return judgeStrays(rules, host, facts);
  const sights = own.map(ruleSight);
  const inMesh = own.filter((one) => gatewaysOf(one).includes('mesh'));
  if (inMesh.length === 0) return say('gateway-only', sights);
  const seenBy = judgeVisible(inMesh, host, view, facts);
  if (seenBy.candidates.length > 0) return join(seenBy, seen(...sights));
  return join(judgeTwice(inMesh, facts), judgePort(inMesh, service, facts), seen(...sights));
}

/** No rule has the host: one that routes to it, or that means it by a short name of another namespace, has a wrong one. */
function judgeStrays(rules: readonly KubeObject[], host: string, facts: Facts): Judgement {
  const strays = rules.filter(
    (one) =>
      gatewaysOf(one).includes('mesh') &&
      (destinationsOf(one, host).length > 0 ||
        texts(one, 'spec', 'hosts').some(
          (name) => name === facts.service || name === `${facts.service}.${facts.namespace}`,
        )),
  );
  const none = sight('virtualservices', `with host ${host}`, `0 of ${rules.length}`);
  return strays.length > 0 ? say('host', [...strays.map(ruleSight), none]) : seen(none);
}

/** Whether the caller's namespace may see one of the rules. */
function judgeVisible(
  rules: readonly KubeObject[],
  host: string,
  view: View | undefined,
  facts: Facts,
): Judgement {
  const client = facts['client-namespace'];
  if (client === undefined || view === undefined) return seen();
  const exported = rules.filter((one) => isVisible(one, client));
  const exports = rules.map((one): Sight => {
    const to = texts(one, 'spec', 'exportTo').join(' ');
    return { ...ruleSight(one), field: 'exportTo', value: to || 'absent' };
  });
  if (exported.length === 0) return say('not-visible', exports);
  const { hosts, isCertain } = view;
  if (hosts === undefined || !isCertain) return seen();
  const isLet = exported.some((one) =>
    hostsOf(one).some((name) => covers(name, host) && lets(hosts, name, namespaceOf(one), client)),
  );
  return isLet
    ? seen()
    : say('not-visible', [sight('sidecar', 'egress[].hosts', hosts.join(' ')), ...exports]);
}

/** Rules of sidecars for one host are not merged. */
function judgeTwice(rules: readonly KubeObject[], facts: Facts): Judgement {
  const client = facts['client-namespace'];
  const near = client === undefined ? rules : rules.filter((one) => isVisible(one, client));
  const host = calledHost(facts);
  const same = near.filter((one) => hostsOf(one).includes(host));
  return same.length > 1 ? say('twice', same.map(ruleSight)) : seen();
}

/** HTTP routes act on no port that Istio does not take for HTTP. */
function judgePort(rules: readonly KubeObject[], service: KubeObject | undefined, facts: Facts): Judgement {
  const ports = service ? portsMeant(service, facts.port) : [];
  const onlyHttp = rules.every(
    (one) => items(one, 'spec', 'tls').length === 0 && items(one, 'spec', 'tcp').length === 0,
  );
  if (ports.length === 0 || !onlyHttp || ports.some(({ protocol }) => HTTP.includes(protocol))) return seen();
  return say(
    'port',
    ports.map(({ name, port, protocol }) =>
      sight(
        `service/${facts.service} -n ${facts.namespace}`,
        `port ${port}`,
        `${name || 'no name'}, read as ${protocol || 'undeclared'}`,
      ),
    ),
  );
}
