import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);
var t=/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b\n]*(?:\u0007|\u001b\\)?|[PX^_][^\u001b\n]*(?:\u001b\\)?|[ -/]*[0-~])|\u009b[0-?]*[ -/]*[@-~]/g,r=/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;function f(u){return u.replace(/\r\n?/g,`
`).replace(t,"").replace(r,"").toWellFormed()}function i(u,n=400){let e=f(u).replace(/\s+/g," ").trim();return e.length>n?`${e.slice(0,n-1)}\u2026`:e}export{f as a,i as b};
