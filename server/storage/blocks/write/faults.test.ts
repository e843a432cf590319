/** Disks that are full, that fail and that lie: what was acknowledged stays, what was not is refused, and it goes on by itself. */
import { expect, test } from 'vitest'
import { StoreUnavailableError } from '#server/errors.ts'
import { type Act, type Fault, faultyFiles } from '#server/storage/blocks/faulty-files.ts'
import { memoryFiles } from '#server/storage/blocks/memory-files.ts'
import { Random } from '#shared/generator/random.ts'
import { viewSpanTable } from '#shared/spans/span-table-view.ts'
import { keysOf, randomBatch, reopen, send, spanKeys, type TestStore, testStore } from './test-store.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

/** A store over memory whose disk does what `fault` says and whose clock is moved by hand. */
function faultyStore(options: { space?: () => { free: number; total: number }; seals?: boolean } = {}) {
  const disk = memoryFiles()
  const state: { fault?: (act: Act, file: string, bytes: number) => Fault | undefined; elapsed: number } = {
    elapsed: 0,
  }
  const files = faultyFiles(disk, { space: options.space, fault: (...act) => state.fault?.(...act) })
  const store = testStore(files, {
    elapsed: () => state.elapsed,
    seals: options.seals,
    init: { diskReserveBytes: options.space === undefined ? 1 : 1000 },
  })
  return { disk, state, store }
}

function visible(store: TestStore): string[] {
  return Array.from(store.tables.values(), table => spanKeys(viewSpanTable(table.shared))).flat()
}

test('the reserve is kept: refused below it, taken again above, and the store is told both', async () => {
  let free = 5_000_000
  const { store, state } = faultyStore({ space: () => ({ free, total: 10_000_000 }) })
  await send(store.writer, randomBatch(SEED, 1, 4))
  free = 999
  state.elapsed += 1000
  await expect(send(store.writer, randomBatch(SEED, 2, 4))).rejects.toThrow(StoreUnavailableError)
  await expect(send(store.writer, randomBatch(SEED, 2, 4))).rejects.toThrow('has 0.0 MB free')
  free = 1500
  state.elapsed += 1000
  // Between reserve and margin: the door stays shut, so that it does not flap.
  await expect(send(store.writer, randomBatch(SEED, 2, 4))).rejects.toThrow(StoreUnavailableError)
  free = 5_000_000
  state.elapsed += 1000
  expect(await send(store.writer, randomBatch(SEED, 2, 4))).toEqual({ stored: 4, duplicate: 0 })
  await store.close()
  const told = store.messages
    .filter(message => message.kind === 'refusing')
    .map(message => message.reason !== undefined)
  expect(told).toEqual([true, false])
})

test.for(['nothing', 'a part', 'and cannot be cut off'] as const)('full disk, %s written', async kind => {
  const { disk, store, state } = faultyStore()
  await send(store.writer, randomBatch(SEED, 1, 4))
  const before = disk.contents()
  state.fault = act => {
    if (act === 'write') return { code: 'ENOSPC', written: kind === 'nothing' ? undefined : 100 }
    return act === 'truncate' && kind === 'and cannot be cut off' ? { code: 'EIO' } : undefined
  }
  await expect(send(store.writer, randomBatch(SEED, 2, 4))).rejects.toThrow('ENOSPC')
  const left = disk.contents()
  const rubbish = [...left].map(([file, bytes]) => bytes.length - (before.get(file)?.length ?? 0))
  expect(rubbish).toEqual([kind === 'and cannot be cut off' ? 100 : 0])
  await expect(send(store.writer, randomBatch(SEED, 2, 4))).rejects.toThrow(StoreUnavailableError)
  state.fault = undefined
  state.elapsed += 2000
  // What was refused is no copy when it comes again.
  expect(await send(store.writer, randomBatch(SEED, 2, 4))).toEqual({ stored: 4, duplicate: 0 })
  expect(await send(store.writer, randomBatch(SEED, 3, 4))).toEqual({ stored: 4, duplicate: 0 })
  const expected = [1, 2, 3].flatMap(i => keysOf(randomBatch(SEED, i, 4)))
  await expect.poll(() => visible(store)).toEqual(expected)
  await store.close()
  expect(reopen(disk).keys).toEqual(expected)
})

test.for(['sync', 'syncDirectory'] as const)('a failed %s is never repeated: new table, new log', async act => {
  const { disk, store, state } = faultyStore()
  if (act === 'sync') await send(store.writer, randomBatch(SEED, 1, 4))
  const syncs: string[] = []
  let fail = true
  state.fault = (seen, file) => {
    if (seen === 'sync') syncs.push(file)
    if (seen !== act || !fail) return undefined
    fail = false
    return { code: 'EIO' }
  }
  const refused = await Promise.allSettled([2, 3, 4].map(i => send(store.writer, randomBatch(SEED, i, 4))))
  expect(refused.map(result => result.status)).toEqual(['rejected', 'rejected', 'rejected'])
  for (const result of refused) expect(result).toHaveProperty('reason.name', 'StoreUnavailableError')
  await expect(send(store.writer, randomBatch(SEED, 2, 4))).rejects.toThrow('EIO')
  state.elapsed += 2000
  for (const i of [2, 3, 4])
    expect(await send(store.writer, randomBatch(SEED, i, 4))).toEqual({ stored: 4, duplicate: 0 })
  expect(syncs[0]).not.toBe(syncs[1])
  expect(new Set(syncs).size).toBe(2)
  const expected = (act === 'sync' ? [1, 2, 3, 4] : [2, 3, 4]).flatMap(i => keysOf(randomBatch(SEED, i, 4)))
  await expect.poll(() => visible(store)).toEqual(expected)
  await store.close()
  // What was refused may be in the log that failed; nothing that was acknowledged is missing.
  const found = new Set(reopen(disk).keys)
  expect(expected.filter(key => !found.has(key))).toEqual([])
})

test('no file can be made: refused, and taken when it can', async () => {
  const { disk, store, state } = faultyStore()
  state.fault = act => (act === 'create' ? { code: 'EMFILE' } : undefined)
  await expect(send(store.writer, randomBatch(SEED, 1, 4))).rejects.toThrow('EMFILE')
  state.fault = undefined
  state.elapsed += 2000
  expect(await send(store.writer, randomBatch(SEED, 1, 4))).toEqual({ stored: 4, duplicate: 0 })
  await store.close()
  expect(disk.list('log')).toHaveLength(1)
})

test(`a disk that fails at random: acknowledged is kept and seen, refused is not (seed ${SEED})`, async () => {
  const random = new Random(SEED)
  const { disk, store, state } = faultyStore({ seals: true })
  state.fault = (act, file) => {
    if (!file.startsWith('log')) return undefined
    const full = act === 'write' && random.chance(0.5)
    return random.chance(0.03) ? { code: full ? 'ENOSPC' : 'EIO', written: random.below(90) } : undefined
  }
  const [acknowledged, refused]: [string[], string[]] = [[], []]
  for (let i = 0; i < 400;) {
    const group = Array.from({ length: 1 + random.below(4) }, () => i++)
    state.elapsed += 2000
    // The store at the other end of the port gets its turn.
    await new Promise(resolve => setImmediate(resolve))
    await Promise.allSettled(
      group.map(async number => {
        const batch = randomBatch(SEED, number, 6)
        const outcome = await send(store.writer, batch).then(
          () => acknowledged,
          () => refused,
        )
        outcome.push(...keysOf(batch))
      }),
    )
  }
  state.fault = undefined
  await store.close()
  expect(acknowledged.length).toBeGreaterThan(1000)
  expect(refused.length).toBeGreaterThan(50)
  const found = reopen(disk).keys
  const times = new Map<string, number>()
  for (const key of found) times.set(key, (times.get(key) ?? 0) + 1)
  expect(acknowledged.filter(key => !times.has(key))).toEqual([])
  const sent = new Set([...acknowledged, ...refused])
  expect(found.filter(key => !sent.has(key))).toEqual([])
})
