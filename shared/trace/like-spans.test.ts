import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from './build-trace.ts'
import { LEAST_LIKE, placeAmongLike } from './like-spans.ts'
import { spanName } from './trace.ts'

test('a place is the share of like spans that took less; of few there is none, and another service is not like', () => {
  const table = new SpanTableBuilder()
  const queries = Array.from({ length: 10 }, (_, k) => `  db: q [${k * 10}ms ${k < 5 ? 1 : k}ms]`)
  const others = Array.from({ length: LEAST_LIKE - 1 }, (_, k) => `  cache: q [${k * 10}ms 99ms]`)
  parseTraces(['a: root [0 999ms]', ...queries, ...others].join('\n'), table)
  const trace = buildTrace(table)
  const place = placeAmongLike(trace)
  const told = Array.from({ length: trace.size }, (_, i) =>
    place(i) === undefined ? '' : `${spanName(trace, i)} ${(trace.end[i] - trace.start[i]) / 1e6}: ${place(i)}`,
  )
  expect([...new Set(told)].sort()).toEqual(['', 'q 1: 0', 'q 5: 0.5', 'q 6: 0.6', 'q 7: 0.7', 'q 8: 0.8', 'q 9: 0.9'])
  expect(place(0)).toBeUndefined()
})
