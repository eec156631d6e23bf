/** The values of a fact, narrowed by what is being typed. */
import Fuse from 'fuse.js';
import type { FactOption } from '../probe/run-list.ts';

/** Longest text that is searched with letters left out: longer ones take too long over thousands of names. Characters. */
const MAX_FUZZY = 32;

/**
 * Made once for a list, since it is asked at every key. All values in their order for an empty text; else the best
 * first, by name and by what stands beside it. Text with spaces is no name: a person says something else, so nothing
 * fits. A number stands for a place in the list and filters nothing.
 */
export function optionFilter(options: readonly FactOption[]): (text: string) => readonly FactOption[] {
  let fuse: Fuse<FactOption> | undefined;
  return (text) => {
    const query = text.trim();
    if (query === '' || /^\d{1,2}$/.test(query)) return options;
    if (/\s/.test(query)) return [];
    if (query.length > MAX_FUZZY) return options.filter(({ value }) => value.includes(query));
    fuse ??= new Fuse(options, {
      keys: [
        { name: 'value', weight: 3 },
        { name: 'trait', weight: 1 },
      ],
      ignoreLocation: true,
      threshold: 0.35,
    });
    const found = fuse.search(query).map(({ item }) => item);
    const exact = options.filter(({ value }) => value === query);
    return exact.length > 0 ? [...exact, ...found.filter(({ value }) => value !== query)] : found;
  };
}
