import { expect, test } from 'vitest'
import { hasRepeatedIds } from './distinct-spans.ts'
import { SpanTableBuilder } from './span-table-builder.ts'

function tableOf(ids: readonly (readonly [number, number])[]): SpanTableBuilder {
  const table = new SpanTableBuilder()
  for (const [high, low] of ids) {
    const row = table.beginSpan()
    table.traceId[row * 4] = 1
    table.spanId[row * 2] = high
    table.spanId[row * 2 + 1] = low
    table.endSpan()
  }
  return table
}

test('no rows, one row and rows that share half of their id repeat nothing', () => {
  expect(hasRepeatedIds(tableOf([]))).toBe(false)
  expect(hasRepeatedIds(tableOf([[1, 2]]))).toBe(false)
  expect(
    hasRepeatedIds(
      tableOf([
        [1, 2],
        [2, 1],
        [1, 1],
        [2, 2],
        [0xffffffff, 2],
      ]),
    ),
  ).toBe(false)
})

test('among twenty thousand ids in a row one repetition is seen, wherever it stands', () => {
  const ids = Array.from({ length: 20_000 }, (_, i) => [0, i + 1] as const)
  expect(hasRepeatedIds(tableOf(ids))).toBe(false)
  for (const at of [1, 777, 19_999]) {
    expect(hasRepeatedIds(tableOf([...ids.slice(0, at), ids[0], ...ids.slice(at)])), `at ${at}`).toBe(true)
  }
})

test('ids whose hashes all fall on one place are still told apart', () => {
  const ids = Array.from({ length: 3000 }, (_, i) => [Math.imul(i + 1, 0x9e3779b1) >>> 0, i + 1] as const)
  expect(hasRepeatedIds(tableOf(ids))).toBe(false)
  expect(hasRepeatedIds(tableOf([...ids, ids[1234]]))).toBe(true)
})
