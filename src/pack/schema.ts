/**
 * Validators of every data file of a pack, and the types the program works with.
 * The JSON Schemas in `schemas/` are generated from these (`npm run schemas`). Loaded lazily: the pack that
 * ships is validated when it is compiled, so only user packs, the linter and the build pay for zod.
 */
import { z } from 'zod';
import { AREAS, FACTS, OUTCOMES, PLATFORMS } from './vocabulary.ts';

const id = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'an id is kebab-case: lower-case letters, digits, hyphens');
const target = z
  .string()
  .regex(
    /^([a-z0-9-]+|end\.(fixed|cause-found|not-the-mesh|undecided)|flow\.[a-z0-9-]+(\.[a-z0-9-]+)?)$/,
    'a target is a state, end.<outcome>, flow.<symptom> or flow.<symptom>.<state>',
  );

const command = z.union([
  z.string().min(1),
  z.strictObject({ run: z.string().min(1), platforms: z.array(z.enum(PLATFORMS)).min(1) }),
]);

const reader = z.union([
  z.strictObject({
    match: z.string().min(1).describe('RE2 pattern, tried on pasted output'),
    answer: id,
    sample: z.string().min(1).describe('real output that must be read as this answer'),
    paste: z.boolean().optional().describe('also tried on everything pasted earlier in the case'),
  }),
  z.strictObject({
    fact: z.enum(FACTS),
    in: z.array(z.string().min(1)).min(1),
    answer: id,
  }),
  z.strictObject({ fact: z.enum(FACTS), match: z.string().min(1), answer: id }),
]);

const stepState = z.strictObject({
  type: z.literal('step').optional(),
  probe: id.optional(),
  commands: z.array(command).optional(),
  read: z.array(reader).optional(),
  on: z.record(id, target),
});

const fixStep = z.strictObject({
  id,
  command: command.optional(),
  yaml: z.string().min(1).optional(),
  patch: z.boolean().optional().describe('the YAML is a fragment to merge, not a whole object'),
});

const fixState = z.strictObject({
  type: z.literal('fix'),
  steps: z.array(fixStep).min(1),
  verify: z.strictObject({
    commands: z.array(command).min(1),
    read: z.array(reader).optional(),
    probe: id.optional(),
  }),
  on: z.strictObject({ fixed: target, 'not-fixed': target, 'handed-over': target.optional() }),
});

const endState = z.strictObject({
  type: z.literal('end'),
  outcome: z.enum(OUTCOMES),
  commands: z.array(command).optional(),
});

export const flowSchema = z.strictObject({
  id,
  area: z.enum(AREAS),
  platforms: z.array(z.enum(PLATFORMS)).min(1),
  sources: z.array(id).min(1),
  initial: id,
  states: z.record(id, z.discriminatedUnion('type', [stepState, fixState, endState])),
});

const words = z.string().min(1);

export const flowWordsSchema = z.strictObject({
  title: words,
  summary: words,
  says: z.array(words).min(6),
  states: z.record(
    id,
    z.union([
      z.strictObject({ ask: words, why: words, howto: words, answers: z.record(id, words) }),
      z.strictObject({
        title: words,
        why: words,
        steps: z.record(id, words),
        verify: words,
        warn: words.optional(),
      }),
      z.strictObject({ title: words, body: words }),
    ]),
  ),
});

const globs = z.array(z.string().min(1));

export const signatureSchema = z.strictObject({
  id,
  any: globs.optional(),
  all: globs.optional(),
  none: globs.optional(),
  context: globs.optional(),
  fields: z.record(id, globs.min(1)).optional(),
  score: z.number().min(0).max(1),
  match: z.array(z.string().min(1)).min(1),
  not: z.array(z.string().min(1)).min(1),
  overlaps: z.array(id).optional().describe('flows whose signatures are meant to match the same samples'),
});

export const signatureFileSchema = z.strictObject({ flow: id, signatures: z.array(signatureSchema).min(1) });

export const sourcesSchema = z.record(
  id,
  z.strictObject({
    title: words,
    url: z.url(),
    versions: z.string().optional(),
    checked: z.union([z.string(), z.date()]).optional(),
  }),
);

export const tableSchema = z.strictObject({
  table: id,
  sources: z.array(id).min(1),
  entries: z.array(
    z.strictObject({
      id,
      code: words.optional(),
      aliases: z.array(words).optional(),
      http: z.string().optional(),
      scope: z.array(z.string()).optional(),
      level: z.enum(['error', 'warning', 'info']).optional(),
      template: words.optional(),
      group: id.optional(),
      since: z.string().optional(),
      until: z.string().optional(),
      retired: z.boolean().optional(),
      emitted: z.boolean().optional(),
      flow: id,
      state: id.optional(),
      also: z.array(id).optional(),
      docs: z.url().optional(),
    }),
  ),
});

export const tableWordsSchema = z.record(
  id,
  z.strictObject({ title: words, meaning: words, causes: z.array(words).min(1).max(4), do: words }),
);

export const coverageSchema = z.record(
  z.string().regex(/^S\d-\d{2,3}$/),
  z
    .string()
    .regex(
      /^(none|flow\/[a-z0-9-]+\/[a-z0-9-]+|kb\/[a-z0-9-]+\/[a-z0-9-]+|ui\/[a-z0-9.-]+|docs\/[a-z0-9-]+\.md)$/,
      'a coverage target is flow/<symptom>/<state>, kb/<table>/<entry>, ui/<id>, docs/<page>.md or none',
    ),
);

export type FlowFile = z.infer<typeof flowSchema>;
export type FlowWords = z.infer<typeof flowWordsSchema>;
export type StateFile = FlowFile['states'][string];
export type StepState = z.infer<typeof stepState>;
export type FixState = z.infer<typeof fixState>;
export type EndState = z.infer<typeof endState>;
export type Command = z.infer<typeof command>;
export type Reader = z.infer<typeof reader>;
export type Signature = z.infer<typeof signatureSchema>;
export type SignatureFile = z.infer<typeof signatureFileSchema>;
export type Table = z.infer<typeof tableSchema>;
export type TableEntry = Table['entries'][number];
export type TableWords = z.infer<typeof tableWordsSchema>;
export type Sources = z.infer<typeof sourcesSchema>;
export type Coverage = z.infer<typeof coverageSchema>;

/** The data files of a pack by the folder they live in, for the loader, the linter and the JSON Schemas. */
export const FILE_KINDS = {
  flow: flowSchema,
  'flow-words': flowWordsSchema,
  signatures: signatureFileSchema,
  sources: sourcesSchema,
  table: tableSchema,
  'table-words': tableWordsSchema,
  coverage: coverageSchema,
} as const;
