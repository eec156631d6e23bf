/**
 * The same conversation as plain numbered lines: for pipes, scripts, screen readers that prefer it, dumb terminals.
 * No escape sequence is ever written. Input is line by line; a paste ends with an empty line.
 */
import { createInterface } from 'node:readline';
import { scoreWord } from '../case/score.ts';
import type { CommandView, PlaceView } from '../case/view.ts';
import { languageOf } from '../i18n/language.ts';
import { isFactName } from '../pack/vocabulary.ts';
import { sanitise } from '../text/sanitise.ts';
import type { KeyId } from './keys.ts';
import type { Session } from './session.ts';
import type { Printed, SessionView } from './session-view.ts';

type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/**
 * Runs until the input ends, the person says `quit`, or the case has ended and nothing more is asked. `hasNothing`: the
 * input ended, and nothing in it was a text.
 */
export async function runPlain(
  session: Session,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  isInputRead: boolean,
): Promise<{ interruptedBy: Signal | undefined; hasNothing?: boolean }> {
  let interruptedBy: Signal | undefined;
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const stop = (signal: Signal) => () => {
    interruptedBy = signal;
    lines.close();
    // A look that is under way would keep the program until its time-out.
    if (session.view().busy !== undefined) session.command('escape');
  };
  const handlers = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map(
    (signal) => [signal, stop(signal)] as const,
  );
  for (const [signal, handler] of handlers) process.once(signal, handler);
  const printer = createPrinter(session, output);
  let hasBegun = false;
  const update = () => {
    hasBegun ||= session.view().scene !== 'paste';
    printer.update();
  };
  try {
    await settled(session);
    update();
    const reader = isInputRead ? emptyLines() : lines;
    let pasting: string[] | undefined;
    for await (const line of reader) {
      if (interruptedBy) break;
      if (pasting || isPasteScene(session.view())) {
        if (!pasting && isWord(line, 'quit')) return { interruptedBy };
        if (!pasting && runWord(session, line)) {
          await settled(session);
          update();
          continue;
        }
        if (line.trim() !== '') {
          pasting = [...(pasting ?? []), line];
          continue;
        }
        if (!pasting) continue;
        session.submit(pasting.join('\n'), 'paste');
        pasting = undefined;
      } else if (isWord(line, 'quit')) {
        return { interruptedBy };
      } else if (isWord(line, 'paste')) {
        pasting = [];
        continue;
      } else if (line.trim() === '') {
        continue;
      } else if (!runWord(session, line)) {
        const choice = session.view().choices[Number(line.trim()) - 1];
        if (choice?.id === ':quit') return { interruptedBy };
        session.submit(line, 'typed');
      }
      await settled(session);
      update();
    }
    // A paste that the end of the input cut short is still a paste.
    if (pasting?.length && !interruptedBy) {
      session.submit(pasting.join('\n'), 'paste');
      await settled(session);
      update();
    }
    return { interruptedBy, hasNothing: !hasBegun && !interruptedBy };
  } finally {
    lines.close();
    for (const [signal, handler] of handlers) process.off(signal, handler);
  }
}

/** Names of a list that are printed; of a longer one, text filters the others. */
const MAX_NAMES = 20;

async function* emptyLines(): AsyncGenerator<string> {}

function isPasteScene(view: SessionView): boolean {
  return view.scene === 'paste' && !view.overlay;
}

function isWord(line: string, word: string): boolean {
  return line.trim().toLowerCase() === word;
}

/** Words that stand for keys; `true` when the line was one. */
function runWord(session: Session, line: string): boolean {
  const [word = '', name = '', ...rest] = line.trim().split(/\s+/);
  const keys: Readonly<Record<string, KeyId>> = {
    back: 'back',
    list: 'symptoms',
    facts: 'facts',
    history: 'history',
    look: 'look',
    help: 'help',
    '?': 'help',
    cancel: 'escape',
  };
  const key = keys[word.toLowerCase()];
  if (key && name === '') {
    session.command(key);
    return true;
  }
  if (word === 'set' && isFactName(name) && rest.length > 0) {
    session.learn(name, rest.join(' '));
    return true;
  }
  const language = word === 'lang' ? languageOf(name) : undefined;
  if (language) {
    session.speak(language);
    return true;
  }
  return false;
}

/** Resolves when nothing is running any more. */
function settled(session: Session): Promise<void> {
  if (session.view().busy === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const off = session.subscribe(() => {
      if (session.view().busy !== undefined) return;
      off();
      resolve();
    });
  });
}

/** Prints what is new since the last time, then the choices. */
function createPrinter(session: Session, output: NodeJS.WritableStream) {
  let done = 0;
  return {
    update() {
      const view = session.view();
      const lines = view.printed.slice(done).flatMap((block) => printedLines(block, view));
      done = view.printed.length;
      if (view.overlay) lines.push('', view.words.t(`overlay.${view.overlay}`));
      if (view.lead !== '') lines.push('', view.lead);
      if (view.status !== '') lines.push(view.status);
      const choices = view.picking === 'choosing' ? view.choices.slice(0, MAX_NAMES) : view.choices;
      const hidden = view.choices.length - choices.length;
      lines.push(
        ...choices.map((c, i) => `${String(i + 1).padStart(3)}) ${c.label}${c.hint ? `  (${c.hint})` : ''}`),
      );
      if (hidden > 0) lines.push(view.words.t('plain.pick-more', { total: hidden }));
      lines.push(invitation(view));
      output.write(`${lines.map((line) => sanitise(line)).join('\n')}\n`);
    },
  };
}

function invitation(view: SessionView): string {
  const { t } = view.words;
  if (view.picking) return view.picking === 'choosing' ? t('plain.pick') : view.placeholder;
  return isPasteScene(view) ? t('plain.paste') : t('plain.choose');
}

/** A block as lines of text. */
export function printedLines(block: Printed, view: Pick<SessionView, 'words'>): string[] {
  const { words } = view;
  switch (block.kind) {
    case 'said':
      return [
        '',
        ...block.lines.map((line) => `> ${line}`),
        ...(block.more > 0 ? [`  ${words.t('input.more', { count: block.more })}`] : []),
      ];
    case 'entered':
      return ['', `== ${block.title}`, block.summary];
    case 'answered':
      return [
        ...(block.ask !== '' ? ['', `? ${block.ask}`] : []),
        `  = ${block.answer}${block.by !== '' ? `  (${block.by})` : ''}`,
        ...block.evidence.map((line) => `    | ${line}`),
      ];
    case 'place':
      return placeLines(block.view, words);
    case 'note':
      return [block.text, ...block.details.map((line) => `    | ${line}`)];
    case 'howto':
      return [`${words.t('step.howto')} ${block.text}`];
    case 'matches':
      if (block.state.matches.length === 0) {
        return [
          '',
          words.t('matches.none'),
          words.t(block.state.nearest.length ? 'matches.nearest' : 'matches.none-next'),
        ];
      }
      return [
        '',
        words.t('matches.found', { count: block.state.matches.length }),
        ...block.state.matches
          .slice(0, 3)
          .flatMap((match) => [
            `  ${words.title(match.flow)}  (${words.t(`score.${scoreWord(match.score)}`)}, ${Math.round(match.score * 100)}%)`,
            ...match.evidence.slice(0, 3).map((line) => `    ${line.line} | ${line.text.slice(0, 400)}`),
          ]),
      ];
    case 'help':
      return ['', words.t('plain.help')];
  }
}

/** A step, fix or end as lines of text; commands stand alone on their lines, so that they can be copied. */
export function placeLines(view: PlaceView, words: SessionView['words']): string[] {
  switch (view.kind) {
    case 'step':
      return [
        '',
        `? ${view.ask}`,
        `  ${view.why}`,
        ...(view.commands.length ? [`  ${words.t('step.run')}`, ...view.commands.flatMap(commandLines)] : []),
      ];
    case 'fix':
      return [
        '',
        words.t('text.labelled', { label: words.t('fix.label'), text: view.title }),
        `  ${view.why}`,
        ...(view.warn ? [`  ! ${view.warn}`] : []),
        ...view.steps.flatMap((step, index) => [
          `  ${index + 1}. ${step.text}`,
          ...(step.command ? commandLines(step.command) : []),
          ...(step.yaml ? step.yaml.split('\n').map((line) => `      ${line}`) : []),
        ]),
        `  ${words.t('fix.verify')} ${view.verify.text}`,
        ...view.verify.commands.flatMap(commandLines),
      ];
    case 'end':
      return [
        '',
        `## ${words.t('text.labelled', { label: words.t(`end.${view.outcome}.label`), text: view.title })}`,
        `  ${view.body}`,
        ...(view.unknown.length
          ? [
              `  ${words.t('end.missing')}`,
              ...view.unknown.flatMap((u) => [`  - ${u.ask}`, `    ${u.howto}`]),
            ]
          : []),
        ...(view.outcome === 'undecided' ? [`  ${words.t('end.report')}`] : []),
        ...view.commands.flatMap(commandLines),
      ];
  }
}

function commandLines(command: CommandView): string[] {
  const badge = command.platforms.length ? `[${command.platforms.join(', ')}] ` : '';
  return command.text.split('\n').map((line, index) => `      ${index === 0 ? badge : ''}${line}`);
}
