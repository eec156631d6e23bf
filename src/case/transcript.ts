/** The blocks an event adds to the conversation. Screen and plain text draw the same blocks. */

import type { Words } from '../i18n/words.ts';
import type { Pack } from '../pack/pack.ts';
import { isFactName } from '../pack/vocabulary.ts';
import { commandLine } from '../run/shell-words.ts';
import { sanitise, sanitiseLine } from '../text/sanitise.ts';
import type { CaseEvent } from './events.ts';
import type { CaseState } from './state.ts';
import { givenLabel, headlineOf, type PlaceView, viewOf } from './view.ts';

export type Block =
  | { readonly kind: 'said'; readonly lines: readonly string[]; readonly more: number }
  | { readonly kind: 'entered'; readonly title: string; readonly summary: string }
  | {
      readonly kind: 'answered';
      /** Empty where the question stands right above. */
      readonly ask: string;
      readonly answer: string;
      readonly by: string;
      readonly evidence: readonly string[];
    }
  | { readonly kind: 'place'; readonly view: PlaceView }
  | {
      readonly kind: 'note';
      readonly tone: 'plain' | 'good' | 'warn';
      readonly text: string;
      readonly details: readonly string[];
    };

/** A paste shows its first lines; the rest is counted. */
const PASTE_LINES = 4;
const LINE_WIDTH = 400;
/** A command's output may have to be read by the person. */
const OUTPUT_LINES = 20;

/** `before` is the state the event met. */
export function blocksOf(event: CaseEvent, before: CaseState, pack: Pack, words: Words): Block[] {
  switch (event.type) {
    case 'text-pasted': {
      const lines = sanitise(event.text)
        .split('\n')
        .filter((line) => line.trim() !== '');
      const shown = lines
        .slice(0, PASTE_LINES)
        .map((line) => (line.length > LINE_WIDTH ? `${line.slice(0, LINE_WIDTH)}…` : line));
      const blocks: Block[] = [{ kind: 'said', lines: shown, more: lines.length - shown.length }];
      if (event.cut) blocks.push(note('warn', words.t('input.cut')));
      return blocks;
    }
    case 'flow-entered': {
      const own = words.flow(event.flow);
      return [{ kind: 'entered', title: words.title(event.flow), summary: own?.summary ?? '' }];
    }
    case 'answer-given': {
      const view = viewOf(pack, words, before, event.flow, event.state);
      const fix: Block[] = view?.kind === 'fix' ? [{ kind: 'place', view }] : [];
      return [
        ...fix,
        {
          kind: 'answered',
          ask: view?.kind === 'fix' ? '' : headlineOf(words, before, event.flow, event.state),
          answer: givenLabel(pack, words, before, event.flow, event.state, event.answer),
          by: event.by === 'person' ? '' : words.t(`answered-by.${event.by}`),
          evidence: event.evidence
            .flatMap((text) => sanitise(text).split('\n'))
            .map((line) => sanitiseLine(line)),
        },
        ...linkBlocks(event.flow, before, pack, words, event),
      ];
    }
    case 'fact-learned': {
      // What was typed stands in the commands of the step, which are shown again; after a pick the probe goes on.
      if (event.from !== 'picked' || !isFactName(event.name)) return [];
      const name = words.t(`fact.${event.name}`);
      return [note('plain', words.t('pick.picked', { name, value: sanitiseLine(event.value, 200) }))];
    }
    case 'answer-undone':
      return [note('plain', words.t('step.undone'))];
    case 'text-not-understood':
      return [note('warn', words.t(event.from === 'command' ? 'run.undecided' : 'step.not-understood'))];
    case 'probe-failed':
      return [
        {
          kind: 'note',
          tone: 'warn',
          text: words.t(`probe.${event.failure}`, { detail: detailOf(event, words) }),
          details: event.evidence.map((e) => sanitiseLine(`${e.object} ${e.field}: ${e.value}`)),
        },
      ];
    case 'command-ended':
      return [commandBlock(event, words)];
    case 'command-failed': {
      const { failure, detail } = event;
      return [note('warn', words.t(`run.failure.${failure}`, { detail: sanitiseLine(detail) }))];
    }
    case 'language-changed':
      return [];
    default:
      return [];
  }
}

/** A fact that is not known is named as the person knows it. */
function detailOf(event: CaseEvent & { type: 'probe-failed' }, words: Words): string {
  const { failure, detail } = event;
  return failure === 'missing-fact' && isFactName(detail) ? words.t(`fact.${detail}`) : sanitiseLine(detail);
}

/** An answer that leads into another symptom opens it in the transcript. */
function linkBlocks(
  from: string,
  before: CaseState,
  pack: Pack,
  words: Words,
  event: CaseEvent & { type: 'answer-given' },
): Block[] {
  const target = nextFlow(pack, event.flow, event.state, event.answer);
  if (!target || target === from) return [];
  void before;
  return [{ kind: 'entered', title: words.title(target), summary: words.flow(target)?.summary ?? '' }];
}

function nextFlow(pack: Pack, flow: string, state: string, answer: string): string | undefined {
  const data = pack.flow(flow)?.states[state];
  const target =
    data && data.type !== 'end' ? (data.on as Record<string, string | undefined>)[answer] : undefined;
  return target?.startsWith('flow.') ? target.split('.')[1] : undefined;
}

/** The command as it was run, and the first lines it wrote. */
function commandBlock(event: CaseEvent & { type: 'command-ended' }, words: Words): Block {
  const command = sanitiseLine(commandLine(event.argv));
  const lines = sanitise(event.head)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, OUTPUT_LINES)
    .map((line) => (line.length > LINE_WIDTH ? `${line.slice(0, LINE_WIDTH)}…` : line));
  const more = event.lines - lines.length;
  const key = event.lines === 0 ? 'run.silent' : 'run.ended';
  return {
    kind: 'note',
    tone: 'plain',
    text: words.t(key, { command, code: event.exitCode }),
    details: [...lines, ...(more > 0 ? [words.t('input.more', { count: more })] : [])],
  };
}

function note(tone: 'plain' | 'good' | 'warn', text: string): Block {
  return { kind: 'note', tone, text, details: [] };
}
