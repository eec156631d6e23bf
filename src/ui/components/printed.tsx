/** One block of the conversation, drawn once and left to the terminal's own history. */
import { Box, Text } from 'ink';
import type { EvidenceLine, RankedMatch } from '../../case/events.ts';
import { scoreWord } from '../../case/score.ts';
import type { Words } from '../../i18n/words.ts';
import { sanitise } from '../../text/sanitise.ts';
import { KEYS } from '../keys.ts';
import type { Printed } from '../session-view.ts';
import { tone } from '../theme.ts';
import { Markup } from './markup.tsx';
import { Place } from './place.tsx';
import { Wrapped } from './wrapped.tsx';

export interface PrintedBlockProps {
  readonly block: Printed;
  readonly words: Words;
  readonly width: number;
}

export function PrintedBlock({ block, words, width }: PrintedBlockProps) {
  return (
    <Box width={width} flexDirection="column">
      <Content block={block} words={words} width={width} />
    </Box>
  );
}

function Content({ block, words, width }: PrintedBlockProps) {
  switch (block.kind) {
    case 'said':
      return (
        <Box flexDirection="column" marginTop={1}>
          {block.lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one paste never move
            <Text key={index} {...tone('dim')} wrap="truncate-end">{`› ${line}`}</Text>
          ))}
          {block.more > 0 && (
            <Text {...tone('dim')}>{`  ${words.t('input.more', { count: block.more })}`}</Text>
          )}
        </Box>
      );
    case 'entered':
      return (
        <Box flexDirection="column" marginTop={1}>
          <Markup text={`▌ ${block.title}`} {...tone('title')} />
          <Box paddingLeft={2}>
            <Markup text={block.summary} {...tone('dim')} />
          </Box>
        </Box>
      );
    case 'answered':
      return (
        <Box flexDirection="column">
          {block.ask !== '' && (
            <Box marginTop={1}>
              <Markup text={`? ${block.ask}`} />
            </Box>
          )}
          <Box paddingLeft={2}>
            <Wrapped>
              <Text {...tone('good')}>{'✓ '}</Text>
              <Markup text={block.answer} bold />
              {block.by !== '' && <Text {...tone('dim')}>{`  (${block.by})`}</Text>}
            </Wrapped>
          </Box>
          {block.evidence.map((line) => (
            <Box key={line} paddingLeft={4}>
              <Text {...tone('dim')} wrap="truncate-end">{`│ ${line}`}</Text>
            </Box>
          ))}
        </Box>
      );
    case 'place':
      return <Place view={block.view} words={words} />;
    case 'note':
      return (
        <Box flexDirection="column" paddingLeft={2}>
          <Markup text={block.text} {...tone(block.tone === 'plain' ? 'dim' : block.tone)} />
          {block.details.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a command may write one line twice; they never move
            <Text key={index} {...tone('dim')}>{`│ ${line}`}</Text>
          ))}
        </Box>
      );
    case 'howto':
      return (
        <Box paddingLeft={2} marginTop={1}>
          <Markup text={`${words.t('step.howto')} ${block.text}`} {...tone('accent')} />
        </Box>
      );
    case 'matches':
      return (
        <Matches
          matches={block.state.matches}
          words={words}
          width={width}
          hasNearest={block.state.nearest.length > 0}
        />
      );
    case 'help':
      return <Help words={words} />;
  }
}

/** How many matches show their evidence; the rest are choices only. */
const EXPLAINED = 3;
const EVIDENCE_LINES = 3;

function Matches({
  matches,
  words,
  width,
  hasNearest,
}: {
  readonly matches: readonly RankedMatch[];
  readonly words: Words;
  readonly width: number;
  readonly hasNearest: boolean;
}) {
  if (matches.length === 0) {
    return (
      <Box flexDirection="column" marginTop={1}>
        <Wrapped bold>{words.t('matches.none')}</Wrapped>
        <Wrapped {...tone('dim')}>{words.t(hasNearest ? 'matches.nearest' : 'matches.none-next')}</Wrapped>
      </Box>
    );
  }
  return (
    <Box flexDirection="column" marginTop={1}>
      <Wrapped bold>{words.t('matches.found', { count: matches.length })}</Wrapped>
      {matches.slice(0, EXPLAINED).map((match) => (
        <Box key={match.flow} flexDirection="column" marginTop={1} paddingLeft={2}>
          <Wrapped>
            <Markup bold text={words.title(match.flow)} />
            <Text
              {...tone('dim')}
            >{`  ${words.t(`score.${scoreWord(match.score)}`)} · ${Math.round(match.score * 100)}%`}</Text>
          </Wrapped>
          {match.evidence.slice(0, EVIDENCE_LINES).map((line) => (
            <Evidence key={`${line.line}-${line.why}`} line={line} width={width - 6} />
          ))}
        </Box>
      ))}
    </Box>
  );
}

/** The deciding line, cut around what decided, which is underlined. */
function Evidence({ line, width }: { readonly line: EvidenceLine; readonly width: number }) {
  const { text, ranges } = excerpt(line, Math.max(width - 8, 20));
  const parts: { text: string; hit: boolean }[] = [];
  let at = 0;
  for (const [from, to] of ranges) {
    if (from < at || to <= from) continue;
    if (from > at) parts.push({ text: text.slice(at, from), hit: false });
    parts.push({ text: text.slice(from, to), hit: true });
    at = to;
  }
  if (at < text.length) parts.push({ text: text.slice(at), hit: false });
  return (
    <Box paddingLeft={2}>
      <Text wrap="truncate-end">
        <Text {...tone('dim')}>{`${String(line.line).padStart(4)} │ `}</Text>
        {parts.map((part, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one line never move
          <Text key={index} underline={part.hit} {...(part.hit ? tone('code') : tone('dim'))}>
            {sanitise(part.text)}
          </Text>
        ))}
      </Text>
    </Box>
  );
}

/** A window of the line that shows its first decisive range. */
export function excerpt(
  line: EvidenceLine,
  width: number,
): { text: string; ranges: readonly (readonly [number, number])[] } {
  const first = line.ranges[0]?.[0] ?? 0;
  const start =
    first > width / 2 && line.text.length > width
      ? Math.min(first - Math.floor(width / 4), line.text.length - width)
      : 0;
  if (start <= 0) return { text: line.text, ranges: line.ranges };
  const shifted = line.ranges.map(([from, to]) => [Math.max(1, from - start + 1), to - start + 1] as const);
  return { text: `…${line.text.slice(start)}`, ranges: shifted };
}

function Help({ words }: { readonly words: Words }) {
  return (
    <Box flexDirection="column" marginTop={1} paddingLeft={2}>
      <Text bold>{words.t('help.keys')}</Text>
      {KEYS.map(({ id, keys }) => (
        <Box key={id}>
          <Box width={20} flexShrink={0}>
            <Text {...tone('key')}>{keys.join(', ')}</Text>
          </Box>
          <Wrapped>{words.t(`keys.${id}`)}</Wrapped>
        </Box>
      ))}
      <Box marginTop={1}>
        <Wrapped>{words.t('help.talk')}</Wrapped>
      </Box>
    </Box>
  );
}
