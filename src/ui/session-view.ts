/** What a session shows at one moment, whoever draws it. */
import type { CaseState } from '../case/state.ts';
import type { Block } from '../case/transcript.ts';
import type { PlaceView } from '../case/view.ts';
import type { Words } from '../i18n/words.ts';
import type { FactName } from '../pack/vocabulary.ts';
import type { PickPhase } from './picker.ts';

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
