import { cachedNode } from './node-runtime.mjs'

console.log(cachedNode())
