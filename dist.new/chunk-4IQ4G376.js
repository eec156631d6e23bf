import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);
var n=class extends Error{failure;detail;constructor(e,r,o){super(`${e}: ${r}`,{cause:o}),this.name="LookError",this.failure=e,this.detail=r}};export{n as a};
