import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { finishWork } from '#shared/trace/sliced-work.ts'
import { spanName } from '#shared/trace/trace.ts'
import { filterTraceWork, findTraceWork } from './filter-trace.ts'
import { parseSpanset } from './spanset-text.ts'

const table = new SpanTableBuilder()
parseTraces(
  `
resource shop host.name=a
shop: GET /cart [0 120ms] server http.status=500 path="a b" ok=true
  @ 1ms "cache miss" level=warn
  cart: read [10ms 100ms] client host.name=b ratio=1.5
    db: SELECT [20ms 80ms] error "too slow" n=12 Text=Upper
      > 2:5 reason=retry
  shop: render [115ms 2ms] http.status=200
`.trim(),
  table,
)
const trace = buildTrace(table)
const names = (spans: Iterable<number>): string[] => [...spans].map(span => spanName(trace, span))
const filtered = (...texts: string[]): string[] => {
  const marks = finishWork(filterTraceWork(trace, texts))
  return names([...(marks ?? [])].flatMap((mark, span) => (mark === 1 ? [span] : [])))
}

test.each([
  ['{ span.http.status = 500 }', ['GET /cart']],
  ['{resource.host.name="a"}', ['GET /cart', 'render']],
  ['{ span.host.name = "a" }', []],
  ['{ span.host.name = "b" && duration >= 100ms }', ['read']],
  ['{ duration > 50ms && duration <= 100ms }', ['read', 'SELECT']],
  ['{ event.level = `warn` }', ['GET /cart']],
  ['{ link.reason = "retry" }', ['SELECT']],
  ['{ status = error }', ['SELECT']],
  ['{ statusMessage = "too slow" && kind = unspecified }', ['SELECT']],
  ['{ kind = server && span.ok = true && span."path" = "a b" }', ['GET /cart']],
  ['{ span.ratio = 1.5 }', ['read']],
  ['{ span.http.status != nil }', ['GET /cart', 'render']],
  ['{ any.n = "12" }', ['SELECT']],
  ['{ span.Text = "Upper" }', ['SELECT']],
  ['{ span.Text = "upper" }', []],
  // Or, not, brackets; `&&` binds closer.
  ['{ span.http.status = 500 || status = error }', ['GET /cart', 'SELECT']],
  ['{ status = error || kind = server && span.ok = false }', ['SELECT']],
  ['{ (status = error || kind = server) && duration < 100ms }', ['SELECT']],
  ['{ !(status = error || kind = server) }', ['read', 'render']],
  ['{ !status=error && !(kind = server) && duration >= 2ms }', ['read', 'render']],
  // What is not there differs from nothing.
  ['{ span.http.status != 500 }', ['render']],
  ['{ span.http.status = nil }', ['read', 'SELECT']],
  ['{ any.level != "info" }', ['GET /cart']],
  ['{ any.error != true }', ['GET /cart', 'read', 'render']],
  ['{ status != error && name != "render" }', ['GET /cart', 'read']],
  ['{ kind != server }', ['read', 'SELECT', 'render']],
  ['{ duration != 80ms && duration != 120ms }', ['read', 'render']],
  // Order.
  ['{ span.http.status > 200 }', ['GET /cart']],
  ['{ span.http.status >= 200 && span.http.status < 500 }', ['render']],
  ['{ span.ratio > 1 && span.ratio < 1.6 }', ['read']],
  ['{ span.Text > "Upp" && span.Text <= "Upper" }', ['SELECT']],
  ['{ span.Text > 1 }', []],
  ['{ span.http.status > "1" }', []],
  ['{ name < "S" }', ['GET /cart']],
  ['{ statusMessage >= "too" }', ['SELECT']],
  // The span's own, else the resource's; alone it is true.
  ['{ .host.name = "b" }', ['read']],
  ['{ .host.name = "a" }', ['GET /cart', 'render']],
  ['{ .host.name != "a" }', ['read']],
  ['{ .host.name = nil }', ['SELECT']],
  ['{ .host.name != nil }', ['GET /cart', 'read', 'render']],
  ['{ name =~ "GET .*" || name=~`REND|(?i:rEND).*` }', ['GET /cart', 'render']],
  // All of the text.
  ['{ name =~ "GET" }', []],
  ['{ name !~ "[a-z]+" }', ['GET /cart', 'SELECT']],
  ['{ .host.name =~ "[ab]" }', ['GET /cart', 'read', 'render']],
  ['{ .host.name !~ "a" }', ['read']],
  // The backslash is the expression's, written once or twice.
  ['{ span.path =~ "a\\sb" && span.path =~ "a\\\\sb" && span.path =~ `a\\sb` }', ['GET /cart']],
  // Numbers are texts under any. alone; what is not there does not differ.
  ['{ span.http.status =~ "5.." }', []],
  ['{ any.http.status =~ "5.." }', ['GET /cart']],
  ['{ any.http.status !~ "5.." }', ['render']],
  ['{ event.level =~ "warn|error" || link.reason =~ "re.*" }', ['GET /cart', 'SELECT']],
  ['{ any.span.kind =~ "(serv|cli).*" }', ['GET /cart', 'read']],
  ['{ any.error !~ "t.*" }', ['GET /cart', 'read', 'render']],
  ['{ statusMessage =~ ".*slow" }', ['SELECT']],
  // Takes an engine that goes back and forth for ever.
  ['{ any.Text !~ "(.*.*.*.*.*.*)*!" }', ['SELECT']],
  ['{ span.ok }', ['GET /cart']],
  ['{ !.ok && span:kind != client }', ['SELECT', 'render']],
  ['{ span:name = "read" || span:duration > 100ms }', ['GET /cart', 'read']],
])('%s', (text, expected) => {
  expect(filtered(text)).toEqual(expected)
  expect(names(finishWork(findTraceWork(trace, text)))).toEqual(expected)
})

test('every text of a filter holds, trees and words', () => {
  expect(filtered('{ any.host.name != nil }', 'duration<100ms')).toEqual(['render'])
  expect(filtered('http.status=500 http.status=200', '{ duration > 5ms }')).toEqual(['GET /cart'])
  expect(filtered('text=upper')).toEqual(['SELECT'])
  expect(filtered('{ text=upper level }')).toEqual([])
  expect(filtered('{ text=upper }')).toEqual(['SELECT'])
  expect(finishWork(filterTraceWork(trace, []))).toBeUndefined()
})

test.each([
  'span.a = 1',
  '{}',
  '{ span.a = }',
  '{ status }',
  '{ ! }',
  '{ (span.a = 1 }',
  '{ span.a = 1) }',
  '{ span.a = 1 || }',
  '{ span.a =~ "(" }',
  '{ span.a =~ "(?=x)" }',
  '{ span.a =~ 5 }',
  '{ duration =~ "5.*" }',
  '{ status =~ "e.*" }',
  `{ span.a =~ "${'a'.repeat(1001)}" }`,
  '{ span.a > true }',
  '{ status > ok }',
  '{ status = 2 }',
  '{ name = 5 }',
  '{ duration = "long" }',
  '{ span.a > nil }',
  '{ span.a = 1 span.b = 2 }',
  '{ span.a = 1 && }',
  '{ parent.span.a = 1 }',
  '{ span. = 1 }',
  '{ name != nil }',
  '{ status = broken }',
  '{ duration > soon }',
  '{ name!="SELECT ledger" duration>=80ms }',
  '{ span."a = 1 }',
])('%s is read as words', text => {
  expect(parseSpanset(text)).toBeUndefined()
})

test('as many conditions and brackets as have a limit, and one more', () => {
  const conditions = (count: number): string => `{ ${Array(count).fill('span.a = 1').join(' || ')} }`
  expect(parseSpanset(conditions(32))).toMatchObject({ node: 'or' })
  expect(parseSpanset(conditions(33))).toBeUndefined()
  const brackets = (depth: number): string => `{ ${'!('.repeat(depth)}span.a = 1${')'.repeat(depth)} }`
  expect(parseSpanset(brackets(16))).toMatchObject({ node: 'not' })
  expect(parseSpanset(brackets(17))).toBeUndefined()
  expect(parseSpanset(`{ ${'('.repeat(100_000)} }`)).toBeUndefined()
})
