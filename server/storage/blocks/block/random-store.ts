/** Random tables as segments, for the property tests of searches and sums. */
import type { SpanTable } from '#shared/spans/span-table.ts'
import { bytesAsFile } from './block-file.ts'
import { BlockReader } from './block-reader.ts'
import { BlockSegment } from './block-segment.ts'
import { encodeBlock } from './block-writer.ts'
import { PageCache } from './page-cache.ts'
import type { Segment } from './segment.ts'
import { TableSegment } from './table-segment.ts'

/** Seals the tables but the last `open` one after the other. */
export function segmentsOf(tables: SpanTable[], open: number, cache = new PageCache()): Segment[] {
  const earlier: BlockReader[] = []
  const segments: Segment[] = []
  tables.forEach((table, i) => {
    if (i >= tables.length - open) {
      segments.push(new TableSegment(`table ${i}`, table))
      return
    }
    const options = { spanClass: 'main', earlier: [...earlier] } as const
    const { parts, summary } = encodeBlock({ tables: [table], firstReceivedMs: 0, lastReceivedMs: 0 }, options)
    if (summary === undefined) return
    const reader = BlockReader.open(bytesAsFile(parts), { cache, name: `block ${i}` })
    earlier.push(reader)
    segments.push(new BlockSegment(reader))
  })
  return segments
}
