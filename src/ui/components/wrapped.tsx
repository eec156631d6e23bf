/** Text over several lines, each of which starts with a word. */
import { Text, type TextProps, Transform } from 'ink';

export type WrappedProps = Omit<TextProps, 'wrap'>;

export function Wrapped(props: WrappedProps) {
  return (
    <Transform transform={withoutLeadingSpace}>
      <Text {...props} />
    </Transform>
  );
}

const ANSI_THEN_SPACES = /^((?:\u001b\[[\d;]*m)*) +/;

/** Ink leaves the space of a break at the head of the next line where the word before it filled its own. */
function withoutLeadingSpace(line: string, index: number): string {
  return index === 0 ? line : line.replace(ANSI_THEN_SPACES, '$1');
}
