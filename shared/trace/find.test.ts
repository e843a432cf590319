import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { decodeSpanTable } from '#shared/spans/binary/decode-span-table.ts'
import { encodeSpanTable } from '#shared/spans/binary/encode-span-table.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from './build-trace.ts'
import { filterSpans, findSpans, findWork } from './find.ts'
import { formatFindPair, parseFindTerms } from './find-terms.ts'
import { spanName } from './trace.ts'

const table = new SpanTableBuilder()
parseTraces(
  `
resource cart host.name=node-7

cart: GET /cart [0 9ms] server error "No stock left" user.id=742 ratio=0.25 ok=true
  cart: check [1ms 1ms] note="two words" Big=-5 #ab12
    @ 1ms "cache miss" level=warn
  db: SELECT [2ms 1ms] client list=["red","green"] tries=7 tries="eight" raw=0x7a7a7a
    > 2:5 reason=retry
?: none [3ms 1ms] true=false
`,
  table,
)
const trace = buildTrace(table)
/** The same in columns, as pages have it. */
const decoded = buildTrace(decodeSpanTable(encodeSpanTable(table)))
const found = (text: string): string => {
  const spans = findSpans(trace, text)
  expect(findSpans(decoded, text)).toEqual(spans)
  return Array.from(spans, i => spanName(trace, i)).join(', ')
}

test.each([
  ['get', 'GET /cart'],
  ['CART', 'GET /cart, check'],
  ['stock', 'GET /cart'],
  ['742', 'GET /cart'],
  ['0.25', 'GET /cart'],
  // Attributes that are left out: by a part of the key, in either case; alone and in quotes it is a word.
  ['cart -host', 'GET /cart, check'],
  ['node-7 -HOST.na', ''],
  ['node-7 -user', 'GET /cart, check'],
  ['host.name -host', ''],
  ['742 green -user -list', ''],
  ['warn retry -level', 'SELECT'],
  ['-level', ''],
  ['-7', 'GET /cart, check'],
  ['742 "-user"', 'GET /cart'],
  ['-5', 'check'],
  ['"two words"', 'check'],
  ['two nothing', 'check'],
  ['cache', 'check'],
  ['warn', 'check'],
  ['green', 'SELECT'],
  ['tries=7', 'SELECT'],
  ['tries=eight', 'SELECT'],
  ['eight', 'SELECT'],
  ['zzz', ''],
  ['retry', 'SELECT'],
  ['node-7', 'GET /cart, check'],
  ['host.name', 'GET /cart, check'],
  ['000000000000ab12', 'check'],
  ['user.id=742', 'GET /cart'],
  ['user.id=74', ''],
  ['note="two words"', 'check'],
  ['ok=true', 'GET /cart'],
  ['host.name=node-7', 'GET /cart, check'],
  ['level=warn', 'check'],
  ['service=db', 'SELECT'],
  ['service.name=cart', 'GET /cart, check'],
  ['name=check', 'check'],
  ['kind=client', 'SELECT'],
  ['status=error', 'GET /cart'],
  ['big=-5 name=select', 'check, SELECT'],
  ['duration>1ms', 'GET /cart'],
  ['duration>=1ms duration<1us', 'GET /cart, check, SELECT, none'],
  ['duration<=1ms', 'check, SELECT, none'],
  ['user.id>741.5', 'GET /cart'],
  ['user.id<742', ''],
  ['ratio<0.5', 'GET /cart'],
  ['duration>soon', ''],
  ['name!=check', 'GET /cart, SELECT, none'],
  ['note!="two words"', 'GET /cart, SELECT, none'],
  ['', ''],
  ['  ', ''],
  ['nowhere', ''],
  ['nowhere=742', ''],
])('%s finds %s', (text, expected) => {
  expect(found(text)).toBe(expected)
})

test.each([
  [['name!=check'], 'GET /cart, SELECT, none'],
  [['name!=check', 'duration>=1ms'], 'GET /cart, SELECT, none'],
  [['name!=check duration>1ms'], 'GET /cart'],
  [['service=cart', 'status=error'], 'GET /cart'],
  [['cart', 'cache'], 'check'],
  [['service=db name=check service=cart name=select'], 'check, SELECT'],
  [['service!=db service!=cart'], 'none'],
  [['service=""'], 'none'],
  [['service!="" service!=db'], 'GET /cart, check'],
  [['name=check', 'name=select'], ''],
  [['critical=true'], ''],
  [['critical=false name!=none'], 'GET /cart, check, SELECT'],
])('a filter of %j keeps %s', (texts, expected) => {
  const matches = filterSpans(trace, texts)
  expect(filterSpans(decoded, texts)).toEqual(matches)
  const kept = Array.from(matches ?? [], (hit, i) => (hit === 1 ? spanName(trace, i) : '')).filter(name => name !== '')
  expect(kept.join(', ')).toBe(expected)
})

test('spans of the critical path, where it is known', () => {
  const critical = Uint8Array.from({ length: trace.size }, (_, i) => (spanName(trace, i) === 'check' ? 1 : 0))
  expect(Array.from(filterSpans({ ...trace, critical }, ['critical=true service=cart']) ?? [])).toEqual([...critical])
  expect(findSpans({ ...trace, critical }, 'critical=true')).toHaveLength(1)
})

test('a filter without a term is none', () => {
  expect(filterSpans(trace, [])).toBeUndefined()
  expect(filterSpans(trace, [' ', ''])).toBeUndefined()
})

test('terms', () => {
  expect(parseFindTerms('a>=10ms b!="x y" c<soon >5 d<-1.5')).toEqual([
    { kind: 'compare', key: 'a', operator: '>=', value: 10e6 },
    { kind: 'not', key: 'b', value: 'x y' },
    { kind: 'text', text: 'c<soon' },
    { kind: 'text', text: '>5' },
    { kind: 'compare', key: 'd', operator: '<', value: -1.5 },
  ])
  expect(parseFindTerms('a "b c" k=v k="x y" =z "open')).toEqual([
    { kind: 'text', text: 'a' },
    { kind: 'text', text: 'b c' },
    { kind: 'pair', key: 'k', value: 'v' },
    { kind: 'pair', key: 'k', value: 'x y' },
    { kind: 'text', text: '=z' },
    { kind: 'text', text: 'open' },
  ])
  expect(parseFindTerms(formatFindPair('key', 'a "quoted" \\ text'))).toEqual([
    { kind: 'pair', key: 'key', value: 'a "quoted" \\ text' },
  ])
  expect(formatFindPair('k', '742')).toBe('k=742')
})

test('a table of core sections alone has no attributes to find', () => {
  expect(findSpans(buildTrace(new SpanTableBuilder()), 'x')).toHaveLength(0)
})

test('of very many spans with a value each the same is found, with breaths in between', () => {
  const many = new SpanTableBuilder()
  const spans = Array.from({ length: 100_500 }, (_, k) => `  shop: step [${k}us 1us] order="o-${k}"`)
  parseTraces(`\nshop: root [0 200ms]\n${spans.join('\n')}\n`, many)
  const large = buildTrace(many)
  const work = findWork(large, 'o-1004')
  let breaths = 0
  let step = work.next()
  while (step.done !== true) {
    breaths++
    step = work.next()
  }
  // o-1004, o-10040 to o-10049, o-100400 to o-100499.
  expect(step.value).toHaveLength(111)
  expect(breaths).toBeGreaterThan(100)
  expect([...findSpans(large, 'ORDER=o-77')]).toEqual([78])
})
