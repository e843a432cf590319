/**
 * Finding spans in a trace by what a person types. As Jaeger's find box, any term matches: a word or phrase anywhere in the
 * name, service, status message, a key or a value of the span, its resource, its events or links; a whole span id; or
 * `key=value` with both whole, or a comparison. Upper and lower case are one. `name`, `service`, `kind`, `status` and, for
 * comparisons, `duration` serve as keys too; `critical` is `true` for what the caller waited for. Beside others `-key` leaves attributes out
 * whose key has that in it, as in Jaeger's box; in quotes and alone it is a word. A filter takes the same terms, `-key` as a word, but all of them must match; several values of one key are alternatives there, as no span has two.
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
import { foldedText } from '#shared/spans/folded-text.ts'
import { idWords, parseSpanId } from '#shared/spans/ids.ts'
import { SPAN_KINDS, type SpanTable, STATUS_CODES } from '#shared/spans/span-table.ts'
import { type FindTerm, parseFindTerms } from './find-terms.ts'
import { eachValue, EntryTest, markAttributes, type ValueTest } from './find-values.ts'
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
  const typed = parseFindTerms(text).slice(0, MOST_FOUND)
  if (typed.length === 0) return new Uint32Array(0)
  const looked = typed.filter(term => term.kind !== 'text' || term.skippedKey === undefined)
  const terms = looked.length === 0 ? typed : looked
  const skipped =
    looked.length === 0 ? [] : typed.flatMap(term => (term.kind === 'text' ? (term.skippedKey ?? []) : []))
  const hits = new Uint8Array(trace.table.rowCount)
  for (const term of terms) {
    const { kind } = term
    yield* markTerm(
      trace,
      kind === 'pair' || kind === 'not' ? { kind, key: term.key, values: new Set([term.value]) } : term,
      hits,
      skipped,
    )
  }
  yield
  let count = 0
  for (let row = 0; row < hits.length; row++) count += hits[row]
  const found = new Uint32Array(count)
  let next = 0
  for (let i = 0; i < trace.size; i++) if (hits[trace.row[i]] === 1) found[next++] = i
  return next === count ? found : found.subarray(0, next)
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

/** `skipped`: attributes whose key has one of those in it have no say in texts. */
function* markTerm(
  trace: FoundIn,
  term: FilterTerm,
  hits: Uint8Array,
  skipped: readonly string[] = [],
): SlicedWork<void> {
  if (term.kind === 'text') yield* markText(trace, term.text, hits, skipped)
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
  const other: ValueTest = (type, low, high) => {
    if (type === ATTRIBUTE_INT) return holds(Number(intOf(low, high)))
    return type === ATTRIBUTE_DOUBLE && holds(doubleOf(low, high))
  }
  yield* markAttributes(table, hits, { entries: undefined, other, keys: keyTest(table, key) })
}

/** Of more texts than this each entry is looked up among them. */
const FEW_TEXTS = 4

/** Whether an entry's text is one of those, which are in lower case. */
function isOneOf(table: SpanTable, texts: ReadonlySet<string>): (id: number) => boolean {
  const { dictionary } = table
  if (texts.size > FEW_TEXTS) return id => texts.has(dictionary.text(id).toLowerCase())
  const wanted = [...texts].map(foldedText)
  return id => wanted.some(one => dictionary.is(id, one))
}

function* markText(trace: FoundIn, term: string, hits: Uint8Array, skipped: readonly string[]): SlicedWork<void> {
  const { table } = trace
  const wanted = foldedText(term)
  const entries = yield* eachValue(trace, id => table.dictionary.holds(id, wanted))
  yield* markColumns(trace, hits, entries, entries)
  markSpanId(trace, term, hits)
  // A number is written out only when the term can stand in one: 100,000 numbers as text cost more than all the rest.
  const numeric = /^[-+.0-9einfaty]+$/u.test(term)
  const boolean = ['true'.includes(term), 'false'.includes(term)]
  const other: ValueTest = (type, low, high) => {
    if (type === ATTRIBUTE_BOOL) return boolean[low === 0 ? 1 : 0]
    return isNumber(type) && numeric && numberText(type, low, high).includes(term)
  }
  const mayMatch = (type: AttributeType): boolean => {
    if (isNumber(type)) return numeric
    if (type === ATTRIBUTE_BOOL) return boolean.includes(true)
    return type !== ATTRIBUTE_EMPTY && type !== ATTRIBUTE_BYTES
  }
  const left = skipped.map(foldedText)
  const keys = left.length === 0 ? undefined : (id: number) => !left.some(one => table.dictionary.holds(id, one))
  yield* markAttributes(table, hits, { entries, other, keyMatches: entries, mayMatch, keys })
}

function* markPair(
  trace: FoundIn,
  { key, values }: { readonly key: string; readonly values: ReadonlySet<string> },
  hits: Uint8Array,
): SlicedWork<void> {
  const { table } = trace
  // Of one key's values only: most keys have few.
  const entries = new EntryTest(table, isOneOf(table, values))
  if (key === 'critical') yield* markCritical(trace, values, hits)
  if (key === 'name') yield* markColumns(trace, hits, entries, undefined)
  if (key === 'service' || key === 'service.name') yield* markColumns(trace, hits, undefined, entries, values.has(''))
  if (key === 'kind' || key === 'status') {
    const column = key === 'kind' ? table.kind : table.status
    const wanted = (key === 'kind' ? SPAN_KINDS : STATUS_CODES).map(word => values.has(word))
    for (let row = 0; row < table.rowCount; row++) if (wanted[column[row]]) hits[row] = 1
  }
  const other: ValueTest = (type, low, high) => {
    if (type === ATTRIBUTE_BOOL) return values.has(low === 0 ? 'false' : 'true')
    return isNumber(type) && values.has(numberText(type, low, high))
  }
  yield* markAttributes(table, hits, { entries, other, keys: keyTest(table, key) })
}

/** Keys are asked for once a use: those of one key may come in two cases. */
function keyTest(table: SpanTable, key: string): (id: number) => boolean {
  return isOneOf(table, new Set([key]))
}

function isNumber(type: AttributeType): boolean {
  return type === ATTRIBUTE_INT || type === ATTRIBUTE_DOUBLE
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
  name: EntryTest | undefined,
  serviceName: EntryTest | undefined,
  /** Whether spans match whose resource names no service. */
  unnamed = false,
): SlicedWork<void> {
  if (name !== undefined) {
    for (let r = 0; r < table.rowCount; r++) {
      if ((r & BREATH) === BREATH) yield
      if (name.holds(table.name[r]) || (table.statusMessage[r] !== 0 && name.holds(table.statusMessage[r]))) hits[r] = 1
    }
  }
  if (serviceName === undefined) return
  const named = new Set<number>()
  for (let resource = 0; resource < table.resourceCount; resource++) {
    const id = table.resourceService[resource]
    if (id === 0xffffffff ? unnamed : serviceName.holds(id)) named.add(resource)
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
