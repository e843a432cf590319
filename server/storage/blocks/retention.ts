/** Which blocks go, and which become one. Pure: lists in, ids out. */
import type { StoredBlock } from './manifest.ts'

export interface RetentionLimits {
  /** ms since the epoch. */
  readonly now: number
  /** ms after receipt; 0: never by age. */
  readonly ageMs: number
  /** Of everything; Infinity: no limit. */
  readonly bytes: number
  readonly spans: number
  /** What is held beside the blocks: logs, open tables. */
  readonly otherBytes: number
  readonly otherSpans: number
}

/** The blocks to be deleted: those whose last span came in too long ago, then the oldest by receipt until the limits are kept. */
export function expiredBlocks<Block extends StoredBlock>(blocks: readonly Block[], limits: RetentionLimits): Block[] {
  const { now, ageMs } = limits
  const byReceipt = [...blocks].sort((a, b) => a.summary.lastReceivedMs - b.summary.lastReceivedMs)
  let bytes = limits.otherBytes
  let spans = limits.otherSpans
  for (const { summary } of blocks) {
    bytes += summary.bytes
    spans += summary.rowCount
  }
  const expired: Block[] = []
  for (const block of byReceipt) {
    const tooOld = ageMs > 0 && block.summary.lastReceivedMs + ageMs < now
    if (!tooOld && bytes <= limits.bytes && spans <= limits.spans) break
    expired.push(block)
    bytes -= block.summary.bytes
    spans -= block.summary.rowCount
  }
  return expired
}

/** Most rows of a merged block: as many as a full table gives. */
const MERGED_ROWS = 262_144
/** Fewer are not worth it. */
const FEWEST_BLOCKS = 4
/** Without an age limit blocks are merged over no more than a day. */
const WIDTH_WITHOUT_AGE_MS = 86_400_000

/**
 * Neighbours in order of sealing, of one class, that should become one block; undefined when there are none. Received within an eighth of
 * the retention, so that nothing lives much longer for it; none of them is more than half of the whole, so that a span is written again
 * only a few times in its life.
 */
export function mergeCandidates<Block extends StoredBlock>(
  blocks: readonly Block[],
  retentionAgeMs: number,
): Block[] | undefined {
  const width = retentionAgeMs > 0 ? retentionAgeMs / 8 : WIDTH_WITHOUT_AGE_MS
  for (const spanClass of new Set(blocks.map(({ summary }) => summary.spanClass))) {
    const own = blocks.filter(({ summary }) => summary.spanClass === spanClass)
    for (let from = 0; from + FEWEST_BLOCKS <= own.length; from++) {
      const run = longestRun(own, from, width)
      if (run.length < FEWEST_BLOCKS) continue
      const rows = run.map(({ summary }) => summary.rowCount)
      const sum = rows.reduce((a, b) => a + b, 0)
      if (Math.max(...rows) * 2 <= sum) return run
    }
  }
  return undefined
}

/** A block that is nearly full already is left alone: it ends a run. */
function longestRun<Block extends StoredBlock>(blocks: readonly Block[], from: number, width: number): Block[] {
  const run: Block[] = []
  let rows = 0
  let first = Infinity
  let last = -Infinity
  for (let k = from; k < blocks.length; k++) {
    const { summary } = blocks[k]
    rows += summary.rowCount
    first = Math.min(first, summary.firstReceivedMs)
    last = Math.max(last, summary.lastReceivedMs)
    if (rows > MERGED_ROWS || last - first > width || summary.tenant !== blocks[from].summary.tenant) break
    run.push(blocks[k])
  }
  return run
}
