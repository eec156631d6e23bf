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
  sayTooOld({"en":"unmesh needs Node {{needed}} or newer; this is {{found}}.\nThe terminal library it uses does not run on older versions.\n→ Install a current Node (24 or newer) and start unmesh again.\n","id":"unmesh memerlukan Node {{needed}} atau lebih baru; ini {{found}}.\nLibrary terminal yang dipakai tidak berjalan di versi lama.\n→ Instal Node terbaru (24 atau lebih baru), lalu jalankan unmesh lagi.\n","ko":"unmesh에는 Node {{needed}} 이상이 필요합니다. 현재 버전은 {{found}}입니다.\n사용하는 터미널 라이브러리가 이전 버전에서 동작하지 않습니다.\n→ 최신 Node(24 이상)를 설치하고 unmesh를 다시 시작하세요.\n","zh-CN":"unmesh 需要 Node {{needed}} 或更高版本，当前为 {{found}}。\n所用的终端库无法在更低版本上运行。\n→ 安装最新的 Node（24 或更高），然后重新启动 unmesh。\n"}, process.env);
}
import('node:module').then(function start(module) {
  if (module.enableCompileCache) module.enableCompileCache();
  return import('./cli.js');
});
