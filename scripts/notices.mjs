// The licences of everything the bundle carries: a bundle must ship them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export function notices(root, metafile) {
  const folders = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    // Greedy, so that a package inside another one's node_modules is found where it lies.
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) folders.add(found[1]);
  }
  const parts = [...folders].sort().map((folder) => {
    const dir = join(root, folder);
    const { name, version, license } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
    const file = existsSync(dir) ? readdirSync(dir).find((f) => /^licen[cs]e/i.test(f)) : undefined;
    const text = file ? readFileSync(join(dir, file), 'utf8').trim() : '';
    return `## ${name} ${version} (${license})\n\n${text ? `\`\`\`\n${text}\n\`\`\`\n` : ''}`;
  });
  return `# Third-party notices\n\nThe bundle of unmesh carries these packages.\n\n${parts.join('\n')}`;
}
