// Scripts that import TypeScript need the Node that the project brings; on an older one they start again with it.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export function runWithProjectNode(script) {
  if (Number(process.versions.node.split('.')[0]) >= 24) return false;
  const node = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  const { status } = spawnSync(node, [script, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(status ?? 1);
}
