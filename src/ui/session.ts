/**
 * A conversation about one case: the case machine, what is printed, what can be chosen now. Ink, plain text and tests
 * drive the same session; none of them knows the machine.
 */
import { type Actor, createActor } from 'xstate';
import type { CaseContext, CaseInput } from '../case/context.ts';
import type { CaseEvent, Looking } from '../case/events.ts';
import { caseMachine } from '../case/machine.ts';
import { scoreWord } from '../case/score.ts';
import { type CaseState, factValues, foldCase } from '../case/state.ts';
import { type Block, blocksOf } from '../case/transcript.ts';
import { type PlaceView, viewOf } from '../case/view.ts';
import type { CaseWorld } from '../case/world.ts';
import { LANGUAGE_NAMES } from '../i18n/language.ts';
import type { Words, WordsFactory } from '../i18n/words.ts';
import { looksBinary } from '../match/decode.ts';
import { type FactName, LANGUAGES, type Language } from '../pack/vocabulary.ts';
import { isListed } from '../probe/fact-lists.ts';
import type { Facts } from '../probe/probe.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import type { KeyId } from './keys.ts';
import { createPicker, type PickPhase } from './picker.ts';
import { pickChoices, pickLead, pickPlaceholder, READ, TYPED } from './picking-words.ts';
import { type Commands, createRunner, RUN_DECISIONS } from './runner.ts';
import { filterSymptoms } from './symptom-filter.ts';

export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
}

export type SceneKind = 'paste' | 'busy' | 'matches' | 'consent' | 'step' | 'fix' | 'offer' | 'end';
export type Overlay = 'symptoms' | 'language' | 'facts' | 'history' | 'run' | 'exec';

/** What is printed besides the case's own blocks. */
export type Printed =
  | Block
  | { readonly kind: 'matches'; readonly state: CaseState }
  | { readonly kind: 'howto'; readonly text: string }
  | { readonly kind: 'help' };

export interface SessionView {
  readonly words: Words;
  /** Everything printed so far; only ever grows, so that it can scroll into the terminal's history. */
  readonly printed: readonly Printed[];
  readonly scene: SceneKind;
  readonly overlay: Overlay | undefined;
  readonly choices: readonly Choice[];
  /** What is going on, while it is. */
  readonly busy: string | undefined;
  /** The sentence above the choices where the scene itself is a question of unmesh; empty elsewhere. */
  readonly lead: string;
  /** A short answer to the last key, such as "copied". */
  readonly status: string;
  /** What the prompt invites to. */
  readonly placeholder: string;
  /** The fact being typed in the facts overlay. */
  readonly editing: FactName | undefined;
  /** How far a list of the cluster is, while a fact is picked from it. */
  readonly picking: PickPhase | undefined;
  /** What is typed narrows the choices. */
  readonly filters: boolean;
  readonly place: PlaceView | undefined;
  readonly flow: string | undefined;
  readonly state: CaseState;
}

export interface Session {
  view(): SessionView;
  subscribe(listener: () => void): () => void;
  /** Text the person sent: an answer's number, an answer in words, output, evidence, or a value for an overlay. */
  submit(text: string, via?: 'paste' | 'pipe' | 'typed' | 'file', cut?: boolean): void;
  pick(choice: string): void;
  command(key: KeyId): void;
  /** Live text of the prompt, which filters lists. */
  typing(text: string): void;
  enter(flow: string): void;
  learn(name: FactName, value: string): void;
  speak(language: Language): void;
  events(): readonly CaseEvent[];
  stop(): void;
}

export interface SessionOptions {
  readonly world: CaseWorld;
  readonly words: WordsFactory;
  readonly language: Language;
  readonly id: string;
  /** The log of a case to resume. */
  readonly events?: readonly CaseEvent[];
  /** Puts text into the clipboard. */
  readonly copy: (text: string) => void;
  /** Where a probe would look: shown before the first look. */
  readonly lookAt?: {
    readonly context: string;
    readonly reads: (probe: string) => string;
    /** The lists that would be read before, to pick from; empty where there are none. */
    readonly lists?: (probe: string, facts: Facts) => string;
  };
  /** Which commands of a step `world.run` would run. */
  readonly commands?: Commands;
}

const NO_TEXT = /^\s*$/;
/** `!run`, `!run 2`: runs the step's command, as its key does. */
const RUN = /^!run(?:\s+(\d{1,2}))?$/i;

export function createSession(options: SessionOptions): Session {
  const { world, words: factory } = options;
  const actor: Actor<typeof caseMachine> = createActor(caseMachine, {
    input: {
      world,
      id: options.id,
      language: options.language,
      ...(options.events ? { events: options.events } : {}),
    },
  });
  const listeners = new Set<() => void>();
  const printed: Printed[] = [];
  let seen = 0;
  let opening: CaseEvent | undefined;
  let lastPlace = '';
  /** The place that was printed last and is not answered yet. */
  let shown = '';
  let overlay: Overlay | undefined;
  let editing: FactName | undefined;
  let status = '';
  let filter = '';
  let copied = { place: '', index: 0 };
  let explained = '';
  let cached: SessionView | undefined;

  const context = (): CaseContext => actor.getSnapshot().context;
  const state = () => context().state;
  const words = () => factory.words(state().language);
  const place = (): PlaceView | undefined => {
    const at = state().at;
    return at ? viewOf(world.pack, words(), state(), at.flow, at.state) : undefined;
  };
  const scene = (): SceneKind => {
    const snapshot = actor.getSnapshot();
    if (snapshot.matches('empty')) return 'paste';
    if (snapshot.matches('choosing')) return 'matches';
    if (snapshot.matches('offering')) return 'offer';
    if (snapshot.matches('ended')) return 'end';
    if (snapshot.matches({ stepping: 'asking' })) {
      const view = place();
      if (view?.kind === 'fix') return 'fix';
      return needsConsent() ? 'consent' : 'step';
    }
    return 'busy';
  };
  const canLook = () => {
    const view = place();
    return (
      view?.kind === 'step' && view.probe !== undefined && world.probe !== undefined && !state().askAgain
    );
  };
  const needsConsent = () => state().looking === 'unasked' && canLook();
  const mayLook = () =>
    canLook() &&
    state().looking !== 'never' &&
    (state().wanted !== undefined || !state().probed.includes((place() as { probe: string }).probe));

  const picker = createPicker({
    list: (request) =>
      world.list?.(request) ?? Promise.resolve({ kind: 'failure', failure: 'unreachable', detail: '' }),
    facts: () => factValues(state()),
    onChange: () => changed(),
    onPicked: (name, value, from) => {
      editing = undefined;
      overlay = undefined;
      send({ type: 'learn', name, value: sanitiseLine(value, 200), from });
    },
  });
  const runner = createRunner({
    run: world.run,
    commands: options.commands,
    words,
    state,
    place,
    cluster: lookContext,
    send: (input) => send(input),
  });
  /** A probe that lacks a fact opens its list; a fact that came otherwise closes it. */
  const followProbe = (fresh: readonly CaseEvent[]) => {
    const { wanted } = state();
    const isOpen = picker.state()?.for === 'probe';
    const isWanted = wanted !== undefined && scene() === 'step';
    if (isOpen && !isWanted) picker.close();
    const asks = fresh.some((event) => event.type === 'fact-wanted' && event.name === wanted);
    if (isWanted && asks && isListed(wanted)) picker.open(wanted, 'probe', true);
  };

  /** An answer under its own question repeats neither the question nor the fix; elsewhere it needs them. */
  const unseen = (blocks: readonly Block[], event: CaseEvent): Block[] => {
    if (event.type !== 'answer-given' || placeName(event) !== shown) return [...blocks];
    shown = '';
    return blocks
      .filter(({ kind }) => kind !== 'place')
      .map((block) => (block.kind === 'answered' ? { ...block, ask: '' } : block));
  };
  const placeName = (at: CaseState['at']) => (at ? `${at.flow}/${at.state}` : '');

  /** Prints the blocks of new events and, once the case rests, the place where it stands. */
  const catchUp = () => {
    const { events } = context();
    // Another case has begun.
    if (events[0] !== opening) {
      opening = events[0];
      seen = 0;
      lastPlace = '';
      shown = '';
    }
    const fresh = events.slice(seen);
    let before = seen === 0 ? undefined : foldCase(events.slice(0, seen), context().next);
    for (const event of fresh) {
      before ??= foldCase([], context().next);
      printed.push(...unseen(blocksOf(event, before, world.pack, words()), event));
      before = foldCase(events.slice(0, event.seq), context().next);
    }
    seen = events.length;
    followProbe(fresh);
    const now = scene();
    const key = placeKey(now);
    const isPicking = picker.state() !== undefined;
    if (now !== 'busy' && !isPicking && key !== lastPlace) {
      lastPlace = key;
      if (now === 'matches') printed.push({ kind: 'matches', state: state() });
      const view = place();
      if ((now === 'step' || now === 'fix' || now === 'end') && view) {
        printed.push({ kind: 'place', view });
        shown = placeName(state().at);
        const hint = runner.hint();
        if (hint !== undefined) printed.push({ kind: 'note', tone: 'plain', text: hint, details: [] });
      }
    }
  };
  /** Changes when what is printed of the current place would read differently. */
  const placeKey = (now: SceneKind) => {
    const { at, language, facts, matches, pastes, askAgain, answered } = state();
    if (now === 'matches') return JSON.stringify([now, language, matches, pastes.length]);
    if (now === 'step' || now === 'fix' || now === 'end')
      return JSON.stringify([now, at, language, facts, askAgain, answered.length]);
    return lastPlace;
  };
  const changed = () => {
    catchUp();
    cached = undefined;
    for (const listener of listeners) listener();
  };
  const send = (input: CaseInput) => {
    status = '';
    actor.send(input);
  };

  const choices = (): Choice[] => {
    const t = words().t;
    const picking = picker.state();
    if (picking) return pickChoices(picking, words(), lookContext());
    if (overlay === 'symptoms') {
      return filterSymptoms(world.pack, words(), filter).map((id) => ({
        id,
        label: words().title(id),
        hint: id,
      }));
    }
    if (overlay === 'language') return LANGUAGES.map((id) => ({ id, label: LANGUAGE_NAMES[id] }));
    if (overlay === 'facts') return editing ? [] : factChoices();
    if (overlay === 'history') return historyChoices();
    if (overlay === 'run' || overlay === 'exec')
      return RUN_DECISIONS.map((id) => ({ id, label: t(`run.${id}`) }));
    switch (scene()) {
      case 'matches':
        return matchChoices();
      case 'consent':
        return (['always', 'ask', 'never'] as const).map((id) => ({ id, label: t(`consent.${id}`) }));
      case 'step':
      case 'fix': {
        const view = place();
        if (!view || view.kind === 'end') return [];
        const look = mayLook() && state().looking === 'ask' ? [{ id: ':look', label: t('step.look') }] : [];
        const again = explained === lastPlace;
        return [
          ...look,
          ...view.answers.map(({ id, label }) => ({
            id,
            label: id === 'unknown' && again ? t('step.go-on') : label,
          })),
        ];
      }
      case 'offer': {
        const title = words().title(context().offer!.flow);
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
  };
  const matchChoices = (): Choice[] => {
    const { matches, nearest } = state();
    const t = words().t;
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
    return [...list, { id: ':list', label: t('matches.list') }];
  };
  const factChoices = (): Choice[] => {
    const view = place();
    const wanted = view ? factsAsked(view) : [];
    const known = Object.keys(state().facts) as FactName[];
    return [...new Set([...wanted, ...known])].map((name) => ({
      id: name,
      label: words().t(`fact.${name}`),
      hint: sanitiseLine(state().facts[name]?.value ?? `<${name}>`, 80),
    }));
  };
  const historyChoices = (): Choice[] =>
    state().answered.map((step) => {
      const view = viewOf(world.pack, words(), state(), step.flow, step.state);
      const label = view?.kind === 'step' ? view.ask : (view?.title ?? step.state);
      const answer =
        view && view.kind !== 'end' ? view.answers.find(({ id }) => id === step.answer)?.label : undefined;
      return { id: String(step.seq), label, hint: answer ?? step.answer };
    });

  const pick = (id: string) => {
    const picking = picker.state();
    if (picking) {
      if (id === READ) return picker.read();
      const option = id === TYPED ? picking.filter.trim() : picking.shown[Number(id)];
      return option === undefined ? undefined : picker.take(option);
    }
    if (overlay) return pickInOverlay(id);
    switch (scene()) {
      case 'matches':
        if (id === ':list') return open('symptoms');
        return send({ type: 'choose', flow: id, by: state().matches.length ? 'match' : 'list' });
      case 'consent':
        return send({ type: 'look', looking: id as Looking });
      case 'step':
      case 'fix':
        if (id === ':look') return send({ type: 'probe' });
        if (id === 'unknown' && explained !== lastPlace) return explain();
        return send({ type: 'answer', answer: id });
      case 'offer':
        return send({ type: id === ':follow' ? 'follow' : 'stay' });
      case 'end':
        if (id === ':new') return send({ type: 'start-over' });
        if (id === ':back') return send({ type: 'undo' });
        return undefined;
      default:
        return undefined;
    }
  };
  /** "I don't know" first says how to find out; a second time it goes on without. */
  const explain = () => {
    const view = place();
    if (view?.kind !== 'step') return;
    explained = lastPlace;
    printed.push({ kind: 'howto', text: view.howto });
  };
  const open = (name: Overlay) => {
    overlay = name;
    editing = undefined;
    filter = '';
  };
  const pickInOverlay = (id: string) => {
    const was = overlay;
    if (was === 'facts') {
      editing = id as FactName;
      const { looking } = state();
      if (world.list && looking !== 'never' && isListed(id)) picker.open(id, 'person', looking === 'always');
      return;
    }
    overlay = undefined;
    if (was === 'symptoms') send({ type: 'choose', flow: id, by: 'list' });
    if (was === 'language') send({ type: 'speak', language: id as Language });
    if (was === 'history') send({ type: 'undo', to: Number(id) });
    if (was === 'run' || was === 'exec') runner.decide(id);
  };
  /** Runs a command of the step, or asks whether it may, or says why not. */
  const runCommand = (number?: number) => {
    overlay = undefined;
    const now = scene();
    const asked = now === 'step' || now === 'fix' ? runner.ask(number) : undefined;
    if (asked?.kind === 'consent') overlay = asked.permission;
    if (asked?.kind === 'said') status = asked.text;
    if (!asked) status = words().t(now === 'busy' ? 'input.wait' : 'run.none');
  };

  const copyNext = () => {
    const view = place();
    const texts = view ? copyables(view) : [];
    if (texts.length === 0) {
      status = words().t('copy.nothing');
      return;
    }
    copied =
      copied.place === lastPlace
        ? { place: lastPlace, index: (copied.index + 1) % texts.length }
        : { place: lastPlace, index: 0 };
    const text = texts[copied.index]!;
    options.copy(text);
    status = words().t('copy.done', {
      number: copied.index + 1,
      total: texts.length,
      text: sanitiseLine(text, 60),
    });
  };

  /** Esc: a list that is being read is stopped first where a person opened it, who can then type. */
  const leavePicker = () => {
    const { for: why, phase } = picker.state()!;
    if (why === 'person' && phase === 'reading') return picker.stop();
    picker.close();
    editing = undefined;
  };
  const command = (key: KeyId) => {
    status = '';
    if (picker.state() && !['escape', 'help', 'copy'].includes(key)) {
      picker.close();
      editing = undefined;
    }
    switch (key) {
      case 'escape':
        if (picker.state()) leavePicker();
        else if (editing) editing = undefined;
        else if (overlay) overlay = undefined;
        else if (scene() === 'busy' || scene() === 'offer') send({ type: 'cancel' });
        break;
      case 'back':
        overlay = undefined;
        if (state().answered.length === 0 && scene() !== 'step' && scene() !== 'fix')
          status = words().t('step.nothing-to-undo');
        else send({ type: 'undo' });
        break;
      case 'copy':
        copyNext();
        break;
      case 'look':
        if (!world.probe) status = words().t('probe.no-cluster');
        else if (mayLook()) send({ type: 'probe' });
        else status = words().t('probe.none-here');
        break;
      case 'run':
        runCommand();
        break;
      case 'symptoms':
      case 'language':
      case 'facts':
      case 'history':
        if (overlay === key) overlay = undefined;
        else open(key);
        break;
      case 'help':
        printed.push({ kind: 'help' });
        break;
      default:
        return;
    }
    changed();
  };

  const submit: Session['submit'] = (text, via = 'typed', cut = false) => {
    status = '';
    const trimmed = text.trim();
    const run = editing ? null : RUN.exec(trimmed);
    if (run) {
      picker.close();
      runCommand(run[1] === undefined ? undefined : Number(run[1]));
    } else if (picker.state()) submitToPicker(text, via, cut);
    else if (overlay === 'facts' && editing) {
      if (trimmed !== '') send({ type: 'learn', name: editing, value: sanitiseLine(trimmed, 200) });
      editing = undefined;
      overlay = undefined;
    } else if (/^\d{1,2}$/.test(trimmed) && choices()[Number(trimmed) - 1]) {
      pick(choices()[Number(trimmed) - 1]!.id);
    } else if (overlay === 'symptoms') {
      const [first] = choices();
      if (first) pickInOverlay(first.id);
    } else if (NO_TEXT.test(text)) {
      status = scene() === 'paste' ? words().t('input.empty') : '';
    } else if (looksBinary(text)) {
      status = `${words().error('input-binary.what')}\n→ ${words().error('input-binary.next')}`;
    } else {
      overlay = undefined;
      say(text, via, cut);
    }
    changed();
  };
  /** A number or a name is picked, part of one filters, and any other text is what it would be without a list. */
  const submitToPicker = (text: string, via: 'paste' | 'pipe' | 'typed' | 'file', cut: boolean) => {
    const { phase, for: why } = picker.state()!;
    const trimmed = text.trim();
    const numbered = /^\d{1,2}$/.test(trimmed) ? choices()[Number(trimmed) - 1] : undefined;
    if (numbered) pick(numbered.id);
    else if (phase === 'reading') status = words().t('input.wait');
    else if (trimmed === '') status = '';
    else if (why === 'probe' && /\s/.test(trimmed)) {
      picker.close();
      say(text, via, cut);
    } else if (phase === 'choosing') {
      picker.filter(trimmed);
      const exact = picker.state()!.shown.find(({ value }) => value === trimmed);
      if (exact) picker.take(exact);
    } else picker.take(trimmed);
  };
  const say = (text: string, via: 'paste' | 'pipe' | 'typed' | 'file', cut: boolean) => {
    const now = scene();
    if (now === 'step' || now === 'fix' || now === 'consent') {
      if (now === 'consent') send({ type: 'look', looking: 'ask' });
      send({ type: 'say', text });
    } else if (now === 'paste' || now === 'matches' || now === 'end') {
      send({ type: 'paste', text, via, cut });
    } else {
      status = words().t('input.wait');
    }
  };

  actor.subscribe(changed);
  actor.start();
  if (options.events) printed.push(...resumeNote(factory.words(state().language)));
  changed();

  return {
    view: () => {
      cached ??= {
        words: words(),
        printed: [...printed],
        scene: scene(),
        overlay,
        choices: choices(),
        busy: scene() === 'busy' || picker.state()?.phase === 'reading' ? busyLabel() : undefined,
        lead: lead(),
        status,
        placeholder: placeholder(),
        editing,
        picking: picker.state()?.phase,
        filters: overlay === 'symptoms' || picker.state()?.phase === 'choosing',
        place: place(),
        flow: state().at?.flow,
        state: state(),
      };
      return cached;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    submit,
    pick: (id) => {
      status = '';
      pick(id);
      changed();
    },
    command,
    typing: (text) => {
      const picking = picker.state();
      if (picking ? text !== picking.filter : overlay === 'symptoms' && text !== filter) {
        if (picking) picker.filter(text);
        else filter = text;
        cached = undefined;
        for (const listener of listeners) listener();
      }
    },
    enter: (flow) => {
      send({ type: 'choose', flow, by: 'argument' });
      changed();
    },
    learn: (name, value) => {
      send({ type: 'learn', name, value: sanitiseLine(value, 200) });
      changed();
    },
    speak: (language) => {
      if (state().language !== language) send({ type: 'speak', language });
      changed();
    },
    events: () => context().events,
    stop: () => {
      picker.close();
      actor.stop();
    },
  };

  function busyLabel(): string {
    if (picker.state()) return words().t('busy.listing');
    const snapshot = actor.getSnapshot();
    if (snapshot.matches({ stepping: 'running' }))
      return words().t('busy.running', { command: sanitiseLine(context().command?.line ?? '', 80) });
    return words().t(snapshot.matches({ stepping: 'probing' }) ? 'busy.looking' : 'busy.matching');
  }

  function lookContext(): string {
    return sanitiseLine(options.lookAt?.context ?? '', 60);
  }

  function lead(): string {
    const picking = picker.state();
    if (picking) return pickLead(picking, words(), lookContext());
    if (overlay === 'run' || overlay === 'exec') return runner.question();
    if (overlay) return emptyListLead();
    const now = scene();
    if (now === 'offer') return words().t('offer.ask');
    if (now !== 'consent') return '';
    const view = place();
    const probe = view?.kind === 'step' ? (view.probe ?? '') : '';
    const t = words().t;
    const facts = factValues(state());
    const lists = options.lookAt?.lists?.(probe, facts) ?? '';
    const question = t('consent.question', {
      reads: options.lookAt?.reads(probe) ?? '',
      context: lookContext(),
      namespace: sanitiseLine(facts.namespace ?? t('consent.namespace-unknown'), 80),
    });
    return lists === '' ? question : `${question} ${t('consent.lists', { reads: lists })}`;
  }

  /** What to say of a list with nothing in it. */
  function emptyListLead(): string {
    if (editing || choices().length > 0) return '';
    if (overlay === 'history') return words().t('step.nothing-to-undo');
    if (overlay === 'facts') return words().t('list.no-facts');
    return overlay === 'symptoms' ? words().t('list.no-symptom') : '';
  }

  function placeholder(): string {
    const t = words().t;
    const picking = picker.state();
    if (picking) return pickPlaceholder(picking, words());
    if (overlay === 'facts' && editing) return t('prompt.fact', { name: t(`fact.${editing}`) });
    if (overlay === 'symptoms') return t('prompt.filter');
    if (overlay) return t('prompt.choose');
    return t(`prompt.${scene()}`);
  }

  function resumeNote(w: Words): Printed[] {
    return [{ kind: 'note', tone: 'plain', text: w.t('resume.note', { id: state().id }), details: [] }];
  }
}

/** Everything of a place that is worth having in the clipboard, in the order it is shown. */
export function copyables(view: PlaceView): string[] {
  if (view.kind !== 'fix') return view.commands.map(({ text }) => text);
  return [
    ...view.steps.flatMap(({ command, yaml }) => [
      ...(command ? [command.text] : []),
      ...(yaml ? [yaml] : []),
    ]),
    ...view.verify.commands.map(({ text }) => text),
  ];
}

function factsAsked(view: PlaceView): FactName[] {
  const commands =
    view.kind === 'fix'
      ? [...view.steps.flatMap((s) => (s.command ? [s.command] : [])), ...view.verify.commands]
      : view.commands;
  return [...new Set(commands.flatMap(({ missing }) => missing))];
}

/** For tests and reports: the facts of a case by name. */
export function sessionFacts(session: Session): ReturnType<typeof factValues> {
  return factValues(session.view().state);
}
