/** What can be chosen now, and what a choice tells the case. */
import type { CaseInput } from '../case/context.ts';
import type { Looking } from '../case/events.ts';
import { scoreWord } from '../case/score.ts';
import { type PlaceView, viewOf } from '../case/view.ts';
import { LANGUAGE_NAMES } from '../i18n/language.ts';
import { type FactName, LANGUAGES, type Language } from '../pack/vocabulary.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import { RUN_DECISIONS } from './runner.ts';
import type { Choice, Overlay } from './session-view.ts';
import type { Standing } from './standing.ts';
import { filterSymptoms } from './symptom-filter.ts';

/** Choice of the list of all symptoms. */
export const LIST = ':list';
/** Choice of a step whose probe may look only when the person says so. */
const LOOK = ':look';

/** The choices of an overlay; `filter`: what is typed over the list of symptoms. */
export function overlayChoices(standing: Standing, overlay: Overlay, filter: string): Choice[] {
  const { context, words } = standing;
  switch (overlay) {
    case 'symptoms':
      return filterSymptoms(context().world.pack, words(), filter).map((id) => ({
        id,
        label: words().title(id),
        hint: id,
      }));
    case 'language':
      return LANGUAGES.map((id) => ({ id, label: LANGUAGE_NAMES[id] }));
    case 'facts':
      return factChoices(standing);
    case 'history':
      return historyChoices(standing);
    case 'run':
    case 'exec':
      return RUN_DECISIONS.map((id) => ({ id, label: words().t(`run.${id}`) }));
  }
}

/** The choices of the scene itself; `isExplained`: how to find out has been said, "I don't know" goes on without. */
export function sceneChoices(standing: Standing, isExplained: boolean): Choice[] {
  const { context, mayLook, place, state, words } = standing;
  const { t } = words();
  switch (standing.scene()) {
    case 'matches':
      return matchChoices(standing);
    case 'consent':
      return (['always', 'ask', 'never'] as const).map((id) => ({ id, label: t(`consent.${id}`) }));
    case 'step':
    case 'fix': {
      const view = place();
      if (!view || view.kind === 'end') return [];
      const look = mayLook() && state().looking === 'ask' ? [{ id: LOOK, label: t('step.look') }] : [];
      return [
        ...look,
        ...view.answers.map(({ id, label }) => ({
          id,
          label: id === 'unknown' && isExplained ? t('step.go-on') : label,
        })),
      ];
    }
    case 'offer': {
      const title = words().title(context().offer!.match.flow);
      return [
        { id: ':follow', label: t('offer.follow', { title }) },
        { id: ':stay', label: t('offer.stay', { title: words().title(state().at!.flow) }) },
      ];
    }
    case 'end':
      return [
        { id: ':new', label: t('end.new') },
        { id: ':back', label: t('end.back') },
        { id: ':quit', label: t('end.quit') },
      ];
    default:
      return [];
  }
}

function matchChoices({ state, words }: Standing): Choice[] {
  const { matches, nearest } = state();
  const { t } = words();
  const list =
    matches.length > 0
      ? matches.slice(0, 5).map((m) => ({
          id: m.flow,
          label: words().title(m.flow),
          hint: t(`score.${scoreWord(m.score)}`),
        }))
      : nearest.map(({ flow, saying }) => {
          const title = words().title(flow);
          // What people of another language say is no help to this one.
          const isOwn = saying !== title && words().flow(flow)?.says.includes(saying) === true;
          return { id: flow, label: title, ...(isOwn ? { hint: sanitiseLine(saying, 80) } : {}) };
        });
  return [...list, { id: LIST, label: t('matches.list') }];
}

function factChoices({ place, state, words }: Standing): Choice[] {
  const view = place();
  const wanted = view ? factsAsked(view) : [];
  const known = Object.keys(state().facts) as FactName[];
  return [...new Set([...wanted, ...known])].map((name) => ({
    id: name,
    label: words().t(`fact.${name}`),
    hint: sanitiseLine(state().facts[name]?.value ?? `<${name}>`, 80),
  }));
}

function historyChoices({ context, state, words }: Standing): Choice[] {
  return state().answered.map((step) => {
    const view = viewOf(context().world.pack, words(), state(), step.flow, step.state);
    const label = view?.kind === 'step' ? view.ask : (view?.title ?? step.state);
    const answer =
      view && view.kind !== 'end' ? view.answers.find(({ id }) => id === step.answer)?.label : undefined;
    return { id: String(step.seq), label, hint: answer ?? step.answer };
  });
}

function factsAsked(view: PlaceView): FactName[] {
  const commands =
    view.kind === 'fix'
      ? [...view.steps.flatMap((s) => (s.command ? [s.command] : [])), ...view.verify.commands]
      : view.commands;
  return [...new Set(commands.flatMap(({ missing }) => missing))];
}

/** What a choice of the scene tells the case; `undefined` for one that is the session's own. */
export function inputOfChoice({ scene, state }: Standing, id: string): CaseInput | undefined {
  switch (scene()) {
    case 'matches':
      return { type: 'choose', flow: id, by: state().matches.length ? 'match' : 'list' };
    case 'consent':
      return { type: 'look', looking: id as Looking };
    case 'step':
    case 'fix':
      return id === LOOK ? { type: 'probe' } : { type: 'answer', answer: id };
    case 'offer':
      return { type: id === ':follow' ? 'follow' : 'stay' };
    case 'end':
      if (id === ':new') return { type: 'start-over' };
      return id === ':back' ? { type: 'undo' } : undefined;
    default:
      return undefined;
  }
}

/** What a choice of an overlay tells the case; the facts and consents are the picker's and the runner's. */
export function inputOfOverlayChoice(overlay: Overlay, id: string): CaseInput | undefined {
  switch (overlay) {
    case 'symptoms':
      return { type: 'choose', flow: id, by: 'list' };
    case 'language':
      return { type: 'speak', language: id as Language };
    case 'history':
      return { type: 'undo', to: Number(id) };
    default:
      return undefined;
  }
}
