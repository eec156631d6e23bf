// Writes the JSON Schema of each data file, generated from the validators the loader uses: npm run schemas
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runWithProjectNode } from './project-node.mjs';

if (!runWithProjectNode(import.meta.filename ?? new URL(import.meta.url).pathname)) {
  const { schemaFiles } = await import('../src/pack/json-schema.ts');
  mkdirSync('schemas', { recursive: true });
  for (const [name, text] of schemaFiles()) writeFileSync(join('schemas', name), text);
}
