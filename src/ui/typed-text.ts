/** What a text that a person sends means: a choice, a value, a name in a list, or something said to the case. */
import type { CaseInput } from '../case/context.ts';
import { looksBinary } from '../match/decode.ts';
import type { PickState } from './picker.ts';
import type { Choice, Overlay, SceneKind } from './session-view.ts';

/** `narrow` and `take`: the list that a fact is picked from; `wait`: nothing can be said now. */
export type Typed =
  | { readonly kind: 'run'; readonly number: number | undefined }
  | { readonly kind: 'pick'; readonly id: string }
  | { readonly kind: 'narrow' | 'take' | 'learn'; readonly text: string }
  | { readonly kind: 'say' | 'wait' | 'blank' | 'binary' | 'nothing' };

/** What stands open while the text is sent. */
export interface Prompt {
  readonly editing: boolean;
  readonly overlay: Overlay | undefined;
  readonly picking: PickState | undefined;
  readonly choices: () => readonly Choice[];
}

const NO_TEXT = /^\s*$/;
/** `!run`, `!run 2`: runs the step's command, as its key does. */
const RUN = /^!run(?:\s+(\d{1,2}))?$/i;

/** A number means the choice beside it wherever there is one. */
export function readTyped(text: string, { editing, overlay, picking, choices }: Prompt): Typed {
  const trimmed = text.trim();
  const run = editing ? null : RUN.exec(trimmed);
  if (run) return { kind: 'run', number: run[1] === undefined ? undefined : Number(run[1]) };
  if (!picking && overlay === 'facts' && editing) return { kind: 'learn', text: trimmed };
  const numbered = /^\d{1,2}$/.test(trimmed) ? choices()[Number(trimmed) - 1] : undefined;
  if (numbered) return { kind: 'pick', id: numbered.id };
  if (picking) return readPicking(trimmed, picking);
  if (overlay === 'symptoms') {
    const [first] = choices();
    return first ? { kind: 'pick', id: first.id } : { kind: 'nothing' };
  }
  if (NO_TEXT.test(text)) return { kind: 'blank' };
  return { kind: looksBinary(text) ? 'binary' : 'say' };
}

/** A number or a name is picked, part of one filters, and any other text is what it would be without a list. */
function readPicking(text: string, { phase, for: why }: PickState): Typed {
  if (phase === 'reading') return { kind: 'wait' };
  if (text === '') return { kind: 'nothing' };
  if (why === 'probe' && /\s/.test(text)) return { kind: 'say' };
  return { kind: phase === 'choosing' ? 'narrow' : 'take', text };
}

/** What is told to the case by a text said in a scene; nothing where it has to be waited. */
export function inputsOfText(
  scene: SceneKind,
  text: string,
  via: 'paste' | 'pipe' | 'typed' | 'file',
  cut: boolean,
): readonly CaseInput[] {
  switch (scene) {
    case 'consent':
      return [
        { type: 'look', looking: 'ask' },
        { type: 'say', text },
      ];
    case 'step':
    case 'fix':
      return [{ type: 'say', text }];
    case 'paste':
    case 'matches':
    case 'end':
      return [{ type: 'paste', text, via, cut }];
    default:
      return [];
  }
}
