/** Where a person types or pastes. A long paste is shown by its first lines and counted. */
import { Box, Text } from 'ink';
import { sanitise } from '../../text/sanitise.ts';
import type { TextBuffer } from '../text-buffer.ts';
import { tone } from '../theme.ts';

export interface PromptLineProps {
  readonly buffer: TextBuffer;
  readonly placeholder: string;
  /** The sentence for lines that are not shown, with their number filled in. */
  readonly moreLines: (count: number) => string;
}

const SHOWN_LINES = 5;
const SHOWN_CHARACTERS = 800;

export function PromptLine({ buffer, placeholder, moreLines }: PromptLineProps) {
  return (
    <Box>
      <Text {...tone('key')}>{'› '}</Text>
      <Box flexDirection="column" flexGrow={1}>
        {buffer.text === '' ? (
          <Text>
            <Text inverse> </Text>
            <Text {...tone('dim')}>{placeholder}</Text>
          </Text>
        ) : (
          <Typed buffer={buffer} moreLines={moreLines} />
        )}
      </Box>
    </Box>
  );
}

function Typed({ buffer, moreLines }: Pick<PromptLineProps, 'buffer' | 'moreLines'>) {
  const { text, cursor } = buffer;
  const isLong = text.length > SHOWN_CHARACTERS || countLines(text, SHOWN_LINES + 1) > SHOWN_LINES;
  if (isLong) {
    const lines = sanitise(text.slice(0, SHOWN_CHARACTERS)).split('\n').slice(0, SHOWN_LINES);
    const hidden = countLines(text, Number.POSITIVE_INFINITY) - lines.length;
    return (
      <>
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one paste never move
          <Text key={index} wrap="truncate">
            {line === '' ? ' ' : line}
          </Text>
        ))}
        <Text {...tone('dim')}>
          {moreLines(Math.max(hidden, 0))}
          <Text inverse> </Text>
        </Text>
      </>
    );
  }
  const at = text.slice(cursor).match(/^[^\n]/u)?.[0] ?? ' ';
  const rest = text.slice(cursor + (at === ' ' && text[cursor] !== ' ' ? 0 : at.length));
  return (
    <Text>
      {sanitise(text.slice(0, cursor))}
      <Text inverse>{at}</Text>
      {sanitise(rest)}
    </Text>
  );
}

function countLines(text: string, max: number): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at !== -1 && count < max; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
