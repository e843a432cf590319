import { expect, test } from 'vitest'
import { SharedReads } from './shared-reads.ts'

const never = new AbortController().signal
const nothing = (): void => undefined

/** A store that answers when told to. */
function slowStore(): { start: (signal: AbortSignal) => Promise<number>; finish: () => void; signals: AbortSignal[] } {
  const signals: AbortSignal[] = []
  const { promise, resolve } = Promise.withResolvers<number>()
  return {
    start: async signal => {
      signals.push(signal)
      await Promise.race([
        promise,
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      ])
      return signals.length
    },
    finish: () => resolve(1),
    signals,
  }
}

test('two requests with one key read once, others and later ones anew', async () => {
  const reads = new SharedReads<number>()
  const { start, finish, signals } = slowStore()
  const asked = ['a', 'a', 'b'].map(key => reads.read(key, start, never, nothing))
  finish()
  await Promise.all(asked)
  expect(signals).toHaveLength(2)
  await reads.read('a', start, never, nothing)
  expect(signals).toHaveLength(3)
})

test('a read goes on for who stays, and stops when the last has left', async () => {
  const reads = new SharedReads<number>()
  const { start, signals } = slowStore()
  const [first, second] = [new AbortController(), new AbortController()]
  const asked = [first, second].map(({ signal }) => reads.read('a', start, signal, nothing))
  const ends = Promise.allSettled(asked)
  await Promise.resolve()
  await Promise.resolve()
  first.abort(new Error('left'))
  await expect(asked[0]).rejects.toThrow('left')
  expect(signals[0].aborted).toBe(false)
  second.abort(new Error('left too'))
  await expect(asked[1]).rejects.toThrow('left too')
  expect(signals[0].aborted).toBe(true)
  await ends
})

test('all who ask are told that the answer is not complete, and of a failure', async () => {
  const reads = new SharedReads<number>()
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const told: string[] = []
  const start = async (_: AbortSignal, onIncomplete: (reason: string) => void): Promise<number> => {
    onIncomplete('a block is missing')
    await promise
    throw new Error('a fault')
  }
  const one = reads.read('a', start, never, reason => told.push(`first: ${reason}`))
  await Promise.resolve()
  await Promise.resolve()
  const two = reads.read('a', start, never, reason => told.push(`second: ${reason}`))
  resolve(undefined)
  await expect(one).rejects.toThrow('a fault')
  await expect(two).rejects.toThrow('a fault')
  expect(told).toEqual(['first: a block is missing', 'second: a block is missing'])
})
