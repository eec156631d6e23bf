/** Takes the documents of one text into the collection, and judges which lists are whole by them. */
import type { KubeObject } from '../reader.ts';
import { RESOURCES, type ResourceId } from '../resources.ts';
import { type Collection, isEndpoints, type Scope } from './collection.ts';
import { type Document, documentsOf } from './documents.ts';
import { text } from './field.ts';
import { resourceOf } from './kinds.ts';

/** What the place of a text in its archive says about its lists. */
export interface Place {
  /** Name of the entry, for faults. */
  readonly entry: string;
  /** Whose lists they are; absent: judged by the namespaces of the objects. */
  readonly scope?: Scope;
  /** What was asked for by this command: whole even where there is not one of it. */
  readonly asked?: readonly ResourceId[];
  /** For objects and lists that do not tell their kind. */
  readonly kind?: { readonly apiVersion: string; readonly kind: string };
  /** The archive breaks off within this entry. */
  readonly isCut?: boolean;
}

/** What one list turned out to hold. */
export interface ListFound {
  readonly ids: readonly ResourceId[];
  /** `undefined`: its objects lie in one namespace or in none, so nobody knows whether others were asked for. */
  readonly scope: Scope | undefined;
  readonly isWhole: boolean;
}

/** Lists of the text, in its order. */
export function ingest(collection: Collection, source: string, place: Place): ListFound[] {
  const wanted = (apiVersion: string, kind: string) =>
    resourceOf(apiVersion, kind) !== undefined || isEndpoints(apiVersion, kind);
  const found: ListFound[] = [];
  for (const document of documentsOf(source, wanted, (reason) => collection.fault(place.entry, reason))) {
    if (document.type === 'object') addObject(collection, document.value, place);
    else found.push(addList(collection, document, place));
  }
  return found;
}

function addObject(collection: Collection, object: KubeObject, { kind }: Place): void {
  const own = text(object, 'kind');
  collection.add(object, text(object, 'apiVersion') || (kind?.apiVersion ?? ''), own || (kind?.kind ?? ''));
}

function addList(collection: Collection, list: Extract<Document, { type: 'list' }>, place: Place): ListFound {
  const ids = new Set<ResourceId>(place.asked ?? []);
  const namespaces = new Set<string>();
  const nameless: KubeObject[] = [];
  const add = (item: KubeObject, apiVersion: string, kind: string) => {
    const id = resourceOf(apiVersion, kind);
    const namespace = text(item, 'metadata', 'namespace');
    if (namespace !== '') namespaces.add(namespace);
    if (id !== undefined) ids.add(id);
    collection.add(item, apiVersion, kind);
  };
  for (const item of list.items) {
    const kind = text(item, 'kind');
    if (kind === '') nameless.push(item);
    else add(item, text(item, 'apiVersion'), kind);
  }
  const { apiVersion, kind, isWhole: isComplete } = list.end();
  // Items of a typed list (`PodList`) do not repeat their kind.
  const itemKind = kind === 'List' || kind === '' ? (place.kind?.kind ?? '') : kind.replace(/List$/, '');
  const itemVersion = (kind === 'List' ? '' : apiVersion) || (place.kind?.apiVersion ?? '');
  const typed = resourceOf(itemVersion, itemKind);
  if (typed !== undefined) ids.add(typed);
  collection.serve(itemVersion);
  for (const item of nameless) add(item, itemVersion, itemKind);

  const isWhole = isComplete && place.isCut !== true;
  // A folder's name is believed as far as the objects inside agree.
  const isOther = typeof place.scope === 'object' && !holdsOnly(namespaces, place.scope.namespace);
  const scope = isOther ? scopeOf(namespaces) : (place.scope ?? scopeOf(namespaces));
  if (isWhole)
    for (const id of ids)
      if (scope !== undefined) collection.whole(id, scope);
      else if (!RESOURCES[id].namespaced) collection.whole(id, 'all');
  return { ids: [...ids], scope, isWhole };
}

/**
 * kubectl asks for one namespace or for all of them: objects of two namespaces can only come from all. Those of one
 * may come from either, so that only this namespace is known to be whole.
 */
function scopeOf(namespaces: ReadonlySet<string>): Scope | undefined {
  if (namespaces.size > 1) return 'all';
  const [namespace] = namespaces;
  return namespace === undefined ? undefined : { namespace };
}

function holdsOnly(namespaces: ReadonlySet<string>, namespace: string): boolean {
  return [...namespaces].every((one) => one === namespace);
}
