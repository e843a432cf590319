import { expect, test } from 'vitest'
import { memoryFiles } from '#server/storage/blocks/memory-files.ts'
import { describeSpan, describeSpans } from '#shared/generator/describe-spans.ts'
import { Random } from '#shared/generator/random.ts'
import { addRandomSpans } from '#shared/generator/random-spans.ts'
import { RowCopier } from '#shared/spans/copy-rows.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { viewSpanTable } from '#shared/spans/span-table-view.ts'
import { recoverTables } from './recovery.ts'
import { spanKeys, testStore } from './test-store.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

test(`any mixture of new spans, copies and other spans under known ids (seed ${SEED})`, async () => {
  for (let round = 0; round < 15; round++) {
    const random = new Random(SEED + round)
    const pool = new SpanTableBuilder()
    addRandomSpans(pool, random, 80)
    // A few ids for many spans: long chains too.
    const shared = random.below(40)
    for (let row = 0; row < shared; row++) {
      pool.traceId.copyWithin(row * 4, 0, 4)
      pool.spanId.copyWithin(row * 2, 0, 2)
    }
    const keys = spanKeys(pool)
    const files = memoryFiles()
    const store = testStore(files, { init: { tableRows: 512 } })
    const seen = new Set<string>()
    const kept: unknown[] = []
    for (let request = 0; request < 12; request++) {
      const rows = Array.from({ length: random.below(30) }, () => random.below(80))
      const table = store.writer.open()
      const mark = table.mark()
      const copier = new RowCopier(pool, table)
      for (const row of rows) copier.copy(row)
      const fresh = rows.filter(row => !seen.has(keys[row]) && seen.add(keys[row]))
      for (const row of fresh) kept.push(describeSpan(pool, row))
      const told: number[] = []
      const result = await store.writer.commit(mark, row => told.push(row))
      expect(result).toEqual({ stored: fresh.length, duplicate: rows.length - fresh.length })
      expect(told).toHaveLength(result.duplicate)
      expect(describeSpans(table)).toEqual(kept)
    }
    await store.close()
    const [table] = recoverTables(files).tables
    expect(describeSpans(viewSpanTable(table.shared))).toEqual(kept)
  }
})
