import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { OverloadedError } from '#server/errors.ts'
import { ByteBudget, createSharedByteBudget } from './byte-budget.ts'

const KiB = 1024

test('grows with the bytes, gives all back, counts in all views', async () => {
  const shared = createSharedByteBudget(100 * KiB)
  const here = new ByteBudget(shared)
  const there = new ByteBudget(shared)
  const reservation = await here.admit()
  expect(reservation.grow(1)).toBe(true)
  expect(there.usedBytes).toBe(KiB)
  for (let i = 0; i < 1023; i++) reservation.grow(1)
  expect(there.usedBytes).toBe(KiB)
  reservation.grow(1)
  expect(there.usedBytes).toBe(2 * KiB)
  reservation.release()
  reservation.release()
  expect(reservation.grow(1)).toBe(false)
  expect(there.usedBytes).toBe(0)
})

test('over the budget only the oldest request of a thread goes on, then the next oldest', async () => {
  const budget = new ByteBudget(createSharedByteBudget(100 * KiB))
  const [first, second] = [await budget.admit(), await budget.admit()]
  expect(first.grow(40 * KiB)).toBe(true)
  expect(second.grow(60 * KiB)).toBe(true)
  expect(second.grow(1)).toBe(false)
  expect(budget.usedBytes).toBe(100 * KiB)
  expect(first.grow(500 * KiB)).toBe(true)
  await expect(budget.admit()).rejects.toBeInstanceOf(OverloadedError)
  first.release()
  expect(second.grow(200 * KiB)).toBe(true)
  second.release()
  expect(budget.usedBytes).toBe(0)
})

test('the first request of another thread begins although the budget is used up', async () => {
  const shared = createSharedByteBudget(10 * KiB)
  const full = await new ByteBudget(shared).admit()
  full.grow(50 * KiB)
  const other = new ByteBudget(shared)
  const only = await other.admit()
  expect(only.grow(50 * KiB)).toBe(true)
  await expect(other.admit()).rejects.toMatchObject({ reason: 'memory_budget' })
})

test('above half new requests wait in order, and begin when there is room, also when another thread makes it', async () => {
  const shared = createSharedByteBudget(100 * KiB)
  const budget = new ByteBudget(shared, { maxWaitMs: 20_000 })
  const elsewhere = await new ByteBudget(shared).admit()
  elsewhere.grow(60 * KiB)
  const running = await budget.admit()
  const order: number[] = []
  const waiting = [1, 2].map(async each => {
    const reservation = await budget.admit()
    order.push(each)
    return reservation
  })
  expect(budget.waiting).toBe(2)
  expect(running.grow(10 * KiB)).toBe(true)
  elsewhere.release()
  const begun = await Promise.all(waiting)
  expect(order).toEqual([1, 2])
  for (const each of [running, ...begun]) each.release()
  expect(budget.usedBytes).toBe(0)
})

test('waits end: by time, by number, by the sender leaving', async () => {
  const budget = new ByteBudget(createSharedByteBudget(100 * KiB), { maxWaitMs: 20, maxWaiting: 2 })
  const running = await budget.admit()
  running.grow(60 * KiB)
  const late = budget.admit()
  const leaving = new AbortController()
  const left = budget.admit(leaving.signal)
  await expect(budget.admit()).rejects.toBeInstanceOf(OverloadedError)
  leaving.abort(new Error('gone'))
  await expect(left).rejects.toThrow('gone')
  await expect(late).rejects.toMatchObject({ name: 'OverloadedError', retryAfterMs: expect.any(Number) })
  expect(budget.waiting).toBe(0)
})

test('two threads never hold more than the budget and one request each, and end at zero', async () => {
  const shared = createSharedByteBudget(200 * KiB)
  const program = `
    const { parentPort, workerData } = require('node:worker_threads')
    import(workerData.module).then(async ({ ByteBudget }) => {
      const budget = new ByteBudget(workerData.shared, { maxWaitMs: 10_000 })
      let finished = 0, refused = 0, highest = 0
      const request = async size => {
        let reservation
        try { reservation = await budget.admit() } catch { refused++; return }
        for (let sent = 0; sent < size; sent += 1024) {
          if (!reservation.grow(1024)) { refused++; reservation.release(); return }
          highest = Math.max(highest, budget.usedBytes)
          if (sent % 8192 === 0) await new Promise(setImmediate)
        }
        finished++
        reservation.release()
      }
      for (let round = 0; round < 40; round++) await Promise.all(Array.from({ length: 8 }, (_, i) => request((i + 1) * 8192)))
      parentPort.postMessage({ finished, refused, highest })
    })
  `
  const workers = [0, 1].map(
    () =>
      new Worker(program, {
        eval: true,
        workerData: { shared, module: new URL('./byte-budget.ts', import.meta.url).href },
      }),
  )
  const results = (await Promise.all(workers.map(worker => once(worker, 'message')))).map(
    ([result]) => result as { finished: number; refused: number; highest: number },
  )
  for (const { finished, refused, highest } of results) {
    expect(finished + refused).toBe(320)
    expect(finished).toBeGreaterThanOrEqual(40)
    // The largest request is 64 KiB; a failed attempt of the other thread may be counted for an instant.
    expect(highest).toBeLessThanOrEqual((200 + 2 * 64 + 2) * KiB)
  }
  expect(new ByteBudget(shared).usedBytes).toBe(0)
})
