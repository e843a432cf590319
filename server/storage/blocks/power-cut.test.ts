/**
 * Power cuts while the whole store is at work: tables become blocks, blocks are merged, logs go. Whatever the disk is left with, the next
 * start has every acknowledged span, each once, and none that nobody sent.
 */
import { MessageChannel } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { Random } from '#shared/generator/random.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { viewSpanTable } from '#shared/spans/span-table-view.ts'
import { AS_STORED } from './block/settle.ts'
import { BlockShelf } from './block-shelf.ts'
import { openBlocksStore } from './blocks-store.ts'
import type { Files } from './files.ts'
import { localEnvironment } from './local-store.ts'
import { memoryFiles } from './memory-files.ts'
import { afterPowerCut, type FileOperation, recordFiles, type Survival } from './recorded-files.ts'
import { startFromFiles } from './start.ts'
import { detail, TEST_SETTINGS, testLog, until } from './test-blocks-store.ts'
import { createBlocksWriter } from './write/table-writer.ts'
import { keysOf, randomBatch, send, spanKeys } from './write/test-store.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
/** RELIABILITY.md: 1,000 in CI, 20,000 at night; the write path alone has as many of its own (write/power-cut.test.ts). */
const STATES = Number(process.env.POWER_CUT_STATES ?? 1000)
const SURVIVALS: readonly Survival[] = ['none', 'all', 'torn', 'any']

interface Traffic {
  readonly operations: readonly FileOperation[]
  readonly batches: readonly (readonly string[])[]
  readonly merges: number
  readonly seals: number
}

/** `mutate` takes something out of the disk. */
async function recordTraffic(seed: number, mutate: (files: Files) => Files = files => files): Promise<Traffic> {
  const random = new Random(seed)
  const operations: FileOperation[] = []
  const files = mutate(recordFiles(memoryFiles(), operations))
  const log = testLog()
  const done: string[] = []
  const settings = { ...TEST_SETTINGS, tableRows: 24 }
  const environment = localEnvironment(files, { after: kind => done.push(kind) })
  const store = await openBlocksStore({ directory: 'memory', settings, log }, environment)
  const { port1, port2 } = new MessageChannel()
  const writer = createBlocksWriter(store.connectWriter(port1), port2, 'main', { files })
  const batches: string[][] = []
  while (batches.length < 70) {
    const burst = Array.from({ length: 1 + random.below(3) }, async () => {
      const number = batches.length
      const batch = randomBatch(seed, number, 1 + random.below(8))
      batches.push(keysOf(batch))
      await send(writer, batch)
      operations.push({ kind: 'note', value: number })
    })
    await Promise.all(burst)
    if (random.chance(0.3)) await until(async () => (await detail(store, 'tables that wait to be sealed')) === 0)
  }
  await writer.close()
  await until(async () => (await detail(store, 'open tables')) === 0)
  await store.close()
  expect(log.lines.filter(({ level }) => level !== 'info')).toEqual([])
  return {
    operations,
    batches,
    merges: done.filter(kind => kind === 'merge').length,
    seals: done.filter(kind => kind === 'seal').length,
  }
}

/** Every span that a start from these files finds, as often as it is there. */
function spansAfterStart(files: Files): string[] {
  const { manifest, tables } = startFromFiles(files)
  expect(manifest.quarantined).toEqual([])
  const shelf = new BlockShelf(files)
  shelf.update(manifest.blocks, [])
  const keys = tables.flatMap(({ shared }) => spanKeys(viewSpanTable(shared)))
  for (const { reader } of shelf.blocks) {
    const table = new SpanTableBuilder({ limits: AS_STORED })
    reader.readAll(table)
    keys.push(...spanKeys(table))
  }
  shelf.close()
  return keys
}

/** States in which something is missing, doubled or unknown. */
function wrongStates({ operations, batches }: Traffic, count: number, seed: number): string[] {
  const sent = new Set(batches.flat())
  const wrong: string[] = []
  for (let state = 0; state < count; state++) {
    const cut = Math.floor((state / count) * (operations.length + 1))
    const survival = SURVIVALS[state % SURVIVALS.length]
    const disk = memoryFiles(afterPowerCut(operations, cut, survival, new Random(seed + state)))
    const keys = spansAfterStart(disk)
    const found = new Set(keys)
    let missing = 0
    for (const operation of operations.slice(0, cut)) {
      if (operation.kind !== 'note') continue
      for (const key of batches[operation.value]) if (!found.has(key)) missing++
    }
    const unknown = [...found].filter(key => !sent.has(key)).length
    const doubled = keys.length - found.size
    if (missing + unknown + doubled > 0) {
      wrong.push(`cut ${cut}, ${survival} survives: ${missing} missing, ${doubled} doubled, ${unknown} unknown`)
    }
  }
  return wrong
}

test(
  `${STATES} power cuts while tables become blocks and blocks are merged (seed ${SEED})`,
  { timeout: 120_000 + STATES * 100 },
  async () => {
    const traffic = await recordTraffic(SEED)
    expect(traffic.seals).toBeGreaterThan(5)
    expect(traffic.merges).toBeGreaterThan(1)
    expect(wrongStates(traffic, STATES, SEED)).toEqual([])
  },
)

test(
  `without syncs of blocks and manifest spans are lost: the test above would show it (seed ${SEED})`,
  { timeout: 180_000 },
  async () => {
    const traffic = await recordTraffic(SEED, files => ({
      ...files,
      open(file, mode) {
        const opened = files.open(file, mode)
        return file.startsWith('log') ? opened : Object.assign(Object.create(opened), { syncNow() {} })
      },
    }))
    let lost = 0
    for (const state of [200, 400]) {
      try {
        lost += wrongStates(traffic, state, SEED).length
      } catch {
        // A manifest or block that is not whole.
        lost++
      }
    }
    expect(lost).toBeGreaterThan(0)
  },
)
