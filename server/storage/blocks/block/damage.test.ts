import zlib from 'node:zlib'
import { expect, test } from 'vitest'
import { Random } from '#shared/generator/random.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { SpanComparer } from '#shared/spans/equal-spans.ts'
import { bytesAsFile } from './block-file.ts'
import { BlockReader } from './block-reader.ts'
import { BlockSegment } from './block-segment.ts'
import { encodeBlock } from './block-writer.ts'
import { DamagedBlockError } from './damaged-block-error.ts'
import { PageCache } from './page-cache.ts'
import { randomTable } from '#server/storage/contract/random-traces.ts'
import { searchSegments } from './search.ts'
import { AS_STORED } from './settle.ts'

/** A small block's bytes and everything that can be asked of it, as text. */
function smallBlock(): Uint8Array {
  const source = { tables: [randomTable(new Random(11), 12, 3)], firstReceivedMs: 1, lastReceivedMs: 2 }
  return Buffer.concat(encodeBlock(source, { spanClass: 'main' }).parts)
}

function answers(bytes: Uint8Array): { table: SpanTableBuilder; text: string } {
  const reader = BlockReader.open(bytesAsFile([bytes]), { cache: new PageCache(), name: 'flipped' })
  const table = new SpanTableBuilder({ limits: AS_STORED })
  reader.readAll(table)
  const field = { kind: 'attribute', scope: 'any', key: 'a' } as const
  const query = { where: { node: 'exists', field }, from: 0n, to: 2n ** 64n - 1n, limit: 10 } as const
  const found = searchSegments([new BlockSegment(reader)], query, { now: 0n })
  const lists = { found, edges: reader.edges(), rollup: reader.rollup(), summary: reader.summary() }
  return { table, text: JSON.stringify(lists, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)) }
}

/** `detected`, or `unchanged` when every answer is that of the whole block and `verify` finds the damage none the less. */
function outcome(damaged: Uint8Array, whole: ReturnType<typeof answers>): string {
  try {
    const seen = answers(damaged)
    if (seen.text !== whole.text) return `other answers: ${seen.text}`
    const comparer = new SpanComparer(seen.table, whole.table)
    for (let row = 0; row < whole.table.rowCount; row++) if (!comparer.equal(row, row)) return `another row ${row}`
  } catch (error) {
    return error instanceof DamagedBlockError ? 'detected' : `an error of another kind: ${String(error)}`
  }
  try {
    BlockReader.open(bytesAsFile([damaged]), { cache: new PageCache(), name: 'flipped' }).verify()
  } catch {
    return 'unchanged'
  }
  return 'never seen'
}

test('every byte of a small block flipped: detected, or the answer is unchanged', () => {
  const bytes = smallBlock()
  const whole = answers(bytes)
  for (let at = 0; at < bytes.length; at++) {
    for (const flip of [1, 0x80, 0xff]) {
      const damaged = Uint8Array.from(bytes)
      damaged[at] ^= flip
      expect(outcome(damaged, whole), `byte ${at}`).toMatch(/^(detected|unchanged)$/)
    }
  }
})

test('a block cut anywhere is damaged, and says so', () => {
  const bytes = smallBlock()
  for (let length = 0; length < bytes.length; length += 7) {
    expect(() => answers(bytes.slice(0, length)), `${length} bytes`).toThrow(DamagedBlockError)
  }
})

test('another format version is refused by its number', () => {
  const bytes = Uint8Array.from(smallBlock())
  const view = new DataView(bytes.buffer)
  view.setUint32(bytes.length - 36, 7, true)
  view.setUint32(bytes.length - 4, zlib.crc32(bytes.subarray(-40, -4)), true)
  expect(() => answers(bytes)).toThrow('block flipped: the footer: format version 7; this program reads 0')
})

test('verify finds a flipped bit in any page', () => {
  const bytes = smallBlock()
  for (let at = 0; at < bytes.length; at += 5) {
    const damaged = Uint8Array.from(bytes)
    damaged[at] ^= 4
    const reader = BlockReader.open(bytesAsFile([damaged]), { cache: new PageCache(), name: 'flipped' })
    expect(() => reader.verify(), `byte ${at}`).toThrow(DamagedBlockError)
  }
})
