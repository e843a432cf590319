import { expect, test } from 'vitest'
import type { TraceSummaryJson } from '#shared/api/spoor.ts'
import { typicalOf } from './typical-trace.ts'

function trace(traceId: string, ms: number, name = 'buy', orphan = false): TraceSummaryJson {
  const root = { spanId: '1', service: 'shop', name, kind: 'server', error: false, orphan } as const
  const endTime = String(BigInt(ms) * 1_000_000n)
  return { traceId, startTime: '0', endTime, spanCount: 1, errorCount: 0, matchedCount: 1, root, services: [] }
}

test('the median by duration of the same operation, without the trace itself', () => {
  const traces = [trace('a', 900), trace('b', 10), trace('c', 30), trace('d', 20), trace('e', 5000, 'sell')]
  expect(typicalOf(traces, 'shop', 'buy', 'a')).toMatchObject({ trace: { traceId: 'd' }, peers: 3 })
  expect(typicalOf([...traces, trace('f', 25)], 'shop', 'buy', 'a')).toMatchObject({
    trace: { traceId: 'd' },
    peers: 4,
  })
})

test('none when no other trace begins with the operation', () => {
  expect(typicalOf([trace('a', 1), trace('o', 2, 'buy', true)], 'shop', 'buy', 'a')).toBeNull()
  expect(typicalOf([trace('a', 1)], 'shop', 'sell', 'x')).toBeNull()
})
