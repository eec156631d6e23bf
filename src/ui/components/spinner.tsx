/** A sign of life while something runs; a still one for screen readers. */
import { Text, useAnimation, useIsScreenReaderEnabled } from 'ink';
import { tone } from '../theme.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

export function Spinner({ label }: { readonly label: string }) {
  const isStill = useIsScreenReaderEnabled();
  const { frame } = useAnimation({ interval: 80, isActive: !isStill });
  return (
    <Text>
      <Text {...tone('key')}>{isStill ? '' : `${FRAMES[frame % FRAMES.length]} `}</Text>
      {label}
    </Text>
  );
}
