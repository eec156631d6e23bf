/** Parts of a pod that several probes of workloads ask for. */
import type { KubeObject } from '../../cluster/reader.ts';
import { annotationsOf, at, items, text } from './fields.ts';
import { hasProxy } from './traffic.ts';

/** Containers of the spec, init containers first: the order in which the kubelet starts them. */
export function specContainers(pod: KubeObject): unknown[] {
  return [...items(pod, 'spec', 'initContainers'), ...items(pod, 'spec', 'containers')];
}

export function specContainer(pod: KubeObject, name: string): unknown {
  return specContainers(pod).find((one) => text(one, 'name') === name);
}

export function initNames(pod: KubeObject): string[] {
  return items(pod, 'spec', 'initContainers').map((one) => text(one, 'name'));
}

/** A pod whose containers are known and none of which is the proxy: an object without containers says nothing. */
export function lacksProxy(pod: KubeObject): boolean {
  return items(pod, 'spec', 'containers').length > 0 && !hasProxy(pod);
}

/** Istio's proxy as an init container that runs on beside the application (Kubernetes' native sidecar). */
export function hasNativeProxy(pod: KubeObject): boolean {
  return items(pod, 'spec', 'initContainers').some(
    (one) => text(one, 'name') === 'istio-proxy' && text(one, 'restartPolicy') === 'Always',
  );
}

/** `holdApplicationUntilProxyStarts` puts a hook on the proxy that waits for it; the annotation asks for it. */
export function holdsApplication(pod: KubeObject): boolean {
  const hook = items(specContainer(pod, 'istio-proxy'), 'lifecycle', 'postStart', 'exec', 'command').join(
    ' ',
  );
  return (
    /\bpilot-agent wait\b/.test(hook) ||
    /holdApplicationUntilProxyStarts["']?\s*:\s*["']?true/.test(
      annotationsOf(pod)['proxy.istio.io/config'] ?? '',
    )
  );
}

/** The pod's application containers: every container but the proxy, init containers left out. */
export function appContainers(pod: KubeObject): unknown[] {
  return items(pod, 'spec', 'containers').filter((one) => text(one, 'name') !== 'istio-proxy');
}

/** The value of an environment variable as it stands in a spec; empty where it is absent or comes from elsewhere. */
export function envOf(container: unknown, name: string): string {
  return text(
    items(container, 'env').find((one) => text(one, 'name') === name),
    'value',
  );
}

export function hasField(container: unknown, ...path: string[]): boolean {
  return at(container, ...path) !== undefined && at(container, ...path) !== null;
}
