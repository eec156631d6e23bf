/** Commands and YAML as they are typed or applied: nothing added that a copy would carry along. */
import { Box, Text } from 'ink';
import type { CommandView } from '../../case/view.ts';
import { tone } from '../theme.ts';
import { Wrapped } from './wrapped.tsx';

export interface CommandLineProps {
  readonly command: CommandView;
}

/**
 * A long command goes on under its own first letter.
 * ```
 *   $ kubectl get pods -n shop -o
 *     wide
 *   [aks] $ az aks show
 * ```
 */
export function CommandLine({ command }: CommandLineProps) {
  const badge = command.platforms.length ? `[${command.platforms.join(', ')}] ` : '';
  return (
    <Box paddingLeft={2}>
      {badge === '' && (
        <Box flexShrink={0}>
          <Text {...tone('dim')}>$ </Text>
        </Box>
      )}
      <Wrapped>
        {badge !== '' && <Text {...tone('dim')}>{`${badge}$ `}</Text>}
        <Placeholders text={command.text} />
      </Wrapped>
    </Box>
  );
}

/** What is still to be filled in stands out: `<namespace>`. */
function Placeholders({ text }: { readonly text: string }) {
  return (
    <Text {...tone('code')}>
      {text.split(/(<[a-z0-9-]+>)/).map((part, index) =>
        index % 2 === 1 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
          <Text key={index} {...tone('warn')}>
            {part}
          </Text>
        ) : (
          part
        ),
      )}
    </Text>
  );
}

/** Keys of a YAML line in the accent tone, comments dim. */
export function Yaml({ text }: { readonly text: string }) {
  return (
    <Box flexDirection="column" paddingLeft={4}>
      {text.split('\n').map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one snippet never move
        <YamlLine key={index} line={line} />
      ))}
    </Box>
  );
}

function YamlLine({ line }: { readonly line: string }) {
  if (line.trim() === '') return <Text> </Text>;
  if (line.trimStart().startsWith('#')) return <Text {...tone('dim')}>{line}</Text>;
  const [, indent = '', key, rest = ''] = /^(\s*(?:- )*)([^\s:#"'][^:]*:)?(.*)$/.exec(line) ?? [];
  return (
    <Text>
      {indent}
      {key && <Text {...tone('accent')}>{key}</Text>}
      {rest}
    </Text>
  );
}
