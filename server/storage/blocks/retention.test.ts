import { expect, test } from 'vitest'
import { Random } from '#shared/generator/random.ts'
import { blockId, type StoredBlock } from './manifest.ts'
import { expiredBlocks, mergeCandidates } from './retention.ts'

const HOUR = 3_600_000

function block(
  number: number,
  given: { rows?: number; bytes?: number; received?: [number, number]; spanClass?: 'main' | 'demo' } = {},
): StoredBlock {
  const { rows = 100, bytes = 1000, received = [number * HOUR, number * HOUR + 1], spanClass = 'main' } = given
  return {
    id: blockId(number, number),
    summary: {
      version: 0,
      rowCount: rows,
      traceCount: rows,
      bytes,
      // The spans' own times are of no account.
      firstStart: 0n,
      lastStart: 0n,
      lastEnd: 0n,
      firstReceivedMs: received[0],
      lastReceivedMs: received[1],
      spanClass,
      tenant: 'default',
    },
  }
}

const NO_LIMITS = { now: 0, ageMs: 0, bytes: Infinity, spans: Infinity, otherBytes: 0, otherSpans: 0 }
const numbers = (blocks: readonly StoredBlock[] | undefined): number[] | undefined =>
  blocks?.map(({ id }) => Number(id.slice(0, 10)))

test('blocks expire by the receipt of their last span', () => {
  const blocks = [block(1), block(2, { received: [0, 9 * HOUR] }), block(3)]
  const at = (now: number): number[] | undefined =>
    numbers(expiredBlocks(blocks, { ...NO_LIMITS, ageMs: 2 * HOUR, now }))
  expect(at(3 * HOUR + 1)).toEqual([])
  expect(at(3 * HOUR + 2)).toEqual([1])
  expect(at(6 * HOUR)).toEqual([1, 3])
  expect(at(12 * HOUR)).toEqual([1, 3, 2])
  expect(expiredBlocks(blocks, { ...NO_LIMITS, now: 1e15 })).toEqual([])
})

test('the oldest by receipt go until the limits are kept', () => {
  const blocks = [block(1, { bytes: 10 }), block(2, { received: [1, 2], bytes: 20 }), block(3, { bytes: 30 })]
  const over = (limits: Partial<typeof NO_LIMITS>): number[] | undefined =>
    numbers(expiredBlocks(blocks, { ...NO_LIMITS, ...limits }))
  expect(over({ bytes: 60 })).toEqual([])
  expect(over({ bytes: 59 })).toEqual([2])
  expect(over({ bytes: 59, otherBytes: 20 })).toEqual([2, 1])
  expect(over({ spans: 200 })).toEqual([2])
  expect(over({ spans: 200, otherSpans: 100 })).toEqual([2, 1])
  expect(over({ bytes: 0 })).toEqual([2, 1, 3])
})

test('small neighbours of one class are merged', () => {
  const four = [1, 2, 3, 4].map(number => block(number))
  expect(numbers(mergeCandidates(four, 0))).toEqual([1, 2, 3, 4])
  expect(mergeCandidates(four.slice(1), 0)).toBeUndefined()
  const mixed = [1, 2, 3, 4, 5, 6, 7].map(number => block(number, { spanClass: number % 2 === 1 ? 'demo' : 'main' }))
  expect(numbers(mergeCandidates(mixed, 0))).toEqual([1, 3, 5, 7])
})

test('no merged block is wider than an eighth of the retention', () => {
  const twenty = Array.from({ length: 20 }, (_, k) => block(k + 1))
  expect(mergeCandidates(twenty, 8 * 2 * HOUR)).toBeUndefined()
  expect(numbers(mergeCandidates(twenty, 8 * 5 * HOUR))).toEqual([1, 2, 3, 4, 5])
})

test('full blocks are left alone', () => {
  const blocks = [block(1, { rows: 200_000 }), ...[2, 3, 4].map(number => block(number))]
  expect(mergeCandidates(blocks, 0)).toBeUndefined()
  expect(numbers(mergeCandidates([...blocks, block(5)], 0))).toEqual([2, 3, 4, 5])
})

test('a span is written again only a few times, and blocks stay few', () => {
  const random = new Random(7)
  let blocks: StoredBlock[] = []
  let written = 0
  let received = 0
  for (let number = 1; number <= 2000; number++) {
    const rows = 50 + random.below(200)
    received += rows
    blocks.push(block(number, { rows, received: [number * 300_000, number * 300_000 + 299_999] }))
    for (;;) {
      const run = mergeCandidates(blocks, 7 * 24 * HOUR)
      if (run === undefined) break
      const sum = run.reduce((total, { summary }) => total + summary.rowCount, 0)
      written += sum
      const span: [number, number] = [run[0].summary.firstReceivedMs, run[run.length - 1].summary.lastReceivedMs]
      const merged = { ...block(number, { rows: sum, received: span }), id: run[0].id }
      blocks = blocks.flatMap(one => (one === run[0] ? [merged] : run.includes(one) ? [] : [one]))
    }
  }
  expect(blocks.reduce((sum, { summary }) => sum + summary.rowCount, 0)).toBe(received)
  expect(written / received).toBeLessThan(8)
  expect(blocks.length).toBeLessThan(60)
})
