/**
 * A conversation about one case: the case machine, what is printed, what can be chosen now. Ink, plain text and tests
 * drive the same session; none of them knows the machine.
 */
import type { CaseInput } from '../case/context.ts';
import type { CaseEvent } from '../case/events.ts';
import { ownAnswer } from '../case/readings.ts';
import { factValues } from '../case/state.ts';
import type { CaseWorld } from '../case/world.ts';
import type { WordsFactory } from '../i18n/words.ts';
import type { FactName, Language } from '../pack/vocabulary.ts';
import { isListed } from '../probe/fact-lists.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import { inputOfChoice, inputOfOverlayChoice, LIST, overlayChoices, sceneChoices } from './choices.ts';
import { createCopier } from './clipboard.ts';
import type { KeyId } from './keys.ts';
import { createPicker } from './picker.ts';
import { pickChoices, pickLead, pickPlaceholder, READ, TYPED } from './picking-words.ts';
import { createPrinting } from './printing.ts';
import {
  clusterName,
  emptyLead,
  type LookAt,
  promptPlaceholder,
  sceneLead,
  taskLabel,
} from './prompt-words.ts';
import { type Commands, createRunner } from './runner.ts';
import type { Choice, Overlay, SessionView } from './session-view.ts';
import { createStanding } from './standing.ts';
import { inputsOfText, readTyped } from './typed-text.ts';

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
  readonly lookAt?: LookAt;
  /** Which commands of a step `world.run` would run. */
  readonly commands?: Commands;
}

export function createSession(options: SessionOptions): Session {
  const { world, lookAt } = options;
  const standing = createStanding(
    {
      world,
      id: options.id,
      language: options.language,
      ...(options.events ? { events: options.events } : {}),
    },
    options.words,
  );
  const { context, state, words, place, scene, mayLook } = standing;
  const printing = createPrinting(standing, () => runner.hint());
  const copyNext = createCopier(options.copy);
  const listeners = new Set<() => void>();
  let overlay: Overlay | undefined;
  let editing: FactName | undefined;
  let status = '';
  let filter = '';
  /** The place of which it was said how to find out. */
  let explained = '';
  let cached: SessionView | undefined;

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
    cluster: () => clusterName(lookAt),
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

  const announce = () => {
    cached = undefined;
    for (const listener of listeners) listener();
  };
  const changed = () => {
    followProbe(printing.printEvents());
    if (!picker.state()) printing.printPlace();
    announce();
  };
  const send = (input: CaseInput) => {
    status = '';
    standing.send(input);
  };

  const choices = (): Choice[] => {
    const picking = picker.state();
    if (picking) return pickChoices(picking, words(), clusterName(lookAt));
    // A fact is typed, not chosen.
    if (overlay === 'facts' && editing) return [];
    if (overlay) return overlayChoices(standing, overlay, filter);
    return sceneChoices(standing, explained === printing.lastPlace());
  };
  const pick = (id: string) => {
    const picking = picker.state();
    if (picking) {
      if (id === READ) return picker.read();
      const option = id === TYPED ? picking.filter.trim() : picking.shown[Number(id)];
      return option === undefined ? undefined : picker.take(option);
    }
    if (overlay) return pickInOverlay(overlay, id);
    const now = scene();
    if (now === 'matches' && id === LIST) return open('symptoms');
    const isStep = now === 'step' || now === 'fix';
    if (isStep && id === 'unknown' && explained !== printing.lastPlace()) return explain();
    const input = inputOfChoice(standing, id);
    if (input) send(input);
  };
  /** "I don't know" first says how to find out; a second time it goes on without. */
  const explain = () => {
    const view = place();
    if (view?.kind !== 'step') return;
    explained = printing.lastPlace();
    printing.print({ kind: 'howto', text: view.howto });
  };
  const open = (name: Overlay) => {
    overlay = name;
    editing = undefined;
    filter = '';
  };
  const pickInOverlay = (was: Overlay, id: string) => {
    if (was === 'facts') {
      editing = id as FactName;
      const { looking } = state();
      if (world.list && looking !== 'never' && isListed(id)) picker.open(id, 'person', looking === 'always');
      return;
    }
    overlay = undefined;
    const input = inputOfOverlayChoice(was, id);
    if (input) send(input);
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

  const copy = () => {
    const copied = copyNext(printing.lastPlace(), place());
    status = copied
      ? words().t('copy.done', { ...copied, text: sanitiseLine(copied.text, 60) })
      : words().t('copy.nothing');
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
        copy();
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
        printing.print({ kind: 'help' });
        break;
      default:
        return;
    }
    changed();
  };

  const submit: Session['submit'] = (text, via = 'typed', cut = false) => {
    status = '';
    const picking = picker.state();
    const typed = readTyped(text, { editing: editing !== undefined, overlay, picking, choices });
    switch (typed.kind) {
      case 'run':
        picker.close();
        runCommand(typed.number);
        break;
      case 'pick':
        pick(typed.id);
        break;
      case 'narrow':
        narrow(typed.text);
        break;
      case 'take':
        picker.take(typed.text);
        break;
      case 'learn':
        if (typed.text !== '') send({ type: 'learn', name: editing!, value: sanitiseLine(typed.text, 200) });
        editing = undefined;
        overlay = undefined;
        break;
      case 'say':
        if (picking) picker.close();
        else overlay = undefined;
        say(text, via, cut);
        break;
      case 'wait':
        status = words().t('input.wait');
        break;
      case 'blank':
        status = scene() === 'paste' ? words().t('input.empty') : '';
        break;
      case 'binary':
        status = `${words().error('input-binary.what')}\n→ ${words().error('input-binary.next')}`;
        break;
      case 'nothing':
        break;
    }
    changed();
  };
  /** A whole name is taken, part of one shows what it fits. */
  const narrow = (text: string) => {
    picker.filter(text);
    const exact = picker.state()!.shown.find(({ value }) => value === text);
    if (exact) picker.take(exact);
  };
  /** "I don't know" in words is what it is as a choice: the first time it asks how to find out. */
  const saysUnknown = (text: string): boolean => {
    if (scene() !== 'step' || explained === printing.lastPlace()) return false;
    return ownAnswer(context(), text) === 'unknown';
  };
  const say = (text: string, via: 'paste' | 'pipe' | 'typed' | 'file', cut: boolean) => {
    if (saysUnknown(text)) return explain();
    const inputs = inputsOfText(scene(), text, via, cut);
    for (const input of inputs) send(input);
    if (inputs.length === 0) status = words().t('input.wait');
  };

  const busy = (): string | undefined => {
    if (scene() !== 'busy' && picker.state()?.phase !== 'reading') return undefined;
    return picker.state() ? words().t('busy.listing') : taskLabel(standing);
  };
  const lead = (): string => {
    const picking = picker.state();
    if (picking) return pickLead(picking, words(), clusterName(lookAt));
    if (overlay === 'run' || overlay === 'exec') return runner.question();
    if (overlay) return editing || choices().length > 0 ? '' : emptyLead(standing, overlay);
    return sceneLead(standing, lookAt);
  };
  const placeholder = (): string => {
    const picking = picker.state();
    return picking ? pickPlaceholder(picking, words()) : promptPlaceholder(standing, overlay, editing);
  };

  standing.start(changed);
  if (options.events) {
    const text = words().t('resume.note', { id: state().id });
    printing.print({ kind: 'note', tone: 'plain', text, details: [] });
  }
  changed();

  return {
    view: () => {
      cached ??= {
        words: words(),
        printed: [...printing.printed],
        scene: scene(),
        overlay,
        choices: choices(),
        busy: busy(),
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
        announce();
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
      standing.stop();
    },
  };
}

/** For tests and reports: the facts of a case by name. */
export function sessionFacts(session: Session): ReturnType<typeof factValues> {
  return factValues(session.view().state);
}
