/**
 * `npm run bench`: every benchmark, one after the other, each its own process, and one table of what they measured: medians, with the
 * machine and its load. `npm run bench -- ingest query` runs some, `-- ui` all of its sizes and shapes; `--rounds 3` runs each so often.
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
  'ui 1000',
  'ui 10000',
  'ui 100000',
  'ui 1000000',
  'ui 100000 chain',
  'ui 1000000 fan',
  'compare',
  'compare-page',
  'files',
  'agent',
  'overload',
  'import',
] as const

const asked = process.argv.slice(2)
const at = asked.indexOf('--rounds')
const rounds = at < 0 ? 1 : Number(asked.splice(at, 2)[1])
const nameOf = (benchmark: string): string => benchmark.split(' ')[0]
const names = [...new Set(BENCHMARKS.map(nameOf))]
const unknown = asked.filter(name => !names.includes(name))
if (unknown.length > 0 || !(rounds >= 1 && rounds <= 100)) {
  console.error(
    unknown.length > 0
      ? `no benchmark ${unknown.join(', ')}; there are ${names.join(', ')}`
      : '--rounds: expected 1 to 100',
  )
  process.exit(2)
}
const directory = mkdtempSync(join(tmpdir(), 'spoor-figures-'))
const file = join(directory, 'figures')
writeFileSync(file, '')
const before = loadavg()[0]
for (let round = 0; round < rounds; round++) {
  for (const benchmark of BENCHMARKS.filter(one => asked.length === 0 || asked.includes(nameOf(one)))) {
    console.log(`\n== ${benchmark}`)
    const [name, ...options] = benchmark.split(' ')
    const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...options], {
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
