// What the address of the map says: `view=table`, `focus=<service>`, and the time: `lookback=1h`, or `start` and `end` in µs.

import type { DependencyRange } from '#app/api/dependencies.ts'
import { firstOf } from '#shared/api/raw-search.ts'
import type { RawSearch } from '#shared/api/raw-search.ts'

export const LOOKBACKS = ['15m', '1h', '6h', '1d', '7d'] as const
export type Lookback = (typeof LOOKBACKS)[number]

const LENGTH_NS: Readonly<Record<Lookback, number>> = {
  '15m': 15 * 60e9,
  '1h': 3600e9,
  '6h': 6 * 3600e9,
  '1d': 86_400e9,
  '7d': 7 * 86_400e9,
}

export interface MapView {
  readonly view: 'graph' | 'table'
  /** Service that is looked at; any text, whether there is such a service or not. */
  readonly focus: string | undefined
  /** Undefined with `start` and `end` undefined: all that is kept. */
  readonly lookback: Lookback | undefined
  /** µs since the epoch as decimal text. */
  readonly start: string | undefined
  readonly end: string | undefined
}

/** Any address is a view; what is not understood counts as not there. `start` and `end` are more exact than `lookback`. */
export function parse(raw: RawSearch): MapView {
  const start = micros(firstOf(raw, 'start'))
  const end = micros(firstOf(raw, 'end'))
  const lookback = LOOKBACKS.find(one => one === firstOf(raw, 'lookback'))
  const focus = firstOf(raw, 'focus')
  return {
    view: firstOf(raw, 'view') === 'table' ? 'table' : 'graph',
    focus: focus === '' ? undefined : focus,
    lookback: start === undefined && end === undefined ? lookback : undefined,
    start,
    end,
  }
}

/** The search part of a view; `parse` reads it back. */
export function format({ view, focus, lookback, start, end }: MapView): RawSearch {
  const pairs = { view: view === 'table' ? view : undefined, focus, lookback, start, end }
  return Object.fromEntries(Object.entries(pairs).filter((pair): pair is [string, string] => pair[1] !== undefined))
}

/** What the server is asked for a view. */
export function rangeOf({ lookback, start, end }: MapView): DependencyRange {
  return lookback === undefined ? { start, end } : { lookbackNs: LENGTH_NS[lookback] }
}

function micros(text: string | undefined): string | undefined {
  return text !== undefined && /^\d{1,17}$/u.test(text) ? text : undefined
}
