// What the address of a trace page says, both ways. Everything a link must bring back stands here; what Jaeger's links carry
// (`uiFind`) has Jaeger's name, and parameters that we don't know stay where they are.

import type { TimeWindow } from '#app/canvas/time-scale.ts'
import type { ColourBy } from '#app/views/timeline/span-colours.ts'
import { firstOf } from '#shared/api/raw-search.ts'
import type { RawSearch } from '#shared/api/raw-search.ts'
import { parseSpanRef } from '#shared/trace/trace.ts'
import { parseViewsUrl, putViewsUrl, VIEWS_KEYS } from './views-url.ts'
import type { ViewsUrl } from './views-url.ts'

export const TRACE_VIEWS = [
  'timeline',
  'flame',
  'flamegraph',
  'graph',
  'statistics',
  'spans',
  'events',
  'json',
] as const
export type TraceView = (typeof TRACE_VIEWS)[number]
export const DETAIL_PANELS = ['attributes', 'events', 'links', 'json'] as const
const DOCKS = ['side', 'inline'] as const
const JSON_FORMS = ['otlp', 'jaeger', 'jaeger-raw'] as const
export type DetailPanel = (typeof DETAIL_PANELS)[number]

export interface TraceUrl extends ViewsUrl {
  /** The span whose details are open, as `spanRefOf` names it, like all spans here. */
  readonly span: string | undefined
  /** What the bars show, ns since the start of the trace; undefined: all. */
  readonly window: TimeWindow | undefined
  /** Folding (shared/trace/folding.ts), spans by id. */
  readonly level: number | undefined
  readonly openBelow: readonly string[]
  readonly toggled: readonly string[]
  readonly folds: boolean
  readonly unfolded: readonly string[]
  readonly revealed: readonly string[]
  /** Id of the span that is looked at alone, with what is below it; undefined: the whole trace. */
  readonly focus: string | undefined
  /** What every span shown must match (shared/trace/find-terms.ts), each one chip. */
  readonly filter: readonly string[]
  readonly find: string
  readonly colourBy: ColourBy
  /** Whether idle gaps keep their length; otherwise they are drawn short. */
  readonly fullGaps: boolean
  /** Whether a call and its answer by another service share a row. */
  readonly mergeCalls: boolean
  /** Whether the critical path shows. */
  readonly critical: boolean
  /** Times as they were sent where clocks disagree; otherwise answers are moved into their calls. */
  readonly rawClocks: boolean
  readonly view: TraceView
  readonly panel: DetailPanel
  /** Where the timeline's details stand: beside the rows (on a narrow screen at the foot), or below the row of their span. */
  readonly dock: (typeof DOCKS)[number]
  /** Form of the JSON view. */
  readonly form: (typeof JSON_FORMS)[number]
  /** Widths of the tree column and the details, CSS pixels; undefined: the usual. */
  readonly nameWidth: number | undefined
  readonly detailWidth: number | undefined
  /** Parameters of others, as they came. */
  readonly other: RawSearch
}

const KNOWN = new Set([
  'span',
  'from',
  'to',
  'level',
  'open',
  'toggle',
  'fold',
  'unfold',
  'show',
  'focus',
  'filter',
  'uiFind',
  'gaps',
  'calls',
  'critical',
  'clocks',
  'colour',
  'view',
  'panel',
  'dock',
  'form',
  'names',
  'details',
  ...VIEWS_KEYS,
])

/** Reads the search part; what is not understood counts as not there. */
export function parseTraceUrl(raw: RawSearch): TraceUrl {
  const other: Record<string, string | readonly string[]> = Object.create(null) as Record<string, string>
  for (const [key, value] of Object.entries(raw)) if (!KNOWN.has(key)) other[key] = value
  return {
    span: parseSpanRef(firstOf(raw, 'span') ?? ''),
    window: windowOf(firstOf(raw, 'from'), firstOf(raw, 'to')),
    level: wholeNumber(firstOf(raw, 'level'), 0, 1e9),
    openBelow: spanIds(firstOf(raw, 'open')),
    toggled: spanIds(firstOf(raw, 'toggle')),
    folds: firstOf(raw, 'fold') !== 'off',
    unfolded: spanIds(firstOf(raw, 'unfold')),
    revealed: spanIds(firstOf(raw, 'show')),
    focus: parseSpanRef(firstOf(raw, 'focus') ?? ''),
    filter: texts(raw['filter']),
    find: firstOf(raw, 'uiFind') ?? '',
    colourBy: colourOf(firstOf(raw, 'colour')),
    fullGaps: firstOf(raw, 'gaps') === 'full',
    mergeCalls: firstOf(raw, 'calls') === 'merged',
    critical: firstOf(raw, 'critical') !== 'off',
    rawClocks: firstOf(raw, 'clocks') === 'raw',
    view: oneOf(TRACE_VIEWS, firstOf(raw, 'view')),
    panel: oneOf(DETAIL_PANELS, firstOf(raw, 'panel')),
    dock: dockOf(firstOf(raw, 'dock')),
    form: oneOf(JSON_FORMS, firstOf(raw, 'form')),
    nameWidth: wholeNumber(firstOf(raw, 'names'), 100, 2000),
    detailWidth: wholeNumber(firstOf(raw, 'details'), 100, 2000),
    ...parseViewsUrl(raw),
    other,
  }
}

/** Writes the search part; defaults are left out, so a plain page has a plain address. */
export function formatTraceUrl(url: TraceUrl): RawSearch {
  const raw: Record<string, string | readonly string[]> = Object.create(null) as Record<string, string>
  const put = (key: string, value: string | number | undefined): void => {
    if (value !== undefined && value !== '') raw[key] = String(value)
  }
  put('uiFind', url.find)
  put('view', url.view === 'timeline' ? undefined : url.view)
  put('form', url.form === 'otlp' ? undefined : url.form)
  put('span', url.span)
  put('panel', url.panel === 'attributes' ? undefined : url.panel)
  put('dock', url.dock === 'side' ? undefined : url.dock)
  put('from', url.window === undefined ? undefined : formatNs(url.window.start))
  put('to', url.window === undefined ? undefined : formatNs(url.window.end))
  put('colour', formatColour(url.colourBy))
  put('gaps', url.fullGaps ? 'full' : undefined)
  put('calls', url.mergeCalls ? 'merged' : undefined)
  put('critical', url.critical ? undefined : 'off')
  put('clocks', url.rawClocks ? 'raw' : undefined)
  put('level', url.level)
  put('open', url.openBelow.join(','))
  put('toggle', url.toggled.join(','))
  put('fold', url.folds ? undefined : 'off')
  put('unfold', url.unfolded.join(','))
  put('show', url.revealed.join(','))
  put('focus', url.focus)
  if (url.filter.length > 0) raw['filter'] = url.filter
  put('names', url.nameWidth)
  put('details', url.detailWidth)
  putViewsUrl(raw, url)
  return Object.assign(raw, url.other)
}

/** Nanoseconds with three decimals at most: a window of 1 ns may begin between two. */
export function formatNs(ns: number): string {
  return String(Number(ns.toFixed(3)))
}

function windowOf(from: string | undefined, to: string | undefined): TimeWindow | undefined {
  const [start, end] = [from, to].map(text =>
    text === undefined || !/^-?\d+(\.\d+)?$/u.test(text) ? NaN : Number(text),
  )
  return start < end ? { start, end } : undefined
}

function wholeNumber(text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined || !/^\d{1,10}$/u.test(text)) return undefined
  const value = Number(text)
  return value >= least && value <= most ? value : undefined
}

const BY_SERVICE: ColourBy = { kind: 'service' }

/** `self`, `percentile`, or `.` and the key of an attribute; anything else is by service. */
function colourOf(text: string | undefined): ColourBy {
  if (text === 'self' || text === 'percentile') return { kind: text }
  return text?.startsWith('.') === true && text.length > 1 ? { kind: 'attribute', key: text.slice(1) } : BY_SERVICE
}

function formatColour(by: ColourBy): string | undefined {
  return by.kind === 'service' ? undefined : by.kind === 'attribute' ? `.${by.key}` : by.kind
}

/** Older addresses have `below`, which was below all rows. */
function dockOf(text: string | undefined): TraceUrl['dock'] {
  return text === 'below' ? 'inline' : oneOf(DOCKS, text)
}

/** More parts of a filter than this are not read. */
const MOST_FILTERS = 20

function texts(value: string | readonly string[] | undefined): readonly string[] {
  const all = value === undefined ? [] : typeof value === 'string' ? [value] : value
  return [...new Set(all.map(text => text.trim()))].filter(text => text !== '').slice(0, MOST_FILTERS)
}

/** More spans than this are not read from an address. */
const MOST_IDS = 1000

function spanIds(text: string | undefined): readonly string[] {
  const ids = new Set<string>()
  for (const part of (text ?? '').split(',').slice(0, MOST_IDS)) {
    const id = parseSpanRef(part)
    if (id !== undefined) ids.add(id)
  }
  return [...ids]
}

function oneOf<T extends string>(words: readonly T[], text: string | undefined): T {
  return words.find(word => word === text) ?? words[0]
}
