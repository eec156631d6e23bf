/** A step, a fix or an end as it is printed into the conversation. */
import { Box, Text } from 'ink';
import type { EndView, FixView, PlaceView, StepView } from '../../case/view.ts';
import type { Words } from '../../i18n/words.ts';
import { type Tone, tone } from '../theme.ts';
import { CommandLine, Yaml } from './code.tsx';
import { Markup } from './markup.tsx';
import { Wrapped } from './wrapped.tsx';

export interface PlaceProps {
  readonly view: PlaceView;
  readonly words: Words;
}

export function Place({ view, words }: PlaceProps) {
  switch (view.kind) {
    case 'step':
      return <Step view={view} words={words} />;
    case 'fix':
      return <Fix view={view} words={words} />;
    case 'end':
      return <End view={view} words={words} />;
  }
}

function Step({ view, words }: { readonly view: StepView; readonly words: Words }) {
  return (
    <Box flexDirection="column" marginTop={1}>
      <Markup bold text={`? ${view.ask}`} />
      <Box paddingLeft={2}>
        <Markup text={view.why} {...tone('dim')} />
      </Box>
      {view.commands.length > 0 && (
        <Box flexDirection="column" marginTop={1} paddingLeft={2}>
          <Text>{words.t('step.run')}</Text>
          {view.commands.map((command) => (
            <CommandLine key={command.text} command={command} />
          ))}
        </Box>
      )}
    </Box>
  );
}

function Fix({ view, words }: { readonly view: FixView; readonly words: Words }) {
  return (
    <Box flexDirection="column" marginTop={1}>
      <Markup
        text={words.t('text.labelled', { label: words.t('fix.label'), text: view.title })}
        {...tone('title')}
      />
      <Box paddingLeft={2}>
        <Markup text={view.why} />
      </Box>
      {view.warn && (
        <Box paddingLeft={2} marginTop={1}>
          <Markup text={`! ${view.warn}`} {...tone('warn')} />
        </Box>
      )}
      {view.steps.map((step, index) => (
        <Box key={step.text} flexDirection="column" marginTop={1}>
          <Box>
            <Box flexShrink={0} width={5}>
              <Text {...tone('strong')}>{`${String(index + 1).padStart(3)}. `}</Text>
            </Box>
            <Markup text={step.text} />
          </Box>
          <Box flexDirection="column" paddingLeft={3}>
            {step.command && <CommandLine command={step.command} />}
            {step.yaml && <Yaml text={step.yaml} />}
          </Box>
        </Box>
      ))}
      <Box flexDirection="column" marginTop={1}>
        <Wrapped {...tone('good')}>{words.t('fix.verify')}</Wrapped>
        <Box paddingLeft={2}>
          <Markup text={view.verify.text} />
        </Box>
        {view.verify.commands.map((command) => (
          <CommandLine key={command.text} command={command} />
        ))}
      </Box>
    </Box>
  );
}

const END_TONE: Readonly<Record<EndView['outcome'], Tone>> = {
  fixed: 'good',
  'cause-found': 'good',
  'not-the-mesh': 'accent',
  undecided: 'warn',
};

function End({ view, words }: { readonly view: EndView; readonly words: Words }) {
  return (
    <Box flexDirection="column" marginTop={1}>
      <Markup
        text={`■ ${words.t('text.labelled', { label: words.t(`end.${view.outcome}.label`), text: view.title })}`}
        {...tone(END_TONE[view.outcome])}
        bold
      />
      <Box paddingLeft={2}>
        <Markup text={view.body} />
      </Box>
      {view.unknown.length > 0 && (
        <Box flexDirection="column" marginTop={1} paddingLeft={2}>
          <Wrapped>{words.t('end.missing')}</Wrapped>
          {view.unknown.map(({ ask, howto }) => (
            <Box key={ask} flexDirection="column" paddingLeft={2}>
              <Markup text={`- ${ask}`} />
              <Markup text={`  ${howto}`} {...tone('dim')} />
            </Box>
          ))}
        </Box>
      )}
      {view.commands.length > 0 && (
        <Box flexDirection="column" marginTop={1}>
          {view.outcome === 'undecided' && <Wrapped>{words.t('end.report')}</Wrapped>}
          {view.commands.map((command) => (
            <CommandLine key={command.text} command={command} />
          ))}
        </Box>
      )}
    </Box>
  );
}
