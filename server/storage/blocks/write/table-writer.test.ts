import { expect, test, vi } from 'vitest'
import { LimitError, OverloadedError, StoreUnavailableError } from '#server/errors.ts'
import { describeSpans } from '#shared/generator/describe-spans.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { viewSpanTable } from '#shared/spans/span-table-view.ts'
import { memoryFiles } from '#server/storage/blocks/memory-files.ts'
import { lastReceivedMs } from './open-table.ts'
import { recoverTables, releaseLog } from './recovery.ts'
import { keysOf, randomBatch, reopen, send, spanKeys, testStore } from './test-store.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

function describeBatches(...decodes: ((table: SpanTableBuilder) => void)[]): unknown[] {
  const table = new SpanTableBuilder()
  for (const decode of decodes) decode(table)
  return describeSpans(table)
}

test(`what is acknowledged can be seen at once, and is what the log gives back (seed ${SEED})`, async () => {
  const files = memoryFiles()
  let clock = 1_700_000_000_000
  const store = testStore(files, { now: () => clock })
  const batches = [randomBatch(SEED, 1, 5), randomBatch(SEED, 2, 9), randomBatch(SEED, 3, 1)]
  for (const batch of batches) {
    clock += 1000
    const { stored, duplicate } = await send(store.writer, batch)
    expect([stored > 0, duplicate]).toEqual([true, 0])
  }
  await store.heard(message => message.kind === 'table-opened')
  const [open] = store.tables.values()
  expect(describeSpans(viewSpanTable(open.shared))).toEqual(describeBatches(...batches))
  expect([open.firstReceivedMs, lastReceivedMs(open.shared)]).toEqual([1_700_000_001_000, 1_700_000_003_000])
  const { tables, problems } = recoverTables(memoryFiles(files.contents()))
  expect(problems).toEqual([])
  expect(tables.map(({ id, rowCount, damaged }) => [id, rowCount, damaged])).toEqual([[open.id, 15, false]])
  expect(describeSpans(viewSpanTable(tables[0].shared))).toEqual(describeBatches(...batches))
  expect(tables[0].firstReceivedMs).toBe(open.firstReceivedMs)
  expect(lastReceivedMs(tables[0].shared)).toBe(clock)
  await store.close()
})

test('a log is there until its table is sealed', async () => {
  const files = memoryFiles()
  const store = testStore(files)
  await send(store.writer, randomBatch(SEED, 1, 3))
  store.tell({ kind: 'rotate' })
  const full = await store.heard(message => message.kind === 'table-full')
  expect(files.list('log')).toHaveLength(1)
  store.tell({ kind: 'table-sealed', id: full.kind === 'table-full' ? full.id : '' })
  await expect.poll(() => files.list('log')).toEqual([])
  await store.close()
})

test('a rotation without rows is none; a table that is old enough is full', async () => {
  const store = testStore(memoryFiles(), { init: { maxTableAgeMs: 5 } })
  store.tell({ kind: 'rotate' })
  await send(store.writer, randomBatch(SEED, 1, 3))
  await store.heard(message => message.kind === 'table-full')
  expect(store.messages.map(message => message.kind)).toEqual(['table-opened', 'table-full'])
  await store.close()
  expect(store.messages.map(message => message.kind)).toEqual(['table-opened', 'table-full', 'writer-closed'])
})

test(`tables that are full give way to the next; nothing is lost between them (seed ${SEED})`, async () => {
  const files = memoryFiles()
  const store = testStore(files, { seals: true })
  const sent: string[] = []
  for (let i = 0; i < 60; i++) {
    const { stored } = await send(store.writer, randomBatch(SEED, i, 7))
    expect(stored).toBe(7)
    const table = new SpanTableBuilder()
    randomBatch(SEED, i, 7)(table)
    sent.push(...spanKeys(table))
  }
  await store.close()
  expect(reopen(files).keys.sort()).toEqual(sent.sort())
})

test('spans wait for sealing, then are refused until a table is sealed', async () => {
  const store = testStore(memoryFiles(), { init: { maxUnsealedTables: 1, tableRows: 8 }, waitForSealingMs: 50 })
  await send(store.writer, randomBatch(SEED, 1, 8))
  await send(store.writer, randomBatch(SEED, 2, 8))
  const waiting = send(store.writer, randomBatch(SEED, 3, 8))
  const full = await store.heard(message => message.kind === 'table-full')
  if (full.kind !== 'table-full') throw new Error('unreachable')
  store.tell({ kind: 'table-sealed', id: full.id })
  expect(await waiting).toEqual({ stored: 8, duplicate: 0 })
  // The second table waits now, the third is full.
  await expect(send(store.writer, randomBatch(SEED, 4, 8))).rejects.toThrow(OverloadedError)
  await store.close()
})

test('a request larger than a table gets a larger one, for itself; too large a one is refused for good', async () => {
  const files = memoryFiles()
  const store = testStore(files, { init: { tableRows: 8 }, seals: true })
  expect(await send(store.writer, randomBatch(SEED, 1, 3))).toEqual({ stored: 3, duplicate: 0 })
  expect(await send(store.writer, randomBatch(SEED, 2, 100))).toEqual({ stored: 100, duplicate: 0 })
  expect(await send(store.writer, randomBatch(SEED, 3, 3))).toEqual({ stored: 3, duplicate: 0 })
  expect(store.writer.open().capacity.rows).toBe(8)
  const endless = send(store.writer, table => {
    table.reserve('rows', 3_000_000)
  })
  await expect(endless).rejects.toThrow(LimitError)
  expect(await send(store.writer, randomBatch(SEED, 4, 8))).toEqual({ stored: 8, duplicate: 0 })
  await store.close()
  expect(reopen(files).keys).toHaveLength(114)
})

test(`spans sent twice count once, whatever else is in their request (seed ${SEED})`, async () => {
  const files = memoryFiles()
  const store = testStore(files, { init: { tableRows: 200 } })
  const [a, b, c] = [randomBatch(SEED, 1, 20), randomBatch(SEED, 2, 20), randomBatch(SEED, 3, 20)]
  expect(await send(store.writer, a)).toEqual({ stored: 20, duplicate: 0 })
  expect(await send(store.writer, a)).toEqual({ stored: 0, duplicate: 20 })
  const table = store.writer.open()
  const mark = table.mark()
  for (const batch of [b, a, c, b]) batch(table)
  const copies: string[] = []
  const mixed = await store.writer.commit(mark, row => copies.push(spanKeys(table)[row]))
  expect(mixed).toEqual({ stored: 40, duplicate: 40 })
  expect(copies).toEqual([...keysOf(a), ...keysOf(b)])
  // Rows that moved up when copies went are known by their new places.
  expect(await send(store.writer, table => [c, b].forEach(batch => batch(table)))).toEqual({ stored: 0, duplicate: 40 })
  const expected = describeBatches(a, b, c)
  await store.heard(message => message.kind === 'table-opened')
  for (const { shared } of store.tables.values()) expect(describeSpans(viewSpanTable(shared))).toEqual(expected)
  await store.close()
  const [recovered] = recoverTables(memoryFiles(files.contents())).tables
  expect(describeSpans(viewSpanTable(recovered.shared))).toEqual(expected)
})

test('thousands of different spans under one id are told apart, and their copies recognised', async () => {
  const store = testStore(memoryFiles(), { init: { tableRows: 10_000 } })
  const numbers = (from: number, to: number) => (table: SpanTableBuilder) => {
    for (let i = from; i < to; i++) {
      const row = table.beginSpan()
      table.traceId[row * 4] = 1
      table.spanId[row * 2] = 1
      table.addAttribute(table.internText('n'), 3, i, 0)
      table.endSpan()
    }
  }
  expect(await send(store.writer, numbers(0, 3000))).toEqual({ stored: 3000, duplicate: 0 })
  expect(await send(store.writer, numbers(1000, 4000))).toEqual({ stored: 1000, duplicate: 2000 })
  expect(await send(store.writer, numbers(2900, 4100))).toEqual({ stored: 100, duplicate: 1100 })
  await store.close()
})

test('commits that come during a sync share the next one', async () => {
  let syncs = 0
  let logs = 0
  const files = memoryFiles()
  const gate = Promise.withResolvers<void>()
  const slow = {
    ...files,
    open(file: string, mode: 'create' | 'read' | 'write') {
      const opened = files.open(file, mode)
      if (mode === 'create') logs++
      return Object.assign(Object.create(opened) as typeof opened, {
        size: () => opened.size(),
        writeAt: (bytes: Uint8Array, at: number) => opened.writeAt(bytes, at),
        close: () => opened.close(),
        sync: async () => {
          syncs++
          await gate.promise
        },
      })
    },
  }
  const store = testStore(slow)
  const sent = Array.from({ length: 20 }, (_, i) => send(store.writer, randomBatch(SEED, i, 2)))
  await vi.waitFor(() => expect(syncs).toBe(1), 15_000)
  gate.resolve()
  const results = await Promise.all(sent)
  expect(results).toEqual(Array.from({ length: 20 }, () => ({ stored: 2, duplicate: 0 })))
  // Of each log one for what came first, one for all the rest; a full table begins another log.
  expect(syncs).toBeLessThanOrEqual(2 * logs)
  expect(logs).toBeLessThan(6)
  await store.close()
  expect(reopen(files).keys).toHaveLength(40)
})

test('rows are not seen before they are durable; a copy of them is not acknowledged before either', async () => {
  const files = memoryFiles()
  const gate = Promise.withResolvers<void>()
  const held = {
    ...files,
    open(file: string, mode: 'create' | 'read' | 'write') {
      const opened = files.open(file, mode)
      return Object.assign(Object.create(opened) as typeof opened, {
        writeAt: (bytes: Uint8Array, at: number) => opened.writeAt(bytes, at),
        close: () => opened.close(),
        sync: () => gate.promise,
      })
    },
  }
  const store = testStore(held)
  const order: string[] = []
  const first = send(store.writer, randomBatch(SEED, 1, 4)).then(result => order.push(`stored ${result.stored}`))
  const copy = send(store.writer, randomBatch(SEED, 1, 4)).then(result => order.push(`copies ${result.duplicate}`))
  await new Promise(resolve => setTimeout(resolve, 5))
  expect([order, store.messages]).toEqual([[], []])
  gate.resolve()
  await Promise.all([first, copy])
  expect(order).toEqual(['stored 4', 'copies 4'])
  await store.close()
})

test('a request that fails half-way leaves no rows', async () => {
  const files = memoryFiles()
  const store = testStore(files)
  await send(store.writer, randomBatch(SEED, 1, 4))
  const failed = send(store.writer, table => {
    randomBatch(SEED, 2, 4)(table)
    throw new Error('the body ends here')
  })
  await expect(failed).rejects.toThrow('the body ends here')
  expect(await send(store.writer, randomBatch(SEED, 3, 4))).toEqual({ stored: 4, duplicate: 0 })
  await store.close()
  const [table] = recoverTables(files).tables
  expect(describeSpans(viewSpanTable(table.shared))).toEqual(
    describeBatches(randomBatch(SEED, 1, 4), randomBatch(SEED, 3, 4)),
  )
})

test('without a directory there is no log; buffered logs are not synced', async () => {
  const memory = testStore(undefined)
  expect(await send(memory.writer, randomBatch(SEED, 1, 4))).toEqual({ stored: 4, duplicate: 0 })
  expect(await send(memory.writer, randomBatch(SEED, 1, 4))).toEqual({ stored: 0, duplicate: 4 })
  await memory.heard(message => message.kind === 'table-opened')
  await memory.close()
  const files = memoryFiles()
  const unsynced = {
    ...files,
    syncDirectory(folder: string) {
      if (folder !== '') throw new Error('synced')
    },
  }
  const buffered = testStore(unsynced, { init: { durability: 'buffered' } })
  expect(await send(buffered.writer, randomBatch(SEED, 1, 4))).toEqual({ stored: 4, duplicate: 0 })
  await buffered.close()
  expect(reopen(files).keys).toHaveLength(4)
})

test('the store can refuse for its own reasons', async () => {
  const store = testStore(memoryFiles())
  store.tell({ kind: 'refuse', reason: 'the archive is being repaired' })
  await store.heard(message => message.kind === 'refusing')
  await expect(send(store.writer, randomBatch(SEED, 1, 4))).rejects.toThrow(StoreUnavailableError)
  store.tell({ kind: 'accept' })
  await store.heard(message => message.kind === 'refusing' && message.reason === undefined)
  expect(await send(store.writer, randomBatch(SEED, 1, 4))).toEqual({ stored: 4, duplicate: 0 })
  await store.close()
  await expect(send(store.writer, randomBatch(SEED, 2, 4))).rejects.toThrow('closing')
})

test('logs of demo spans say so, and release takes the log of a recovered table', async () => {
  const files = memoryFiles()
  const store = testStore(files, { spanClass: 'demo' })
  await send(store.writer, randomBatch(SEED, 1, 4))
  await store.close()
  const [table] = recoverTables(files).tables
  expect(table.spanClass).toBe('demo')
  releaseLog(files, table)
  expect(recoverTables(files)).toEqual({ tables: [], problems: [] })
})
