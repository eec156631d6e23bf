/** Lists of the API server, page by page. */
import { isObject, noObject, RefusedError, shown } from './answer.ts';
import type { Door } from './door.ts';
import { type KubeObject, type ListOptions, LookError } from './reader.ts';
import type { Resource } from './resources.ts';
import { trim } from './trim.ts';

export interface PageLimits {
  /** Objects in one page of a list. */
  readonly page: number;
  /** Objects a list may have in all: of a longer one nothing is told, since a part of it would mislead. */
  readonly objects: number;
}

/** All objects of a list, or LookError. A list of a group that is not installed has none. */
export async function readPages(
  door: Door,
  path: string,
  options: ListOptions,
  limits: PageLimits,
  { group, plural }: Resource,
): Promise<KubeObject[]> {
  const found: KubeObject[] = [];
  let next = '';
  let restarts = 0;
  for (;;) {
    const query = new URLSearchParams({ limit: String(limits.page) });
    if (options.labelSelector) query.set('labelSelector', options.labelSelector);
    if (options.fieldSelector) query.set('fieldSelector', options.fieldSelector);
    if (next) query.set('continue', next);
    let answer: unknown;
    try {
      answer = await door.json(`${path}?${query}`, { absentIsFine: group !== '' });
    } catch (error) {
      // 410: the list was so slow that its snapshot expired on the server; it is begun anew, once.
      if (!(error instanceof RefusedError && error.status === 410 && restarts++ === 0)) throw error;
      found.length = 0;
      next = '';
      continue;
    }
    if (answer === undefined) return found;
    if (!isObject(answer)) throw noObject(path);
    // A Go server writes an empty list as null at times.
    const items = answer.items === null ? [] : answer.items;
    if (!Array.isArray(items)) throw noObject(path);
    for (const item of items) if (isObject(item)) found.push(trim(item, plural));
    const metadata = isObject(answer.metadata) ? answer.metadata : {};
    const last = next;
    next = typeof metadata.continue === 'string' ? metadata.continue : '';
    if (found.length > limits.objects || (found.length === limits.objects && next !== ''))
      throw new LookError('failed', `GET ${shown(path)}: more than ${limits.objects} objects`);
    if (next === '') return found;
    if (next === last) throw new LookError('failed', `GET ${shown(path)}: the same page twice`);
  }
}
