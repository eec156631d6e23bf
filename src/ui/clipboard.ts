/** What the copy key takes, one text after the other. */
import type { PlaceView } from '../case/view.ts';

export interface Copied {
  /** Counts from 1. */
  readonly number: number;
  readonly total: number;
  readonly text: string;
}

/** Each call copies the next text of a place, from the first again behind the last; `undefined` where it has none. */
export function createCopier(
  copy: (text: string) => void,
): (place: string, view: PlaceView | undefined) => Copied | undefined {
  let copied = { place: '', index: 0 };
  return (place, view) => {
    const texts = view ? copyables(view) : [];
    if (texts.length === 0) return undefined;
    copied =
      copied.place === place ? { place, index: (copied.index + 1) % texts.length } : { place, index: 0 };
    const text = texts[copied.index]!;
    copy(text);
    return { number: copied.index + 1, total: texts.length, text };
  };
}

/** Everything of a place that is worth having in the clipboard, in the order it is shown. */
function copyables(view: PlaceView): string[] {
  if (view.kind !== 'fix') return view.commands.map(({ text }) => text);
  return [
    ...view.steps.flatMap(({ command, yaml }) => [
      ...(command ? [command.text] : []),
      ...(yaml ? [yaml] : []),
    ]),
    ...view.verify.commands.map(({ text }) => text),
  ];
}
