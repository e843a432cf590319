/**
 * Seeded traffic over a recorded disk, and all the states that a power cut may leave of it: which acknowledged spans are missing, which
 * are there that nobody sent. Run by power-cut.test.ts; `POWER_CUT_STATES` sets how many states it opens.
 */
import { StoreUnavailableError } from '#server/errors.ts'
import { faultyFiles } from '#server/storage/blocks/faulty-files.ts'
import type { Files } from '#server/storage/blocks/files.ts'
import { memoryFiles } from '#server/storage/blocks/memory-files.ts'
import { afterPowerCut, type FileOperation, recordFiles, type Survival } from '#server/storage/blocks/recorded-files.ts'
import { Random } from '#shared/generator/random.ts'
import { keysOf, randomBatch, reopen, send, testStore } from './test-store.ts'

const SURVIVALS: readonly Survival[] = ['none', 'all', 'torn', 'any']

export interface Traffic {
  readonly operations: readonly FileOperation[]
  /** The spans of each batch; a note in the operations says when it was acknowledged. */
  readonly batches: readonly (readonly string[])[]
}

/** A disk that is full now and then, after a part of a write. */
export function nowAndThenFull(seed: number): (files: Files) => Files {
  const random = new Random(seed)
  return files =>
    faultyFiles(files, {
      fault: (act, file, bytes) =>
        act === 'write' && file.startsWith('log') && random.chance(0.1)
          ? { code: 'ENOSPC', written: random.below(bytes) }
          : undefined,
    })
}

/** Batches in bursts, tables that fill up, are sealed and lose their logs; `mutate` takes something out of the disk. */
export async function recordTraffic(seed: number, mutate: (files: Files) => Files = files => files): Promise<Traffic> {
  const random = new Random(seed)
  const operations: FileOperation[] = []
  const disk = mutate(recordFiles(memoryFiles(), operations))
  let elapsed = 0
  const store = testStore(disk, { seals: true, init: { tableRows: 40 }, elapsed: () => elapsed })
  const batches: string[][] = []
  while (operations.length < 230) {
    const burst = Array.from({ length: 1 + random.below(3) }, async () => {
      const number = batches.length
      const batch = randomBatch(seed, number, 1 + random.below(8))
      batches.push(keysOf(batch))
      await send(store.writer, batch)
      operations.push({ kind: 'note', value: number })
    })
    for (const result of await Promise.allSettled(burst)) {
      if (result.status === 'rejected' && !(result.reason instanceof StoreUnavailableError)) throw result.reason
    }
    elapsed += 2000
  }
  await store.close()
  return { operations, batches }
}

export interface Loss {
  readonly cut: number
  readonly survival: Survival
  readonly missing: number
  readonly unknown: number
  /** Logs that are called damaged, though the disk has kept all that was synced. */
  readonly damaged: number
}

/** Opens `count` states, cut by cut, then all over again with other parts surviving; gives those in which something is wrong. */
export function lossesAfterPowerCuts({ operations, batches }: Traffic, count: number, seed: number): Loss[] {
  const sent = new Set(batches.flat())
  const losses: Loss[] = []
  for (let state = 0; state < count; state++) {
    const cut = Math.floor(state / SURVIVALS.length) % (operations.length + 1)
    const survival = SURVIVALS[state % SURVIVALS.length]
    const random = new Random(seed + state)
    const disk = memoryFiles(withoutTemporary(afterPowerCut(operations, cut, survival, random)))
    const { keys, problems } = reopen(disk)
    const found = new Set(keys)
    const damaged = problems.filter(({ kind }) => kind === 'damaged').length
    let missing = 0
    for (let i = 0; i < cut; i++) {
      const operation = operations[i]
      if (operation.kind !== 'note') continue
      for (const key of batches[operation.value]) if (!found.has(key)) missing++
    }
    let unknown = 0
    for (const key of found) if (!sent.has(key)) unknown++
    if (missing > 0 || unknown > 0 || damaged > 0) losses.push({ cut, survival, missing, unknown, damaged })
  }
  return losses
}

/** What was being sealed is not there yet: its log is. */
function withoutTemporary(files: Map<string, Uint8Array>): Map<string, Uint8Array> {
  return new Map([...files].filter(([file]) => !file.endsWith('.tmp')))
}
