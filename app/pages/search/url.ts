// What the address of the search page says, in Jaeger's parameter names, so that its links open here and ours there:
// service, operation, tags (a JSON object) and tag (key:value), minDuration, maxDuration, lookback, start, end (µs), limit.
// Ours are minTraceDuration, maxTraceDuration and pick (a trace ticked for comparing). Values stay as written: the form
// says what is wrong with them, and so does the server.

import type { SearchQuestion } from '#app/api/search.ts'
import { allOf, firstOf } from '#shared/api/raw-search.ts'
import type { RawSearch } from '#shared/api/raw-search.ts'
import { parseSpan } from './duration-text.ts'
import type { AttributePair } from './logfmt.ts'

/** When a matching span starts. */
export type SearchRange =
  /** Whatever is kept. */
  | { readonly kind: 'all' }
  /** The time before now: `15m`, `1h`, `7d`. */
  | { readonly kind: 'last'; readonly lookback: string }
  /** Microseconds since the epoch as decimal text; '' is open. At least one of them is not ''. */
  | { readonly kind: 'exact'; readonly start: string; readonly end: string }

export interface SearchView {
  /** '' is all services. */
  readonly service: string
  /** Span name; '' is all. */
  readonly operation: string
  readonly attributes: readonly AttributePair[]
  /** `tags` of the address when it is no JSON object of strings: sent on as it is, so that the server says so. */
  readonly unreadableTags: string
  readonly range: SearchRange
  /** Span duration in Go's form (`1.2s`); '' is open. */
  readonly minDuration: string
  readonly maxDuration: string
  readonly minTraceDuration: string
  readonly maxTraceDuration: string
  /** '' is the default, 20. */
  readonly limit: string
  /** Trace ids ticked for comparing, in the order they were ticked: A, B, and those that either can be changed for. */
  readonly picked: readonly string[]
}

/** Traces a page when the address names no limit; the server's default too. */
export const DEFAULT_LIMIT = 20
/** The most traces of one page that the server gives. */
export const MAX_LIMIT = 1500

/** Ticked traces of one address: with more it is too long to be sent to somebody. */
export const MOST_PICKED = 16

/** The view of a bare address: recent traces of all services. */
export const EMPTY_VIEW: SearchView = {
  service: '',
  operation: '',
  attributes: [],
  unreadableTags: '',
  range: { kind: 'all' },
  minDuration: '',
  maxDuration: '',
  minTraceDuration: '',
  maxTraceDuration: '',
  limit: '',
  picked: [],
}

/** Any address is a view. A `start` or `end` is more exact than the `lookback` that Jaeger writes beside them. */
export function parse(raw: RawSearch): SearchView {
  const text = (key: string): string => firstOf(raw, key) ?? ''
  const tags = text('tags')
  const pairs = new Map<string, string>()
  for (const tag of allOf(raw, 'tag')) {
    const at = tag.indexOf(':')
    if (at > 0) pairs.set(tag.slice(0, at), tag.slice(at + 1))
    else if (tag !== '') pairs.set(tag, 'true')
  }
  const object = tags === '' ? [] : parseTags(tags)
  for (const [key, value] of object ?? []) pairs.set(key, value)
  return {
    service: text('service'),
    // Jaeger's UI writes `all` for no choice.
    operation: text('operation') === 'all' ? '' : text('operation'),
    attributes: [...pairs],
    unreadableTags: object === undefined ? tags : '',
    range: parseRange(text('start'), text('end'), text('lookback')),
    minDuration: text('minDuration'),
    maxDuration: text('maxDuration'),
    minTraceDuration: text('minTraceDuration'),
    maxTraceDuration: text('maxTraceDuration'),
    limit: text('limit') === String(DEFAULT_LIMIT) ? '' : text('limit'),
    picked: allOf(raw, 'pick')
      .filter(id => /^[0-9a-f]{1,32}$/u.test(id))
      .slice(0, MOST_PICKED),
  }
}

/** The address of a view; `parse` reads it back. What is at its default is left out. */
export function format(view: SearchView): RawSearch {
  const { range } = view
  const pairs: Record<string, string | readonly string[]> = {
    service: view.service,
    operation: view.operation,
    tags: view.unreadableTags === '' ? formatTags(view.attributes) : view.unreadableTags,
    minDuration: view.minDuration,
    maxDuration: view.maxDuration,
    minTraceDuration: view.minTraceDuration,
    maxTraceDuration: view.maxTraceDuration,
    lookback: range.kind === 'last' ? range.lookback : '',
    start: range.kind === 'exact' ? range.start : '',
    end: range.kind === 'exact' ? range.end : '',
    limit: view.limit,
    pick: view.picked,
  }
  return Object.fromEntries(Object.entries(pairs).filter(([, value]) => value.length > 0))
}

/** What the server is asked for a view. */
export function questionOf(view: SearchView): SearchQuestion {
  const { lookback: _, ...parameters } = format({ ...view, picked: [] })
  const lookbackNs = view.range.kind === 'last' ? parseSpan(view.range.lookback) : undefined
  return { parameters: parameters as Readonly<Record<string, string>>, lookbackNs }
}

/** Whether anything narrows the search. */
export function isNarrowed(view: SearchView): boolean {
  return Object.keys(format({ ...view, limit: '', picked: [] })).length > 0
}

function parseRange(start: string, end: string, lookback: string): SearchRange {
  if (start !== '' || end !== '') return { kind: 'exact', start, end }
  return lookback !== '' && parseSpan(lookback) !== undefined ? { kind: 'last', lookback } : { kind: 'all' }
}

/** Pairs of a JSON object of texts (numbers and booleans are taken as they are written); `undefined` for anything else. */
function parseTags(text: string): readonly AttributePair[] | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const pairs: AttributePair[] = []
  for (const [key, one] of Object.entries(value)) {
    if (typeof one !== 'string' && typeof one !== 'number' && typeof one !== 'boolean') return undefined
    pairs.push([key, String(one)])
  }
  return pairs
}

function formatTags(pairs: readonly AttributePair[]): string {
  // JSON is written pair by pair: an object would put keys that look like numbers first and lose `__proto__`.
  return pairs.length === 0
    ? ''
    : `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`
}
