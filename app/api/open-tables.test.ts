import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { encodeUiJson } from '#shared/formats/jaeger/encode-ui-json.ts'
import { encodeText } from '#shared/spans/dictionary.ts'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { parseTraceId } from '#shared/spans/ids.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { spanName } from '#shared/trace/trace.ts'
import { unpackTrace } from './loaded-trace.ts'
import { FileError } from '#shared/formats/files/file-problem.ts'
import type { FileProblem } from '#shared/formats/files/file-problem.ts'
import { OpenTables } from './open-tables.ts'

function file(text: string): Uint8Array[] {
  const table = new SpanTableBuilder()
  parseTraces(text, table)
  return [encodeText([...encodeUiJson([table], {})].join(''))]
}

async function problemOf(text: string): Promise<FileProblem> {
  try {
    await new OpenTables().open(1, [encodeText(text)])
  } catch (error) {
    if (error instanceof FileError) return error.problem
    throw error
  }
  throw new Error('it was opened')
}

const id = (text: string) => parseTraceId(text)!

test('a span links to a trace of another file, which says so', async () => {
  const tables = new OpenTables()
  await tables.open(1, file('trace a\nshop: send [0 30ms]\n  shop: again [1ms 1ms]\n    > a:1'))
  await tables.open(2, file('trace b\nmail: receive [100ms 2ms] consumer error #7\n  > a:2 reason=queue'))
  const link = { traceId: id('b'), spanId: '0000000000000007', service: 'mail', name: 'receive', kind: 'consumer' }
  const found = { ...link, error: true, durationNs: 2e6, linkedSpanId: '0000000000000002' }
  expect(tables.linksTo(id('a'), 10)).toEqual({ links: [expect.objectContaining(found)], total: 1, exact: true })
  expect(tables.linksTo(id('b'), 10)).toEqual({ links: [], total: 0, exact: true })
  tables.close(2)
  expect(tables.linksTo(id('a'), 10).total).toBe(0)
})

test('traces in several files count each span once, spans that differ each for itself', async () => {
  const tables = new OpenTables()
  const text = 'trace a\nshop: buy [0 30ms]\n  db: read [5ms 10ms] error'
  await tables.open(1, file(text))
  await tables.open(2, file(`${text}\n  db: write [20ms 1ms]\n\ntrace b\nshop: list [0 1ms]`))
  await tables.open(3, file(text.replace('10ms', '11ms')))
  const counts = tables.countDistinct([id('a'), id('c')])
  expect([...counts]).toEqual([
    [id('a'), { spanCount: 4, errorCount: 2 }],
    [id('c'), { spanCount: 0, errorCount: 0 }],
  ])
  expect(tables.trace(id('a'))?.summary.spanCount).toBe(4)
})

test('a Jaeger file of two traces lists both, and gives each by its id', async () => {
  const tables = new OpenTables()
  const content = await tables.open(
    1,
    file('shop: buy [0 30ms]\n  db: read [5ms 10ms] error\n\ncart: ?list [100ms 2ms]\n  db: get [101ms 4ms]'),
  )
  expect(content.format).toBe('jaeger-json')
  expect(content.traces.map(({ startTime, ...rest }) => ({ ...rest, startTime: startTime % 1_000_000_000n }))).toEqual([
    {
      traceId: id('1'),
      service: 'shop',
      name: 'buy',
      rooted: true,
      spanCount: 2,
      errorCount: 1,
      durationNs: 30e6,
      startTime: 0n,
    },
    {
      traceId: id('2'),
      service: 'cart',
      name: '?list',
      rooted: true,
      spanCount: 2,
      errorCount: 0,
      durationNs: 5e6,
      startTime: 100_000_000n,
    },
  ])
  const packed = tables.trace(id('2'))
  if (packed === undefined) throw new Error('trace 2 is not there')
  const { trace, whole } = unpackTrace(packed)
  expect([trace.size, trace.problems, whole]).toEqual([2, [], true])
  expect([spanName(trace, 0), spanName(trace, 1)]).toEqual(['?list', 'get'])
  expect(tables.trace(id('3'))).toBeUndefined()
})

test('a trace that is in two files has the spans of both, equal ones once, until one is closed', async () => {
  const tables = new OpenTables()
  await tables.open(1, file('a: root [0 9ms] #1\n  a: left [1ms 1ms] #2'))
  await tables.open(2, file('a: root [0 9ms] #1\n  b: right [2ms 1ms] #3'))
  const size = (): number | undefined => tables.trace(id('1'))?.columns.size
  expect(size()).toBe(3)
  tables.close(2)
  expect(size()).toBe(2)
  tables.close(1)
  expect(size()).toBeUndefined()
})

test('OTLP JSON lines: a line that can’t be read is passed over and told with its place', async () => {
  const lines = readFileSync(new URL('../../shared/formats/otlp/fixtures/otlp2parquet-traces.jsonl', import.meta.url))
  const first = lines.subarray(0, lines.indexOf(10) + 1)
  const bad = encodeText('{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":8461730}]}]}]}\n')
  const content = await new OpenTables().open(1, [first, bad, lines])
  expect([content.format, content.spanCount, content.traces.length, content.passedOver]).toEqual([
    'otlp-json',
    20,
    19,
    1,
  ])
  expect(content.problems).toMatchObject([{ line: 2 }])
  expect(content.problems[0].detail).toContain('traceId')
  expect(content.problems[0].lines?.at(-1)?.text).toContain('8461730')
})

test('what is not read is refused by its name', async () => {
  expect(await problemOf('{"traceEvents":[]}')).toEqual({ kind: 'refused', format: 'chrome-trace' })
  expect(await problemOf('hello')).toEqual({ kind: 'refused', format: 'text' })
  expect(await problemOf('{"a":1}')).toEqual({ kind: 'refused', format: 'json' })
  expect(await problemOf('[]')).toEqual({ kind: 'no_spans', format: 'json', text: '[]' })
  expect(await problemOf('')).toEqual({ kind: 'refused', format: 'empty' })
  expect(await problemOf('{"data":[],"errors":null}')).toEqual({
    kind: 'no_spans',
    format: 'jaeger-json',
    text: '{"data":[],"errors":null}',
  })
  expect(await problemOf('{"resourceSpans":[]}')).toEqual({
    kind: 'no_spans',
    format: 'otlp-json',
    text: '{"resourceSpans":[]}',
  })
})

test('an error has its line, its column in characters, and the lines around it', async () => {
  const problem = await problemOf('{"data":[\n  {"traceID":"é1",\n   "spans":[{"größe":"ü" "spanID":"2"}]}]}')
  expect(problem).toMatchObject({ kind: 'undecodable', format: 'jaeger-json', place: { line: 3, column: 26 } })
  if (problem.kind !== 'undecodable') throw new Error('not undecodable')
  expect(problem.place.lines).toEqual([
    { line: 2, text: '  {"traceID":"é1",', from: 1 },
    { line: 3, text: '   "spans":[{"größe":"ü" "spanID":"2"}]}]}', from: 1 },
  ])
  const otlp = await problemOf('{"resourceSpans":[\n{"scopeSpans":[{"spans":[{"traceId":17}]}]}]}')
  expect(otlp).toMatchObject({ kind: 'undecodable', place: { line: 2 } })
})

test('of a line of a megabyte a screenful around the place is shown', async () => {
  const problem = await problemOf(
    `{"resourceSpans":[{"x":"${'y'.repeat(1e6)}","scopeSpans":[{"spans":[{"traceId":17}]}]}]}`,
  )
  if (problem.kind !== 'undecodable') throw new Error('not undecodable')
  const [line] = problem.place.lines ?? []
  expect(line.text.length).toBeLessThanOrEqual(120)
  expect(line.text).toContain('17')
  expect(line.from + line.text.indexOf('17')).toBe(problem.place.column)
})

test('a trace of an open file can be had as a file again, in each form', async () => {
  const tables = new OpenTables()
  await tables.open(1, file('shop: buy [0 30ms]\n  db: read [5ms 10ms] error\n\ncart: ?list [100ms 2ms]'))
  const otlp = await tables.traceFile(id('1'), 'otlp')?.text()
  const again = new OpenTables()
  const content = await again.open(1, [encodeText(otlp ?? '')])
  expect(content.format).toBe('otlp-json')
  expect(content.traces).toMatchObject([{ traceId: id('1'), name: 'buy', spanCount: 2, errorCount: 1 }])

  const jaeger = JSON.parse((await tables.traceFile(id('1'), 'jaeger')?.text()) ?? '') as {
    readonly data: readonly { readonly spans: readonly { readonly operationName: string }[] }[]
  }
  expect(jaeger.data.map(({ spans }) => spans.map(({ operationName }) => operationName))).toEqual([['buy', 'read']])
  expect(tables.traceFile(id('1'), 'otlp-protobuf')?.type).toBe('application/x-protobuf')
  expect(tables.traceFile(id('77'), 'otlp')).toBeUndefined()
})
