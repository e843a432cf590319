import { describe, expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { rowTest } from './evaluate.ts'
import { unsupportedNode, unsupportedOnRows } from './unsupported.ts'
import { attributeText } from './evaluate-text.ts'
import { textPatterns } from './text-pattern.ts'
import type { AttributeScope, CompareOperator, Condition, Field, Literal } from './tree.ts'

const TRACE = `
resource cart host.name=a port=80
cart: GET /cart [0 120ms] server error "no stock" user.id=7 ratio=72.5 cached=true tag="200"
  @ 15ms "cache miss" level=warn
  > 2:5 reason=retry
  cart: work [10ms 1.5ms] internal user.id=7.0 list=["a", 2, true] minus=-0.0 none="" retry=7 retry="8"
  db: SELECT [20ms 0] client ok bytes=0xff00 cached=false error=true
?: lost [30ms 1ms] user.id="7" level=info big=9007199254740993
`

const TABLE = new SpanTableBuilder()
parseTraces(TRACE, TABLE)

/** Names of the spans that hold it. */
function spans(where: Condition): string[] {
  const holds = rowTest(where, TABLE)
  const rows = Array.from({ length: TABLE.rowCount }, (_, row) => row)
  return rows.filter(holds).map(row => TABLE.dictionary.text(TABLE.name[row]))
}

const attribute = (scope: AttributeScope, key: string): Field & { kind: 'attribute' } => ({
  kind: 'attribute',
  scope,
  key,
})
const intrinsic = (name: Extract<Field, { kind: 'intrinsic' }>['name']): Field => ({ kind: 'intrinsic', name })
const compare = (field: Field, value: Literal, operator: CompareOperator = '='): Condition => ({
  node: 'compare',
  field,
  operator,
  value,
})
const text = (value: string): Literal => ({ type: 'string', value })
const int = (value: bigint): Literal => ({ type: 'int', value })
const ALL = ['GET /cart', 'work', 'SELECT', 'lost']

describe('by type', () => {
  test('a string equals a string, a number an integer or a double of its value', () => {
    expect(spans(compare(attribute('span', 'user.id'), int(7n)))).toEqual(['GET /cart', 'work'])
    expect(spans(compare(attribute('span', 'user.id'), { type: 'float', value: 7 }))).toEqual(['GET /cart', 'work'])
    expect(spans(compare(attribute('span', 'user.id'), text('7')))).toEqual(['lost'])
    expect(spans(compare(attribute('span', 'cached'), { type: 'bool', value: false }))).toEqual(['SELECT'])
    expect(spans(compare(attribute('span', 'cached'), text('true')))).toEqual([])
  })
  test('64-bit integers are compared exactly', () => {
    expect(spans(compare(attribute('span', 'big'), int(9007199254740993n)))).toEqual(['lost'])
    expect(spans(compare(attribute('span', 'big'), int(9007199254740992n)))).toEqual([])
    expect(spans(compare(attribute('span', 'big'), { type: 'float', value: 9007199254740992 }))).toEqual([])
    expect(spans(compare(attribute('span', 'big'), int(2n ** 70n)))).toEqual([])
  })
  test('an array equals what one of its elements equals, a repeated key what one of its values does', () => {
    expect(spans(compare(attribute('span', 'list'), text('a')))).toEqual(['work'])
    expect(spans(compare(attribute('span', 'list'), int(2n)))).toEqual(['work'])
    expect(spans(compare(attribute('span', 'list'), text('2')))).toEqual([])
    expect(spans(compare(attribute('span', 'retry'), text('8')))).toEqual(['work'])
    expect(spans(compare(attribute('span', 'retry'), int(7n)))).toEqual(['work'])
  })
  test('each scope looks at its own', () => {
    expect(spans(compare(attribute('resource', 'host.name'), text('a')))).toEqual(['GET /cart', 'work'])
    expect(spans(compare(attribute('span', 'host.name'), text('a')))).toEqual([])
    expect(spans(compare(attribute('event', 'level'), text('warn')))).toEqual(['GET /cart'])
    expect(spans(compare(attribute('span', 'level'), text('warn')))).toEqual([])
    expect(spans(compare(attribute('link', 'reason'), text('retry')))).toEqual(['GET /cart'])
    expect(spans({ node: 'exists', field: attribute('event', 'level') })).toEqual(['GET /cart'])
    expect(spans({ node: 'exists', field: attribute('span', 'nothing') })).toEqual([])
    expect(spans({ node: 'exists', field: attribute('span', 'none') })).toEqual(['work'])
  })
})

describe('any', () => {
  test('compares text with every value of the key, wherever it stands', () => {
    expect(spans(compare(attribute('any', 'user.id'), text('7')))).toEqual(['GET /cart', 'work', 'lost'])
    expect(spans(compare(attribute('any', 'user.id'), int(7n)))).toEqual(['GET /cart', 'work', 'lost'])
    expect(spans(compare(attribute('any', 'tag'), int(200n)))).toEqual(['GET /cart'])
    expect(spans(compare(attribute('any', 'ratio'), text('72.5')))).toEqual(['GET /cart'])
    expect(spans(compare(attribute('any', 'ratio'), text('72.50')))).toEqual([])
    expect(spans(compare(attribute('any', 'minus'), text('-0')))).toEqual(['work'])
    expect(spans(compare(attribute('any', 'cached'), text('true')))).toEqual(['GET /cart'])
    expect(spans(compare(attribute('any', 'port'), text('80')))).toEqual(['GET /cart', 'work'])
    expect(spans(compare(attribute('any', 'level'), text('warn')))).toEqual(['GET /cart'])
    expect(spans(compare(attribute('any', 'level'), text('info')))).toEqual(['lost'])
    expect(spans(compare(attribute('any', 'bytes'), text('/wA=')))).toEqual(['SELECT'])
    expect(spans(compare(attribute('any', 'list'), text('2')))).toEqual(['work'])
    expect(spans(compare(attribute('any', 'list'), text('["a",2,true]')))).toEqual(['work'])
    expect(spans({ node: 'exists', field: attribute('any', 'reason') })).toEqual(['GET /cart'])
  })
  test("knows Jaeger's words", () => {
    expect(spans(compare(attribute('any', 'error'), text('true')))).toEqual(['GET /cart', 'SELECT'])
    expect(spans(compare(attribute('any', 'error'), text('false')))).toEqual(['work', 'SELECT', 'lost'])
    expect(spans(compare(attribute('any', 'error'), { type: 'bool', value: true }))).toEqual(['GET /cart', 'SELECT'])
    expect(spans(compare(attribute('any', 'span.kind'), text('server')))).toEqual(['GET /cart'])
    expect(spans(compare(attribute('any', 'otel.status_code'), text('ERROR')))).toEqual(['GET /cart'])
    expect(spans(compare(attribute('any', 'otel.status_code'), text('OK')))).toEqual(['SELECT'])
    expect(spans({ node: 'exists', field: attribute('any', 'error') })).toEqual(['GET /cart', 'SELECT'])
    expect(spans({ node: 'exists', field: attribute('any', 'span.kind') })).toEqual(['GET /cart', 'work', 'SELECT'])
    expect(spans({ node: 'exists', field: attribute('span', 'span.kind') })).toEqual([])
  })
})

describe('fields that every span has', () => {
  test('texts and words', () => {
    expect(spans(compare(intrinsic('name'), text('work')))).toEqual(['work'])
    expect(spans(compare(intrinsic('service'), text('cart')))).toEqual(['GET /cart', 'work'])
    expect(spans(compare(intrinsic('service'), text('nobody')))).toEqual([])
    expect(spans(compare(intrinsic('status'), { type: 'status', value: 'unset' }))).toEqual(['work', 'lost'])
    expect(spans(compare(intrinsic('kind'), { type: 'kind', value: 'unspecified' }))).toEqual(['lost'])
    expect(spans(compare(intrinsic('statusMessage'), text('no stock')))).toEqual(['GET /cart'])
    expect(spans(compare(intrinsic('statusMessage'), text('')))).toEqual(['work', 'SELECT', 'lost'])
  })
  test('durations and starts', () => {
    const ms = (value: number): Literal => ({ type: 'duration', value: BigInt(value * 1e6) })
    expect(spans(compare(intrinsic('duration'), ms(1.5), '>='))).toEqual(['GET /cart', 'work'])
    expect(spans(compare(intrinsic('duration'), ms(1.5), '>'))).toEqual(['GET /cart'])
    expect(spans(compare(intrinsic('duration'), ms(1), '<'))).toEqual(['SELECT'])
    expect(spans(compare(intrinsic('duration'), ms(1), '<='))).toEqual(['SELECT', 'lost'])
    expect(spans(compare(intrinsic('duration'), int(0n)))).toEqual(['SELECT'])
    const start = 1_767_225_600_020_000_000n
    expect(spans(compare(intrinsic('startTime'), int(start)))).toEqual(['SELECT'])
    expect(spans(compare(intrinsic('startTime'), int(start), '>'))).toEqual(['lost'])
    expect(spans(compare(intrinsic('startTime'), int(start - 1n), '<='))).toEqual(['GET /cart', 'work'])
    expect(spans(compare(intrinsic('duration'), text('long'), '>'))).toEqual([])
  })
})

test('all parts of an `and` hold on one span', () => {
  const id = compare(attribute('any', 'user.id'), text('7'))
  expect(spans({ node: 'and', operands: [id, compare(intrinsic('service'), text('cart'))] })).toEqual(ALL.slice(0, 2))
  expect(spans({ node: 'and', operands: [id, compare(intrinsic('kind'), text('client'))] })).toEqual([])
  expect(spans({ node: 'true' })).toEqual(ALL)
})

describe('what stores do not run yet', () => {
  const user = attribute('span', 'user.id')
  test('or, not, and what differs: a key that is not there differs from nothing', () => {
    const seven = compare(user, int(7n))
    expect(spans({ node: 'or', operands: [seven, compare(intrinsic('name'), text('lost'))] })).toEqual([
      'GET /cart',
      'work',
      'lost',
    ])
    expect(spans({ node: 'or', operands: [] })).toEqual([])
    expect(spans({ node: 'not', operand: seven })).toEqual(['SELECT', 'lost'])
    expect(spans(compare(user, int(7n), '!='))).toEqual(['lost'])
    expect(spans(compare(attribute('span', 'list'), text('a'), '!='))).toEqual([])
    expect(spans(compare(attribute('span', 'list'), text('b'), '!='))).toEqual(['work'])
    expect(spans(compare(attribute('span', 'retry'), int(7n), '!='))).toEqual([])
    expect(spans(compare(intrinsic('service'), text('cart'), '!='))).toEqual(['SELECT'])
    expect(spans(compare(attribute('any', 'span.kind'), text('server'), '!='))).toEqual(['work', 'SELECT', 'lost'])
    expect(spans(compare(attribute('any', 'otel.status_code'), text('OK'), '!='))).toEqual(['GET /cart'])
  })
  test('order: numbers whatever their type, exactly; texts by code point; of an array one element', () => {
    expect(spans(compare(user, { type: 'float', value: 6.5 }, '>'))).toEqual(['GET /cart', 'work'])
    expect(spans(compare(user, int(7n), '>'))).toEqual([])
    expect(spans(compare(attribute('any', 'user.id'), int(6n), '>'))).toEqual(['GET /cart', 'work', 'lost'])
    expect(spans(compare(attribute('span', 'big'), int(9007199254740992n), '>'))).toEqual(['lost'])
    expect(spans(compare(attribute('span', 'big'), int(9007199254740993n), '<'))).toEqual([])
    expect(spans(compare(attribute('span', 'list'), int(1n), '>'))).toEqual(['work'])
    expect(spans(compare(attribute('span', 'minus'), int(0n), '>='))).toEqual(['work'])
    expect(spans(compare(attribute('span', 'cached'), int(0n), '>='))).toEqual([])
    expect(spans(compare(attribute('event', 'level'), text('w'), '>='))).toEqual(['GET /cart'])
    expect(spans(compare(attribute('any', 'none'), int(0n), '<='))).toEqual([])
    expect(spans(compare(intrinsic('name'), text('\u{1F600}'), '<'))).toEqual(ALL)
  })
})

test('a regular expression matches a text, one element of an array, and under any. what a value reads as', () => {
  const like = (field: Field, expression: string, operator: CompareOperator = '=~'): string[] => {
    const holds = rowTest(compare(field, text(expression), operator), TABLE, textPatterns)
    return Array.from({ length: TABLE.rowCount }, (_, row) => row)
      .filter(holds)
      .map(row => TABLE.dictionary.text(TABLE.name[row]))
  }
  expect(like(attribute('span', 'list'), '[a-z]')).toEqual(['work'])
  expect(like(attribute('span', 'list'), '[a-z]', '!~')).toEqual([])
  expect(like(attribute('span', 'list'), '\\d')).toEqual([])
  expect(like(attribute('any', 'list'), '\\d')).toEqual(['work'])
  expect(like(attribute('any', 'list'), '\\[.*true\\]')).toEqual(['work'])
  expect(like(attribute('any', 'minus'), '-0')).toEqual(['work'])
  expect(like(attribute('span', 'minus'), '-0')).toEqual([])
  expect(like(attribute('any', 'cached'), 't.ue')).toEqual(['GET /cart'])
  expect(like(attribute('span', 'none'), '')).toEqual(['work'])
  expect(like(attribute('span', 'nowhere'), '.*', '!~')).toEqual([])
  // No service is no text.
  expect(like(intrinsic('service'), '.*')).toEqual(ALL.slice(0, 3))
  expect(like(intrinsic('service'), 'd.', '!~')).toEqual(ALL.slice(0, 2))
})

test('what it cannot run is named', () => {
  const name = compare(intrinsic('name'), text('x'), '!=')
  expect(unsupportedNode(name)).toBe('the operator != on name')
  expect(unsupportedNode({ node: 'and', operands: [{ node: 'true' }, name] })).toBe('the operator != on name')
  const like = compare(attribute('any', 'k'), text('x'), '=~')
  expect(unsupportedNode(like)).toBe('the operator =~ on any.k')
  expect(unsupportedNode({ node: 'or', operands: [] })).toBe('the condition or')
  expect(unsupportedNode({ node: 'not', operand: { node: 'true' } })).toBe('the condition not')
  expect(unsupportedNode(compare(intrinsic('duration'), int(1n), '>='))).toBeUndefined()
  const word = compare(intrinsic('kind'), text('x'), '=~')
  expect(unsupportedOnRows({ node: 'or', operands: [name, like, { node: 'not', operand: word }] })).toBe(
    'the operator =~ on kind',
  )
  expect(unsupportedOnRows(compare(attribute('any', 'k'), int(1n), '=~'))).toBe('the operator =~ on any.k')
  expect(unsupportedOnRows(compare(intrinsic('status'), text('ok'), '>'))).toBe('the operator > on status')
  expect(() => rowTest(like, TABLE)).toThrow('nobody is at hand to match regular expressions')
})

test('maps and hostile keys as text', () => {
  const value = { type: 'string', value: 'a"b' } as const
  const entries = [
    { key: '__proto__', value },
    { key: '__proto__', value: { type: 'double', value: Number.NaN } as const },
    { key: '', value: { type: 'empty' } as const },
  ]
  expect(attributeText({ type: 'map', entries })).toBe('{"__proto__":"a\\"b","__proto__":"NaN","":null}')
  expect(attributeText({ type: 'bytes', value: Uint8Array.of(1, 2, 3, 4) })).toBe('AQIDBA==')
  expect(attributeText({ type: 'bytes', value: Uint8Array.of(1, 2, 3) })).toBe('AQID')
})
