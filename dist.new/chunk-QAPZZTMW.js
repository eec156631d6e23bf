import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);
function r(e){return e>=.85?"sure":e>=.6?"likely":"possible"}export{r as a};
