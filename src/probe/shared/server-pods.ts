/** The pods that answer in a case, and the container port on which they do. */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import type { Facts } from '../probe.ts';
import { podOf } from './mesh.ts';
import { portsMeant, targetOf } from './service-protocol.ts';
import { podsOf } from './traffic.ts';

export interface Servers {
  readonly service: KubeObject | undefined;
  readonly pods: readonly KubeObject[];
}

/** Pods behind the Service of a case, else the one pod it names. Reads services and pods. */
export async function readServers(reader: ClusterReader, facts: Facts): Promise<Servers> {
  const { namespace } = facts;
  const service =
    facts.service && namespace ? await reader.get('services', facts.service, namespace) : undefined;
  if (service) return { service, pods: podsOf(service, await reader.list('pods', { namespace })) };
  const pod = await podOf(reader, facts);
  return { service: undefined, pods: pod ? [pod] : [] };
}

/** The container port that a case means on this pod; undefined where it does not tell. */
export function serverPort({ service }: Servers, pod: KubeObject, facts: Facts): number | undefined {
  const number = facts.port === undefined ? undefined : Number(facts.port);
  if (!service) return number;
  const meant = portsMeant(service, facts.port);
  // The number of no port of the Service is that of a container: a line of the server's own proxy has it.
  if (meant.length === 0) return number;
  const targets = new Set(meant.map((one) => targetOf(one, pod)));
  return targets.size === 1 ? [...targets][0] : undefined;
}
