#!/usr/bin/env node
var needed = [22, 19];
var found = process.versions.node.split('.').map(Number);
if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  process.stderr.write(
    'unmesh needs Node ' +
      needed.join('.') +
      ' or newer; this is ' +
      process.version +
      '. Install a current Node and start it again.\n',
  );
  process.exit(4);
}
import('node:module').then((module) => {
  if (module.enableCompileCache) module.enableCompileCache();
  return import('./cli.js');
});
