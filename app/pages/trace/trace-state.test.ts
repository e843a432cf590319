import { expect, test } from 'vitest'
import { parseTraces } from '#shared/generator/parse-traces.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { buildTrace } from '#shared/trace/build-trace.ts'
import { parseSpanRef, spanOfRef, spanRefOf } from '#shared/trace/trace.ts'
import { errorSpans, foldingFromUrl, foldingToUrl, placeIn, slowSpans, stepThrough } from './trace-state.ts'

const table = new SpanTableBuilder()
parseTraces('a: root [0 9ms] #1\n  a: b [1ms 1ms] #2 error\n    a: c [1ms 1ms] #3\n  a: d [2ms 1ms] #4 error', table)
const trace = buildTrace(table)

test('folding goes to the address by span id and comes back', () => {
  const folding = { level: 1, openBelow: [1], toggled: [3, 0], folds: false, unfolded: [2], revealed: [3] }
  const url = foldingToUrl(trace, folding)
  expect(url).toEqual({
    level: 1,
    openBelow: ['0000000000000002'],
    toggled: ['0000000000000004', '0000000000000001'],
    folds: false,
    unfolded: ['0000000000000003'],
    revealed: ['0000000000000004'],
  })
  expect(foldingFromUrl(trace, url)).toEqual(folding)
  expect(foldingFromUrl(trace, { ...url, toggled: ['00000000000000ff'] }).toggled).toEqual([])
})

test.each([
  [-1, 1, 2],
  [2, 1, 5],
  [3, 1, 5],
  [9, 1, 2],
  [10, 1, 2],
  [9, -1, 5],
  [2, -1, 9],
  [-1, -1, 9],
  [7, -1, 5],
] as const)('from %d by %d to %d', (at, by, to) => {
  expect(stepThrough([2, 5, 9], at, by)).toBe(to)
  expect(stepThrough([], at, by)).toBe(-1)
})

test('places, errors, slow spans', () => {
  expect([2, 5, 9, 4].map(at => placeIn([2, 5, 9], at))).toEqual([1, 2, 3, 0])
  expect([...errorSpans(trace.marks)]).toEqual([1, 3])
  expect(slowSpans(Float64Array.of(5, 0, 9, 7, 9), 3)).toEqual([2, 4, 3])
})

test('spans that share an id are told apart in the address, each one named as it is read', () => {
  const shared = new SpanTableBuilder()
  parseTraces(
    'a: top [0 9ms] #1\n  a: x [1ms 1ms] #2\n  b: y [2ms 1ms] #2\n  c: z [3ms 1ms] #2\n  a: d [4ms 1ms] #4',
    shared,
  )
  const twins = buildTrace(shared)
  const refs = Array.from({ length: 5 }, (_, i) => spanRefOf(twins, i))
  const id = '000000000000000'
  expect(refs).toEqual([`${id}1`, `${id}2`, `${id}2.2`, `${id}2.3`, `${id}4`])
  expect(refs.map(parseSpanRef)).toEqual(refs)
  expect(refs.map(ref => spanOfRef(twins, ref))).toEqual([0, 1, 2, 3, 4])
  expect(spanOfRef(twins, `${id}2.4`)).toBe(-1)
  expect(['2.0', '2.1', '2.', '2.2.2', '2.1000000', '.2', 'x.2'].map(parseSpanRef)).toEqual(Array(7).fill(undefined))
})
