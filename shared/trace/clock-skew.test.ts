import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace, type BuildOptions } from './build-trace.ts'
import { spanName, type Trace } from './trace.ts'

function traceOf(text: string, options?: BuildOptions): Trace {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  return buildTrace(table, undefined, options)
}

function drawn(trace: Trace): string {
  return Array.from(
    { length: trace.size },
    (_, i) => `${'  '.repeat(trace.depth[i])}${spanName(trace, i)} ${trace.start[i] / 1e6}-${trace.end[i] / 1e6}`,
  ).join('\n')
}

const AHEAD = `
resource shop host.name=a
resource cart host.name=b
shop: GET [100ms 100ms] server
  shop: call cart [110ms 60ms] client
    cart: read [10ms 40ms] server
      cart: inner [20ms 10ms]
`

test('an answer outside its call is put into its middle, what it does on its host moves along; raw leaves it', () => {
  const trace = traceOf(AHEAD)
  expect(drawn(trace)).toBe('GET 0-100\n  call cart 10-70\n    read 20-60\n      inner 30-40')
  expect([...(trace.shift ?? [])]).toEqual([0, 0, 110e6, 110e6])
  expect(trace.problems).toEqual([{ kind: 'clock_skew', count: 2, spans: [2, 3], mostNs: 110e6 }])
  expect(trace.durationNs).toBe(100e6)

  const raw = traceOf(AHEAD, { rawClocks: true })
  expect(drawn(raw)).toBe('GET 90-190\n  call cart 100-160\n    read 0-40\n      inner 10-20')
  expect(raw.shift).toBeUndefined()
  expect(raw.problems).toEqual(trace.problems)
  expect(trace.startTime - raw.startTime).toBe(90_000_000n)
})

test('siblings stand by their moved starts', () => {
  const trace = traceOf(`
resource a host.name=x
resource b host.name=y
a: root [50ms 100ms] client
  b: moved [0 10ms] server
  a: first [60ms 5ms]
`)
  expect(drawn(trace)).toBe('root 0-100\n  first 10-15\n  moved 45-55')
})

test('a callee that is longer than its call is put at its start, and stays where it only ends later', () => {
  expect(drawn(traceOf('a: call [10ms 20ms] client\n  b: serve [0 90ms] server'))).toBe('call 0-20\n  serve 0-90')
  expect(traceOf('a: call [10ms 20ms] client\n  b: serve [15ms 90ms] server').problems).toEqual([])
})

test('the same host, background work, consumers, and spans that fit are left alone', () => {
  const untouched = [
    'resource a host.name=x\nresource b host.name=x\na: call [10ms 20ms] client\n  b: serve [0 10ms] server',
    'a: root [0 10ms] server\n  a: later [50ms 5ms]',
    'a: root [0 10ms] server\n  b: later [50ms 5ms]',
    'a: send [10ms 2ms] producer\n  b: process [0 5ms] consumer',
    'a: call [0 20ms] client\n  b: serve [0 20ms] server',
    'a: call [10ms -20ms] client\n  b: serve [0 20ms] server',
  ]
  for (const text of untouched) {
    expect(traceOf(text).problems.filter(({ kind }) => kind === 'clock_skew')).toEqual([])
  }
})

test('a chain of 20,000 calls, each a little off', () => {
  const table = new SpanTableBuilder()
  const n = 20_000
  const lines = Array.from({ length: n }, (_, i) => {
    const id = (i + 1).toString(16)
    const parent = i === 0 ? '' : ` ^${i.toString(16)}`
    return `s${i % 7}: x [${i % 7}us ${n * 2 - i}us] server #${id}${parent}`
  })
  parseTraces(lines.join('\n'), table)
  const trace = buildTrace(table)
  expect(trace.maxDepth).toBe(n - 1)
  for (let i = 1; i < n; i++) {
    if (trace.start[i] < trace.start[i - 1] || trace.end[i] > trace.end[i - 1]) {
      throw new Error(`span ${i} is outside of its call`)
    }
  }
})
