/**
 * Finding spans in a trace by what a person types. As Jaeger's find box, any term matches: a word or phrase anywhere in the
 * name, service, status message, a key or a value of the span, its resource, its events or links; a whole span id; or
 * `key=value` with both whole, or a comparison. Upper and lower case are one. `name`, `service`, `kind`, `status` and, for
 * comparisons, `duration` serve as keys too; `critical` is `true` for what the caller waited for. A filter takes the same
 * terms, but all of them must match; several values of one key are alternatives there, as no span has two.
 */
import {
  ATTRIBUTE_BOOL,
  ATTRIBUTE_BYTES,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_EMPTY,
  ATTRIBUTE_INT,
  type AttributeType,
  doubleOf,
  intOf,
} from '#shared/spans/attribute-value.ts'
import type { Attributes } from '#shared/spans/attributes.ts'
import { foldedText } from '#shared/spans/folded-text.ts'
import { idWords, parseSpanId } from '#shared/spans/ids.ts'
import { rangeStart, SPAN_KINDS, type SpanTable, STATUS_CODES } from '#shared/spans/span-table.ts'
import { type FindTerm, parseFindTerms } from './find-terms.ts'
import { BREATH, finishWork, type SlicedWork } from './sliced-work.ts'
import type { Trace } from './trace.ts'

/** What is searched: a trace, or any table with its rows and their times. */
export interface FoundIn extends Pick<Trace, 'table' | 'row' | 'start' | 'end' | 'size'> {
  /** 1 by span: on the critical path. Without it no span is. */
  readonly critical?: Uint8Array
}

/** More terms than this are not looked for: each costs a pass. */
const MOST_FOUND = 32

/** Indices of the spans that match, ascending; none for a text without terms. One pass over the columns a term. */
export function findSpans(trace: FoundIn, text: string): Uint32Array {
  return finishWork(findWork(trace, text))
}

/** The same with breaths. */
export function* findWork(trace: FoundIn, text: string): SlicedWork<Uint32Array> {
  const terms = parseFindTerms(text).slice(0, MOST_FOUND)
  const found = new Uint32Array(trace.size)
  if (terms.length === 0) return found.subarray(0, 0)
  const hits = new Uint8Array(trace.table.rowCount)
  for (const term of terms) {
    const { kind } = term
    yield* markTerm(
      trace,
      kind === 'pair' || kind === 'not' ? { kind, key: term.key, values: new Set([term.value]) } : term,
      hits,
    )
  }
  yield
  let count = 0
  for (let i = 0; i < trace.size; i++) if (hits[trace.row[i]] === 1) found[count++] = i
  return found.subarray(0, count)
}

/** 1 for each span that matches every term of every text, by span; undefined when there is no term. */
export function filterSpans(trace: FoundIn, texts: readonly string[]): Uint8Array | undefined {
  return finishWork(filterWork(trace, texts))
}

/** The same with breaths. */
export function* filterWork(trace: FoundIn, texts: readonly string[]): SlicedWork<Uint8Array | undefined> {
  const tests = filterTests(texts)
  if (tests.length === 0) return undefined
  const matches = new Uint8Array(trace.size).fill(1)
  for (const test of tests) {
    const hits = new Uint8Array(trace.table.rowCount)
    yield* markTerm(trace, test, hits)
    yield
    for (let i = 0; i < trace.size; i++) if (hits[trace.row[i]] === 0) matches[i] = 0
  }
  return matches
}

/** The terms of all texts; of each text those with one key in one, so that many values cost one pass. */
function filterTests(texts: readonly string[]): FilterTerm[] {
  const tests: FilterTerm[] = []
  for (const text of texts) {
    const sets = new Map<string, Set<string>>()
    for (const term of parseFindTerms(text)) {
      if (term.kind === 'text' || term.kind === 'compare') {
        tests.push(term)
        continue
      }
      const id = `${term.kind} ${term.key}`
      const known = sets.get(id)
      if (known !== undefined) known.add(term.value)
      else {
        const values = new Set([term.value])
        sets.set(id, values)
        tests.push({ kind: term.kind, key: term.key, values })
      }
    }
  }
  return tests
}

type FilterTerm =
  | Extract<FindTerm, { kind: 'text' | 'compare' }>
  | { readonly kind: 'pair' | 'not'; readonly key: string; readonly values: ReadonlySet<string> }

function* markTerm(trace: FoundIn, term: FilterTerm, hits: Uint8Array): SlicedWork<void> {
  if (term.kind === 'text') yield* markText(trace, term.text, hits)
  else if (term.kind === 'pair') yield* markPair(trace, term, hits)
  else if (term.kind === 'compare') yield* markComparison(trace, term, hits)
  else {
    const others = new Uint8Array(hits.length)
    yield* markPair(trace, term, others)
    for (let row = 0; row < hits.length; row++) if (others[row] === 0) hits[row] = 1
  }
}

function* markComparison(trace: FoundIn, term: FindTerm & { kind: 'compare' }, hits: Uint8Array): SlicedWork<void> {
  const { table, row, start, end, size } = trace
  const { key, operator, value } = term
  const holds = (seen: number): boolean =>
    operator === '>'
      ? seen > value
      : operator === '>='
        ? seen >= value
        : operator === '<'
          ? seen < value
          : seen <= value
  if (key === 'duration') {
    for (let i = 0; i < size; i++) if (holds(end[i] - start[i])) hits[row[i]] = 1
    return
  }
  const test: ValueTest = (type, low, high) => {
    if (type === ATTRIBUTE_INT) return holds(Number(intOf(low, high)))
    return type === ATTRIBUTE_DOUBLE && holds(doubleOf(low, high))
  }
  yield* markAttributes(
    trace,
    hits,
    undefined,
    test,
    dictionaryTest(table, text => text === key),
  )
}

type ValueTest = (type: AttributeType, low: number, high: number) => boolean

/** Tests dictionary entries once each. */
function onceEach(table: SpanTable, test: (id: number) => boolean): (id: number) => boolean {
  /** 0 not asked, 1 no, 2 yes. */
  const known = new Uint8Array(table.dictionary.size)
  return id => {
    if (known[id] === 0) known[id] = test(id) ? 2 : 1
    return known[id] === 2
  }
}

/** Whether an entry's text is one of those, in lower case. */
function dictionaryTest(table: SpanTable, matches: (text: string) => boolean): (id: number) => boolean {
  return onceEach(table, id => matches(table.dictionary.text(id).toLowerCase()))
}

function* markText(trace: FoundIn, term: string, hits: Uint8Array): SlicedWork<void> {
  const { table } = trace
  const wanted = foldedText(term)
  const entry = onceEach(table, id => table.dictionary.holds(id, wanted))
  yield* markColumns(trace, hits, entry, entry)
  markSpanId(trace, term, hits)
  // A number is written out only when the term can stand in one: 100,000 numbers as text cost more than all the rest.
  const numeric = /^[-+.0-9einfaty]+$/u.test(term)
  const boolean = ['true'.includes(term), 'false'.includes(term)]
  const test: ValueTest = (type, low, high) => {
    switch (type) {
      case ATTRIBUTE_INT:
      case ATTRIBUTE_DOUBLE:
        return numeric && numberText(type, low, high).includes(term)
      case ATTRIBUTE_BOOL:
        return boolean[low === 0 ? 1 : 0]
      case ATTRIBUTE_EMPTY:
      case ATTRIBUTE_BYTES:
        return false
      default:
        return entry(low)
    }
  }
  yield* markAttributes(trace, hits, entry, test)
}

function* markPair(
  trace: FoundIn,
  { key, values }: { readonly key: string; readonly values: ReadonlySet<string> },
  hits: Uint8Array,
): SlicedWork<void> {
  const { table } = trace
  const entry = dictionaryTest(table, text => values.has(text))
  if (key === 'critical') yield* markCritical(trace, values, hits)
  if (key === 'name') yield* markColumns(trace, hits, entry, undefined)
  if (key === 'service' || key === 'service.name') yield* markColumns(trace, hits, undefined, entry, values.has(''))
  if (key === 'kind' || key === 'status') {
    const column = key === 'kind' ? table.kind : table.status
    const wanted = (key === 'kind' ? SPAN_KINDS : STATUS_CODES).map(word => values.has(word))
    for (let row = 0; row < table.rowCount; row++) if (wanted[column[row]]) hits[row] = 1
  }
  const test: ValueTest = (type, low, high) => {
    switch (type) {
      case ATTRIBUTE_INT:
      case ATTRIBUTE_DOUBLE:
        return values.has(numberText(type, low, high))
      case ATTRIBUTE_BOOL:
        return values.has(low === 0 ? 'false' : 'true')
      case ATTRIBUTE_EMPTY:
      case ATTRIBUTE_BYTES:
        return false
      default:
        return entry(low)
    }
  }
  const keys = dictionaryTest(table, text => text === key)
  yield* markAttributes(trace, hits, undefined, test, keys)
}

function* markCritical(
  { row, size, critical }: FoundIn,
  values: ReadonlySet<string>,
  hits: Uint8Array,
): SlicedWork<void> {
  yield
  for (let i = 0; i < size; i++) if (values.has(critical?.[i] === 1 ? 'true' : 'false')) hits[row[i]] = 1
}

function numberText(type: AttributeType, low: number, high: number): string {
  if (type === ATTRIBUTE_DOUBLE) return String(doubleOf(low, high)).toLowerCase()
  if (high === 0) return String(low)
  if (high === 0xffffffff && low >= 0x80000000) return String(low | 0)
  return String(intOf(low, high))
}

function* markColumns(
  { table, row, size }: FoundIn,
  hits: Uint8Array,
  name: ((id: number) => boolean) | undefined,
  serviceName: ((id: number) => boolean) | undefined,
  /** Whether spans match whose resource names no service. */
  unnamed = false,
): SlicedWork<void> {
  if (name !== undefined) {
    for (let r = 0; r < table.rowCount; r++) {
      if ((r & BREATH) === BREATH) yield
      if (name(table.name[r]) || (table.statusMessage[r] !== 0 && name(table.statusMessage[r]))) hits[r] = 1
    }
  }
  if (serviceName === undefined) return
  const named = new Set<number>()
  for (let resource = 0; resource < table.resourceCount; resource++) {
    const id = table.resourceService[resource]
    if (id === 0xffffffff ? unnamed : serviceName(id)) named.add(resource)
  }
  if (named.size === 0) return
  for (let i = 0; i < size; i++) if (named.has(table.resource[row[i]])) hits[row[i]] = 1
}

function markSpanId({ table }: FoundIn, term: string, hits: Uint8Array): void {
  if (term.length !== 16) return
  const id = parseSpanId(term)
  if (id === undefined) return
  const [low, high] = idWords(id)
  for (let row = 0; row < table.rowCount; row++) {
    if (table.spanId[row * 2] === low && table.spanId[row * 2 + 1] === high) hits[row] = 1
  }
}

/** Marks rows by their own attributes and those of their resource, events and links. `keys`: only under such keys. */
function* markAttributes(
  { table }: FoundIn,
  hits: Uint8Array,
  keyMatches: ((id: number) => boolean) | undefined,
  value: ValueTest,
  keys?: (id: number) => boolean,
): SlicedWork<void> {
  // A breath after each key: one is some columns of this table, and its values are told in one go.
  const mark = function* (attributes: Attributes, hit: (owner: number) => void): SlicedWork<void> {
    const seen = new Set<number>()
    for (const { key } of attributes.keys()) {
      if (seen.has(key) || keys?.(key) === false) continue
      seen.add(key)
      yield
      const all = keyMatches?.(key) === true
      attributes.forKey(key, (owner, type, low, high) => {
        if (all || value(type, low, high)) hit(owner)
      })
    }
  }
  yield* mark(table.attributes, row => {
    hits[row] = 1
  })
  const resources = new Uint8Array(table.resourceCount)
  yield* mark(table.resourceAttributes, resource => {
    resources[resource] = 1
  })
  if (resources.includes(1)) {
    for (let row = 0; row < table.rowCount; row++) if (resources[table.resource[row]] === 1) hits[row] = 1
  }
  const events = eventCount(table)
  const ofEvents = new Uint8Array(events)
  if (keys === undefined && keyMatches !== undefined) {
    for (let event = 0; event < events; event++) if (keyMatches(table.eventName[event])) ofEvents[event] = 1
  }
  yield* mark(table.eventAttributes, event => {
    ofEvents[event] = 1
  })
  const ofLinks = new Uint8Array(table.rowCount === 0 ? 0 : (table.linkEnd[table.rowCount - 1] ?? 0))
  yield* mark(table.linkAttributes, link => {
    ofLinks[link] = 1
  })
  yield
  markOwners(table.eventEnd, table.rowCount, ofEvents, hits)
  yield
  markOwners(table.linkEnd, table.rowCount, ofLinks, hits)
}

function eventCount(table: SpanTable): number {
  return table.rowCount === 0 ? 0 : (table.eventEnd[table.rowCount - 1] ?? 0)
}

function markOwners(end: Uint32Array, rows: number, entries: Uint8Array, hits: Uint8Array): void {
  if (!entries.includes(1)) return
  for (let row = 0; row < rows; row++) {
    for (let i = rangeStart(end, row); i < end[row]; i++) if (entries[i] === 1) hits[row] = 1
  }
}
