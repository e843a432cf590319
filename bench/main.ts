/** `npm run bench`: every benchmark, one after the other, each its own process. `npm run bench -- ingest decode` runs some. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const BENCHMARKS = ['decode', 'log', 'block', 'compare', 'ingest', 'ui'] as const

const asked = process.argv.slice(2)
const unknown = asked.filter(name => !(BENCHMARKS as readonly string[]).includes(name))
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are ${BENCHMARKS.join(', ')}`)
  process.exit(2)
}
for (const name of asked.length > 0 ? asked : BENCHMARKS) {
  console.log(`\n== ${name}`)
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`)], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
