/** The direction of imports (docs/architecture.md), and what a headless command must not load. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './project.ts';

const LAYERS: readonly (readonly string[])[] = [
  ['cli'],
  ['commands'],
  ['ui', 'report', 'lint'],
  ['case'],
  ['scan'],
  ['flow', 'match', 'probe', 'run', 'explain'],
  ['cluster', 'pack', 'i18n'],
  ['text', 'errors', 'version'],
];
const src = join(ROOT, 'src');

function files(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? files(join(dir, entry.name))
      : /\.tsx?$/.test(entry.name)
        ? [join(dir, entry.name)]
        : [],
  );
}

function imports(file: string, dynamic: boolean): string[] {
  const text = readFileSync(file, 'utf8');
  const found = [...text.matchAll(/^(?:import|export)\s(type\s)?[^;]*?from\s+'([^']+)'/gms)]
    .filter((m) => !m[1])
    .map((m) => m[2]!);
  const lazy = [...text.matchAll(/import\('([^']+)'\)/g)].map((m) => m[1]!);
  return dynamic ? [...found, ...lazy] : found;
}

function room(path: string): string {
  return relative(src, path).split('/')[0]!.replace(/\.ts$/, '');
}

function layer(path: string): number {
  return LAYERS.findIndex((rooms) => rooms.includes(room(path)));
}

/** What is loaded with a file; the bundle has the data of probe/declarations.ts in place of the module. */
function reach(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (file.endsWith('probe/declarations.ts')) return seen;
  for (const name of imports(file, false))
    if (name.startsWith('.')) reach(resolve(dirname(file), name), seen);
  return seen;
}

describe('the rooms', () => {
  it('are all known', () => {
    expect(files(src).filter((file) => layer(file) === -1)).toEqual([]);
  });

  it('import one way only', () => {
    const wrong = files(src).flatMap((file) =>
      imports(file, true)
        .filter((name) => name.startsWith('.'))
        .map((name) => resolve(dirname(file), name))
        .filter((target) => layer(target) < layer(file))
        .map((target) => `${relative(src, file)} -> ${relative(src, target)}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keep Ink, React and the Kubernetes client out of headless commands', () => {
    const heavy = /^(ink|react|@kubernetes\/client-node)($|\/)/;
    const entries = ['cli.ts', ...readdirSync(join(src, 'commands')).map((f) => `commands/${f}`)].map((f) =>
      join(src, f),
    );
    const loaded = new Set(entries.flatMap((entry) => [...reach(entry)]));
    const guilty = [...loaded].filter((file) => imports(file, false).some((name) => heavy.test(name)));
    expect(guilty.map((file) => relative(src, file))).toEqual([]);
  });

  it('load no probe before unmesh looks', () => {
    const loaded = [...reach(join(src, 'commands/start.ts')), ...reach(join(src, 'ui/run-ink.tsx'))];
    expect(loaded.length).toBeGreaterThan(20);
    const probes = loaded.filter((file) =>
      /src\/probe\/(?:probes\.ts|run\.ts|logs|gateways|traffic)/.test(file),
    );
    expect(probes.map((file) => relative(src, file))).toEqual([]);
  });
});
