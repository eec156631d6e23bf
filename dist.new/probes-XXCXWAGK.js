import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);
import{a,b}from"./chunk-SDJ72G2K.js";import"./chunk-7QWMKDIK.js";export{a as PROBES,b as readsOf};
