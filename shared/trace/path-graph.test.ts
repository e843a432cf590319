import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from './build-trace.ts'
import { flameGraph } from './flame-graph.ts'
import { pathChildren, tracePaths, withBelow } from './path-graph.ts'
import { selfTimes } from './self-time.ts'
import { finishWork } from './sliced-work.ts'
import { durationOrder, groupFigures } from './statistics.ts'
import { spanName, type Trace } from './trace.ts'

function traceOf(text: string): Trace {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  return buildTrace(table)
}

const TRACE = traceOf(`
front: GET / [0 100ms]
  cart: read [10ms 30ms]
    db: SELECT [10ms 5ms]
    db: SELECT [20ms 5ms]
  cart: write [50ms 10ms]
    db: SELECT [50ms 8ms]
  cart: read [70ms 20ms]
    db: SELECT [70ms 5ms] error
    db: INSERT [80ms 1ms]
`)

function selfByPath(trace: Trace, pathOf: Uint32Array, count: number): Float64Array {
  const self = selfTimes(trace)
  const byDuration = finishWork(durationOrder(trace))
  return finishWork(groupFigures({ trace, self, critical: undefined, byDuration }, pathOf, count, undefined)).self
}

test('spans of one path are one node, whichever parent span they have', () => {
  const paths = finishWork(tracePaths(TRACE))
  expect(Array.from(paths.first, i => spanName(TRACE, i))).toEqual([
    'GET /',
    'read',
    'SELECT',
    'write',
    'SELECT',
    'INSERT',
  ])
  expect([...paths.parent]).toEqual([-1, 0, 1, 0, 3, 1])
  expect([...paths.depth]).toEqual([0, 1, 2, 1, 2, 2])
  expect([...paths.pathOf]).toEqual([0, 1, 2, 2, 3, 4, 1, 2, 5])
})

test('width is self time with all below: children within their parent, the heaviest left', () => {
  const paths = finishWork(tracePaths(TRACE))
  const self = selfByPath(TRACE, paths.pathOf, paths.count)
  const work = withBelow(paths, self)
  expect([...work]).toEqual([100e6, 50e6, 15e6, 10e6, 8e6, 1e6])
  const graph = finishWork(flameGraph(paths, self))
  expect(graph.total).toBe(100e6)
  expect([...graph.from]).toEqual([0, 0, 0, 50e6, 50e6, 15e6])
  expect([...graph.to]).toEqual([100e6, 50e6, 15e6, 60e6, 58e6, 16e6])
  expect([...graph.item]).toEqual([0, 1, 3, 2, 5, 4])
  expect([...graph.first]).toEqual([0, 1, 3, 6])
})

test('children come as they were met, or by weight', () => {
  const paths = finishWork(tracePaths(TRACE))
  expect([...finishWork(pathChildren(paths)).list]).toEqual([0, 1, 3, 2, 5, 4])
  expect([...finishWork(pathChildren(paths, Float64Array.of(0, 1, 2, 9, 0, 3))).list]).toEqual([0, 3, 1, 5, 2, 4])
})

test('a chain of 100,000 levels and a fan of a million siblings', () => {
  const chain = traceLike(100_000, i => i - 1)
  const deep = finishWork(tracePaths(chain))
  expect([deep.count, deep.maxDepth]).toEqual([100_000, 99_999])
  const graph = finishWork(flameGraph(deep, new Float64Array(deep.count).fill(1)))
  expect(graph.total).toBe(100_000)
  const fan = traceLike(1_000_001, i => (i === 0 ? -1 : 0))
  const wide = finishWork(tracePaths(fan))
  expect([wide.count, wide.pathOf[1_000_000]]).toEqual([2, 1])
})

/** Enough of a trace for paths: one service, one name. */
function traceLike(size: number, parentOf: (i: number) => number): Trace {
  const one = traceOf('s: a [0 1ms]')
  const parent = Int32Array.from({ length: size }, (_, i) => parentOf(i))
  return { ...one, size, parent, row: new Uint32Array(size), service: new Uint32Array(size) }
}
