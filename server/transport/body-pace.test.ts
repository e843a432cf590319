import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readBody } from './body.ts'
import { ByteBudget, createSharedByteBudget } from './byte-budget.ts'
import { readGrpcMessage } from './grpc-message.ts'

const KiB = 1024

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] }))
afterEach(() => void vi.useRealTimers())

/** A body under way, beside another request that holds `taken` of 100 KiB. */
async function begun(read: typeof readBody | typeof readGrpcMessage, taken = 0) {
  const budget = new ByteBudget(createSharedByteBudget(100 * KiB))
  const other = await budget.admit()
  const reservation = await budget.admit()
  other.grow(taken)
  const stream = new PassThrough()
  let outcome: unknown
  const options = { maxBytes: 80 * KiB, encoding: 'identity', timeoutMs: 60_000, reservation, budget } as const
  void read(stream, options).then(
    () => (outcome = 'whole'),
    error => (outcome = error),
  )
  /** `bytes` come, and then nothing for five seconds. */
  const bring = async (bytes: number): Promise<unknown> => {
    if (bytes > 0) stream.write(Buffer.alloc(bytes))
    await vi.advanceTimersByTimeAsync(5000)
    await vi.advanceTimersByTimeAsync(1)
    return outcome
  }
  return { stream, bring, ended: () => outcome }
}

test.each([
  ['HTTP', readBody],
  ['gRPC', readGrpcMessage],
] as const)('%s: a sender that stops in the middle is given up after five seconds', async (_, read) => {
  const { bring } = await begun(read)
  expect(await bring(3)).toMatchObject({ reason: 'body_timeout' })
})

test('a slow one goes on, a dripping one does not', async () => {
  const { bring } = await begun(readBody)
  for (let i = 0; i < 5; i++) expect(await bring(1200)).toBeUndefined()
  expect(await bring(1199)).toMatchObject({
    message: '1199 bytes of the body came in 5000 ms, expected at least 1200 (7199 in all)',
  })
})

test('with the budget more than half used, who holds much has to bring more', async () => {
  const { bring } = await begun(readBody, 20 * KiB)
  expect(await bring(32 * KiB)).toBeUndefined()
  expect(await bring(2048)).toBeUndefined()
  expect(await bring(2047)).toMatchObject({ reason: 'body_timeout' })
  const alone = await begun(readBody)
  expect(await alone.bring(32 * KiB)).toBeUndefined()
  expect(await alone.bring(1200)).toBeUndefined()
})

test('nothing is watched any more after the end', async () => {
  const { stream, ended } = await begun(readBody)
  stream.end(Buffer.alloc(10))
  await vi.waitFor(() => expect(ended()).toBe('whole'))
  await vi.advanceTimersByTimeAsync(20_000)
  expect([ended(), vi.getTimerCount()]).toEqual(['whole', 0])
})
