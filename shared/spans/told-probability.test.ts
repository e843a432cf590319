import { expect, test } from 'vitest'
import {
  ATTRIBUTE_BOOL,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_INT,
  ATTRIBUTE_STRING,
  doubleWords,
  intWords,
} from './attribute-value.ts'
import { SpanTableBuilder } from './span-table-builder.ts'
import { samplerTags, toldProbability } from './told-probability.ts'

type Tags = Readonly<Record<string, string | number | boolean | bigint>>

/** A row with these tags and this `tracestate`. */
function row(tags: Tags, traceState = ''): SpanTableBuilder {
  const table = new SpanTableBuilder()
  const at = table.beginSpan()
  table.traceId[0] = table.spanId[0] = 1
  table.traceState[at] = table.internText(traceState)
  for (const [key, value] of Object.entries(tags)) {
    const name = table.internText(key)
    if (typeof value === 'string') table.addAttribute(name, ATTRIBUTE_STRING, table.internText(value), 0)
    else if (typeof value === 'boolean') table.addAttribute(name, ATTRIBUTE_BOOL, Number(value), 0)
    else if (typeof value === 'bigint') table.addAttribute(name, ATTRIBUTE_INT, ...intWords(value))
    else table.addAttribute(name, ATTRIBUTE_DOUBLE, ...doubleWords(value))
  }
  table.endSpan()
  return table
}

test('what is told, by tags and by thresholds; nothing where nobody knows', () => {
  const cases: readonly (readonly [Tags, string, number | undefined])[] = [
    [{ 'sampler.type': 'probabilistic', 'sampler.param': 0.001 }, '', 0.001],
    [{ 'sampler.type': 'probabilistic', 'sampler.param': '0.25' }, '', 0.25],
    [{ 'sampler.type': 'probabilistic', 'sampler.param': 1n }, '', 1],
    [{ 'sampler.type': 'const', 'sampler.param': true }, '', 1],
    // Kept for its rate: how many like it there were is not known.
    [{ 'sampler.type': 'lowerbound', 'sampler.param': 0.001 }, '', undefined],
    [{ 'sampler.type': 'ratelimiting', 'sampler.param': 2 }, '', undefined],
    // What can't be is not believed.
    [{ 'sampler.type': 'probabilistic', 'sampler.param': 0 }, '', undefined],
    [{ 'sampler.type': 'probabilistic', 'sampler.param': 3 }, '', undefined],
    [{ 'sampler.type': 'probabilistic', 'sampler.param': '' }, '', undefined],
    [{ 'sampler.type': 'probabilistic' }, '', undefined],
    [{}, 'ot=th:0', 1],
    [{}, 'ot=th:8', 0.5],
    [{}, 'rojo=1,ot=rv:abcdef01234567;th:c,congo=t61', 0.25],
    [{}, 'ot=th:ffbe76c8b43958', 0.001],
    [{}, 'ot=th:', undefined],
    [{}, 'ot=th:xyz', undefined],
    [{}, 'ot=th:123456789abcdef', undefined],
    [{}, 'vendor=th:8', undefined],
    // The threshold is the newer of the two.
    [{ 'sampler.type': 'const', 'sampler.param': true }, 'ot=th:8', 0.5],
  ]
  for (const [tags, traceState, expected] of cases) {
    const told = toldProbability(row(tags, traceState), 0)
    const rounded = told === undefined ? undefined : Number(told.toPrecision(10))
    expect({ tags, traceState, told: rounded }).toEqual({ tags, traceState, told: expected })
  }
})

test('the tags of a sampler are those of the row, both or none', () => {
  expect(samplerTags(row({ 'sampler.type': 'remote', 'sampler.param': 'x' }), 0)).toEqual({
    type: 'remote',
    param: NaN,
  })
  expect(samplerTags(row({ 'sampler.param': 1 }), 0)).toBeUndefined()
})
