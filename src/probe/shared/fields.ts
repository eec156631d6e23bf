/** Reads fields of objects that may lack them or hold another type: an API server of another version, or a hostile archive. */
import type { KubeObject } from '../../cluster/reader.ts';

type Path = readonly (string | number)[];

/** Whatever stands at the path, `undefined` where nothing does. */
export function at(value: unknown, ...path: Path): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = Object.hasOwn(here, step) ? (here as Record<string | number, unknown>)[step] : undefined;
  }
  return here;
}

/** A string at the path; empty where there is none. */
export function text(value: unknown, ...path: Path): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** A number at the path; `fallback` where there is none. */
export function count(value: unknown, path: Path, fallback = 0): number {
  const found = at(value, ...path);
  return typeof found === 'number' && Number.isFinite(found) ? found : fallback;
}

/** The items of a list at the path. */
export function items(value: unknown, ...path: Path): unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The string values of a map at the path: labels, annotations, selectors. */
export function map(value: unknown, ...path: Path): Record<string, string> {
  const found = at(value, ...path);
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return {};
  return Object.fromEntries(
    Object.entries(found).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

export const nameOf = (object: KubeObject): string => text(object, 'metadata', 'name');
export const namespaceOf = (object: KubeObject): string => text(object, 'metadata', 'namespace');

const labelsRead = new WeakMap<KubeObject, Readonly<Record<string, string>>>();

/** Labels that are strings. Read once for each object: every selector of a mesh is compared with every pod beside it. */
export function labelsOf(object: KubeObject): Readonly<Record<string, string>> {
  const known = labelsRead.get(object);
  if (known) return known;
  const labels = map(object, 'metadata', 'labels');
  labelsRead.set(object, labels);
  return labels;
}

export const annotationsOf = (object: KubeObject): Record<string, string> =>
  map(object, 'metadata', 'annotations');

/** Milliseconds since the epoch; NaN where the field holds no time. */
export function timeAt(value: unknown, ...path: Path): number {
  return Date.parse(text(value, ...path));
}

/** Whether labels fulfil a Kubernetes label selector; an empty selector selects everything, an absent one nothing. */
export function selects(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  if (selector === undefined || selector === null) return false;
  const byLabel = Object.entries(map(selector, 'matchLabels')).every(([key, value]) => labels[key] === value);
  return byLabel && items(selector, 'matchExpressions').every((rule) => fulfils(rule, labels));
}

function fulfils(rule: unknown, labels: Readonly<Record<string, string>>): boolean {
  const key = text(rule, 'key');
  const value = labels[key];
  const values = items(rule, 'values');
  switch (text(rule, 'operator')) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

/** Whether `labels` hold every pair of a plain selector, as Services and Istio's workload selectors have them. */
export function hasLabels(
  labels: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  for (const key in wanted) if (labels[key] !== wanted[key]) return false;
  return true;
}
