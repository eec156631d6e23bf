/** Asks a probe as a step does: by its registered name, guarded, with the step's own answers. */
import { runProbe } from '../../src/probe/run.ts';
import { type MemoryCluster, memoryReader } from './memory-reader.ts';

/** The answer, or `failure: detail` where what was seen decides nothing. */
export async function ask(
  probe: string,
  answers: readonly string[],
  facts: Readonly<Record<string, string>>,
  cluster: MemoryCluster,
): Promise<string> {
  const request = { probe, flow: 'f', state: 's', answers, facts, signal: new AbortController().signal };
  const report = await runProbe(request, async () => memoryReader(cluster));
  return report.kind === 'answer' ? report.answer : report.failure;
}

/** A pod: `containers` and `inits` by name, with whatever else their spec and status hold. */
export interface PodParts {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: object;
  readonly annotations?: object;
  readonly metadata?: object;
  readonly spec?: object;
  readonly status?: object;
  readonly containers?: readonly object[];
  readonly inits?: readonly object[];
}

export function pod({
  name = 'cart-1',
  namespace = 'shop',
  labels = { app: 'cart' },
  annotations = {},
  metadata = {},
  spec = {},
  status = {},
  containers = [{ name: 'cart' }],
  inits = [],
}: PodParts = {}) {
  return {
    kind: 'Pod',
    metadata: { name, namespace, labels, annotations, uid: `uid-${name}`, ...metadata },
    spec: { nodeName: 'node-1', containers, initContainers: inits, ...spec },
    status: { phase: 'Running', ...status },
  };
}

export const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
export const proxy = { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.28.1' };
export const SHOP = { namespace: 'shop', pod: 'cart-1' };

/** Objects whose fields are missing or of another type: no probe may throw on them, or read health into them. */
export const BROKEN: readonly unknown[] = [
  {},
  { metadata: null, spec: null, status: null },
  { metadata: { name: 'cart-1', namespace: 'shop', labels: [], annotations: 7 }, spec: [], status: 'x' },
  {
    metadata: { name: 'cart-1', namespace: 'shop', creationTimestamp: 5 },
    spec: { containers: 'x', initContainers: [null, 7], template: 3, rules: [null], selector: 4 },
    status: { conditions: {}, containerStatuses: [null], phase: 9 },
    data: { values: 7 },
    webhooks: [null],
    involvedObject: 3,
    message: 8,
  },
];
