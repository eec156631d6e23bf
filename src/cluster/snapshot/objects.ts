/** Files of `kubectl get -o yaml|json`, lists of API names, and a lone config dump of a proxy. */
import type { Collection } from './collection.ts';
import { ingest } from './ingest.ts';
import { resourceNamed } from './kinds.ts';
import { type Entry, nameOf, type Part } from './part.ts';

export function objectsPart(path: readonly string[]): Part | undefined {
  const file = path.at(-1) ?? '';
  if (/^api-(?:versions|resources)(?:\.txt)?$/.test(file)) return { isLog: false, take: takeApiNames };
  if (!/\.(?:ya?ml|json)$/i.test(file)) return undefined;
  return { isLog: false, take: takeObjects };
}

/** Objects of one file, whatever its name. */
export function takeObjects(collection: Collection, entry: Entry): void {
  if (isConfigDump(entry.text)) {
    collection.layouts.add('config-dump');
    return;
  }
  collection.layouts.add('objects');
  const stem = (entry.path.at(-1) ?? '').replace(/\.[a-z]+$/i, '');
  const named = resourceNamed(stem.replace(ALL, ''));
  ingest(collection, entry.text, {
    entry: nameOf(entry),
    isCut: entry.isCut,
    ...(ALL.test(stem) ? { scope: 'all' as const, ...(named ? { asked: [named] } : {}) } : {}),
  });
}

/** A file's name may say what its objects cannot: that all namespaces were asked. */
const ALL = /[-_.]all(?:-namespaces)?$/;

/** Envoy's `/config_dump`, or `istioctl proxy-config all -o json`: `configs`, each with its type. */
export function isConfigDump(text: string): boolean {
  return /^\s*\{\s*"configs"\s*:\s*\[/.test(text.slice(0, 4096));
}

/** `kubectl api-versions` (`networking.istio.io/v1`), or `kubectl api-resources` with the version in a column. */
function takeApiNames(collection: Collection, { text, isCut }: Entry): void {
  let isAny = false;
  for (const line of text.split('\n')) {
    for (const word of line.trim().split(/\s+/))
      if (/^(?:[a-z0-9-]+\.)*[a-z0-9-]+\/v\d+(?:(?:alpha|beta)\d+)?$/.test(word)) {
        collection.serve(word);
        isAny = true;
      }
  }
  if (isAny && !isCut) collection.knowsGroups = true;
}
