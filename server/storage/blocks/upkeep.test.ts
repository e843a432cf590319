/** What the store does by itself: sets damaged blocks aside, lets spans expire, starts from whatever it finds. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TraceSummaries } from '#server/storage/store.ts'
import { StoreUnavailableError } from '#server/errors.ts'
import { hex, spans, traceId } from '#server/storage/contract/plain-spans.ts'
import { sendRows } from '#server/storage/contract/send.ts'
import { detail, openTestStore, type TestBlocksStore, until } from './test-blocks-store.ts'

const never = new AbortController().signal
let directory: string
const opened: TestBlocksStore[] = []

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'spoor-upkeep-'))
})
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
  rmSync(directory, { recursive: true, force: true })
})

async function open(options: Partial<Parameters<typeof openTestStore>[0]> = {}): Promise<TestBlocksStore> {
  const store = await openTestStore({ directory, ...options })
  opened.push(store)
  return store
}

function everything(store: TestBlocksStore): Promise<TraceSummaries> {
  return store.reader.findTraces({ where: { node: 'true' }, from: 0n, to: 2n ** 64n - 1n, limit: 1000 }, never)
}

function blockFiles(): string[] {
  return readdirSync(path.join(directory, 'blocks')).map(name => path.join(directory, 'blocks', name))
}

/** Traces with these numbers, one block each. */
async function sealEach(store: TestBlocksStore, traces: readonly number[]): Promise<void> {
  for (const trace of traces) {
    await sendRows(
      store.writer,
      spans([
        { trace, span: 1 },
        { trace, span: 2, parent: 1 },
      ]),
    )
    await store.seal()
  }
}

/** One bit of each of these bytes. */
function flip(file: string, from: number, to: number): void {
  const bytes = readFileSync(file)
  for (let at = from; at < to; at++) bytes[at] ^= 0x10
  writeFileSync(file, bytes)
}

test('a damaged block is set aside and the answer says what is missing, then and later', async () => {
  const store = await open()
  await sealEach(store, [1, 2, 3])
  await store.reopen()
  const [, second] = blockFiles()
  // Every page of it.
  flip(second, 0, readFileSync(second).length - 40)
  const first = await everything(store)
  expect(first.traces.map(({ traceId: id }) => id)).toEqual([hex(1), hex(3)])
  expect(first.incomplete).toBe('2 spans lie in 1 damaged block left aside')
  await until(() => !existsSync(second))
  const { quarantined, spanCount } = await store.reader.status()
  expect(quarantined).toEqual([{ file: `quarantine/${path.basename(second)}`, reason: expect.any(String) }])
  expect(existsSync(path.join(directory, quarantined[0].file))).toBe(true)
  expect(spanCount).toBe(4)

  await store.reopen()
  expect((await everything(store)).incomplete).toBe(first.incomplete)
  expect((await store.reader.status()).quarantined).toEqual(quarantined)
  const elsewhere = { where: { node: 'true' }, from: 1n, to: 2n, limit: 9 } as const
  expect((await store.reader.findTraces(elsewhere, never)).incomplete).toBeUndefined()
})

test('every answer that a damaged block may be missing from says so, and no other', async () => {
  const store = await open()
  await sealEach(store, [1, 2])
  await store.reopen()
  const [missing, ever] = ['2 spans lie in 1 damaged block left aside', { from: 0n, to: 2n ** 64n - 1n }]
  const told: string[] = []
  const tell = (reason: string): void => void told.push(reason)
  const questions: readonly [name: string, ask: () => Promise<unknown>][] = [
    ['the trace in it', () => store.reader.readTrace(traceId(hex(2)), never, tell)],
    ['another trace', () => store.reader.readTrace(traceId(hex(1)), never, tell)],
    ['no trace', () => store.reader.readTrace(traceId(hex(9)), never, tell)],
    ['services', () => store.reader.serviceNames(never, tell)],
    ['operations', () => store.reader.operations('a', never, tell)],
    ['keys', () => store.reader.attributeKeys({ limit: 9 }, never, tell)],
    ['values', () => store.reader.attributeValues({ key: 'service.name', limit: 9 }, never, tell)],
    ['edges', () => store.reader.serviceEdges(ever, never, tell)],
  ]
  for (const [, ask] of questions) await ask()
  expect(told).toEqual([])
  await store.reopen()
  const [, second] = blockFiles()
  flip(second, 0, readFileSync(second).length - 40)
  for (const [name, ask] of questions) {
    await ask()
    expect(told.splice(0), `${name}`).toEqual([missing])
  }
  await store.reader.serviceEdges({ from: 1n, to: 2n }, never, tell)
  expect(told).toEqual([])
})

test('a call across blocks is counted when its spans are at most an hour apart, or in one block', async () => {
  const hour = 3_600_000_000_000n
  const start = 1_700_000_000_000_000_000n
  const store = await open()
  const one = (trace: number, span: number, from: bigint, service: string) =>
    sendRows(store.writer, spans([{ trace, span, parent: span - 1, service, start: from, end: from }]))
  await one(1, 1, start, 'a')
  await store.seal()
  await one(1, 2, start + hour, 'b')
  await store.seal()
  await one(2, 1, start, 'a')
  await store.seal()
  await one(2, 2, start + hour * 3n, 'c')
  await store.seal()
  const calls = async (): Promise<string[]> => {
    const edges = await store.reader.serviceEdges({ from: 0n, to: 2n ** 64n - 1n }, never)
    return edges.map(({ parent, child, callCount }) => `${parent} > ${child} ${callCount}`).sort()
  }
  // Four small blocks in a row are merged.
  await until(async () => (await detail(store, 'blocks')) === 1)
  expect(await calls()).toEqual(['a > b 1', 'a > c 1'])
  await one(3, 1, start, 'a')
  await store.seal()
  await one(3, 2, start + hour * 3n, 'd')
  await store.seal()
  expect(await calls()).toEqual(['a > b 1', 'a > c 1'])
  expect(await detail(store, 'calls across blocks are counted up to, hours apart')).toBe(1)
})

test('a block whose file is cut or missing is set aside at the start', async () => {
  const store = await open()
  await sealEach(store, [1, 2, 3])
  await store.close()
  opened.pop()
  const [one, two, three] = blockFiles()
  writeFileSync(two, readFileSync(two).subarray(0, -1))
  rmSync(three)
  const again = await open()
  const found = await everything(again)
  expect(found.traces.length).toBe(1)
  expect(found.incomplete).toBe('4 spans lie in 2 damaged blocks left aside')
  expect(existsSync(one)).toBe(true)
  expect((await again.reader.status()).quarantined.length).toBe(2)
})

test('sealing goes on when an earlier block that it needs is damaged', async () => {
  const store = await open()
  await sealEach(store, [1])
  await store.reopen()
  const [file] = blockFiles()
  flip(file, 0, readFileSync(file).length - 40)
  await sendRows(store.writer, spans([{ trace: 1, span: 3, parent: 2 }]))
  await store.seal()
  expect((await store.reader.readTrace(traceId(hex(1)), never)).rowCount).toBe(1)
  expect((await store.reader.status()).quarantined.length).toBe(1)
})

test('a table that cannot be sealed stays readable and is sealed later', async () => {
  const store = await open()
  await sealEach(store, [1])
  // In the way of the file that is written first.
  const inTheWay = path.join(directory, 'blocks', '0000000002-0000000002.tmp')
  mkdirSync(inTheWay)
  await sendRows(store.writer, spans([{ trace: 2, span: 1 }]))
  await store.writer.close()
  await until(() => store.log.lines.some(({ message }) => message === 'a table could not be sealed'))
  expect((await store.reader.readTrace(traceId(hex(2)), never)).rowCount).toBe(1)
  expect((await store.reader.status()).writableReason).toMatch(/could not be written to a block/)
  await until(async () => (await detail(store, 'open tables')) === 0)
  expect((await everything(store)).traces.length).toBe(2)
  expect((await store.reader.status()).writableReason).toBeUndefined()
  rmdirSync(inTheWay)
})

test('blocks that were only away for a while come back at the next start', async () => {
  const store = await open()
  await sealEach(store, [1, 2])
  await store.reopen()
  const folder = path.join(directory, 'blocks')
  renameSync(folder, `${folder}-away`)
  expect(await everything(store)).toMatchObject({
    traces: [],
    incomplete: '4 spans lie in 2 damaged blocks left aside',
  })
  renameSync(`${folder}-away`, folder)
  await store.reopen()
  expect((await everything(store)).incomplete).toBeUndefined()
  expect(await store.reader.status()).toMatchObject({ spanCount: 4, quarantined: [] })
})

test('blocks that were exchanged are set aside', async () => {
  const store = await open()
  await sealEach(store, [1, 2])
  await store.close()
  opened.pop()
  const [one, two] = blockFiles()
  renameSync(one, `${one}-`)
  renameSync(two, one)
  renameSync(`${one}-`, two)
  const again = await open()
  expect((await everything(again)).traces).toEqual([])
  expect((await again.reader.status()).quarantined.length).toBe(2)
})

test('spans expire by age of receipt, whatever times they tell', async () => {
  const store = await open({ settings: { retentionAgeMs: 1 } })
  await sendRows(store.writer, spans([{ trace: 1, span: 1, start: 2n ** 63n }]))
  await store.seal()
  await until(async () => (await store.reader.status()).expiredSpans === 1)
  expect((await everything(store)).traces).toEqual([])
  await until(() => blockFiles().length === 0)
  await store.reopen()
  expect(await store.reader.status()).toMatchObject({ expiredSpans: 1, spanCount: 0, oldestReceived: undefined })
})

test('above the limit in bytes the oldest blocks go', async () => {
  const store = await open()
  await sealEach(store, [1, 2, 3])
  const { bytes } = await store.reader.status()
  await store.close()
  opened.pop()
  const smaller = await open({ settings: { retentionBytes: bytes - 1 } })
  await until(
    async () => (await store.reader.status().catch(() => undefined), (await smaller.reader.status()).expiredSpans > 0),
  )
  expect((await everything(smaller)).traces.map(({ traceId: id }) => id)).toEqual([hex(2), hex(3)])
})

test('the memory form keeps to its limit of spans and counts what it drops', async () => {
  const store = await open({ directory: undefined, settings: { memoryStoreSpans: 1000, tableRows: undefined } })
  const total = 5000
  for (let k = 0; k < total / 50; k++) {
    await sendRows(store.writer, spans(Array.from({ length: 50 }, (_, i) => ({ trace: k * 50 + i + 1, span: 1 }))))
  }
  await until(async () => {
    const { spanCount, expiredSpans } = await store.reader.status()
    expect(spanCount + expiredSpans).toBe(total)
    return spanCount <= 1000
  })
  expect((await store.reader.readTrace(traceId(hex(total)), never)).rowCount).toBe(1)
  expect((await store.reader.readTrace(traceId(hex(1)), never)).rowCount).toBe(0)
})

test('a second store in one directory is refused, naming the first', async () => {
  await open()
  await expect(openTestStore({ directory })).rejects.toThrow(new RegExp(`is in use by process ${process.pid}`))
})

test('a manifest of another version is refused and nothing is changed', async () => {
  const store = await open()
  await sealEach(store, [1])
  await store.close()
  opened.pop()
  const manifest = path.join(directory, 'manifest.json')
  const body = readFileSync(manifest, 'utf8').split('\n')[0].replace('"version":0', '"version":7')
  const other = `${body}\n${crc32(body).toString(16).padStart(8, '0')}\n`
  writeFileSync(manifest, other)
  const [before] = [blockFiles()]
  const refused = await openTestStore({ directory }).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(StoreUnavailableError)
  expect(String(refused)).toMatch(/manifest.json has the format spoor-blocks 7; this program reads spoor-blocks 0/)
  expect([readFileSync(manifest, 'utf8'), blockFiles()]).toEqual([other, before])
})

test('a manifest that is damaged or gone is made anew from the blocks', async () => {
  const store = await open()
  await sealEach(store, [1, 2])
  await sendRows(store.writer, spans([{ trace: 3, span: 1 }]))
  for (const change of [(file: string) => flip(file, 30, 31), (file: string) => rmSync(file)]) {
    await store.writer.close()
    await store.demoWriter.close()
    await store.reopen()
    const manifest = path.join(directory, 'manifest.json')
    await until(async () => (await detail(store, 'open tables')) === 0)
    await store.close()
    opened.length = 0
    change(manifest)
    const again = await open()
    expect((await everything(again)).traces.length).toBe(3)
    expect((await again.reader.status()).spanCount).toBe(5)
    expect(again.log.lines.some(({ message }) => message.includes('made anew'))).toBe(true)
    await again.close()
    opened.length = 0
    await store.reopen()
  }
  await store.close()
})

test('files of a crash are removed at the start', async () => {
  const store = await open()
  await sealEach(store, [1])
  await store.close()
  opened.pop()
  const [block] = blockFiles()
  const rubbish = ['0000000009-0000000009.block', '0000000008-0000000008.tmp'].map(name =>
    path.join(directory, 'blocks', name),
  )
  for (const file of rubbish) copyFileSync(block, file)
  const again = await open()
  expect(blockFiles()).toEqual([block])
  expect((await again.reader.status()).spanCount).toBe(2)
})
