import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);
import{a as c,b as d}from"./chunk-6JOMIREG.js";import{a as g,b as r}from"./chunk-P2DLMK5U.js";function p(t,a){if(t instanceof d){let e=Object.fromEntries(Object.entries(t.values).map(([i,o])=>[i,typeof o=="string"?r(o):o])),s=i=>a.error(`${t.id}.${i}`,e);return{text:`${s("what")}
${s("why")}
\u2192 ${s("next")}
`,exitCode:t.exitCode}}let x=t instanceof Error?t.message:String(t),f=t instanceof Error?t.stack??"":"",E={message:r(x)},n=e=>a.error(`bug.${e}`,E);return{text:`${n("what")}
${n("why")}
\u2192 ${n("next")}

${g(f)}
`,exitCode:c.bug}}var u="0.1.0";export{p as a,u as b};
