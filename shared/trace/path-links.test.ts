import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from './build-trace.ts'
import { tracePaths } from './path-graph.ts'
import { pathLinks } from './path-links.ts'
import { finishWork } from './sliced-work.ts'
import { spanName } from './trace.ts'

function linksOf(text: string): string[] {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  const trace = buildTrace(table)
  const paths = finishWork(tracePaths(trace))
  return finishWork(pathLinks(trace, paths)).map(({ from, to, count }) => {
    const name = (path: number): string => spanName(trace, paths.first[path])
    return `${name(from)} -> ${name(to)} x${count}`
  })
}

// Spans are numbered from 1 in the order in which they stand.
test('links within the trace, by path, the most frequent first; those to other traces and to the own path are none', () => {
  expect(
    linksOf(`
trace a
a: root [0 100ms]
  a: send [1ms 1ms]
  a: send [2ms 1ms]
  b: take [50ms 5ms]
    > a:2
    > a:3
    > a:ff
    > b:2
  b: check [60ms 5ms]
    > a:4
  b: check [70ms 5ms]
    > a:5
`),
  ).toEqual(['send -> take x2', 'take -> check x1'])
})

test('a trace without links has none', () => {
  expect(linksOf('a: root [0 1ms]\n  b: c [0 1ms]')).toEqual([])
})
