import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { criticalPathOf } from '#shared/trace/critical-path.ts'
import { tracePaths } from '#shared/trace/path-graph.ts'
import { selfTimes } from '#shared/trace/self-time.ts'
import { finishWork } from '#shared/trace/sliced-work.ts'
import { durationOrder, groupFigures } from '#shared/trace/statistics.ts'
import { foldedStacks } from './folded-stacks.ts'

function stacks(text: string, included?: Uint8Array): string[] {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  const trace = buildTrace(table)
  const self = selfTimes(trace)
  const figures = { trace, self, critical: undefined, byDuration: finishWork(durationOrder(trace)) }
  const services = trace.services.map(name => name ?? 'unknown service')
  const counted = { trace, path: criticalPathOf(trace), services, figures, included, count: trace.size }
  const paths = finishWork(tracePaths(trace))
  const byPath = finishWork(groupFigures(figures, paths.pathOf, paths.count, included))
  return finishWork(foldedStacks(counted, paths, byPath.self))
    .join('')
    .split('\n')
}

const CALLS = `
shop: GET /cart [0 100ns]
  shop: read [10ns 20ns]
    db: SELECT 1; SELECT 2 [10ns 20ns]
  shop: read [40ns 5ns]
    db: SELECT 1; SELECT 2 [41ns 2ns]
`

test('a line a path from the root on, repeated calls as one, with its own time in ns; what has none has no line', () => {
  expect(stacks(CALLS)).toEqual([
    'shop GET /cart 75',
    'shop GET /cart;shop read 3',
    // `;` stands between frames.
    'shop GET /cart;shop read;db SELECT 1  SELECT 2 22',
    '',
  ])
})

test('filtered spans count nothing', () => {
  expect(stacks(CALLS, Uint8Array.of(0, 0, 1, 0, 0))).toEqual(['shop GET /cart;shop read;db SELECT 1  SELECT 2 20', ''])
})

test('of a deep path the last frames stand, behind a mark', () => {
  const chain = Array.from({ length: 600 }, (_, i) => `${'  '.repeat(i)}a: s${i} [${i}ns ${1200 - 2 * i}ns]`).join('\n')
  const line = stacks(chain).at(-2) ?? ''
  const frames = line.split(';')
  expect([frames.length, frames[0], frames[1], frames.at(-1)]).toEqual([201, '…', 'a s400', 'a s599 2'])
})
