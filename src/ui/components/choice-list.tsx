/** Choices with a window around the marked one, so that a long list never outgrows the terminal. */
import { Box, Text } from 'ink';
import type { Choice } from '../session-view.ts';
import { tone } from '../theme.ts';
import { Markup } from './markup.tsx';
import { Wrapped } from './wrapped.tsx';

export interface ChoiceListProps {
  readonly choices: readonly Choice[];
  readonly selected: number;
  /** Rows the list may take. */
  readonly rows: number;
  readonly moreLabel: (count: number) => string;
  /** Each takes one line: of a long name its two ends are shown, which tell it from others. */
  readonly areNames?: boolean;
}

/**
 * ```
 * ❯ 1 UF: the connection to the upstream failed
 *   2 UH: no healthy endpoint
 * ```
 */
export function ChoiceList({ choices, selected, rows, moreLabel, areNames = false }: ChoiceListProps) {
  const size = Math.max(3, Math.min(rows, 12));
  const start = Math.max(0, Math.min(selected - Math.floor(size / 2), choices.length - size));
  const shown = choices.slice(start, start + size);
  const hidden = choices.length - shown.length;
  return (
    <Box flexDirection="column" aria-role="list">
      {shown.map((choice, offset) => {
        const index = start + offset;
        const isSelected = index === selected;
        return (
          <Box key={choice.id} aria-role="listitem" aria-state={{ selected: isSelected }}>
            <Box flexShrink={0} width={5}>
              <Text
                {...(isSelected ? tone('key') : tone('dim'))}
              >{`${isSelected ? '❯' : ' '}${String(index + 1).padStart(2)} `}</Text>
            </Box>
            {areNames ? (
              <Text wrap="truncate-middle">
                <Label choice={choice} isSelected={isSelected} />
              </Text>
            ) : (
              <Wrapped>
                <Label choice={choice} isSelected={isSelected} />
              </Wrapped>
            )}
          </Box>
        );
      })}
      {hidden > 0 && <Text {...tone('dim')}>{`     ${moreLabel(hidden)}`}</Text>}
    </Box>
  );
}

function Label({ choice, isSelected }: { readonly choice: Choice; readonly isSelected: boolean }) {
  return (
    <>
      <Markup text={choice.label} bold={isSelected} />
      {choice.hint && <Text {...tone('dim')}>{`  ${choice.hint}`}</Text>}
    </>
  );
}
