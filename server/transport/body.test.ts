import { randomBytes } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { giveBack, readBody, type BodyOptions } from './body.ts'
import { ByteBudget, createSharedByteBudget } from './byte-budget.ts'

const KiB = 1024

async function reading(options: Partial<BodyOptions> = {}, budgetBytes = 1000 * KiB) {
  const budget = new ByteBudget(createSharedByteBudget(budgetBytes))
  const oldest = await budget.admit()
  const reservation = await budget.admit()
  const stream = new PassThrough()
  const body = readBody(stream, {
    maxBytes: 100 * KiB,
    encoding: 'identity',
    timeoutMs: 10_000,
    reservation,
    budget,
    ...options,
  })
  return { stream, body, budget, release: () => [oldest, reservation].forEach(each => each.release()) }
}

test('all chunks, counted in the budget', async () => {
  const { stream, body, budget, release } = await reading()
  stream.write(Buffer.alloc(KiB, 'a'))
  stream.end(Buffer.alloc(KiB, 'b'))
  expect(Buffer.from((await body).bytes).toString()).toBe('a'.repeat(KiB) + 'b'.repeat(KiB))
  expect(budget.usedBytes).toBe(2 * KiB)
  release()
  expect(budget.usedBytes).toBe(0)
})

test('an empty body', async () => {
  const { stream, body } = await reading()
  stream.end()
  expect(await body).toMatchObject({ bytes: Buffer.alloc(0), wireBytes: 0 })
})

test('pieces and packed bytes have no memory once the body is whole, and neither has that once it is given back', async () => {
  const pieces = [Buffer.alloc(40 * KiB, 'a'), Buffer.alloc(40 * KiB, 'b')]
  const plain = await reading()
  for (const piece of pieces) plain.stream.write(piece)
  plain.stream.end()
  const { bytes, memory } = await plain.body
  expect([bytes.length, memory.length, ...pieces.map(({ length }) => length)]).toEqual([80 * KiB, 80 * KiB, 0, 0])
  giveBack(memory)
  expect(bytes.length).toBe(0)
  const packed = Buffer.from(new Uint8Array(gzipSync(randomBytes(80 * KiB))).buffer)
  const { length } = packed
  const unpacked = await reading({ encoding: 'gzip' })
  unpacked.stream.end(packed)
  expect(await unpacked.body).toMatchObject({ wireBytes: length, bytes: { length: 80 * KiB } })
  expect(packed.length).toBe(0)
  // What shares its memory with others keeps it.
  const shared = Buffer.alloc(KiB).subarray(1)
  giveBack(shared)
  expect(shared.length).toBe(KiB - 1)
})

test('unpacked, with both sizes', async () => {
  const { stream, body, budget } = await reading({ encoding: 'gzip' })
  const packed = gzipSync(Buffer.alloc(50 * KiB, 'spans '))
  stream.end(packed)
  expect(await body).toMatchObject({ wireBytes: packed.length, bytes: { length: 50 * KiB } })
  expect(budget.usedBytes).toBeGreaterThanOrEqual(50 * KiB)
})

test('too long stops at once, without the rest', async () => {
  const { stream, body } = await reading()
  stream.write(Buffer.alloc(101 * KiB))
  await expect(body).rejects.toMatchObject({ name: 'LimitError', limit: 'max-request-bytes' })
})

test('no room in the budget, for the bytes or for what they unpack to', async () => {
  const plain = await reading({}, 10 * KiB)
  plain.stream.write(Buffer.alloc(11 * KiB))
  await expect(plain.body).rejects.toMatchObject({ name: 'OverloadedError', reason: 'memory_budget' })
  const packed = await reading({ encoding: 'gzip' }, 10 * KiB)
  packed.stream.end(gzipSync(Buffer.alloc(50 * KiB)))
  await expect(packed.body).rejects.toMatchObject({ name: 'OverloadedError' })
})

test('silence and departure', async () => {
  const silent = await reading({ timeoutMs: 20 })
  silent.stream.write('half')
  await expect(silent.body).rejects.toMatchObject({ reason: 'body_timeout' })
  const left = await reading()
  left.stream.write('half')
  left.stream.destroy()
  await expect(left.body).rejects.toMatchObject({ reason: 'disconnected' })
})

test('bytes that are not gzip', async () => {
  const { stream, body } = await reading({ encoding: 'gzip' })
  stream.end('plain text that is no gzip')
  await expect(body).rejects.toMatchObject({ name: 'DecodeError' })
})
