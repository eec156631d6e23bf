/** Reads a live cluster: GET and nothing else, each request with a time-out, a size limit and an abort signal. */
import { isObject, noObject, parse } from './answer.ts';
import { Connection, type ConnectionLimits } from './connection.ts';
import { Door, type DoorLimits } from './door.ts';
import type { ClusterChoice } from './kubeconfig.ts';
import { type PageLimits, readPages } from './pages.ts';
import type { ClusterReader } from './reader.ts';
import { RESOURCES, type Resource } from './resources.ts';

export type LiveLimits = ConnectionLimits & DoorLimits & PageLimits;

export const LIVE_LIMITS: LiveLimits = {
  timeout: 10_000,
  login: 25_000,
  page: 250,
  objects: 50_000,
  bytes: 64 * 1024 * 1024,
};

/** Opens the cluster once for a case: credentials and discovery are asked for once, whoever reads. Throws LookError. */
export function openLive(
  choice: ClusterChoice,
  limits: LiveLimits = LIVE_LIMITS,
): (signal: AbortSignal) => ClusterReader {
  const connection = new Connection(choice, limits);
  let served: ReadonlyMap<string, readonly string[]> | undefined;
  return (signal) => {
    const door = new Door(connection, signal, limits);
    const groups = async () => {
      served ??= await readGroups(door);
      return served;
    };
    return readerOf(door, groups, limits);
  };
}

function readerOf(door: Door, groups: ClusterReader['groups'], limits: LiveLimits): ClusterReader {
  /** The path of a resource's list, `undefined` where the cluster does not serve it. */
  const pathOf = async (resource: Resource, namespace: string | undefined): Promise<string | undefined> => {
    const version = resource.versions.length === 1 ? resource.versions[0] : await servedVersion(resource);
    if (version === undefined) return undefined;
    const root = resource.group === '' ? `/api/${version}` : `/apis/${resource.group}/${version}`;
    const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
    return `${root}${scope}/${resource.plural}`;
  };
  const servedVersion = async (resource: Resource): Promise<string | undefined> => {
    const versions = (await groups()).get(resource.group) ?? [];
    return resource.versions.find((version) => versions.includes(version)) ?? versions[0];
  };

  return {
    groups,
    async list(id, options = {}) {
      const path = await pathOf(RESOURCES[id], options.namespace);
      return path === undefined ? [] : readPages(door, path, options, limits, RESOURCES[id]);
    },
    async get(id, name, namespace) {
      const path = await pathOf(RESOURCES[id], namespace);
      if (path === undefined) return undefined;
      const one = `${path}/${encodeURIComponent(name)}`;
      const answer = await door.json(one, { absentIsFine: true });
      if (answer === undefined || isObject(answer)) return answer;
      throw noObject(one);
    },
    async log({ namespace, pod, container, tail, previous, sinceSeconds }) {
      const query = new URLSearchParams({
        container,
        tailLines: String(tail),
        limitBytes: String(limits.bytes),
      });
      if (previous) query.set('previous', 'true');
      if (sinceSeconds !== undefined) query.set('sinceSeconds', String(sinceSeconds));
      const { body } = await door.get(
        `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log?${query}`,
      );
      return body;
    },
    async version() {
      const { body, headers } = await door.get('/version');
      const parsed = parse(body, '/version');
      if (!isObject(parsed)) throw noObject('/version');
      const date = headers.date ? new Date(headers.date) : undefined;
      return { gitVersion: String(parsed.gitVersion ?? ''), date, isNow: true };
    },
  };
}

async function readGroups(door: Door): Promise<ReadonlyMap<string, readonly string[]>> {
  const answer = await door.json('/apis');
  // Groups that cannot be read are not "none": every kind of the mesh would seem not to be installed.
  if (!isObject(answer) || !Array.isArray(answer.groups)) throw noObject('/apis');
  const { groups } = answer;
  return new Map(
    groups.flatMap((group: { name?: unknown; versions?: unknown }) => {
      const versions = Array.isArray(group?.versions) ? group.versions : [];
      return typeof group?.name === 'string'
        ? [[group.name, versions.map((v: { version?: unknown }) => String(v?.version ?? ''))] as const]
        : [];
    }),
  );
}
