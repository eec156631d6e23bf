// Builds the etcd and kube-apiserver that test/cluster runs against, once, into the user's cache. Needs `go`.
import './assert-node.mjs';

const { buildBinaries } = await import('../test/cluster/binaries.ts');
const built = await buildBinaries();
console.error('missing' in built ? built.missing : `${built.etcd}\n${built.apiserver}`);
process.exitCode = 'missing' in built ? 1 : 0;
