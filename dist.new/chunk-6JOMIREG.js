import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);
var i={ok:0,found:1,usage:2,input:3,environment:4,bug:70,sigint:130,sigterm:143},t=class extends Error{name="UserError";id;values;exitCode;constructor(e,r={},n=i.usage,o){super(`${e} ${JSON.stringify(r)}`,o===void 0?void 0:{cause:o}),this.id=e,this.values=r,this.exitCode=n}};export{i as a,t as b};
