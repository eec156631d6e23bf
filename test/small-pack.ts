/** A tiny pack for tests of the program itself, so that they do not change with the knowledge. */
import type { Pack } from '../src/pack/pack.ts';
import type { FlowFile, FlowWords } from '../src/pack/schema.ts';

const coffee: FlowFile = {
  id: 'no-coffee',
  area: 'platform',
  platforms: ['istio'],
  sources: ['manual'],
  initial: 'has-power',
  states: {
    'has-power': {
      probe: 'power',
      commands: ['kubectl get pod {{pod}} -n {{namespace}}'],
      read: [
        { fact: 'flag', in: ['UF'], answer: 'no' },
        { match: '(?m)^LED (?P<pod>[a-z]+) off', answer: 'no', sample: 'LED red off', paste: true },
        { match: 'LED .* on', answer: 'yes', sample: 'LED red on' },
      ],
      on: { yes: 'has-water', no: 'plug-in', unknown: 'has-water' },
    },
    'has-water': { on: { yes: 'end.undecided', no: 'flow.no-water', unknown: 'end.undecided' } },
    'plug-in': {
      type: 'fix',
      steps: [
        { id: 'plug', command: 'kubectl rollout restart deploy/{{workload}} -n {{namespace}}' },
        {
          id: 'switch',
          yaml: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: power\n  namespace: {{namespace}}\n',
        },
      ],
      verify: {
        commands: ['kubectl get pods'],
        read: [{ match: 'Running', answer: 'fixed', sample: 'Running' }],
      },
      on: { fixed: 'end.fixed', 'not-fixed': 'has-water' },
    },
  },
};

const water: FlowFile = {
  id: 'no-water',
  area: 'platform',
  platforms: ['istio'],
  sources: ['manual'],
  initial: 'is-tap-open',
  states: {
    'is-tap-open': { on: { yes: 'pipe-broken', no: 'end.undecided', unknown: 'end.undecided' } },
    'pipe-broken': { type: 'end', outcome: 'not-the-mesh' },
  },
};

const words: Record<string, FlowWords> = {
  'no-coffee': {
    title: 'No coffee',
    summary: 'The machine gives no coffee.',
    says: ['no coffee', 'machine is dead', 'cold cup', 'nothing comes out', 'coffee gone', 'espresso fails'],
    states: {
      'has-power': {
        ask: 'Does `{{pod}}` have power?',
        why: 'Without power nothing works.',
        howto: 'Look at the LED.',
        answers: { yes: 'It is lit', no: 'It is dark' },
      },
      'has-water': {
        ask: 'Is there water in the tank?',
        why: 'It boils water.',
        howto: 'Look into the tank.',
        answers: { yes: 'The tank is full', no: 'The tank is empty' },
      },
      'plug-in': {
        title: 'Plug it in',
        why: 'The plug is out.',
        steps: { plug: 'Plug in {{workload}}.', switch: 'Apply the switch.' },
        verify: 'The LED is lit.',
        warn: 'It gets hot.',
      },
    },
  },
  'no-water': {
    title: 'No water',
    summary: 'The tap gives no water.',
    says: ['no water', 'dry tap', 'tank empty', 'tap is dead', 'thirsty', 'pipe problem'],
    states: {
      'is-tap-open': {
        ask: 'Is the tap open?',
        why: 'A closed tap gives nothing.',
        howto: 'Turn it.',
        answers: { yes: 'It is open', no: 'It is closed' },
      },
      'pipe-broken': { title: 'The pipe is broken', body: 'Call the plumber.' },
    },
  },
};

const flows: Record<string, FlowFile> = { 'no-coffee': coffee, 'no-water': water };

export const smallPack: Pack = {
  flowIds: Object.keys(flows),
  flow: (id) => flows[id],
  symptom: (id) => flows[id],
  flowWords: (lang, id) => (lang === 'en' ? words[id] : undefined),
  symptomWords: (lang) => (lang === 'en' ? words : {}),
  signatures: () => [],
  tableIds: [],
  table: () => undefined,
  tableWords: () => undefined,
  sources: () => ({}),
  coverage: () => ({}),
};
