/** A log cut at every byte, every byte of it flipped, logs of other programs: what was whole is kept, nothing wrong comes back. */
import { crc32 } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { StoreUnavailableError } from '#server/errors.ts'
import { memoryFiles } from '#server/storage/blocks/memory-files.ts'
import { viewSpanTable } from '#shared/spans/span-table-view.ts'
import { decodeRecordHeader, FILE_HEADER_BYTES } from './log-format.ts'
import { QUARANTINE_FOLDER, recoverTables, releaseLog } from './recovery.ts'
import { keysOf, randomBatch, send, spanKeys, testStore } from './test-store.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

let log: Uint8Array
let name: string
/** Where each record ends. */
const ends: number[] = [FILE_HEADER_BYTES]
/** The spans of the first k records. */
const prefixes: string[][] = [[]]

beforeAll(async () => {
  const files = memoryFiles()
  const store = testStore(files, { init: { tableRows: 16 } })
  for (let i = 0; i < 5; i++) {
    await send(store.writer, randomBatch(SEED, i, 2))
    prefixes.push([...prefixes[i], ...keysOf(randomBatch(SEED, i, 2))])
  }
  await store.close()
  name = `log/${files.list('log')[0]}`
  log = files.contents().get(name) ?? new Uint8Array(0)
  for (let at = FILE_HEADER_BYTES; at < log.length; at = ends[ends.length - 1]) {
    ends.push(at + (decodeRecordHeader(log.subarray(at))?.bytes ?? NaN))
  }
})

function open(bytes: Uint8Array) {
  const files = memoryFiles(new Map([[name, bytes]]))
  const recovered = recoverTables(files)
  return { files, ...recovered, keys: recovered.tables.flatMap(table => spanKeys(viewSpanTable(table.shared))) }
}

test('the log is five records', () => {
  expect([ends.length, ends[5]]).toEqual([6, log.length])
})

test(`cut at every byte: the whole records, and a word on the torn one (seed ${SEED})`, () => {
  for (let cut = 0; cut <= log.length; cut++) {
    const { keys, problems, tables } = open(log.slice(0, cut))
    const whole = ends.findLastIndex(end => end <= cut)
    expect(keys).toEqual(whole < 0 ? [] : prefixes[whole])
    const torn = whole >= 0 && cut > ends[whole]
    expect(problems.map(({ kind, bytes }) => [kind, bytes])).toEqual(torn ? [['torn', cut - ends[whole]]] : [])
    expect(tables.every(table => !table.damaged)).toBe(true)
  }
})

test(`every byte flipped: the records before are whole, the rest is damage and kept aside (seed ${SEED})`, () => {
  const random = SEED % 8
  for (let at = 0; at < log.length; at++) {
    const bytes = log.slice()
    bytes[at] ^= 1 << ((at + random) % 8)
    const { keys, problems, files, tables } = open(bytes)
    const record = ends.findLastIndex(end => end <= at)
    expect(keys).toEqual(record < 0 ? [] : prefixes[record])
    const last = record === 4
    expect(problems.map(problem => problem.kind)).toEqual([last ? 'torn' : 'damaged'])
    for (const table of tables) releaseLog(files, table)
    expect(files.list(QUARANTINE_FOLDER)).toHaveLength(last ? 0 : 1)
    expect(files.list('log')).toEqual([])
  }
})

test('a header that never reached the disk: with it nothing was acknowledged, unless a later record is there', () => {
  const blank = (bytes: Uint8Array) => bytes.slice().fill(0, 0, FILE_HEADER_BYTES)
  for (let end = FILE_HEADER_BYTES + 1; end <= ends[1]; end++) {
    const { files, keys, problems } = open(blank(log.subarray(0, end)))
    expect([keys, problems.map(({ kind, bytes }) => [kind, bytes])]).toEqual([[], [['torn', end]]])
    expect([...files.contents().keys()]).toEqual([])
  }
  const { files, problems } = open(blank(log.subarray(0, ends[2])))
  expect(problems.map(({ kind }) => kind)).toEqual(['damaged'])
  expect(files.list(QUARANTINE_FOLDER)).toHaveLength(1)
})

test('a record that is missing in the middle is damage', () => {
  const bytes = Buffer.concat([log.subarray(0, ends[2]), log.subarray(ends[3])])
  const { keys, problems } = open(bytes)
  expect(keys).toEqual(prefixes[2])
  expect(problems.map(problem => problem.kind)).toEqual(['damaged'])
})

test('damage stays recoverable until the table is sealed', () => {
  const bytes = log.slice()
  bytes[ends[3] + 100] ^= 1
  const { files } = open(bytes)
  const again = recoverTables(files)
  expect(again.tables.map(table => [table.rowCount, table.damaged])).toEqual([[6, true]])
})

test('a log of a later version, or of other columns, is refused by name and nothing is changed', () => {
  for (const [at, words] of [
    [8, 'version 7; this program reads version 0'],
    [16, 'another shape'],
  ] as const) {
    const bytes = log.slice()
    const view = new DataView(bytes.buffer)
    view.setUint32(at, 7, true)
    view.setUint32(FILE_HEADER_BYTES - 4, crc32(bytes.subarray(0, FILE_HEADER_BYTES - 4)), true)
    const files = memoryFiles(
      new Map([
        [name, bytes],
        ['log/0-0.log', new Uint8Array(0)],
      ]),
    )
    expect(() => recoverTables(files)).toThrow(StoreUnavailableError)
    expect(() => recoverTables(files)).toThrow(words)
    expect(files.contents()).toEqual(
      new Map([
        [name, bytes],
        ['log/0-0.log', new Uint8Array(0)],
      ]),
    )
  }
})

test('logs of sealed tables are removed, other files are left alone', () => {
  const files = memoryFiles(
    new Map([
      [name, log],
      ['log/notes.txt', log],
    ]),
  )
  expect(recoverTables(files, () => true)).toEqual({ tables: [], problems: [] })
  expect(files.list('log')).toEqual(['notes.txt'])
})
