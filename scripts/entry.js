#!/usr/bin/env node
// Old plain JavaScript, so that a Node that is too old can still say so. The sentences are put in by the build.
var needed = [22, 19];
var found = process.versions.node.split('.').map(Number);

function sayTooOld(sentences, env) {
  var locale = String(env.UNMESH_LANG || env.LC_ALL || env.LC_MESSAGES || env.LANG || 'en').toLowerCase();
  var language = locale.slice(0, 2) === 'zh' ? 'zh-CN' : locale.slice(0, 2);
  var sentence = sentences[language] || sentences.en;
  process.stderr.write(
    sentence.replace('{{needed}}', needed.join('.')).replace('{{found}}', process.version),
  );
  process.exit(4);
}

if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  sayTooOld(NODE_TOO_OLD, process.env);
}
import('node:module').then(function start(module) {
  if (module.enableCompileCache) module.enableCompileCache();
  return import('./cli.js');
});
