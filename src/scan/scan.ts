/** Reads each list once, then judges every rule on what was read. */
import { guardReader } from '../cluster/guard.ts';
import { type ClusterReader, type KubeObject, LookError, type LookFailure } from '../cluster/reader.ts';
import type { ResourceId } from '../cluster/resources.ts';
import { labelsOf, nameOf } from '../probe/shared/fields.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import type { Found, Level, Rule, World } from './rule.ts';
import { RULES, readsOfRules } from './rules.ts';
import { worldOf } from './world.ts';

export interface ScanFinding extends Found {
  readonly rule: string;
  readonly level: Level;
  readonly flow: string;
}

/** A rule that could not be judged, and which list was missing why. It says nothing about the cluster's health. */
export interface Unseen {
  readonly rule: string;
  readonly resource: ResourceId;
  readonly failure: LookFailure;
  readonly detail: string;
}

export interface ScanResult {
  readonly findings: readonly ScanFinding[];
  readonly unseen: readonly Unseen[];
  /** Objects read. */
  readonly objects: number;
  /** Rules that were judged. */
  readonly judged: number;
  /** Whether anything of a mesh was read: a proxy, istiod, an object of Istio. Without it, no findings mean nothing. */
  readonly meshSeen: boolean;
  /** Names of all namespaces; `undefined` where they could not be read, or nobody asked about certain ones. */
  readonly namespaces: readonly string[] | undefined;
}

export interface ScanOptions {
  /** All where absent. */
  readonly namespaces?: readonly string[];
  readonly istioNamespace?: string | undefined;
  readonly rules?: readonly Rule[];
  readonly now?: number;
  /** Called after each list: how many of all are read, and which one was. */
  readonly onProgress?: (done: number, all: number, resource: ResourceId) => void;
}

/** Lists read at the same time: enough to hide the latency, too few to trouble an API server. */
const PARALLEL = 4;
/** Failures that say nothing about a resource but all about the way to it. */
const GONE: readonly LookFailure[] = ['unreachable', 'timed-out', 'failed'];
/** Findings of one rule that are kept; outputs shorten, and only after suppressions. A hostile snapshot has no end. */
const MAX_OF_RULE = 20_000;

/** Throws LookError where the cluster cannot be reached at all, or the scan was cancelled. */
export async function scan(source: ClusterReader, options: ScanOptions = {}): Promise<ScanResult> {
  const { rules = RULES, onProgress } = options;
  const isNarrow = (options.namespaces?.length ?? 0) > 0;
  const needed = readsOfRules(rules);
  // A namespace that does not exist has no findings, which must not look like health.
  const resources = isNarrow && !needed.includes('namespaces') ? [...needed, 'namespaces' as const] : needed;
  const reader = guardReader(source, resources);
  const lists = new Map<ResourceId, readonly KubeObject[]>();
  const missing = new Map<ResourceId, LookError>();
  let done = 0;
  const queue = [...resources];
  const work = async () => {
    for (let resource = queue.shift(); resource; resource = queue.shift()) {
      try {
        lists.set(resource, await reader.list(resource));
      } catch (error) {
        if (!(error instanceof LookError)) throw error;
        // Nothing could be read yet and this is no matter of rights: the rest would fail the same way, each in its time.
        if (error.failure === 'cancelled' || (lists.size === 0 && GONE.includes(error.failure))) throw error;
        missing.set(resource, error);
      }
      onProgress?.(++done, resources.length, resource);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));

  const world = worldOf(lists, options);
  const findings: ScanFinding[] = [];
  const unseen: Unseen[] = [];
  for (const rule of rules) {
    const lacking = rule.reads.find((resource) => missing.has(resource));
    if (lacking) {
      const { failure, detail } = missing.get(lacking)!;
      unseen.push({ rule: rule.id, resource: lacking, failure, detail: sanitiseLine(detail, 300) });
      continue;
    }
    for (const found of rule.judge(world).slice(0, MAX_OF_RULE))
      findings.push({ rule: rule.id, level: rule.level, flow: rule.flow, ...clean(found) });
  }
  findings.sort(byWeight);
  const objects = [...lists.values()].reduce((sum, list) => sum + list.length, 0);
  const namespaces = isNarrow
    ? lists.get('namespaces')?.map((one) => sanitiseLine(nameOf(one), 63))
    : undefined;
  const judged = rules.length - unseen.length;
  return { findings, unseen, objects, judged, meshSeen: isMesh(lists, world), namespaces };
}

function isMesh(lists: ReadonlyMap<ResourceId, readonly KubeObject[]>, world: World): boolean {
  if ([...lists].some(([resource, list]) => resource.endsWith('.istio.io') && list.length > 0)) return true;
  if (world.list('deployments.apps').some((one) => labelsOf(one).app === 'istiod')) return true;
  return world
    .list('pods')
    .some((pod) =>
      world.containersOf(pod).some(({ name }) => ['istio-proxy', 'discovery', 'ztunnel'].includes(name)),
    );
}

/** Everything from the cluster ends on a terminal or in a file of a CI system. */
function clean({ kind, name, namespace, field, value }: Found): Found {
  return {
    kind: sanitiseLine(kind, 80),
    name: sanitiseLine(name, 253),
    namespace: sanitiseLine(namespace, 63),
    field: sanitiseLine(field, 120),
    value: sanitiseLine(value, 300),
  };
}

function byWeight(a: ScanFinding, b: ScanFinding): number {
  return (
    Number(b.level === 'error') - Number(a.level === 'error') ||
    a.rule.localeCompare(b.rule) ||
    a.namespace.localeCompare(b.namespace) ||
    a.name.localeCompare(b.name)
  );
}
