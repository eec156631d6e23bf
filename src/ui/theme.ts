/**
 * Looks, as functions from meaning to Text props. Only the terminal's own sixteen colours and attributes are used, so
 * that light and dark schemes both stay readable; nothing is said by colour alone.
 */
import type { TextProps } from 'ink';

export type Tone = 'plain' | 'good' | 'warn' | 'strong' | 'dim' | 'code' | 'key' | 'title' | 'accent';

/** Read when drawing, since the command line decides it too. */
export function hasColour(): boolean {
  return process.env.NO_COLOR === undefined || process.env.NO_COLOR === '';
}

export function tone(name: Tone): TextProps {
  switch (name) {
    case 'good':
      return { color: 'green' };
    case 'warn':
      return { color: 'red' };
    case 'strong':
      return { bold: true };
    case 'dim':
      return { dimColor: true };
    case 'code':
      return { color: 'cyan' };
    case 'key':
      return { color: 'magenta' };
    case 'title':
      return { bold: true, color: 'blue' };
    case 'accent':
      return { color: 'blue' };
    default:
      return {};
  }
}
