// The licences of everything the bundle carries: a bundle must ship them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export function notices(root, metafile) {
  const packages = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(input);
    if (found) packages.add(found[1]);
  }
  const parts = [...packages].sort().map((name) => {
    const dir = join(root, 'node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
    const file = existsSync(dir) ? readdirSync(dir).find((f) => /^licen[cs]e/i.test(f)) : undefined;
    const text = file ? readFileSync(join(dir, file), 'utf8').trim() : '';
    return `## ${name} ${version} (${license})\n\n${text ? `\`\`\`\n${text}\n\`\`\`\n` : ''}`;
  });
  return `# Third-party notices\n\nThe bundle of unmesh carries these packages.\n\n${parts.join('\n')}`;
}
