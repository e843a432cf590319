/** Span table -> binary form (sections.ts). Reads any table; entries that no row refers to are left out. */
import { ATTRIBUTE_EMPTY, type AttributeType } from '#shared/spans/attribute-value.ts'
import type { Attributes } from '#shared/spans/attributes.ts'
import { NO_SERVICE } from '#shared/spans/columns.ts'
import type { Numbers, SpanTable } from '#shared/spans/span-table.ts'
import { AttributeColumnWriter } from './attribute-columns.ts'
import { crc32 } from './crc32.ts'
import {
  ATTRIBUTE_SECTIONS,
  COLUMN_SECTIONS,
  type ColumnSection,
  encodeSection,
  KIND_CONTENTS,
  KIND_DICTIONARY,
  KIND_END,
  KIND_ONE_TRACE_ID,
  OWNERS,
  type OwnerCounts,
  requireLittleEndian,
  SECTION_GROUPS,
  type SectionColumn,
  type SectionGroup,
  streamHeader,
} from './sections.ts'
import { FORM_LISTED } from './segmented-dictionary.ts'

export interface EncodeOptions {
  /** Default `all`. `rest` is everything but `core`. */
  readonly sections?: 'all' | 'core' | 'rest' | readonly SectionGroup[]
  /** Only these span attributes (the group `attributes` then does not count as sent whole). Default: all. */
  readonly keys?: readonly string[]
}

/**
 * One stream, in parts that each hold whole sections (so they can be sent, and decoded, one by one). The parts belong to
 * the caller. Two calls for the same rows in the same order give streams that fit together (`withSections`).
 */
export function encodeSpanTable(table: SpanTable, options: EncodeOptions = {}): Uint8Array<ArrayBuffer>[] {
  return [...encodeSpanTablePieces(table, options)].filter(piece => piece.length > 0)
}

/** The same, made as it is taken: an empty piece is a pause, some milliseconds of work after the last. */
export function* encodeSpanTablePieces(
  table: SpanTable,
  options: EncodeOptions = {},
): Generator<Uint8Array<ArrayBuffer>, void> {
  requireLittleEndian()
  const groups = new Set<SectionGroup>(groupsOf(options.sections ?? 'all'))
  const numbered = yield* numberTable(table, groups.size > 1 || !groups.has('core'))
  const counts = numbered.counts
  const wanted = options.keys === undefined ? undefined : new Set(options.keys)
  const used = new Uint8Array(numbered.order.length)
  const markUsed = (id: number): void => {
    used[id] = 1
  }
  const sections: Uint8Array<ArrayBuffer>[] = []
  for (const spec of COLUMN_SECTIONS) {
    if (!groups.has(spec.group)) continue
    if (spec.column === 'traceId' && oneTraceId(table)) {
      const head = { kind: KIND_ONE_TRACE_ID, valueType: 0, form: 0, first: 0, count: counts.rows, key: 0 }
      sections.push(encodeSection(head, [table.traceId.subarray(0, 4)]))
      continue
    }
    const values = columnValues(table, numbered, spec)
    if (!spec.required && values.every((value: number) => value === 0)) continue
    if (spec.refers === 'dictionary') values.forEach(markUsed)
    const head = { kind: spec.kind, valueType: 0, form: 0, first: 0, count: counts[spec.owner], key: 0 }
    if (counts[spec.owner] > 0) sections.push(encodeSection(head, [values]))
    yield PAUSE
  }
  for (const { kind, owner, group } of ATTRIBUTE_SECTIONS) {
    if (!groups.has(group)) continue
    for (const column of numbered.columns[owner]) {
      if (owner === 'rows' && wanted?.has(table.dictionary.text(numbered.order[column.key])) === false) continue
      const { form, pieces } = column.finish(counts[owner])
      markUsed(column.key)
      column.forValues(markUsed)
      const head = { kind, valueType: column.type, form, first: 0, count: column.count, key: column.key }
      sections.push(encodeSection(head, pieces))
      yield PAUSE
    }
  }
  const whole = SECTION_GROUPS.reduce(
    (bits, group, i) =>
      groups.has(group) && !(group === 'attributes' && wanted !== undefined) ? bits | (1 << i) : bits,
    0,
  )
  const contents = Uint32Array.of(fingerprint(table), whole, ...OWNERS.map(owner => counts[owner]), 0)
  yield PAUSE
  const before = [
    encodeSection({ kind: KIND_CONTENTS, valueType: 0, form: 0, first: 0, count: 1, key: 0 }, [contents]),
    ...dictionarySections(table, numbered, groups.has('core'), used),
  ]
  const end = { kind: KIND_END, valueType: 0, form: 0, first: 0, count: before.length + sections.length, key: 0 }
  yield streamHeader()
  yield* before
  yield* sections
  yield encodeSection(end, [])
}

const PAUSE = new Uint8Array(0)

/** Rows, or owners of attributes, between two pauses. */
const SLICE = 16_384

function groupsOf(sections: NonNullable<EncodeOptions['sections']>): readonly SectionGroup[] {
  if (sections === 'all') return SECTION_GROUPS
  if (sections === 'core') return ['core']
  if (sections === 'rest') return SECTION_GROUPS.filter(group => group !== 'core')
  return sections
}

/** What says that two streams speak of the same rows in the same order. */
function fingerprint(table: SpanTable): number {
  let c = 0
  for (const column of [table.spanId, table.startTime, table.endTime]) {
    c = crc32(new Uint8Array(column.buffer, column.byteOffset, table.rowCount * 8), c)
  }
  return c
}

function oneTraceId({ traceId, rowCount }: SpanTable): boolean {
  if (rowCount < 2) return false
  for (let i = 4; i < rowCount * 4; i++) if (traceId[i] !== traceId[i & 3]) return false
  return true
}

/** A table with its ids numbered by first use. */
interface NumberedTable {
  readonly counts: Readonly<OwnerCounts>
  /** Source id -> number. */
  readonly numberOf: (id: number) => number
  /** Number -> source id. */
  readonly order: readonly number[]
  /** Numbers below belong to the core. */
  readonly coreEnd: number
  /** Source indices of resources and scopes by their number, and the other way. */
  readonly resources: Renumbered
  readonly scopes: Renumbered
  readonly columns: { readonly [O in keyof OwnerCounts]: readonly AttributeColumnWriter[] }
}

interface Renumbered {
  readonly order: readonly number[]
  readonly numberOf: ReadonlyMap<number, number>
}

/** Above this many dictionary entries ids are numbered in a map instead of an array of all of them. */
const MOST_ARRAY_IDS = 1 << 24

function* numberTable(table: SpanTable, rest: boolean): Generator<Uint8Array<ArrayBuffer>, NumberedTable> {
  const { rowCount, dictionary } = table
  const order = [0]
  const array = dictionary.size <= MOST_ARRAY_IDS ? new Uint32Array(dictionary.size) : undefined
  const map = new Map<number, number>()
  const numberOf = (id: number): number => {
    if (id === 0) return 0
    const known = array === undefined ? map.get(id) : array[id]
    if (known !== undefined && known !== 0) return known
    const number = order.push(id) - 1
    if (array === undefined || id >= array.length) map.set(id, number)
    else array[id] = number
    return number
  }
  const events = rowCount === 0 ? 0 : table.eventEnd[rowCount - 1]
  const links = rowCount === 0 ? 0 : table.linkEnd[rowCount - 1]
  const resources = renumber(table.resource, rowCount)
  const scopes = renumber(table.scope, rowCount)
  for (let row = 0; row < rowCount; row++) numberOf(table.name[row])
  for (const i of resources.order) {
    if (i >= table.resourceCount) continue
    if (table.resourceService[i] !== NO_SERVICE) numberOf(table.resourceService[i])
    numberOf(table.resourceSchemaUrl[i])
  }
  for (const i of scopes.order) {
    if (i >= table.scopeCount) continue
    for (const column of [table.scopeName, table.scopeVersion, table.scopeSchemaUrl]) numberOf(column[i])
  }
  const known = (renumbered: Renumbered, count: number) => renumbered.order.map(i => (i < count ? i : -1))
  const collect = (attributes: Attributes, owners: readonly number[] | number) =>
    collectColumns(attributes, owners, numberOf)
  const ofResources = yield* collect(table.resourceAttributes, known(resources, table.resourceCount))
  const ofScopes = yield* collect(table.scopeAttributes, known(scopes, table.scopeCount))
  const coreEnd = order.length
  if (rest) {
    for (const column of [table.statusMessage, table.traceState]) {
      for (let row = 0; row < rowCount; row++) numberOf(column[row])
    }
  }
  const ofRows = rest ? yield* collect(table.attributes, rowCount) : []
  if (rest) for (let i = 0; i < events; i++) numberOf(table.eventName[i])
  const ofEvents = rest ? yield* collect(table.eventAttributes, events) : []
  if (rest) for (let i = 0; i < links; i++) numberOf(table.linkTraceState[i])
  const ofLinks = rest ? yield* collect(table.linkAttributes, links) : []
  return {
    counts: { rows: rowCount, events, links, resources: resources.order.length, scopes: scopes.order.length },
    numberOf,
    order,
    coreEnd,
    resources,
    scopes,
    columns: { rows: ofRows, events: ofEvents, links: ofLinks, resources: ofResources, scopes: ofScopes },
  }
}

function renumber(column: Numbers, rowCount: number): Renumbered {
  const numberOf = new Map<number, number>()
  for (let row = 0, last = -1; row < rowCount; row++) {
    const index = column[row]
    if (index === last) continue
    last = index
    if (!numberOf.has(index)) numberOf.set(index, numberOf.size)
  }
  return { order: [...numberOf.keys()], numberOf }
}

/** Owner i of the result is source owner `owners[i]` (−1: one without attributes), or i up to a count. */
function* collectColumns(
  attributes: Attributes,
  owners: readonly number[] | number,
  numberOf: (id: number) => number,
): Generator<Uint8Array<ArrayBuffer>, AttributeColumnWriter[]> {
  const columns: AttributeColumnWriter[] = []
  const byKey = new Map<number, AttributeColumnWriter>()
  const count = typeof owners === 'number' ? owners : owners.length
  let owner = 0
  let position = 0
  const visit = (key: number, type: AttributeType, low: number, high: number): void => {
    let column = byKey.get(key * 8 + type)
    if (column === undefined) {
      column = new AttributeColumnWriter(key, type)
      byKey.set(key * 8 + type, column)
      columns.push(column)
    }
    if (type === ATTRIBUTE_EMPTY) column.add(owner, position++, 0, 0)
    else column.add(owner, position++, low, high)
  }
  for (owner = 0; owner < count; owner++) {
    const source = typeof owners === 'number' ? owner : owners[owner]
    position = 0
    if (source >= 0) attributes.forOwner(source, visit)
    if (owner % SLICE === SLICE - 1) yield PAUSE
  }
  for (const column of columns) {
    column.renumber(numberOf)
    yield PAUSE
  }
  return columns
}

function columnValues(
  table: SpanTable,
  numbered: NumberedTable,
  { column, owner, element, width, refers }: ColumnSection & { readonly column: SectionColumn },
): Uint8Array | Uint32Array {
  const source = table[column]
  const count = numbered.counts[owner]
  if (owner === 'resources' || owner === 'scopes') {
    const { order } = numbered[owner]
    const known = owner === 'resources' ? table.resourceCount : table.scopeCount
    return Uint32Array.from(order, i => {
      if (i >= known) return refers === 'service' ? NO_SERVICE : 0
      if (refers === 'service') return source[i] === NO_SERVICE ? NO_SERVICE : numbered.numberOf(source[i])
      return refers === 'dictionary' ? numbered.numberOf(source[i]) : source[i]
    })
  }
  const values = source.subarray(0, count * width)
  const isAsSent = element === 'u8' || refers === undefined || refers.startsWith('end:')
  // Only what refers to something may be in narrower numbers, and that is renumbered.
  if (isAsSent && !(values instanceof Uint16Array)) return values
  const mapped = new Uint32Array(count)
  if (refers === 'resources' || refers === 'scopes') {
    const { numberOf } = numbered[refers]
    for (let i = 0; i < count; i++) mapped[i] = numberOf.get(values[i]) ?? 0
  } else for (let i = 0; i < count; i++) mapped[i] = numbered.numberOf(values[i])
  return mapped
}

function dictionarySections(
  table: SpanTable,
  numbered: NumberedTable,
  core: boolean,
  used: Uint8Array,
): Uint8Array<ArrayBuffer>[] {
  const { order, coreEnd } = numbered
  const sections: Uint8Array<ArrayBuffer>[] = []
  const write = (form: number, ids: readonly number[]): void => {
    const texts = ids.map(number => table.dictionary.bytes(order[number]))
    const offsets = new Uint32Array(ids.length + 1)
    texts.forEach((text, i) => (offsets[i + 1] = offsets[i] + text.length))
    const first = form === FORM_LISTED ? 0 : ids[0]
    const head = { kind: KIND_DICTIONARY, valueType: 0, form, first, count: ids.length, key: 0 }
    sections.push(encodeSection(head, [...(form === FORM_LISTED ? [Uint32Array.from(ids)] : []), offsets, ...texts]))
  }
  if (core)
    write(
      0,
      Array.from({ length: coreEnd }, (_, i) => i),
    )
  const rest: number[] = []
  for (let number = coreEnd; number < order.length; number++) if (used[number] === 1) rest.push(number)
  if (rest.length > 0) write(rest.length === order.length - coreEnd ? 0 : FORM_LISTED, rest)
  return sections
}
