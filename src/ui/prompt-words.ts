/** The sentences around the choices: what unmesh asks, what keeps it busy, what the prompt invites to. */
import { factValues } from '../case/state.ts';
import type { FactName } from '../pack/vocabulary.ts';
import type { Facts } from '../probe/probe.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import type { Overlay } from './session-view.ts';
import type { Standing } from './standing.ts';

/** Where a probe would look: shown before the first look. */
export interface LookAt {
  readonly context: string;
  readonly reads: (probe: string) => string;
  /** The lists that would be read before, to pick from; empty where there are none. */
  readonly lists?: (probe: string, facts: Facts) => string;
}

/** The name of the cluster, to be shown; empty where there is none. */
export function clusterName(lookAt: LookAt | undefined): string {
  return sanitiseLine(lookAt?.context ?? '', 60);
}

/** The sentence above the choices of a scene that is a question of unmesh; empty elsewhere. */
export function sceneLead({ place, scene, state, words }: Standing, lookAt: LookAt | undefined): string {
  const now = scene();
  if (now === 'offer') return words().t('offer.ask');
  if (now !== 'consent') return '';
  const view = place();
  const probe = view?.kind === 'step' ? (view.probe ?? '') : '';
  const { t } = words();
  const facts = factValues(state());
  const lists = lookAt?.lists?.(probe, facts) ?? '';
  const question = t('consent.question', {
    reads: lookAt?.reads(probe) ?? '',
    context: clusterName(lookAt),
    namespace: sanitiseLine(facts.namespace ?? t('consent.namespace-unknown'), 80),
  });
  return lists === '' ? question : `${question} ${t('consent.lists', { reads: lists })}`;
}

/** What to say of an overlay without choices; empty where that needs no words. */
export function emptyLead({ words }: Standing, overlay: Overlay): string {
  const { t } = words();
  if (overlay === 'history') return t('step.nothing-to-undo');
  if (overlay === 'facts') return t('list.no-facts');
  return overlay === 'symptoms' ? t('list.no-symptom') : '';
}

/** What is going on while the case works. */
export function taskLabel({ context, task, words }: Standing): string {
  const { t } = words();
  const now = task();
  if (now === 'running')
    return t('busy.running', { command: sanitiseLine(context().command?.line ?? '', 80) });
  return t(now === 'probing' ? 'busy.looking' : 'busy.matching');
}

/** What the prompt invites to, where no list is open. */
export function promptPlaceholder(
  { scene, words }: Standing,
  overlay: Overlay | undefined,
  editing: FactName | undefined,
): string {
  const { t } = words();
  if (overlay === 'facts' && editing) return t('prompt.fact', { name: t(`fact.${editing}`) });
  if (overlay === 'symptoms') return t('prompt.filter');
  return t(overlay ? 'prompt.choose' : `prompt.${scene()}`);
}
