/** Lists and sums over segments. Interface: each function is synchronous and answers what store.ts promises for it. */
import type { AttributeKey, AttributeValueCount, Operation, ServiceEdge, TimeRange } from '#server/storage/store.ts'
import type { Segment } from './segment.ts'

export interface Aggregates {
  serviceNames(segments: readonly Segment[]): string[]
  operations(segments: readonly Segment[], service: string | undefined): Operation[]
  attributeKeys(
    segments: readonly Segment[],
    options: { readonly service?: string; readonly prefix?: string; readonly limit: number },
  ): AttributeKey[]
  attributeValues(
    segments: readonly Segment[],
    options: { readonly key: string; readonly service?: string; readonly prefix?: string; readonly limit: number },
  ): AttributeValueCount[]
  /** Blocks in the order they were sealed, then open tables in the order they were opened. */
  serviceEdges(segments: readonly Segment[], range: TimeRange): ServiceEdge[]
}
