// Compiles the pack to JSON and bundles the program: start-up parses no YAML and opens a handful of files.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { DECLARATIONS } from '../src/probe/declarations.ts';
import { compilePack } from './compile-pack.mjs';
import { notices } from './notices.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
// Built beside and swapped in at the end: a build that fails leaves the last good one.
const dist = join(root, 'dist.new');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
compilePack(root, join(dist, 'pack'));

/** Yoga decodes its WebAssembly through fetch, which loads undici and compiles late; a third of the first frame. */
const synchronousYoga = {
  name: 'synchronous-yoga',
  setup(b) {
    b.onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const wasm = /data:application\/octet-stream;base64,([A-Za-z0-9+/=]+)/.exec(text)?.[1];
      if (!wasm) throw new Error('yoga-layout changed its loader; look at scripts/build.mjs');
      const hook = `loadYoga = loadYoga || {};
        loadYoga.instantiateWasm = (imports, done) => {
          const module = new WebAssembly.Module(Buffer.from(${JSON.stringify(wasm)}, 'base64'));
          done(new WebAssembly.Instance(module, imports), module);
          return {};
        };`;
      const patched = text
        .replace('loadYoga = loadYoga || {};', () => hook)
        .replace(`data:application/octet-stream;base64,${wasm}`, 'data:application/octet-stream;base64,');
      return { contents: patched, loader: 'js' };
    });
  },
};

/** What probes need and read as data: a probe's code is loaded when unmesh first looks. */
const declarationsAsData = {
  name: 'declarations-as-data',
  setup(b) {
    b.onLoad({ filter: /src\/probe\/declarations\.ts$/ }, () => ({
      contents: `export const DECLARATIONS = ${JSON.stringify(DECLARATIONS)};`,
      loader: 'js',
    }));
  },
};

/**
 * Of the Kubernetes client only the kubeconfig is used: its package does not say that its other modules do nothing when
 * loaded, and undici serves its generated API clients alone, which are not called.
 */
const kubeconfigOnly = {
  name: 'kubeconfig-only',
  setup(b) {
    const inert = async ({ path, pluginData, ...from }) => {
      if (pluginData === 'found') return undefined;
      if (!path.startsWith('@kubernetes/') && !from.importer.includes('@kubernetes/client-node/'))
        return undefined;
      if (path === 'undici') return { path, namespace: 'unused', sideEffects: false };
      return { ...(await b.resolve(path, { ...from, pluginData: 'found' })), sideEffects: false };
    };
    b.onResolve({ filter: /^(?:\.|undici$|@kubernetes\/client-node$)/ }, inert);
    b.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({
      contents: ['Agent', 'ProxyAgent', 'fetch', 'FormData', 'Headers', 'request', 'setGlobalDispatcher']
        .map((name) => `export function ${name}() { throw new Error('undici is not bundled'); }`)
        .join('\n'),
      loader: 'js',
    }));
  },
};

/** Ink loads its devtools only when DEV is set; the package is not shipped. */
const noDevtools = {
  name: 'no-devtools',
  setup(b) {
    b.onResolve({ filter: /^react-devtools-core$/ }, () => ({
      path: 'react-devtools-core',
      namespace: 'stub',
    }));
    b.onLoad({ filter: /.*/, namespace: 'stub' }, () => ({ contents: 'export default {}', loader: 'js' }));
  },
};

const result = await build({
  absWorkingDir: root,
  entryPoints: { cli: 'src/cli.ts' },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  jsx: 'automatic',
  minify: true,
  keepNames: false,
  legalComments: 'none',
  metafile: true,
  define: {
    'process.env.NODE_ENV': '"production"',
    'process.env.DEV': '"false"',
    __VERSION__: JSON.stringify(version),
  },
  // CommonJS parts of the libraries call require.
  banner: {
    js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);",
  },
  plugins: [synchronousYoga, declarationsAsData, kubeconfigOnly, noDevtools],
  logLevel: 'warning',
});

// The entry is old plain JavaScript, so that an old Node can still read the sentence that it is too old.
writeFileSync(
  join(dist, 'unmesh.js'),
  readFileSync(join(root, 'scripts/entry.js'), 'utf8').replace('NODE_TOO_OLD', JSON.stringify(tooOld())),
  { mode: 0o755 },
);
writeFileSync(join(root, 'THIRD-PARTY-NOTICES.md'), notices(root, result.metafile));
rmSync(join(root, 'dist'), { recursive: true, force: true });
renameSync(dist, join(root, 'dist'));
console.error(`built dist: ${Object.keys(result.metafile.outputs).length} files`);

/** The sentence for a Node that is too old, in each language: the bundle cannot be loaded there to say it. */
function tooOld() {
  return Object.fromEntries(
    readdirSync(join(root, 'locales')).map((lang) => {
      const words = JSON.parse(readFileSync(join(root, 'locales', lang, 'errors.json'), 'utf8'))[
        'node-too-old'
      ];
      return [lang, `${words.what}\n${words.why}\n→ ${words.next}\n`];
    }),
  );
}
