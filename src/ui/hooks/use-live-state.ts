/** State that a handler can read as it is now, not as it was when the last frame was drawn. */
import { useCallback, useRef, useState } from 'react';

/**
 * A terminal may deliver a paste and the Enter behind it in one chunk: both reach the handlers before React draws
 * again, so a handler that reads its closure would send the prompt as it was before the paste.
 */
export function useLiveState<T>(
  initial: T,
): readonly [value: T, set: (next: T | ((now: T) => T)) => void, live: () => T] {
  const [value, setValue] = useState(initial);
  const ref = useRef(initial);
  const set = useCallback((next: T | ((now: T) => T)) => {
    ref.current = typeof next === 'function' ? (next as (now: T) => T)(ref.current) : next;
    setValue(ref.current);
  }, []);
  const live = useCallback(() => ref.current, []);
  return [value, set, live];
}
