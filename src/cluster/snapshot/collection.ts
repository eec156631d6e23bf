/** What a snapshot holds: objects, logs, and, as important, which lists are whole. */
import type { KubeObject } from '../reader.ts';
import { RESOURCES, type ResourceId } from '../resources.ts';
import { sliceOf } from './endpoints.ts';
import { at, isRecord, text } from './field.ts';
import { groupOf, resourceOf } from './kinds.ts';
import { lean } from './lean.ts';
import { type SnapshotLimits, tooLarge } from './limits.ts';

/** Of which namespaces a list is whole. */
export type Scope = 'all' | { readonly namespace: string };

/** The layout of an archive, by the tool that writes it. */
export type Layout = 'bug-report' | 'cluster-info' | 'support-bundle' | 'objects' | 'config-dump';

/** One log; lines of the container that ran before stand apart where the layout has them. */
export interface CollectedLog {
  readonly text: string | undefined;
  readonly previous: string | undefined;
  /** Only the end was kept, by us or by a cut archive. */
  readonly isCut: boolean;
}

interface Held {
  /** By `namespace/name`; the namespace is empty for resources of the cluster. */
  readonly objects: Map<string, KubeObject>;
  isWhole: boolean;
  readonly wholeIn: Set<string>;
}

export class Collection {
  readonly layouts = new Set<Layout>();
  readonly #limits: SnapshotLimits;
  readonly #held = new Map<ResourceId, Held>();
  readonly #logs = new Map<string, CollectedLog>();
  readonly #groups = new Map<string, Set<string>>();
  #objects = 0;
  #logBytes = 0;
  /** Whether every group that the cluster serves is known, not only those of collected objects. */
  knowsGroups = false;
  gitVersion = '';
  /** Newest time at which something was collected. Milliseconds since the epoch; 0 where nothing tells. */
  time = 0;
  /** Names of definitions whose objects could not be read. */
  readonly failedCustom = new Set<string>();
  /** There are custom resources in it: old bundles have none, which says nothing of the cluster. */
  hasCustom = false;
  #scope: Scope | undefined;
  readonly #endpoints: KubeObject[] = [];
  readonly #judgements: ((scope: Scope | undefined) => void)[] = [];
  /** What could not be read and why, for the person: entry and reason, at most `MAX_FAULTS`. */
  readonly faults: { readonly entry: string; readonly reason: string }[] = [];
  /** The archive ends before its end. */
  isTruncated = false;

  constructor(limits: SnapshotLimits) {
    this.#limits = limits;
  }

  fault(entry: string, reason: string): void {
    if (this.faults.length < MAX_FAULTS) this.faults.push({ entry, reason });
  }

  /** Keeps an object if a probe can ask for it; `apiVersion` and `kind` where the object itself lacks them. */
  add(object: unknown, apiVersion = text(object, 'apiVersion'), kind = text(object, 'kind')): void {
    if (!isRecord(object)) return;
    this.serve(apiVersion);
    const name = text(object, 'metadata', 'name');
    if (name === '') return;
    if (isEndpoints(apiVersion, kind) && this.#endpoints.length < this.#limits.objects)
      this.#endpoints.push(sliceOf(lean(object, this.#limits.depth)));
    const id = resourceOf(apiVersion, kind);
    if (id === undefined) return;
    if (++this.#objects > this.#limits.objects) throw tooLarge('objects', this.#limits.objects);
    const namespace = RESOURCES[id].namespaced ? text(object, 'metadata', 'namespace') || 'default' : '';
    this.#of(id).objects.set(`${namespace}/${name}`, {
      ...lean({ ...object, kind }, this.#limits.depth),
      apiVersion,
      kind,
    });
  }

  /** Says that the list of a resource is whole. */
  whole(id: ResourceId, scope: Scope): void {
    const held = this.#of(id);
    if (scope === 'all' || !RESOURCES[id].namespaced) held.isWhole = true;
    else held.wholeIn.add(scope.namespace);
  }

  /** As add, but an object that came as an object is worth more than one read from a table. */
  addUnlessThere(object: KubeObject): void {
    const id = resourceOf(text(object, 'apiVersion'), text(object, 'kind'));
    const [namespace, name] = [text(object, 'metadata', 'namespace'), text(object, 'metadata', 'name')];
    if (id !== undefined && !this.object(id, namespace, name)) this.add(object);
  }

  /** The namespaces that the archive as a whole is of. */
  onceScoped(scope: Scope | undefined): void {
    this.#scope ??= scope;
  }

  /** Judged at the end, when it is known of which namespaces the archive is. */
  whenScoped(judge: (scope: Scope | undefined) => void): void {
    this.#judgements.push(judge);
  }

  /** Takes Endpoints for the slices that this archive is too old to have. */
  adoptEndpoints(scope: Scope): void {
    const slices = 'endpointslices.discovery.k8s.io';
    if (this.count(slices) > 0 || this.#endpoints.length === 0) return;
    for (const slice of this.#endpoints) this.add(slice);
    this.whole(slices, scope);
  }

  /** Everything is read: what could only be judged with the rest is judged. */
  finish(): void {
    for (const judge of this.#judgements.splice(0)) judge(this.#scope);
  }

  /** Every custom resource was asked for in these namespaces, but those that failed. */
  customIsWhole(scope: Scope): void {
    if (this.failedCustom.has('crdList')) return;
    for (const id of Object.keys(RESOURCES) as ResourceId[]) {
      if (!isCustom(id) || this.failedCustom.has(id)) continue;
      // Without its definition, nobody asked for it: the reader says what that means.
      if (this.isWhole(CRDS) && !this.object(CRDS, '', id)) continue;
      this.whole(id, scope);
    }
  }

  /** Notes that the cluster serves a group version. */
  serve(apiVersion: string): void {
    if (!apiVersion.includes('/')) return;
    const group = groupOf(apiVersion);
    if (!/^[a-z0-9][a-z0-9.-]{0,252}$/.test(group)) return;
    const versions = this.#groups.get(group) ?? new Set();
    versions.add(apiVersion.slice(group.length + 1, group.length + 64));
    this.#groups.set(group, versions);
  }

  /** `key`: see logKey. The end of a long one is kept. */
  addLog(key: string, current: string | undefined, previous?: string, isCut = false): void {
    const room = () =>
      Math.max(0, Math.min(this.#limits.logBytes, this.#limits.allLogBytes - this.#logBytes));
    const keep = (log: string) => {
      // A slice would hold on to the whole text.
      const kept = Buffer.from(log.slice(Math.max(0, log.length - room()))).toString();
      this.#logBytes += kept.length;
      return kept;
    };
    const old = this.#logs.get(key);
    // A log that finds no room is not there, rather than empty.
    const take = (log: string | undefined, known: string | undefined) =>
      log === undefined || log === known ? known : keep(log) || (log === '' ? '' : undefined);
    const kept = { text: take(current, old?.text), previous: take(previous, old?.previous) };
    this.#logs.set(key, {
      ...kept,
      isCut: isCut || old?.isCut === true || (kept.text?.length ?? 0) < (current?.length ?? 0),
    });
  }

  log(key: string): CollectedLog | undefined {
    return this.#logs.get(key);
  }

  get logs(): number {
    return this.#logs.size;
  }

  objects(id: ResourceId): IterableIterator<KubeObject> {
    return (this.#held.get(id)?.objects ?? new Map<string, KubeObject>()).values();
  }

  object(id: ResourceId, namespace: string, name: string): KubeObject | undefined {
    return this.#held.get(id)?.objects.get(`${RESOURCES[id].namespaced ? namespace : ''}/${name}`);
  }

  /** Whether every object of the resource is here: in the namespace, or in all of them. */
  isWhole(id: ResourceId, namespace?: string): boolean {
    const held = this.#held.get(id);
    if (!held) return false;
    if (held.isWhole) return true;
    if (!RESOURCES[id].namespaced) return false;
    if (namespace) return held.wholeIn.has(namespace);
    // All namespaces one by one are all of them, where it is known which there are.
    const known = this.#held.get('namespaces');
    if (!known?.isWhole || known.objects.size === 0) return false;
    return [...known.objects.values()].every((one) => held.wholeIn.has(text(one, 'metadata', 'name')));
  }

  /** The namespaces in which the list is whole. */
  wholeIn(id: ResourceId): 'all' | string[] {
    return this.isWhole(id) ? 'all' : [...(this.#held.get(id)?.wholeIn ?? [])].sort();
  }

  /** Resources of which something was collected. */
  ids(): ResourceId[] {
    return [...this.#held].flatMap(([id, { objects, isWhole, wholeIn }]) =>
      isWhole || objects.size > 0 || wholeIn.size > 0 ? [id] : [],
    );
  }

  count(id: ResourceId): number {
    return this.#held.get(id)?.objects.size ?? 0;
  }

  namespacesOf(id: ResourceId): Set<string> {
    const held = this.#held.get(id);
    if (!held || !RESOURCES[id].namespaced) return new Set();
    return new Set([...held.wholeIn, ...[...held.objects.keys()].map((key) => key.split('/')[0]!)]);
  }

  /** Groups with their versions: those of objects, and those that CustomResourceDefinitions define. */
  groups(): Map<string, Set<string>> {
    const all = new Map([...this.#groups].map(([group, versions]) => [group, new Set(versions)]));
    for (const crd of this.objects(CRDS)) {
      const group = text(crd, 'spec', 'group');
      const versions = at(crd, 'spec', 'versions');
      const served = (Array.isArray(versions) ? versions : []).filter((one) => at(one, 'served') === true);
      if (group === '' || served.length === 0) continue;
      const known = all.get(group) ?? new Set();
      for (const one of served) known.add(text(one, 'name'));
      all.set(group, known);
    }
    return all;
  }

  #of(id: ResourceId): Held {
    const held = this.#held.get(id) ?? { objects: new Map(), isWhole: false, wholeIn: new Set() };
    this.#held.set(id, held);
    return held;
  }
}

const MAX_FAULTS = 20;

export const CRDS = 'customresourcedefinitions.apiextensions.k8s.io';
/** Groups of kinds that come with a CustomResourceDefinition, whose name is then the resource's. */
const CUSTOM =
  /\.istio\.io$|^gateway\.networking\.k8s\.io$|^mesh\.cloud\.google\.com$|^monitoring\.coreos\.com$/;

export function isEndpoints(apiVersion: string, kind: string): boolean {
  return apiVersion === 'v1' && kind === 'Endpoints';
}

export function isCustom(id: ResourceId): boolean {
  return CUSTOM.test(RESOURCES[id].group);
}

/** The CNI's logs come without the namespace of their pod: it is `*` there. */
export function logKey(namespace: string, pod: string, container: string): string {
  return `${namespace}/${pod}/${container}`;
}
