// What the address of a comparison says. Jaeger's form: `/trace/<a>...<b>?cohort=<id>&cohort=<id>`; either side may be
// empty there (`/trace/<a>...`). Ours beside it: `changed=1` and `order`.

import { allOf, firstOf } from '#shared/api/raw-search.ts'
import type { RawSearch } from '#shared/api/raw-search.ts'
import { parseTraceId } from '#shared/spans/ids.ts'
import type { TraceId } from '#shared/spans/ids.ts'

/** The two traces of an address; a side is undefined where no id stands, and its text says what stands there. */
export interface ComparedPair {
  readonly a: TraceId | undefined
  readonly b: TraceId | undefined
  readonly textA: string
  readonly textB: string
}

/** Orders of the table: `size` is the largest difference first, either way. */
export const ORDERS = ['size', 'operation'] as const
export type DifferenceOrder = (typeof ORDERS)[number]

export interface CompareView {
  /** Leave out what is the same within 5 %. */
  readonly onlyChanged: boolean
  readonly order: DifferenceOrder
  /** Traces that Jaeger's links carry along for its choice of A and B, as they came. */
  readonly cohort: readonly string[]
}

/** The part of the path after `/trace/`: `<a>...<b>`. Ids may be short and in upper case. */
export function parsePair(text: string): ComparedPair {
  const at = text.indexOf('...')
  const textA = at < 0 ? text : text.slice(0, at)
  const textB = at < 0 ? '' : text.slice(at + 3)
  return { a: parseTraceId(textA), b: parseTraceId(textB), textA, textB }
}

/** The path of a pair within the app. */
export function formatPair(a: string, b: string): string {
  return `/trace/${encodeURIComponent(a)}...${encodeURIComponent(b)}`
}

/** Any search part is a view; what is not understood counts as not there. */
export function parse(raw: RawSearch): CompareView {
  return {
    onlyChanged: firstOf(raw, 'changed') === '1',
    order: ORDERS.find(order => order === firstOf(raw, 'order')) ?? 'size',
    cohort: allOf(raw, 'cohort'),
  }
}

/** The search part of a view; `parse` reads it back. What is at its default is left out. */
export function format({ onlyChanged, order, cohort }: CompareView): RawSearch {
  return {
    ...(onlyChanged ? { changed: '1' } : {}),
    ...(order === 'size' ? {} : { order }),
    ...(cohort.length === 0 ? {} : { cohort }),
  }
}
