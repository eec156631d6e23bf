/** The documents of one text: JSON values one after another, or YAML documents. Lists give their items one by one. */
import type { KubeObject } from '../reader.ts';
import { isRecord } from './field.ts';
import { jsonDocuments } from './json.ts';
import { yamlDocuments } from './yaml.ts';

/** An object that no probe asks for needs no parsing; what tells its kind and namespace is enough. */
export type Wanted = (apiVersion: string, kind: string) => boolean;

export type Document =
  | { readonly type: 'object'; readonly value: KubeObject }
  /** `kind` is that of the list: `List`, `PodList`; empty for a bare array. Known only when the items are through. */
  | { readonly type: 'list'; readonly items: Iterable<KubeObject>; readonly end: () => ListEnd };

export interface ListEnd {
  readonly apiVersion: string;
  readonly kind: string;
  /** Nothing is missing: no item was broken, the text does not end within. */
  readonly isWhole: boolean;
}

/** `onFault` is told of what cannot be read, and reading goes on behind it. */
export function documentsOf(
  source: string,
  wanted: Wanted,
  onFault: (reason: string) => void,
): Iterable<Document> {
  const body = source.charCodeAt(0) === 0xfeff ? source.slice(1) : source;
  return /^\s*[{[]/.test(body.slice(0, 4096))
    ? jsonDocuments(body, onFault)
    : yamlDocuments(body, wanted, onFault);
}

/** A parsed value as a document, with the items of a list inside it. */
export function documentOf(value: unknown): Document | undefined {
  if (Array.isArray(value)) return listOf(value, '', '');
  if (!isRecord(value)) return undefined;
  const { items, apiVersion, kind } = value;
  const isList = Array.isArray(items) && (kind === undefined || String(kind).endsWith('List'));
  return isList ? listOf(items, String(apiVersion ?? ''), String(kind ?? '')) : { type: 'object', value };
}

function listOf(values: readonly unknown[], apiVersion: string, kind: string): Document {
  const items = values.filter(isRecord);
  return {
    type: 'list',
    items,
    end: () => ({ apiVersion, kind, isWhole: items.length === values.length }),
  };
}
