/**
 * `npm run bench`: every benchmark, one after the other, each its own process, and one table of what they measured: medians, with the
 * machine and its load. `npm run bench -- ingest query` runs some; `--rounds 3` runs each so often.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { FIGURES_VARIABLE, figureTable, medianFigures } from './figures.ts'

const BENCHMARKS = [
  'decode',
  'log',
  'block',
  'ingest',
  'sizes',
  'query',
  'ui',
  'files',
  'agent',
  'overload',
  'import',
] as const

const asked = process.argv.slice(2)
const at = asked.indexOf('--rounds')
const rounds = at < 0 ? 1 : Number(asked.splice(at, 2)[1])
const unknown = asked.filter(name => !(BENCHMARKS as readonly string[]).includes(name))
if (unknown.length > 0 || !(rounds >= 1 && rounds <= 100)) {
  console.error(
    unknown.length > 0
      ? `no benchmark ${unknown.join(', ')}; there are ${BENCHMARKS.join(', ')}`
      : '--rounds: expected 1 to 100',
  )
  process.exit(2)
}
const directory = mkdtempSync(join(tmpdir(), 'spoor-figures-'))
const file = join(directory, 'figures')
writeFileSync(file, '')
const before = loadavg()[0]
for (let round = 0; round < rounds; round++) {
  for (const name of asked.length > 0 ? asked : BENCHMARKS) {
    console.log(`\n== ${name}`)
    const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`)], {
      stdio: 'inherit',
      env: { ...process.env, [FIGURES_VARIABLE]: file },
    })
    if (status !== 0) process.exitCode = 1
  }
}
const figures = medianFigures(file)
rmSync(directory, { recursive: true })
if (figures.length > 0) {
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`
  console.log(
    `\n${availableParallelism()} cores of ${cpus()[0]?.model ?? 'unknown'}, ${memory}, Node ${process.version}, load ${before.toFixed(1)} before and ${loadavg()[0].toFixed(1)} after\n`,
  )
  console.log(figureTable(figures))
}
