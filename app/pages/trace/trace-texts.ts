// What one takes along of a trace besides its address. Pure.

import { formatSpanId } from '#shared/spans/ids.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'

/** Sampled: the span is here, so it was. */
const SAMPLED = 1

/**
 * The `traceparent` header (W3C Trace Context) of a call made from this span: its ids and, where its sender told them, its
 * flags.
 */
export function traceparentOf(traceId: string, { spanId, flags }: SpanTable, row: number): string {
  const told = (flags[row] ?? 0) & 0xff
  return `00-${traceId}-${formatSpanId(spanId, row)}-${(told | SAMPLED).toString(16).padStart(2, '0')}`
}

/** A command line that prints what is at an address, for any shell that reads single quotes. */
export function curlOf(url: string): string {
  return `curl -fsS '${url.replaceAll("'", '%27')}'`
}
