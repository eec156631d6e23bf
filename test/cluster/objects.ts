/** Objects of a mesh as a real API server takes them: a service, its pods with what the kubelet reports, istiod, webhooks. */
import type { Manifest } from './kube.ts';

/** A container as the kubelet reports it. */
export interface ContainerReport {
  readonly name: string;
  readonly ready?: boolean;
  readonly restarts?: number;
  /** The object under `state` and `lastState`, as the API has them. */
  readonly state?: object;
  readonly lastState?: object;
  /** Only in the spec. */
  readonly spec?: object;
}

export interface PodShape {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly phase?: string;
  readonly node?: string;
  readonly hostNetwork?: boolean;
  readonly inits?: readonly ContainerReport[];
  readonly containers?: readonly ContainerReport[];
}

export const running = (startedAt = '2026-11-01T10:00:05Z') => ({ running: { startedAt } });
export const waiting = (reason: string) => ({ waiting: { reason, message: reason } });
export const terminated = (reason: string, exitCode: number) => ({
  terminated: {
    reason,
    exitCode,
    startedAt: '2026-11-01T10:00:00Z',
    finishedAt: '2026-11-01T10:00:09Z',
  },
});

export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

export function pod(shape: PodShape): Manifest {
  const { name, labels = {}, annotations = {}, phase = 'Running', node, hostNetwork = false } = shape;
  const containers = shape.containers ?? [{ name: 'app', ready: true, state: running() }];
  const inits = shape.inits ?? [];
  const isReady = phase === 'Running' && containers.every(({ ready }) => ready);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: shape.namespace ?? 'shop', labels, annotations },
    spec: {
      ...(node ? { nodeName: node } : {}),
      hostNetwork,
      initContainers: inits.map(inSpec),
      containers: containers.map(inSpec),
    },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
      initContainerStatuses: inits.map(inStatus),
      containerStatuses: containers.map(inStatus),
    },
  };
}

function inSpec({ name, spec }: ContainerReport): object {
  return { name, image: `registry.test/${name}:1`, ...spec };
}

function inStatus({ name, ready = false, restarts = 0, state, lastState }: ContainerReport): object {
  return {
    name,
    ready,
    restartCount: restarts,
    image: `registry.test/${name}:1`,
    imageID: '',
    ...(state ? { state } : {}),
    ...(lastState ? { lastState } : {}),
  };
}

const ISTIO = 'istio-system';
const ISTIOD = { app: 'istiod' };

export function istiodDeployment(replicas: number, readyReplicas: number): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'istiod', namespace: ISTIO, labels: ISTIOD },
    spec: {
      replicas,
      selector: { matchLabels: ISTIOD },
      template: {
        metadata: { labels: ISTIOD },
        spec: { containers: [{ name: 'discovery', image: 'registry.test/pilot:1.29.0' }] },
      },
    },
    status: { replicas, readyReplicas, availableReplicas: readyReplicas, observedGeneration: 1 },
  };
}

/** istiod's only pod, with what the kubelet says of its container. */
export function istiodPod(report: Omit<ContainerReport, 'name'>, over: Partial<PodShape> = {}): Manifest {
  return pod({
    name: 'istiod-7d6c9b5f4d-9x2kq',
    namespace: ISTIO,
    labels: ISTIOD,
    node: 'node-1',
    containers: [{ name: 'discovery', ...report }],
    ...over,
  });
}

export function service(name: string, namespaceName: string, port = 443): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: namespaceName, labels: { app: name } },
    spec: { selector: { app: name }, ports: [{ name: 'https', port }] },
  };
}

/** What the endpoints controller would write. `ready` as the API has it: false where the pods are not. */
export function endpoints(
  of: string,
  namespaceName: string,
  addresses: readonly string[],
  ready = true,
): Manifest {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${of}-x`,
      namespace: namespaceName,
      labels: { 'kubernetes.io/service-name': of },
    },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready } })),
    ports: [{ name: 'https', port: 15017 }],
  };
}

/** The injector as Istio installs it, cut to one webhook. Without `caBundle`: as before istiod has patched it. */
export function injector(
  caBundle?: string,
  over: { readonly name?: string; readonly service?: string; readonly failurePolicy?: string } = {},
): Manifest {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: {
      name: over.name ?? 'istio-sidecar-injector',
      labels: { app: 'sidecar-injector', 'istio.io/rev': 'default' },
    },
    webhooks: [
      {
        name: 'namespace.sidecar-injector.istio.io',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: over.failurePolicy ?? 'Fail',
        timeoutSeconds: 1,
        clientConfig: {
          service: { name: over.service ?? 'istiod', namespace: ISTIO, path: '/inject', port: 443 },
          ...(caBundle ? { caBundle: Buffer.from(caBundle).toString('base64') } : {}),
        },
        rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
        namespaceSelector: {
          matchExpressions: [{ key: 'istio-injection', operator: 'In', values: ['enabled'] }],
        },
        objectSelector: {
          matchExpressions: [{ key: 'sidecar.istio.io/inject', operator: 'NotIn', values: ['false'] }],
        },
      },
    ],
  };
}

export function rootCertificate(pem: string): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'istio-ca-root-cert', namespace: ISTIO },
    data: { 'root-cert.pem': pem },
  };
}

export function event(of: Manifest, reason: string, message: string): Manifest {
  const { name, namespace: own = 'default' } = of.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${reason.toLowerCase()}`, namespace: own },
    involvedObject: { apiVersion: of.apiVersion, kind: of.kind, name, namespace: own },
    reason,
    message,
    type: 'Warning',
    lastTimestamp: '2026-11-01T10:00:09Z',
  };
}

/** A node whose kubelet, for logs, is on this machine at `port`. */
export function node(name: string, port: number): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}
