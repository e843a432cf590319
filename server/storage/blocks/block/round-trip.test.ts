import { expect, test } from 'vitest'
import { addRandomSpans } from '#shared/generator/random-spans.ts'
import { Random } from '#shared/generator/random.ts'
import { SpanComparer, SpanHasher } from '#shared/spans/equal-spans.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { bytesAsFile } from './block-file.ts'
import { BlockReader } from './block-reader.ts'
import { encodeBlock } from './block-writer.ts'
import { PageCache } from './page-cache.ts'
import { AS_STORED } from './settle.ts'

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)

function readerOf(tables: SpanTable[], codec: 'zstd' | 'deflate' = 'zstd'): BlockReader {
  const { parts } = encodeBlock({ tables, firstReceivedMs: 5, lastReceivedMs: 9 }, { spanClass: 'main', codec })
  return BlockReader.open(bytesAsFile(parts), { cache: new PageCache(), name: 'test' })
}

/** Rows of `left` that have an equal row, marks included, in `right`: each of `right` used once. */
function matched(left: SpanTable, right: SpanTable): number {
  const byHash = new Map<number, number[]>()
  const hasher = new SpanHasher(right)
  for (let row = 0; row < right.rowCount; row++) {
    const hash = hasher.hash(row)
    byHash.set(hash, [...(byHash.get(hash) ?? []), row])
  }
  const comparer = new SpanComparer(left, right)
  const leftHasher = new SpanHasher(left)
  let count = 0
  for (let row = 0; row < left.rowCount; row++) {
    const others = byHash.get(leftHasher.hash(row)) ?? []
    const at = others.findIndex(other => comparer.equal(row, other) && left.marks[row] === right.marks[other])
    if (at < 0) continue
    others.splice(at, 1)
    count++
  }
  return count
}

test(`everything a table carries survives a block (seed ${SEED})`, () => {
  for (let round = 0; round < 30; round++) {
    const random = new Random(SEED + round)
    const table = new SpanTableBuilder({ limits: AS_STORED })
    addRandomSpans(table, random, 1 + random.below(150), 1 + random.below(20))
    const reader = readerOf([table], round % 3 === 0 ? 'deflate' : 'zstd')
    reader.verify()
    const back = new SpanTableBuilder({ limits: AS_STORED })
    expect(reader.readAll(back), `round ${round}`).toBe(table.rowCount)
    expect(matched(table, back), `round ${round}`).toBe(table.rowCount)
    const byTrace = new SpanTableBuilder({ limits: AS_STORED })
    const seen = new Set<string>()
    for (let row = 0; row < table.rowCount; row++) {
      const id = table.traceId.slice(row * 4, row * 4 + 4)
      if (seen.has(id.join())) continue
      seen.add(id.join())
      expect(reader.hasTrace(id)).toBe(true)
      reader.readTrace(id, byTrace)
    }
    expect(matched(table, byTrace), `round ${round}`).toBe(table.rowCount)
    expect(reader.hasTrace(Uint32Array.of(1, 2, 3, 4))).toBe(false)
  }
})
