/** Answers what probes ask from a collection. What was not collected is an error and never an empty list. */
import { type ClusterReader, LookError } from '../reader.ts';
import { RESOURCES, type ResourceId } from '../resources.ts';
import { type Collection, CRDS, isCustom, logKey } from './collection.ts';
import { selectorOf } from './selectors.ts';

export function collectionReader(collection: Collection): ClusterReader {
  const missing = (what: string, namespace?: string): LookError =>
    new LookError('not-collected', namespace ? `${what} -n ${namespace}` : what);
  /** Where all definitions are known and its own is not among them, the cluster has no object of the kind. */
  const isUndefined = (id: ResourceId): boolean =>
    isCustom(id) && collection.isWhole(CRDS) && collection.object(CRDS, '', id) === undefined;

  return {
    async list(id, { namespace, labelSelector, fieldSelector } = {}) {
      const fulfils = selectorOf(labelSelector, fieldSelector);
      const inside = RESOURCES[id].namespaced ? namespace : undefined;
      if (!collection.isWhole(id, inside)) {
        if (isUndefined(id)) return [];
        throw missing(id, inside);
      }
      return [...collection.objects(id)].filter(
        (object) => fulfils(object) && (!inside || namespaceOf(object) === inside),
      );
    },
    async get(id, name, namespace = '') {
      const found = collection.object(id, namespace, name);
      if (found) return found;
      if (collection.isWhole(id, namespace) || isUndefined(id)) return undefined;
      throw missing(`${id}/${name}`, namespace);
    },
    async log({ namespace, pod, container, tail, previous }) {
      const found =
        collection.log(logKey(namespace, pod, container)) ?? collection.log(logKey('*', pod, container));
      const log = previous ? found?.previous : found?.text;
      if (log === undefined)
        throw missing(`pods/log ${pod} -c ${container}${previous ? ' --previous' : ''}`, namespace);
      return lastLines(log, tail);
    },
    async groups() {
      const groups = new Map(
        [...collection.groups()].map(([group, versions]) => [group, [...versions]] as const),
      );
      // Where all definitions are here, so are all groups that can be missing.
      if (collection.knowsGroups || collection.isWhole(CRDS)) return groups;
      if (groups.size === 0) throw missing('discovery');
      return new SeenGroups(groups);
    },
    async version() {
      const { gitVersion, time } = collection;
      if (gitVersion === '' && time === 0) throw missing('version');
      // Ages are judged by the time at which the objects were read, not by today.
      return { gitVersion, date: time === 0 ? undefined : new Date(time) };
    },
  };
}

/** Groups of the objects that were collected: that another one is not served cannot be told. */
class SeenGroups extends Map<string, readonly string[]> {
  override has(group: string): boolean {
    return this.get(group) !== undefined;
  }

  override get(group: string): readonly string[] {
    const found = super.get(group);
    if (found === undefined) throw new LookError('not-collected', `discovery: ${group}`);
    return found;
  }
}

function namespaceOf(object: Readonly<Record<string, unknown>>): string {
  const { namespace } = (object.metadata ?? {}) as { namespace?: unknown };
  return typeof namespace === 'string' ? namespace : 'default';
}

function lastLines(log: string, tail: number): string {
  const end = log.endsWith('\n') ? log.length - 1 : log.length;
  let from = end;
  for (let line = 0; line < tail && from >= 0; line++) from = log.lastIndexOf('\n', from - 1);
  return log.slice(from < 0 ? 0 : from + 1);
}
