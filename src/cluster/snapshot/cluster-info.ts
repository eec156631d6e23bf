/** `kubectl cluster-info dump`: a folder for each namespace, or all of it one after another in one text. */
import { type Collection, logKey } from './collection.ts';
import { ingest } from './ingest.ts';
import { type Entry, nameOf, type Part } from './part.ts';

/** Files of a namespace, and the kinds of their items. */
const LISTS: Readonly<Record<string, readonly [apiVersion: string, kind: string]>> = {
  events: ['v1', 'Event'],
  services: ['v1', 'Service'],
  pods: ['v1', 'Pod'],
  'replication-controllers': ['v1', 'ReplicationController'],
  daemonsets: ['apps/v1', 'DaemonSet'],
  deployments: ['apps/v1', 'Deployment'],
  replicasets: ['apps/v1', 'ReplicaSet'],
};

export function clusterInfoPart(path: readonly string[]): Part | undefined {
  const [folder, parent] = [path.at(-2), path.at(-3)];
  const file = path.at(-1) ?? '';
  if (file === 'logs.txt' && folder !== undefined && parent !== undefined)
    return { isLog: false, take: takeDump };
  const [stem = '', format] = file.split(/\.(?=[a-z]+$)/);
  if (!['json', 'yaml'].includes(format ?? '')) return undefined;
  if (folder !== undefined && Object.hasOwn(LISTS, stem))
    return { isLog: false, take: (to, entry) => takeList(to, entry, stem, folder) };
  return undefined;
}

function takeList(collection: Collection, entry: Entry, stem: string, namespace: string): void {
  const [apiVersion, kind] = LISTS[stem]!;
  // `kubectl get` makes a plain List; a dump's is typed. JSON has the kind at the begin, YAML at the end.
  const ends = entry.text.slice(0, 4096) + entry.text.slice(-400);
  collection.layouts.add(/\bkind"?: *"?List\b/.test(ends) ? 'objects' : 'cluster-info');
  ingest(collection, entry.text, {
    entry: nameOf(entry),
    scope: { namespace },
    kind: { apiVersion, kind },
    isCut: entry.isCut,
  });
}

const START =
  /^==== START logs for container ([^\s/]{1,253}) of pod ([^\s/]{1,253})\/([^\s/]{1,253}) ====\r?$/gm;
/** What kubectl writes in place of a log that it could not have. */
const REFUSED =
  /^(?:Create log reader error|Request log error|Parse pod log options error|Create log request error): /;

/** Whether a text is the dump of a cluster in one piece. */
export function isClusterDump(text: string): boolean {
  START.lastIndex = 0;
  return START.test(text);
}

/** Lists and logs one after another, as kubectl writes them to standard output; a folder's `logs.txt` has logs only. */
export function takeDump(collection: Collection, { text, path, isCut }: Entry): void {
  collection.layouts.add('cluster-info');
  const entry = path.join('/');
  let from = 0;
  const lists = (to: number) => {
    const part = text.slice(from, to);
    if (part.trim() !== '') ingest(collection, part, { entry, isCut: isCut && to === text.length });
  };
  START.lastIndex = 0;
  for (let found = START.exec(text); found; found = START.exec(text)) {
    lists(found.index);
    const [line, container = '', namespace = '', pod = ''] = found;
    const mark = `==== END logs for container ${container} of pod ${namespace}/${pod} ====`;
    const begin = found.index + line.length + 1;
    const end = text.indexOf(mark, begin);
    const log = text.slice(begin, end < 0 ? text.length : end);
    if (!REFUSED.test(log)) collection.addLog(logKey(namespace, pod, container), log, undefined, end < 0);
    from = end < 0 ? text.length : end + mark.length;
    START.lastIndex = from;
  }
  lists(text.length);
}
