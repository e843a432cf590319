import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { diffInput } from '#shared/trace/diff/diff-input.ts'
import { diffTraces } from '#shared/trace/diff/diff-traces.ts'
import { spanName, type Trace } from '#shared/trace/trace.ts'
import { pairOfSpan, placeOf, spanOf } from './differences.ts'

/** The two halves of a call have one id, as Zipkin's clients send them. */
function traceOf(id: string, ms: number): Trace {
  const table = new SpanTableBuilder()
  parseTraces(
    `trace ${id}\nshop: r [0 100ms] server #1\n  shop: get [10ms ${ms}ms] client #2\n    db: serve [12ms ${ms - 4}ms] server #2`,
    table,
  )
  return buildTrace(table)
}

test('of spans that share an id each is a choice of its own', () => {
  const [a, b] = [traceOf('a', 20), traceOf('b', 60)]
  const diff = diffTraces(diffInput(a), diffInput(b))
  const refs = [1, 2].map(span => spanOf(diff, a, b, diff.b.placeOf[span]))
  expect(refs).toEqual([
    { side: 'b', spanId: '0000000000000002' },
    { side: 'b', spanId: '0000000000000002.2' },
  ])
  for (const [k, ref] of refs.entries()) {
    if (ref === undefined) throw new Error('no span of the place')
    expect(placeOf(diff, a, b, ref)).toBe(diff.b.placeOf[k + 1])
    const pair = pairOfSpan(diff, a, b, ref)
    expect(pair && [spanName(a, pair.a), spanName(b, pair.b)]).toEqual(k === 0 ? ['get', 'get'] : ['serve', 'serve'])
  }
})
