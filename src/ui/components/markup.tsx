/** Text with `code` in it. */
import { Text } from 'ink';
import { hasColour, tone } from '../theme.ts';
import { Wrapped, type WrappedProps } from './wrapped.tsx';

export interface MarkupProps extends WrappedProps {
  readonly text: string;
}

/** Back-ticks become the code tone; they stay visible without colour, so that a command is seen as one. */
export function Markup({ text, ...props }: MarkupProps) {
  if (!hasColour()) return <Wrapped {...props}>{text}</Wrapped>;
  const parts = text.split('`');
  return (
    <Wrapped {...props}>
      {parts.map((part, index) =>
        index % 2 === 1 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
          <Text key={index} {...tone('code')}>
            {part}
          </Text>
        ) : (
          part
        ),
      )}
    </Wrapped>
  );
}
