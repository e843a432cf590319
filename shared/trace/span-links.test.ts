import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from './build-trace.ts'
import { finishWork } from './sliced-work.ts'
import { linkedWith, spanLinks } from './span-links.ts'
import { spanName } from './trace.ts'

test('links of one trace lead both ways; twice is once, itself and other traces are none', () => {
  const table = new SpanTableBuilder()
  parseTraces(
    `
trace a
a: root [0 100ms]
  a: first [1ms 1ms]
  a: second [2ms 1ms]
    > a:2
    > a:2
    > a:3
    > a:ff
    > b:2
  b: third [50ms 5ms]
    > a:3
    > a:2
`,
    table,
  )
  const trace = buildTrace(table)
  const links = finishWork(spanLinks(trace))
  const names = (spans: readonly number[]): string => spans.map(i => spanName(trace, i)).join(' ')
  const told = Array.from({ length: trace.size }, (_, i) => {
    const { to, by } = linkedWith(links, i)
    return `${spanName(trace, i)} to: ${names(to)} by: ${names(by)}`
  })
  expect(told).toEqual([
    'root to:  by: ',
    'first to:  by: second third',
    'second to: first by: third',
    'third to: first second by: ',
  ])
})

test('a trace without links has none', () => {
  const table = new SpanTableBuilder()
  parseTraces('a: root [0 1ms]', table)
  expect(finishWork(spanLinks(buildTrace(table))).count).toBe(0)
})
