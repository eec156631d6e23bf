/** What a person sees of a list that a fact is picked from. */
import type { Words } from '../i18n/words.ts';
import { isObjectName, readsOfLists } from '../probe/fact-lists.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import type { PickState } from './picker.ts';
import type { Choice } from './session-view.ts';

/** Choice of the list that may be read if the person says so. */
export const READ = ':read';
/** Choice of what was typed, where the list has no such name. */
export const TYPED = ':typed';

/** The values that fit, then what was typed; `context`: where would be read. An option's id is its place in `shown`. */
export function pickChoices(state: PickState, words: Words, context: string): Choice[] {
  const { t } = words;
  if (state.phase === 'offered')
    return [{ id: READ, label: t('pick.read', { reads: readsOfLists([state.fact]).join(', '), context }) }];
  if (state.phase !== 'choosing') return [];
  const typed = state.filter.trim();
  const isNew =
    isObjectName(typed) && !/^\d{1,2}$/.test(typed) && !state.shown.some(({ value }) => value === typed);
  return [
    ...state.shown.map(({ value, trait }, index) => ({
      id: String(index),
      label: value,
      ...(trait === '' ? {} : { hint: trait }),
    })),
    ...(isNew ? [{ id: TYPED, label: t('pick.typed', { value: typed }) }] : []),
  ];
}

/** `Which Pod? 12 in namespace shop.` Or why there is no list. */
export function pickLead(state: PickState, words: Words, context: string): string {
  const { t } = words;
  const { failure, namespace, total, phase } = state;
  const name = t(`fact.${state.fact}`);
  if (phase === 'typing' && failure) {
    const kind = failure.failure === 'cancelled' ? 'failed' : failure.failure;
    const detail = sanitiseLine(failure.detail, 200);
    const reason = `${t(`scan.failure.${kind}`)}${detail === '' ? '' : ` (${detail})`}`;
    return t('pick.failed', { name, reason });
  }
  if (phase === 'typing') return t('pick.none', { name, where: namespace ?? context });
  if (phase !== 'choosing') return '';
  return namespace === undefined
    ? t('pick.in-cluster', { name, context, total })
    : t('pick.in-namespace', { name, namespace, total });
}

/** What the prompt invites to. */
export function pickPlaceholder(state: PickState, words: Words): string {
  const { t } = words;
  if (state.phase === 'choosing') return t('prompt.pick');
  return state.phase === 'reading' ? '' : t('prompt.fact', { name: t(`fact.${state.fact}`) });
}
