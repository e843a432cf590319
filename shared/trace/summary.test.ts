import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from './build-trace.ts'
import { summarizeTrace } from './summary.ts'
import { spanName, type Trace } from './trace.ts'

function traceOf(text: string): Trace {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  return buildTrace(table)
}

const QUERIES = Array.from({ length: 12 }, (_, i) => `    db: SELECT [${20 + i * 5}ms 5ms]`).join('\n')
const TRACE = `
front: GET / [0 100ms] error "failed"
  cart: read [10ms 80ms]
${QUERIES}
  cart: pay [92ms 4ms] error "refused"
  mail: send [150ms 10ms]
`

test('the facts of the first line', () => {
  const trace = traceOf(TRACE)
  const { findings, heaviest, followUp, ...counts } = summarizeTrace(trace)
  expect(counts).toEqual({ spanCount: 16, serviceCount: 4, errorCount: 2, root: 0, answeredNs: 100e6 })
  const [error, repeated] = findings
  expect(error).toMatchObject({ kind: 'error', count: 2, reached: 0, levels: 2, failed: true })
  expect(spanName(trace, error.span)).toBe('pay')
  expect(repeated).toMatchObject({ kind: 'repeated', span: 2, parent: 1, count: 12, totalNs: 60e6, oneByOne: true })
  expect(trace.services[heaviest?.service ?? 0]).toBe('db')
  expect(heaviest).toMatchObject({ ns: 60e6, share: 0.6 })
  expect(followUp).toMatchObject({ afterNs: 50e6 })
})

test('errors are told when the retry that they were part of is not worth a word', () => {
  const trace = traceOf(`
front: GET / [0 1000ms]
  cart: read [1ms 2ms] error "refused"
  cart: read [4ms 2ms]
  cart: pay [700ms 290ms]
`)
  expect(summarizeTrace(trace).findings.map(({ kind }) => kind)).toEqual(['gap', 'error'])
})

test('an empty trace has no facts', () => {
  expect(summarizeTrace(buildTrace(new SpanTableBuilder()))).toEqual({
    spanCount: 0,
    serviceCount: 0,
    errorCount: 0,
    root: -1,
    answeredNs: 0,
    heaviest: undefined,
    findings: [],
    followUp: undefined,
  })
})
