import { expect, test } from 'vitest'
import { HEAT_SLOT, PLAIN_SLOT, serviceMark } from '#app/theme/service-colour.ts'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { selfTimes } from '#shared/trace/self-time.ts'
import { colourKeys, spanColours } from './span-colours.ts'
import type { ColourBy } from './span-colours.ts'

const table = new SpanTableBuilder()
parseTraces(
  `
resource b host.name=node-7

a: root [0 1000ms] code=200
  b: quick [10ms 1ms] code=500
  b: slow [20ms 900ms] code=200
`,
  table,
)
const trace = buildTrace(table)
const marks = (by: ColourBy) => {
  const colours = spanColours(trace, selfTimes(trace), ['a', 'b'], by)
  return [0, 1, 2].map(colours)
}

test('by service each bar has the mark of its service', () => {
  expect(marks({ kind: 'service' })).toEqual([serviceMark('a'), serviceMark('b'), serviceMark('b')])
})

test('by self time the span with the most is darkest, one with a thousandth lightest', () => {
  expect(marks({ kind: 'self' }).map(({ slot }) => slot - HEAT_SLOT)).toEqual([3, 0, 5])
})

test('by an attribute equal values have one colour; a resource’s counts for its spans; without it a span is plain', () => {
  const [root, quick, slow] = marks({ kind: 'attribute', key: 'code' })
  expect(root).toEqual(slow)
  expect(root).not.toEqual(quick)
  expect(marks({ kind: 'attribute', key: 'host.name' }).map(({ slot }) => slot === PLAIN_SLOT)).toEqual([
    true,
    false,
    false,
  ])
  expect(marks({ kind: 'attribute', key: '__proto__' })[0].slot).toBe(PLAIN_SLOT)
})

test('by percentile the slowest of many like spans is darkest; spans with few like them are plain', () => {
  const builder = new SpanTableBuilder()
  const like = Array.from({ length: 200 }, (_, k) => `  b: q [${k}us ${k + 1}us]`)
  parseTraces(['a: root [0 9ms]', ...like].join('\n'), builder)
  const many = buildTrace(builder)
  const colours = spanColours(many, selfTimes(many), ['a', 'b'], { kind: 'percentile' })
  expect(colours(0).slot).toBe(PLAIN_SLOT)
  expect([1, 101, 151, 181, 191, 199, 200].map(i => colours(i).slot - HEAT_SLOT)).toEqual([0, 1, 2, 3, 4, 5, 5])
})

test('the keys to choose from', () => {
  expect(colourKeys(trace)).toEqual(['code', 'host.name'])
})
