/** What the store keeps of a block in its manifest, so that it needs to read nothing of it to route a query. */
import type { SpanClass } from '#server/storage/store.ts'

export interface BlockSummary {
  /** Of the format; see block-format.ts. */
  readonly version: number
  readonly rowCount: number
  /** Traces, counting the parts of split ones. */
  readonly traceCount: number
  readonly bytes: number
  /** ns since the epoch: the earliest and the latest start of a span, and the latest end. */
  readonly firstStart: bigint
  readonly lastStart: bigint
  readonly lastEnd: bigint
  /** ms since the epoch: when the first and the last of its spans came in. */
  readonly firstReceivedMs: number
  readonly lastReceivedMs: number
  readonly spanClass: SpanClass
  readonly tenant: string
}

/** A summary as a JSON value: times as decimal text. */
export type BlockSummaryJson = {
  readonly [K in keyof BlockSummary]: BlockSummary[K] extends bigint ? string : BlockSummary[K]
}

export function blockSummaryToJson(summary: BlockSummary): BlockSummaryJson {
  return {
    ...summary,
    firstStart: String(summary.firstStart),
    lastStart: String(summary.lastStart),
    lastEnd: String(summary.lastEnd),
  }
}

/** The inverse; the JSON is trusted (its owner has checked it). */
export function blockSummaryFromJson(json: BlockSummaryJson): BlockSummary {
  return {
    ...json,
    firstStart: BigInt(json.firstStart),
    lastStart: BigInt(json.lastStart),
    lastEnd: BigInt(json.lastEnd),
  }
}
