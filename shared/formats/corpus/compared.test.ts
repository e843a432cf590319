/** Real requests of one service held against each other, each pair both ways: what is said of the difference adds up to it. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { formatTraceId, parseTraceId } from '#shared/spans/ids.ts'
import { mergeTables } from '#shared/spans/merge-tables.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { diffInput } from '#shared/trace/diff/diff-input.ts'
import { diffTraces } from '#shared/trace/diff/diff-traces.ts'
import { readTables } from './read-tables.ts'

it('contributions add up exactly, and those that are named are nine tenths of the difference or more', async () => {
  const url = new URL('fixtures/jaeger/DeathStarBench-traces-1695947455229.json.gz', import.meta.url)
  const { tables } = await readTables(new Uint8Array(gunzipSync(readFileSync(url))))
  const table = mergeTables(tables)
  const ids = new Set(Array.from({ length: table.rowCount }, (_, row) => formatTraceId(table.traceId, row)))
  const inputs = Array.from(ids, id => diffInput(buildTrace(table, parseTraceId(id))))
  const wrong: string[] = []
  let differing = 0
  for (const [i, a] of inputs.entries()) {
    for (const [j, b] of inputs.entries()) {
      const { contributions, named, durationA, durationB } = diffTraces(a, b)
      const difference = durationB - durationA
      const sumOf = (count: number): number => contributions.slice(0, count).reduce((sum, { ns }) => sum + ns, 0)
      if (sumOf(contributions.length) !== difference) wrong.push(`${i} and ${j} do not add up`)
      // Below 2 % there is no difference to speak of: what moved is named instead.
      if (Math.abs(difference) <= 0.02 * Math.max(durationA, durationB)) continue
      differing++
      if (named > 5 || Math.abs(difference - sumOf(named)) > 0.1 * Math.abs(difference)) {
        wrong.push(`${i} and ${j}: ${sumOf(named)} of ${difference} ns in ${named}`)
      }
    }
  }
  expect(wrong).toEqual([])
  expect(differing).toBeGreaterThan(300)
})
