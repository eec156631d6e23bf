import { existsSync } from 'node:fs';

if (!existsSync(new URL('../dist/unmesh.js', import.meta.url))) {
  console.error('unmesh is not built yet: run `npm run build` (or `npm start`, which builds and starts it).');
  process.exit(4);
}
