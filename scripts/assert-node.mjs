// npm silently falls back to the system's Node when the `node` dev dependency's install script was blocked;
// this says so instead of failing later in a strange place.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `unmesh is built and tested with Node >= 22.19; this is ${process.version}.\n` +
      'The `node` dev dependency brings Node 24: run `npm ci` without --ignore-scripts (package.json allows the script of `node`).',
  );
  process.exit(1);
}
