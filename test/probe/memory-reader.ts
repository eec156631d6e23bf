/** A cluster in memory: plain Kubernetes objects by resource, as the API server would list them, without a server. */
import {
  type ClusterReader,
  type KubeObject,
  type ListOptions,
  LookError,
  type LookFailure,
} from '../../src/cluster/reader.ts';
import { RESOURCES, type ResourceId } from '../../src/cluster/resources.ts';

export interface MemoryCluster {
  readonly objects?: Partial<Record<ResourceId, readonly unknown[]>>;
  /** By `namespace/pod/container`, with `/previous` behind it for the container before the last restart. */
  readonly logs?: Readonly<Record<string, string>>;
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  readonly version?: {
    readonly gitVersion: string;
    readonly date: Date | undefined;
    readonly isNow?: boolean;
  };
  /** Resources (or `pods/log`) that may not be read, with the way it fails. */
  readonly failures?: Readonly<Record<string, LookFailure>>;
}

export function memoryReader(cluster: MemoryCluster): ClusterReader {
  const refuse = (read: string) => {
    const failure = cluster.failures?.[read];
    if (failure) throw new LookError(failure, `GET ${read}: ${failure}`);
  };
  const all = (id: ResourceId): readonly KubeObject[] => {
    if (!Object.hasOwn(RESOURCES, id)) throw new Error(`no such resource: ${id}`);
    refuse(id);
    return (cluster.objects?.[id] ?? []).filter(
      (one): one is KubeObject => typeof one === 'object' && one !== null,
    );
  };
  const inNamespace = (id: ResourceId, object: KubeObject, namespace: string | undefined) =>
    !RESOURCES[id].namespaced || !namespace || field(object, 'metadata.namespace') === namespace;
  return {
    async list(id, options: ListOptions = {}) {
      return all(id).filter(
        (object) =>
          inNamespace(id, object, options.namespace) &&
          fulfils(options.labelSelector, (key) => (field(object, 'metadata.labels') as Labels)?.[key]) &&
          fulfils(options.fieldSelector, (path) => field(object, path)),
      );
    },
    async get(id, name, namespace) {
      return all(id).find(
        (object) => field(object, 'metadata.name') === name && inNamespace(id, object, namespace),
      );
    },
    async log({ namespace, pod, container, tail, previous }) {
      refuse('pods/log');
      const key = `${namespace}/${pod}/${container}${previous ? '/previous' : ''}`;
      const text = cluster.logs?.[key];
      if (text === undefined) throw new LookError('failed', `GET log of ${key}: 404`);
      return text.split('\n').slice(-tail).join('\n');
    },
    async groups() {
      refuse('discovery');
      return new Map(Object.entries(cluster.groups ?? {}));
    },
    async version() {
      refuse('version');
      return cluster.version ?? { gitVersion: 'v1.31.0', date: undefined };
    },
  };
}

type Labels = Readonly<Record<string, unknown>> | undefined;

function field(object: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((here, step) => (here as Record<string, unknown> | undefined)?.[step], object);
}

/** `a=b`, `a!=b`, `a`, `!a` and `a in (b,c)`, joined by commas. */
function fulfils(selector: string | undefined, value: (key: string) => unknown): boolean {
  return (selector ?? '')
    .split(/,(?![^(]*\))/)
    .filter((term) => term !== '')
    .every((term) => {
      const set = /^(\S+) (in|notin) \(([^)]*)\)$/.exec(term);
      if (set) {
        const isIn = set[3]!.split(',').some((one) => one.trim() === value(set[1]!));
        return set[2] === 'in' ? isIn : !isIn;
      }
      const pair = /^([^!=]+)(!?)==?(.*)$/.exec(term);
      if (pair) return (value(pair[1]!) === pair[3]) !== (pair[2] === '!');
      return term.startsWith('!') ? value(term.slice(1)) === undefined : value(term) !== undefined;
    });
}
