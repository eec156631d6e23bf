/** The list of symptoms, narrowed by what is being typed. */
import Fuse from 'fuse.js';
import type { Words } from '../i18n/words.ts';
import type { Pack } from '../pack/pack.ts';

/** Ids in the pack's order; with a filter, the best first. Ids and English titles are searched in every language. */
export function filterSymptoms(pack: Pack, words: Words, filter: string): string[] {
  const query = filter.trim().slice(0, 64);
  if (query === '') return [...pack.flowIds];
  const own = pack.symptomWords(words.lang);
  const english = pack.symptomWords('en');
  const items = pack.flowIds.map((id) => ({
    id,
    title: words.title(id),
    says: own[id]?.says ?? [],
    english: english[id]?.title ?? '',
  }));
  const fuse = new Fuse(items, {
    keys: [
      { name: 'title', weight: 2 },
      { name: 'id', weight: 2 },
      { name: 'says', weight: 1 },
      { name: 'english', weight: 1 },
    ],
    ignoreLocation: true,
    threshold: 0.4,
  });
  return fuse.search(query).map(({ item }) => item.id);
}
