import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);
import{a as e}from"./chunk-AX6EB77F.js";function c(r,t){return s(r.flowIds,t).join(", ")}function s(r,t){let n=new e(r,{threshold:.6,ignoreLocation:!0}).search(t.slice(0,32)).slice(0,3);return n.length?n.map(({item:o})=>o):r.slice(0,3)}export{c as a,s as b};
