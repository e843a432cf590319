import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { Traffic } from '#shared/generator/traffic.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { setTime, timeAt } from '#shared/spans/time.ts'
import { buildTrace } from './build-trace.ts'
import { leftOut, madeColumns } from './made-columns.ts'

const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000)

function parsed(text: string): SpanTableBuilder {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  return table
}

/** Says what can be left out, and that all of it is made again as it was. */
function remade(table: SpanTableBuilder, rawClocks = false) {
  const trace = buildTrace(table, undefined, { rawClocks })
  const left = leftOut(trace, table)
  const made = madeColumns(trace, table.spanId, left)
  const words = (column: Uint32Array): readonly number[] => [...column.subarray(0, table.rowCount * 2)]
  for (const name of ['startTime', 'endTime', 'parentSpanId'] as const) {
    expect(words(made[name]?.() ?? table[name])).toEqual(words(table[name]))
  }
  return left
}

test(`times and parents of ordinary traces follow from the tree (seed ${SEED})`, () => {
  for (let k = 0; k < 30; k++) {
    const table = new SpanTableBuilder()
    new Traffic(table, { seed: SEED + k, spansPerTrace: 1 + k * 7 }).addTrace(1_780_000_000_123_456_789n)
    expect(remade(table)).toEqual({ times: true, parents: Uint32Array.of() })
  }
})

test('clocks that were adjusted are made again as they were sent', () => {
  const table = parsed(`
resource shop host.name=a
resource cart host.name=b
shop: GET [100ms 100ms] server
  shop: call cart [110ms 60ms] client
    cart: read [10ms 40ms] server
      cart: inner [20ms 10ms]
`)
  expect(buildTrace(table).shift).toBeDefined()
  expect(remade(table).times).toBe(true)
  expect(remade(table, true).times).toBe(true)
})

test('parents that are missing, are the span itself or share its id are kept beside', () => {
  const table = parsed(`
a: root [0 10ms]
  a: itself [1ms 1ms] #8 ^8
?: orphan [5ms 1ms] #9 ^77
a: call [6ms 3ms] client #a ^1
a: serve [6ms 3ms] server #a ^1
a: one [6ms 1ms] #b ^1
a: two [7ms 1ms] #c ^1
a: three [8ms 1ms] #d ^1
a: four [8ms 1ms] #e ^1
a: five [8ms 1ms] #f ^1
a: early [8ms -3ms] #10 ^1
a: six [8ms 1ms] #11 ^1
a: seven [8ms 1ms] #12 ^1
a: eight [8ms 1ms] #13 ^1
a: nine [8ms 1ms] #14 ^1
a: ten [8ms 1ms] #15 ^1
`)
  const { times, parents } = remade(table)
  expect(times).toBe(true)
  expect(parents?.length).toBe(3 * 3)
})

test('what does not follow stays: times 200 days apart, rows that are not in the trace, parents that nobody has', () => {
  const far = parsed('a: root [0 10ms]\n  a: below [1ms 1ms]')
  setTime(far.startTime, 1, timeAt(far.startTime, 0) + 200n * 86_400_000_000_000n + 1n)
  expect(leftOut(buildTrace(far), far).times).toBe(false)
  const twice = parsed('a: same [0 10ms] #1\na: same [0 10ms] #1')
  expect(leftOut(buildTrace(twice), twice)).toEqual({ times: false, parents: undefined })
  const lost = parsed('a: one [0 1ms] #1 ^98\na: two [0 1ms] #2 ^99')
  expect(leftOut(buildTrace(lost), lost)).toEqual({ times: true, parents: undefined })
})
