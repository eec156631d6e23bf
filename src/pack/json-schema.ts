/** JSON Schemas for editors, generated from the validators, so that both can never disagree. */
import { z } from 'zod';
import { FILE_KINDS } from './schema.ts';

/** File name and text of each schema. */
export function schemaFiles(): [name: string, text: string][] {
  return Object.entries(FILE_KINDS).map(([kind, schema]) => {
    const json = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' });
    return [`${kind}.schema.json`, `${JSON.stringify(json, null, 2)}\n`];
  });
}
