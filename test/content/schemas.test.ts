/** The JSON Schemas in schemas/ are those of the validators. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { schemaFiles } from '../../src/pack/json-schema.ts';
import { ROOT } from '../project.ts';

it.each(schemaFiles())('%s is up to date (npm run schemas)', (name, text) => {
  expect(readFileSync(join(ROOT, 'schemas', name), 'utf8')).toBe(text);
});
