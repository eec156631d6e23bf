/** Do the namespaces of both sides hold the mesh's root, is it valid, and do rules demand names nobody has? */
import { X509Certificate } from 'node:crypto';
import type { KubeObject } from '../../cluster/reader.ts';
import { type Facts, named, type Probe, type Sight } from '../probe.ts';
import { map, namespaceOf, text } from '../shared/fields.ts';
import { istioNamespace, podName, sight } from '../shared/mesh.ts';
import { rootNamespaces } from '../shared/policies.ts';
import { destinationRulesFor, hostsOf, ruleName, settingsOf } from '../shared/routing-rules.ts';
import { readServers, type Servers } from '../shared/server-pods.ts';
import { portsMeant } from '../shared/service-protocol.ts';
import {
  calledHost,
  covers,
  hasProxy,
  isVisible,
  type Judgement,
  join,
  say,
  seen,
  texts,
} from '../shared/traffic.ts';

const CONFIGMAP = 'istio-ca-root-cert';
/** Bounds of what is read of a ConfigMap that may hold anything. Characters, and certificates. */
const MAX_PEM = 100_000;
const MAX_CERTIFICATES = 20;

export const rootCertificates: Probe = {
  reads: [
    'namespaces',
    'configmaps',
    'services',
    'pods',
    'destinationrules.networking.istio.io',
    'serviceentries.networking.istio.io',
    'version',
  ],
  needs: ['namespace'],
  answers: ['missing', 'configmap-old', 'root', 'expired', 'san'],
  async look(reader, facts) {
    const control = istioNamespace(facts);
    const sides = [facts.namespace!, facts['client-namespace'] ?? ''].filter((one) => one !== '');
    const roots = new Map<string, string | undefined>();
    for (const namespace of new Set([control, ...sides])) {
      // A namespace that is not there lacks everything; that is no matter of roots.
      if (!(await reader.get('namespaces', namespace))) continue;
      const found = await reader.get('configmaps', CONFIGMAP, namespace);
      roots.set(namespace, found ? (map(found, 'data')['root-cert.pem'] ?? '') : undefined);
    }
    const { date } = await reader.version();
    const rules = await reader.list('destinationrules.networking.istio.io');
    const entries = await reader.list('serviceentries.networking.istio.io');
    return join(
      judgeRoots(roots, control, date?.getTime()),
      judgeNames(rules, entries, await readServers(reader, facts), facts),
    );
  },
};

/**
 * `roots`: PEM by namespace, `undefined` where the ConfigMap is absent. `now` in milliseconds. Roots that are all the
 * same decide nothing: proxies keep their own copies, and other clusters have theirs.
 */
export function judgeRoots(
  roots: ReadonlyMap<string, string | undefined>,
  control: string,
  now: number | undefined,
): Judgement {
  const read = new Map([...roots].map(([namespace, pem]) => [namespace, certificatesOf(pem ?? '')]));
  const sights = [...roots].map(([namespace, pem]) =>
    sight(
      named('configmap', CONFIGMAP, namespace),
      'root-cert.pem',
      pem === undefined ? 'absent' : shown(read.get(namespace)!),
    ),
  );
  const base = read.get(control) ?? [];
  // Without the control plane's own, or one that can be read, there is nothing to compare with.
  if (base.length === 0) return seen(sight('configmap', 'of the control plane', 'not to be read'), ...sights);
  const missing = [...roots].filter(([, pem]) => pem === undefined);
  const other = [...read].filter(([, own]) => own.length > 0 && prints(own) !== prints(base));
  const parts: Judgement[] = [];
  if (missing.length > 0) parts.push(say('missing', sights));
  if (other.length > 0) parts.push(say(['configmap-old', 'root'], sights));
  if (now !== undefined && base.every((one) => Date.parse(one.validTo) < now))
    parts.push(say('expired', sights));
  return parts.length > 0 ? join(...parts) : seen(...sights);
}

const prints = (all: readonly X509Certificate[]): string =>
  [...new Set(all.map(({ fingerprint256 }) => fingerprint256))].sort().join(' ');

function shown(all: readonly X509Certificate[]): string {
  if (all.length === 0) return 'no certificate';
  return all
    .map(({ subject, fingerprint256, validTo }) => {
      const name = subject.replaceAll('\n', ', ');
      return `${name} SHA-256 ${fingerprint256.slice(0, 23)}… until ${validTo}`;
    })
    .join('; ');
}

/** The certificates of a PEM bundle; what is none is left out. */
function certificatesOf(pem: string): X509Certificate[] {
  return pem
    .slice(0, MAX_PEM)
    .split('-----BEGIN CERTIFICATE-----')
    .slice(1, MAX_CERTIFICATES + 1)
    .flatMap((part) => {
      const end = part.indexOf('-----END CERTIFICATE-----');
      if (end === -1) return [];
      try {
        const der = Buffer.from(part.slice(0, end), 'base64');
        return [new X509Certificate(der)];
      } catch {
        return [];
      }
    });
}

/** A list of names that a rule or an entry demands, and none of them is the identity of a pod that answers. */
export function judgeNames(
  rules: readonly KubeObject[],
  entries: readonly KubeObject[],
  servers: Servers,
  facts: Facts,
): Judgement {
  const host = calledHost(facts);
  const client = facts['client-namespace'] ?? '';
  const pods = servers.pods.filter(hasProxy);
  if (host === '' || pods.length === 0) return seen();
  const sides = { client, server: facts.namespace ?? '', roots: rootNamespaces(facts) };
  const found = destinationRulesFor(rules, host, sides);
  const ports = servers.service ? portsMeant(servers.service, facts.port).map(({ port }) => port) : [];
  const lists: { from: Sight; names: readonly string[] }[] = found.isCertain
    ? settingsOf(found.rules, 'tls', ports)
        .filter((tls) => text(tls, 'mode') === 'ISTIO_MUTUAL')
        .map((tls) => listOf(ruleName('destinationrule', found.rules[0]!), texts(tls, 'subjectAltNames')))
    : [];
  for (const entry of entries) {
    if (!isVisible(entry, client || '*') || !hostsOf(entry).some((one) => covers(one, host))) continue;
    lists.push(listOf(ruleName('serviceentry', entry), texts(entry, 'spec', 'subjectAltNames')));
  }
  for (const { from, names } of lists.filter((one) => one.names.length > 0)) {
    const stranger = pods.find((pod) => !names.some((name) => name.endsWith(identityOf(pod))));
    if (stranger) return say('san', [from, sight(podName(stranger), 'identity', identityOf(stranger))]);
  }
  return seen();
}

const listOf = (object: string, names: readonly string[]) => ({
  from: sight(object, 'subjectAltNames', names.join(', ')),
  names,
});

/** The identity behind the trust domain: `spiffe://<trust domain>/ns/<namespace>/sa/<account>`. */
function identityOf(pod: KubeObject): string {
  return `/ns/${namespaceOf(pod)}/sa/${text(pod, 'spec', 'serviceAccountName') || 'default'}`;
}
