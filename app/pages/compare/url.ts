// What the address of a comparison says. Jaeger's form: `/trace/<a>...<b>?cohort=<id>&cohort=<id>`; either side may be
// empty there (`/trace/<a>...`). Ours beside it: the view, the table's rows, measure and order, and the chosen place.

import { allOf, firstOf } from '#shared/api/raw-search.ts'
import type { RawSearch } from '#shared/api/raw-search.ts'
import { parseTraceId } from '#shared/spans/ids.ts'
import { parseSpanRef } from '#shared/trace/trace.ts'
import type { TraceId } from '#shared/spans/ids.ts'
import { ROW_GROUPS } from '#shared/trace/diff/diff-rows.ts'
import type { RowGroup } from '#shared/trace/diff/diff-rows.ts'

/** The two traces of an address; a side is undefined where no id stands, and its text says what stands there. */
export interface ComparedPair {
  readonly a: TraceId | undefined
  readonly b: TraceId | undefined
  readonly textA: string
  readonly textB: string
}

export const TABS = ['aligned', 'graph', 'spans', 'attributes', 'events', 'json'] as const
export type CompareTab = (typeof TABS)[number]

/** What the table's columns A, B and B − A hold. */
export const MEASURES = ['critical', 'self', 'total'] as const
export type Measure = (typeof MEASURES)[number]

/** Orders of the table: `size` is the largest B − A first, either way. */
export const ORDERS = ['size', 'operation', 'count', 'errors', 'a', 'b'] as const
export type DifferenceOrder = (typeof ORDERS)[number]

/** A place, told by a span of it. */
export interface ChosenSpan {
  readonly side: 'a' | 'b'
  /** As `spanRefOf` names it. */
  readonly spanId: string
  /** This span and its partner are looked at, not those of its place that differ most. */
  readonly exact?: true
}

export interface CompareView {
  readonly tab: CompareTab
  /** Also what is the same within 5 %. */
  readonly all: boolean
  readonly rows: RowGroup
  readonly measure: Measure
  readonly order: DifferenceOrder
  readonly reversed: boolean
  /** In the graph: by numbers of spans alone, as Jaeger does. */
  readonly counts: boolean
  readonly chosen: ChosenSpan | undefined
  /** Traces to choose A and B from, as they came. */
  readonly cohort: readonly string[]
  /** What stood as A before a typical trace took its place, '' for nothing: the switch goes back to it. */
  readonly instead: string | undefined
  /** A typical trace is to take the place of A, which names none. */
  readonly findTypical: boolean
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
    tab: TABS.find(tab => tab === firstOf(raw, 'view')) ?? 'aligned',
    all: firstOf(raw, 'all') === '1',
    rows: ROW_GROUPS.find(group => group === firstOf(raw, 'rows')) ?? 'name',
    measure: MEASURES.find(measure => measure === firstOf(raw, 'measure')) ?? 'critical',
    order: ORDERS.find(order => order === firstOf(raw, 'order')) ?? 'size',
    reversed: firstOf(raw, 'reversed') === '1',
    counts: firstOf(raw, 'by') === 'count',
    chosen: parseChosen(firstOf(raw, 'at') ?? ''),
    cohort: allOf(raw, 'cohort'),
    instead: firstOf(raw, 'instead'),
    findTypical: firstOf(raw, 'typical') === '1',
  }
}

/** The search part of a view; `parse` reads it back. What is at its default is left out. */
export function format(view: CompareView): RawSearch {
  const { tab, all, rows, measure, order, reversed, counts, chosen, cohort, instead, findTypical } = view
  return {
    ...(tab === 'aligned' ? {} : { view: tab }),
    ...(all ? { all: '1' } : {}),
    ...(rows === 'name' ? {} : { rows }),
    ...(measure === 'critical' ? {} : { measure }),
    ...(order === 'size' ? {} : { order }),
    ...(reversed ? { reversed: '1' } : {}),
    ...(counts ? { by: 'count' } : {}),
    ...(chosen === undefined ? {} : { at: `${chosen.side}:${chosen.spanId}${chosen.exact === true ? ':1' : ''}` }),
    ...(cohort.length === 0 ? {} : { cohort }),
    ...(instead === undefined ? {} : { instead }),
    ...(findTypical ? { typical: '1' } : {}),
  }
}

function parseChosen(text: string): ChosenSpan | undefined {
  const [side, id = '', exact] = text.split(':')
  const spanId = parseSpanRef(id)
  if ((side !== 'a' && side !== 'b') || spanId === undefined) return undefined
  return exact === '1' ? { side, spanId, exact: true } : { side, spanId }
}

/** The cohort with one more that may be gone back to, each once. */
export function withCohort(cohort: readonly string[], ...ids: readonly string[]): readonly string[] {
  return [...new Set([...cohort, ...ids.filter(id => id !== '')])]
}
