/** The root: keys in, session, frame out. The only component that ends the program. */
import { Box, type Key, Static, Text, useApp, useInput, usePaste } from 'ink';
import { useCallback, useEffect, useSyncExternalStore } from 'react';
import type { Words } from '../i18n/words.ts';
import { ChoiceList } from './components/choice-list.tsx';
import { PrintedBlock } from './components/printed.tsx';
import { PromptLine } from './components/prompt-line.tsx';
import { Spinner } from './components/spinner.tsx';
import { Wrapped } from './components/wrapped.tsx';
import { fittingKeys } from './footer.ts';
import { useLayout } from './hooks/use-layout.ts';
import { useLiveState } from './hooks/use-live-state.ts';
import { keysIn } from './key-chunks.ts';
import { commandOf } from './keys.ts';
import type { Session } from './session.ts';
import { EMPTY_BUFFER, editBuffer, editOf, type TextBuffer } from './text-buffer.ts';
import { tone } from './theme.ts';

export interface AppProps {
  readonly session: Session;
  /** How the program was left; the caller prints what to do next. */
  readonly onQuit: (how: 'done' | 'interrupted') => void;
}

export function App({ session, onQuit }: AppProps) {
  const view = useSyncExternalStore(session.subscribe, session.view);
  const layout = useLayout();
  const { exit } = useApp();
  const [buffer, setBuffer, liveBuffer] = useLiveState<TextBuffer>(EMPTY_BUFFER);
  const [selected, setSelected, liveSelected] = useLiveState(0);
  const [, setPasted, livePasted] = useLiveState(false);
  const { choices, words } = view;
  const scene = `${view.scene}/${view.overlay}/${view.place?.flow}/${view.place?.state}/${view.printed.length}/${view.picking}`;

  // A new question starts at its first answer.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scene is the trigger, not an input
  useEffect(() => setSelected(0), [scene, setSelected]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a list that opens is filtered by what stands there already
  useEffect(() => session.typing(buffer.text), [session, buffer.text, view.picking]);

  const quit = useCallback(
    (how: 'done' | 'interrupted') => {
      onQuit(how);
      exit();
    },
    [exit, onQuit],
  );

  const marked = markedOf(choices.length, buffer.text, selected);

  const change = (next: (now: TextBuffer) => TextBuffer) => {
    setBuffer(next);
    // What fits the filter best stands first.
    if (session.view().filters) setSelected(0);
  };
  const insert = (text: string, isPaste: boolean) => {
    change((now) => editBuffer(now, { type: 'insert', text }));
    if (isPaste) setPasted(true);
  };
  const send = () => {
    const { text } = liveBuffer();
    const via = livePasted() ? 'paste' : 'typed';
    // Enter may come in the same chunk as what was typed before it.
    session.typing(text);
    const now = session.view();
    setBuffer(EMPTY_BUFFER);
    setPasted(false);
    if (text.trim() !== '' && !now.filters) return session.submit(text, via);
    const choice = now.choices[markedOf(now.choices.length, text, liveSelected())];
    if (choice?.id === ':quit') return quit('done');
    if (choice) return session.pick(choice.id);
    return session.submit(text, via);
  };

  usePaste((text) => insert(text.replace(/\r\n?/g, '\n'), true));
  const press = (input: string, key: Key) => {
    const { filters, choices } = session.view();
    const isEmpty = liveBuffer().text === '' || filters;
    const command = commandOf(input, key, isEmpty);
    switch (command) {
      case 'quit':
        return quit(input === 'c' ? 'interrupted' : 'done');
      case 'send':
        return send();
      case 'newline':
        return insert('\n', false);
      case 'clear':
        return setBuffer(EMPTY_BUFFER);
      case 'move': {
        const step = key.upArrow ? -1 : 1;
        return setSelected((now) => (choices.length ? (now + step + choices.length) % choices.length : 0));
      }
      case 'escape':
        if (liveBuffer().text !== '') setBuffer(EMPTY_BUFFER);
        else session.command('escape');
        return;
      case undefined: {
        const parts = keysIn(input);
        if (parts) {
          for (const part of parts) press(part.input, part.key);
          return;
        }
        // Terminals without bracketed paste deliver a paste as one long chunk of input.
        if (input.length > 1 && /[\r\n]/.test(input)) return insert(input.replace(/\r\n?/g, '\n'), true);
        const edit = editOf(input, key);
        if (edit) change((now) => editBuffer(now, edit));
        return;
      }
      default:
        setBuffer((now) => (filters ? EMPTY_BUFFER : now));
        session.command(command);
    }
  };
  useInput(press);

  const rowsForList = layout.rows - 8;
  return (
    <>
      <Static items={[...view.printed]}>
        {(block, index) => <PrintedBlock key={index} block={block} words={words} width={layout.width} />}
      </Static>
      <Box flexDirection="column" width={layout.width} marginTop={1}>
        {view.scene === 'paste' && !view.overlay && view.printed.length === 0 && <Welcome words={words} />}
        {view.overlay && <Text {...tone('title')}>{words.t(`overlay.${view.overlay}`)}</Text>}
        {view.lead !== '' && <Wrapped>{view.lead}</Wrapped>}
        {view.busy ? (
          <Spinner label={view.busy} />
        ) : (
          <ChoiceList
            choices={choices}
            selected={marked}
            rows={rowsForList}
            moreLabel={(count) => words.t('list.more', { count })}
            areNames={view.picking === 'choosing'}
          />
        )}
        {choices.length > 0 && <Text> </Text>}
        <PromptLine
          buffer={buffer}
          placeholder={view.placeholder}
          moreLines={(count) => words.t('input.more', { count })}
        />
        {view.status !== '' ? (
          <Wrapped {...tone('dim')}>{view.status}</Wrapped>
        ) : (
          <Text {...tone('dim')} wrap="truncate-end">
            {fittingKeys(words.t('footer.keys'), layout.width)}
          </Text>
        )}
      </Box>
    </>
  );
}

/** A number in the prompt marks its answer before Enter takes it. */
function markedOf(count: number, typed: string, selected: number): number {
  const number = /^\d{1,2}$/.test(typed.trim()) ? Number(typed) - 1 : -1;
  return number >= 0 && number < count ? number : Math.min(selected, Math.max(count - 1, 0));
}

function Welcome({ words }: { readonly words: Words }) {
  return (
    <Box flexDirection="column" marginBottom={1}>
      <Wrapped>
        <Text {...tone('title')}>unmesh</Text>
        <Text {...tone('dim')}>{`  ${words.t('welcome.what')}`}</Text>
      </Wrapped>
      <Wrapped>{words.t('welcome.paste')}</Wrapped>
    </Box>
  );
}
