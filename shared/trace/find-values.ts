/**
 * Marks the rows of a table by the values of their attributes, for find.ts. Texts, arrays and maps are entries of the dictionary, and
 * each of those is tested once; the columns of a decoded table (attribute-columns.ts) are gone through as they are, which is most of
 * what a find costs.
 */
import { ATTRIBUTE_BYTES, type AttributeType, isDictionaryType } from '#shared/spans/attribute-value.ts'
import type { Attributes } from '#shared/spans/attributes.ts'
import { type AttributeColumn, AttributeColumns } from '#shared/spans/binary/attribute-columns.ts'
import { rangeStart, type SpanTable } from '#shared/spans/span-table.ts'
import type { SlicedWork } from './sliced-work.ts'

/** Of values that are no entries. */
export type ValueTest = (type: AttributeType, low: number, high: number) => boolean

/** Tests dictionary entries once each, those that are asked for. */
export class EntryTest {
  readonly #test: (id: number) => boolean
  /** 0 not asked, 1 no, 2 yes. */
  readonly #known: Uint8Array

  constructor({ dictionary }: SpanTable, test: (id: number) => boolean) {
    this.#test = test
    this.#known = new Uint8Array(dictionary.size)
  }

  holds(id: number): boolean {
    const known = this.#known
    if (known[id] === 0) known[id] = this.#test(id) ? 2 : 1
    return known[id] === 2
  }

  /** Marks the owners of the values of a column that hold. */
  mark(ids: Uint32Array | Int32Array, count: number, owners: Uint32Array | undefined, into: Uint8Array): void {
    const known = this.#known
    for (let i = 0; i < count; i++) {
      const id = ids[i]
      if (known[id] === 0) known[id] = this.#test(id) ? 2 : 1
      if (known[id] === 2) into[owners === undefined ? i : owners[i]] = 1
    }
  }
}

/** Of up to so many spans the values of one key take no longer than a frame: they are tested when they are asked for, which is quicker. */
const FEW_SPANS = 100_000
/** So are those of a trace that is one of many in its table. */
const MOST_ENTRIES_A_SPAN = 16
/** A test takes longer than other steps: it reads the text. */
const ENTRIES_BREATH = 1023

/** A test of values: those of one key, each another, would be tested in one go. With breaths, before any is asked for. */
export function* eachValue(
  { table, size }: { readonly table: SpanTable; readonly size: number },
  test: (id: number) => boolean,
): SlicedWork<EntryTest> {
  const entries = new EntryTest(table, test)
  if (size <= FEW_SPANS || table.dictionary.size > size * MOST_ENTRIES_A_SPAN) return entries
  for (let id = 0; id < table.dictionary.size; id++) {
    if ((id & ENTRIES_BREATH) === ENTRIES_BREATH) yield
    entries.holds(id)
  }
  return entries
}

export interface AttributeTests {
  /** Of texts, arrays and maps; undefined: none of them does. */
  readonly entries: EntryTest | undefined
  /** Of numbers and booleans. */
  readonly other: ValueTest
  /** Only values under such keys. */
  readonly keys?: (id: number) => boolean
  /** Keys that do by themselves, whatever their value. */
  readonly keyMatches?: EntryTest
  /** Other types need not be tested; default: all may do. */
  readonly mayMatch?: (type: AttributeType) => boolean
}

/** Marks rows by their own attributes and those of their resource, events and links, and, with `keyMatches`, by names of events. */
export function* markAttributes(table: SpanTable, hits: Uint8Array, tests: AttributeTests): SlicedWork<void> {
  yield* markOf(table.attributes, tests, hits)
  const resources = new Uint8Array(table.resourceCount)
  yield* markOf(table.resourceAttributes, tests, resources)
  if (resources.includes(1)) {
    for (let row = 0; row < table.rowCount; row++) if (resources[table.resource[row]] === 1) hits[row] = 1
  }
  const last = table.rowCount - 1
  const ofEvents = new Uint8Array(last < 0 ? 0 : (table.eventEnd[last] ?? 0))
  const { keyMatches } = tests
  if (keyMatches !== undefined) {
    for (let event = 0; event < ofEvents.length; event++) {
      if (keyMatches.holds(table.eventName[event])) ofEvents[event] = 1
    }
  }
  yield* markOf(table.eventAttributes, tests, ofEvents)
  const ofLinks = new Uint8Array(last < 0 ? 0 : (table.linkEnd[last] ?? 0))
  yield* markOf(table.linkAttributes, tests, ofLinks)
  yield
  markOwners(table.eventEnd, table.rowCount, ofEvents, hits)
  yield
  markOwners(table.linkEnd, table.rowCount, ofLinks, hits)
}

/** A breath after each column: its values are gone through in one go. */
function* markOf(attributes: Attributes, tests: AttributeTests, into: Uint8Array): SlicedWork<void> {
  const { keys, keyMatches, mayMatch } = tests
  if (attributes instanceof AttributeColumns) {
    for (const column of attributes.columns) {
      if (keys?.(column.key) === false) continue
      const all = keyMatches?.holds(column.key) === true
      if (!all && mayMatch?.(column.type) === false) continue
      yield
      if (all) markAll(column, into)
      else if (!isEntry(column.type)) markOthers(attributes, column, tests.other, into)
      else if (column.narrow !== undefined) tests.entries?.mark(column.narrow, column.count, column.owners, into)
    }
    return
  }
  const seen = new Set<number>()
  for (const { key, type: first } of attributes.keys()) {
    if (seen.has(key) || keys?.(key) === false) continue
    const all = keyMatches?.holds(key) === true
    if (!all && mayMatch?.(first) === false) continue
    seen.add(key)
    yield
    attributes.forKey(key, (owner, type, low, high) => {
      if (all || (isEntry(type) ? tests.entries?.holds(low) === true : tests.other(type, low, high))) into[owner] = 1
    })
  }
}

/** Bytes are entries too, but no text. */
function isEntry(type: AttributeType): boolean {
  return isDictionaryType(type) && type !== ATTRIBUTE_BYTES
}

function markAll({ count, owners }: AttributeColumn, into: Uint8Array): void {
  for (let i = 0; i < count; i++) into[owners === undefined ? i : owners[i]] = 1
}

function markOthers(attributes: AttributeColumns, column: AttributeColumn, test: ValueTest, into: Uint8Array): void {
  attributes.forColumn(column, (owner, type, low, high) => {
    if (test(type, low, high)) into[owner] = 1
  })
}

function markOwners(end: Uint32Array, rows: number, entries: Uint8Array, hits: Uint8Array): void {
  if (!entries.includes(1)) return
  for (let row = 0; row < rows; row++) {
    for (let i = rangeStart(end, row); i < end[row]; i++) if (entries[i] === 1) hits[row] = 1
  }
}
