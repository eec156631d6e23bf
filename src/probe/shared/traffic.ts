/** What the probes of traffic share: hosts as Istio resolves them, and the pods on both sides of a call. */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import type { Candidate, Facts, Sight } from '../probe.ts';
import { annotationsOf, at, hasLabels, items, labelsOf, map, namespaceOf, text } from './fields.ts';
import { podOf } from './mesh.ts';

/** What a look returns. */
export interface Judgement {
  readonly candidates: readonly Candidate[];
  readonly sights: readonly Sight[];
}

export const UNDECIDED: Judgement = { candidates: [], sights: [] };

/** Only what was seen, without an answer. */
export const seen = (...sights: readonly Sight[]): Judgement => ({ candidates: [], sights });

/** One or more answers that the same sights support. */
export function say(answers: string | readonly string[], sights: readonly Sight[]): Judgement {
  const all = typeof answers === 'string' ? [answers] : answers;
  return { candidates: all.map((answer) => ({ answer, sights })), sights };
}

export function join(...parts: readonly Judgement[]): Judgement {
  return {
    candidates: parts.flatMap(({ candidates }) => candidates),
    sights: parts.flatMap(({ sights }) => sights),
  };
}

/**
 * The full name behind a host of an Istio object: a name without dots belongs to the object's own namespace, any
 * other is taken as it stands (pilot/pkg/model, ResolveShortnameToFQDN).
 */
export function fullHost(host: string, namespace: string): string {
  const name = host.toLowerCase();
  if (name === '' || name.startsWith('*') || name.includes('.') || namespace === '') return name;
  return `${name}.${namespace}.svc.cluster.local`;
}

/** Whether a host of a configuration, wildcards at its front included, covers a name. */
export function covers(pattern: string, name: string): boolean {
  if (pattern === '*') return true;
  if (pattern.startsWith('*')) return name.length >= pattern.length && name.endsWith(pattern.slice(1));
  return pattern === name;
}

/** Whether two hosts, each with or without a wildcard, have a name in common. */
export function overlaps(a: string, b: string): boolean {
  if (a.startsWith('*') && b.startsWith('*')) {
    const [x, y] = [a.slice(1), b.slice(1)];
    return x.endsWith(y) || y.endsWith(x);
  }
  return covers(a, b) || covers(b, a);
}

/** The called name of a case in full: the Service's, else the host as it was called; empty where neither is known. */
export function calledHost(facts: Facts): string {
  if (facts.service && facts.namespace) return `${facts.service}.${facts.namespace}.svc.cluster.local`;
  return calledName(facts);
}

/** The host of a case without its port; names of Services in their full form. */
export function calledName(facts: Facts): string {
  const host = (facts.host ?? '').toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
  if (/^[^.]+\.[^.]+\.svc$/.test(host)) return `${host}.cluster.local`;
  return host.includes('.') ? host : fullHost(host, facts.namespace ?? '');
}

/** Strings of a list, whatever else stands in it. */
export function texts(value: unknown, ...path: readonly (string | number)[]): string[] {
  return items(value, ...path).filter((one): one is string => typeof one === 'string');
}

/** Whether an object's `exportTo` lets a namespace see it; absent means everybody. */
export function isVisible(object: KubeObject, namespace: string): boolean {
  const to = texts(object, 'spec', 'exportTo');
  if (to.length === 0 || to.includes('*')) return true;
  return to.includes(namespace) || (to.includes('.') && namespaceOf(object) === namespace);
}

/** The calling pod, by its name or by the name of its workload. */
export async function clientPodOf(reader: ClusterReader, facts: Facts): Promise<KubeObject | undefined> {
  const { 'client-pod': pod, 'client-namespace': namespace } = facts;
  return pod && namespace ? podOf(reader, { pod, namespace }) : undefined;
}

/** Pods that still have a future: neither finished nor on their way out. */
export function isLive(pod: KubeObject): boolean {
  return (
    !['Succeeded', 'Failed'].includes(text(pod, 'status', 'phase')) &&
    at(pod, 'metadata', 'deletionTimestamp') === undefined
  );
}

export function isReady(pod: KubeObject): boolean {
  return items(pod, 'status', 'conditions').some(
    (one) => text(one, 'type') === 'Ready' && text(one, 'status') === 'True',
  );
}

/** Live pods that a Service selects; a Service without a selector selects none. */
export function podsOf(service: KubeObject, pods: readonly KubeObject[]): KubeObject[] {
  const selector = map(service, 'spec', 'selector');
  if (Object.keys(selector).length === 0) return [];
  const namespace = namespaceOf(service);
  return pods.filter(
    (pod) => hasLabels(labelsOf(pod), selector) && namespaceOf(pod) === namespace && isLive(pod),
  );
}

const containers = (pod: KubeObject): string[] =>
  [...items(pod, 'spec', 'initContainers'), ...items(pod, 'spec', 'containers')].map((one) =>
    text(one, 'name'),
  );

/** A sidecar or the proxy of a gateway. */
export function hasProxy(pod: KubeObject): boolean {
  return containers(pod).includes('istio-proxy');
}

export function containerNames(pod: KubeObject): string {
  return containers(pod).join(', ');
}

/** The node's CNI writes this annotation once ztunnel takes the pod's traffic. */
export function isAmbient(pod: KubeObject): boolean {
  return annotationsOf(pod)['ambient.istio.io/redirection'] === 'enabled';
}

export const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';

/** A pod of an ingress, egress or east-west gateway, by the labels that Istio's charts and controllers give it. */
export function isGatewayPod(pod: KubeObject): boolean {
  const labels = labelsOf(pod);
  const istio = labels.istio ?? '';
  return (
    hasProxy(pod) &&
    (labels[GATEWAY_NAME] !== undefined || /gateway|^ingress$|^egress$/.test(istio)) &&
    labels['gateway.istio.io/managed'] !== 'istio.io-mesh-controller'
  );
}
