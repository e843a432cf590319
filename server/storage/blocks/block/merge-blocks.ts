/** Several blocks into one: it only tidies up. */
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import type { BlockReader } from './block-reader.ts'
import { encodeBlock, type EncodedBlock, type EncodeOptions } from './block-writer.ts'
import { AS_STORED } from './settle.ts'

/**
 * The spans of `blocks` (oldest first, neighbours in the order of sealing, of one class and tenant) as one block. `earlier`: the blocks
 * sealed before the first of them. All answers stay what they were. Holds all of their spans unpacked: some 130 bytes a span and their texts.
 */
export function mergeBlocks(
  blocks: readonly BlockReader[],
  options: Pick<EncodeOptions, 'earlier' | 'codec'>,
): EncodedBlock {
  const table = new SpanTableBuilder({ limits: AS_STORED })
  for (const block of blocks) block.readAll(table)
  const summaries = blocks.map(block => block.summary())
  const source = {
    tables: [table],
    firstReceivedMs: Math.min(...summaries.map(({ firstReceivedMs }) => firstReceivedMs)),
    lastReceivedMs: Math.max(...summaries.map(({ lastReceivedMs }) => lastReceivedMs)),
  }
  const { spanClass, tenant } = summaries[0]
  return encodeBlock(source, { spanClass, tenant, ...options })
}
