// What the address of a trace page says of the views beside the timeline, both ways.

import type { TimeWindow } from '#app/canvas/time-scale.ts'
import { firstOf } from '#shared/api/raw-search.ts'
import type { RawSearch } from '#shared/api/raw-search.ts'

/** What views beside the timeline keep; each reads what it knows. */
export interface ViewsUrl {
  /** Groupings of the statistics: `service`, `name`, `kind`, `status`, or `@` and an attribute. */
  readonly group: string | undefined
  readonly sub: string | undefined
  /** Open groups by name; undefined: as many as fit. */
  readonly opened: readonly string[] | undefined
  /** The selection is the whole group of the selected span. */
  readonly wide: boolean
  /** Column and, with a minus before it, downwards. */
  readonly sort: string | undefined
  /** Attributes shown as columns, in the table of spans and in the timeline. */
  readonly columns: readonly string[] | undefined
  /** Attributes that the timeline's rows show at their end. */
  readonly pills: readonly string[] | undefined
  /** Name of the events that are shown. */
  readonly event: string | undefined
  /** Which event of the selected span is open, from 0; undefined: none. */
  readonly entry: number | undefined
  /** Events with their time of day. */
  readonly clock: boolean
  /** Drawing, table, or both. */
  readonly shape: 'both' | 'graph' | 'table' | undefined
  /** What the graph is coloured by. */
  readonly shade: 'service' | 'self' | 'total' | 'errors'
  /** Small paths of the graph one by one. */
  readonly smallPaths: boolean
  /** Stretch of the flame graph, ns of work. */
  readonly work: TimeWindow | undefined
  /** The details stand beside a view that is not the timeline. */
  readonly side: boolean
}

export const VIEWS_KEYS = [
  'group',
  'sub',
  'opened',
  'wide',
  'sort',
  'column',
  'pill',
  'event',
  'entry',
  'clock',
  'shape',
  'shade',
  'paths',
  'work',
  'side',
] as const

export const SHAPES = ['both', 'graph', 'table'] as const
export const SHADES = ['service', 'self', 'total', 'errors'] as const

/** Reads them; what is not understood counts as not there. */
export function parseViewsUrl(raw: RawSearch): ViewsUrl {
  return {
    group: textOf(raw, 'group'),
    sub: textOf(raw, 'sub'),
    opened: listOf(raw['opened'], MOST_OPENED),
    wide: firstOf(raw, 'wide') === 'on',
    sort: textOf(raw, 'sort'),
    columns: listOf(raw['column'], MOST_COLUMNS),
    pills: listOf(raw['pill'], MOST_PILLS),
    event: textOf(raw, 'event'),
    entry: wholeOf(firstOf(raw, 'entry')),
    clock: firstOf(raw, 'clock') === 'day',
    shape: SHAPES.find(shape => shape === firstOf(raw, 'shape')),
    shade: SHADES.find(shade => shade === firstOf(raw, 'shade')) ?? 'service',
    smallPaths: firstOf(raw, 'paths') === 'all',
    work: stretchOf(firstOf(raw, 'work')),
    side: firstOf(raw, 'side') === 'on',
  }
}

/** Writes them into `raw`; defaults are left out. */
export function putViewsUrl(raw: Record<string, string | readonly string[]>, url: ViewsUrl): void {
  const put = (key: (typeof VIEWS_KEYS)[number], value: string | undefined): void => {
    if (value !== undefined && value !== '') raw[key] = value
  }
  put('group', url.group)
  put('sub', url.sub)
  if (url.opened !== undefined) raw['opened'] = listText(url.opened)
  put('wide', url.wide ? 'on' : undefined)
  put('sort', url.sort)
  if (url.columns !== undefined) raw['column'] = listText(url.columns)
  if (url.pills !== undefined && url.pills.length > 0) raw['pill'] = listText(url.pills)
  put('event', url.event)
  put('entry', url.entry === undefined ? undefined : String(url.entry))
  put('clock', url.clock ? 'day' : undefined)
  put('shape', url.shape)
  put('shade', url.shade === 'service' ? undefined : url.shade)
  put('paths', url.smallPaths ? 'all' : undefined)
  put('work', url.work === undefined ? undefined : `${rounded(url.work.start)}~${rounded(url.work.end)}`)
  put('side', url.side ? 'on' : undefined)
}

/** Stands for an empty list where no list means another thing. An entry that begins with it has it once more. */
const NONE = '~'

/** More open groups, columns or pills than this are not read from an address. */
const MOST_OPENED = 200
const MOST_COLUMNS = 40
const MOST_PILLS = 8

function textOf(raw: RawSearch, key: string): string | undefined {
  const text = firstOf(raw, key)
  return text === '' ? undefined : text
}

function listOf(value: string | readonly string[] | undefined, most: number): readonly string[] | undefined {
  if (value === undefined) return undefined
  const all = typeof value === 'string' ? [value] : value
  const entries = all.filter(text => text !== '' && text !== NONE)
  return [...new Set(entries.map(text => (text.startsWith(NONE + NONE) ? text.slice(NONE.length) : text)))].slice(
    0,
    most,
  )
}

function listText(list: readonly string[]): string | readonly string[] {
  return list.length === 0 ? NONE : list.map(text => (text.startsWith(NONE) ? NONE + text : text))
}

function wholeOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/u.test(text) ? Number(text) : undefined
}

function stretchOf(text: string | undefined): TimeWindow | undefined {
  const [start, end] = (text ?? '').split('~').map(part => (/^\d+(\.\d+)?$/u.test(part) ? Number(part) : NaN))
  return start < end ? { start, end } : undefined
}

/** Nanoseconds with three decimals at most. */
function rounded(ns: number): string {
  return String(Number(ns.toFixed(3)))
}
