/** Asks a probe about a cluster in memory, guarded as the program guards it. */
import { expect } from 'vitest';
import { guardReader } from '../../src/cluster/guard.ts';
import { RESOURCES, type ResourceId } from '../../src/cluster/resources.ts';
import type { Facts } from '../../src/probe/probe.ts';
import { PROBES } from '../../src/probe/probes.ts';
import { type MemoryCluster, memoryReader } from './memory-reader.ts';

export type Objects = NonNullable<MemoryCluster['objects']>;

/** Every answer the probe gives, the most telling first. Each must be one it declares, and be shown with a sight. */
export async function ask(probe: string, facts: Facts, cluster: MemoryCluster): Promise<string[]> {
  const own = PROBES[probe]!;
  const { candidates, sights } = await own.look(guardReader(memoryReader(cluster), own.reads), facts);
  for (const { answer, sights: shown } of candidates) {
    expect(own.answers).toContain(answer);
    expect(shown.length).toBeGreaterThan(0);
  }
  if (candidates.length === 0) expect(sights.length).toBeGreaterThan(0);
  return candidates.map(({ answer }) => answer);
}

/** What a step with these answers would take; undefined where the person is asked. */
export async function answerOf(
  probe: string,
  facts: Facts,
  cluster: MemoryCluster,
  answers: readonly string[],
): Promise<string | undefined> {
  return (await ask(probe, facts, cluster)).find((one) => answers.includes(one));
}

const WRONG: readonly unknown[] = [null, 7, 'x', [], {}, [null], [7, 'x', {}], { x: null }, true];
const FIELDS = [
  'selector ports hosts servers gateways http tls tcp rules jwtRules targetRefs targetRef mtls portLevelMtls',
  'configPatches workloadSelector trafficPolicy subsets host exportTo egress endpoints resolution listeners',
  'parentRefs hostnames gatewayClassName addresses controllerName initContainers containers template type',
  'loadBalancer conditions parents phase containerStatuses initContainerStatuses podIP outboundTrafficPolicy',
]
  .join(' ')
  .split(' ');

/** Objects whose every field is of a wrong type, in every resource; one kind of wrong per object. */
export function brokenObjects(names: readonly (readonly [string, string])[]): Objects {
  const objects = WRONG.flatMap((wrong) => [
    { metadata: wrong, spec: wrong, status: wrong },
    ...names.map(([namespace, name]) => {
      const fields = Object.fromEntries(FIELDS.map((field) => [field, wrong]));
      const metadata = { name, namespace, labels: wrong, annotations: wrong, finalizers: wrong };
      return { metadata, spec: fields, status: fields, endpoints: wrong, data: wrong, involvedObject: wrong };
    }),
  ]);
  return Object.fromEntries(Object.keys(RESOURCES).map((id) => [id as ResourceId, objects]));
}
