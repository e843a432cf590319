/**
 * Binary form (sections.ts) -> span table. Numbers are views on the received bytes: nothing is copied but what is all
 * zero or one trace id for all. Everything that code later uses as an index is checked here.
 */
import { isDictionaryType } from '#shared/spans/attribute-value.ts'
import { NO_SERVICE } from '#shared/spans/columns.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { type AttributeColumn, AttributeColumns, readAttributeColumn } from './attribute-columns.ts'
import {
  ATTRIBUTE_SECTIONS,
  COLUMN_SECTIONS,
  type ColumnSection,
  KIND_CONTENTS,
  KIND_DICTIONARY,
  KIND_ONE_TRACE_ID,
  type Owner,
  OWNERS,
  type OwnerCounts,
  readSections,
  type ReceivedSection,
  requireLittleEndian,
  SECTION_GROUPS,
  type SectionColumn,
  type SectionGroup,
} from './sections.ts'
import { type DictionarySegment, readDictionarySegment, SegmentedDictionary } from './segmented-dictionary.ts'

/** A received table. What has not come reads as zero, empty or none: ask `sections` before believing it. */
export interface DecodedSpanTable extends SpanTable {
  /** The groups that have come whole. */
  readonly sections: ReadonlySet<SectionGroup>
  readonly attributes: AttributeColumns
  readonly eventAttributes: AttributeColumns
  readonly linkAttributes: AttributeColumns
  readonly resourceAttributes: AttributeColumns
  readonly scopeAttributes: AttributeColumns
  /** Entries in the whole table; their columns may not have come. */
  readonly eventCount: number
  readonly linkCount: number
  /** What the table was put together from: for `withSections`. */
  readonly received: Received
}

/** Sections as checked views, by what they are. */
export interface Received {
  readonly fingerprint: number
  readonly groups: number
  readonly counts: Readonly<OwnerCounts>
  readonly segments: readonly DictionarySegment[]
  readonly columns: ReadonlyMap<SectionColumn, Uint8Array | Uint16Array | Uint32Array>
  readonly attributes: { readonly [O in Owner]: readonly AttributeColumn[] }
}

/**
 * Reads one or more streams of one table; `core` must be among them. Each array holds whole sections. The arrays must not
 * be changed afterwards. DecodeError with the byte offset for anything else than a table; memory stays below a small
 * multiple of the input's size.
 */
export function decodeSpanTable(parts: Uint8Array | readonly Uint8Array[]): DecodedSpanTable {
  const received = receive(undefined, parts instanceof Uint8Array ? [parts] : parts)
  if (received === undefined) throw new DecodeError('no span table: no bytes')
  return assembleSpanTable(received)
}

/**
 * A new table that has what `table` has and what `more` brings; both share their views. DecodeError also when `more` is of other rows
 * (a span arrived between two requests): ask for the whole table again.
 */
export function withSections(table: DecodedSpanTable, more: Uint8Array | readonly Uint8Array[]): DecodedSpanTable {
  return assembleSpanTable(receive(table.received, more instanceof Uint8Array ? [more] : more) ?? table.received)
}

/** Sections while they are put together. */
interface Receiving {
  readonly fingerprint: number
  groups: number
  readonly counts: Readonly<OwnerCounts>
  readonly segments: DictionarySegment[]
  readonly columns: Map<SectionColumn, Uint8Array | Uint16Array | Uint32Array>
  readonly attributes: { readonly [O in Owner]: AttributeColumn[] }
  /** `kind:type:key` of the attribute columns that are there. */
  readonly known: Set<string>
}

const ATTRIBUTES_BY_KIND = new Map(ATTRIBUTE_SECTIONS.map(spec => [spec.kind as number, spec]))
const COLUMN_BY_KIND = new Map(COLUMN_SECTIONS.map(spec => [spec.kind, spec]))

/** More dictionary sections than this are refused: each id is looked for in every one of them. */
const MOST_SEGMENTS = 1024

function receive(before: Received | undefined, parts: readonly Uint8Array[]): Received | undefined {
  requireLittleEndian()
  let result = before === undefined ? undefined : continued(before)
  for (const section of readSections(parts)) {
    if (section.kind === KIND_CONTENTS) result = readContents(section, result)
    else if (result !== undefined) add(result, section)
  }
  return result
}

function continued(before: Received): Receiving {
  const { rows, events, links, resources, scopes } = before.attributes
  const known = new Set<string>()
  for (const { kind, owner } of ATTRIBUTE_SECTIONS) {
    for (const { type, key } of before.attributes[owner]) known.add(`${kind}:${type}:${key}`)
  }
  return {
    ...before,
    segments: [...before.segments],
    columns: new Map(before.columns),
    attributes: {
      rows: [...rows],
      events: [...events],
      links: [...links],
      resources: [...resources],
      scopes: [...scopes],
    },
    known,
  }
}

function readContents({ payload, offset }: ReceivedSection, before: Receiving | undefined): Receiving {
  const words = 3 + OWNERS.length
  if (payload.length !== words * 4) {
    throw new DecodeError(`contents of ${payload.length} bytes; expected ${words * 4}`, '', offset)
  }
  const [fingerprint, groups, ...rest] = new Uint32Array(payload.buffer, payload.byteOffset, words)
  const counts = Object.fromEntries(OWNERS.map((owner, i) => [owner, rest[i]])) as OwnerCounts
  if (before === undefined) {
    return {
      fingerprint,
      groups,
      counts,
      segments: [],
      columns: new Map(),
      attributes: { rows: [], events: [], links: [], resources: [], scopes: [] },
      known: new Set(),
    }
  }
  if (before.fingerprint !== fingerprint || OWNERS.some(owner => before.counts[owner] !== counts[owner])) {
    throw new DecodeError('sections of other rows than those received before', '', offset)
  }
  before.groups |= groups
  return before
}

/** Adds one section; what is there already stays, what is unknown is skipped. */
function add(to: Receiving, section: ReceivedSection): void {
  const { kind, payload, offset } = section
  if (kind === KIND_DICTIONARY) {
    if (to.segments.length >= MOST_SEGMENTS) {
      throw new DecodeError(`more than ${MOST_SEGMENTS} dictionary sections`, 'dictionary', offset)
    }
    to.segments.push(readDictionarySegment(section))
    return
  }
  if (kind === KIND_ONE_TRACE_ID) {
    if (payload.length !== 16) throw new DecodeError(`${payload.length} bytes; expected 16`, 'traceId', offset)
    const id = new Uint32Array(payload.buffer, payload.byteOffset, 4)
    if (!to.columns.has('traceId')) to.columns.set('traceId', id)
    return
  }
  const attributes = ATTRIBUTES_BY_KIND.get(kind)
  if (attributes !== undefined) {
    const column = readAttributeColumn(section, to.counts[attributes.owner])
    const name = `${kind}:${column.type}:${column.key}`
    if (to.known.has(name)) return
    to.known.add(name)
    to.attributes[attributes.owner].push(column)
    return
  }
  const spec = COLUMN_BY_KIND.get(kind)
  if (spec === undefined || to.columns.has(spec.column)) return
  to.columns.set(spec.column, viewColumn(section, spec, to.counts[spec.owner]))
}

function viewColumn(section: ReceivedSection, spec: ColumnSection, owners: number): Uint8Array | Uint32Array {
  const { payload, first, count, offset } = section
  if (first !== 0 || count !== owners) {
    throw new DecodeError(`${spec.owner} ${first} … ${first + count}; expected 0 … ${owners}`, spec.column, offset)
  }
  const bytes = count * spec.width * (spec.element === 'u8' ? 1 : 4)
  if (payload.length !== bytes) throw new DecodeError(`${payload.length} bytes; expected ${bytes}`, spec.column, offset)
  return spec.element === 'u8' ? payload : new Uint32Array(payload.buffer, payload.byteOffset, count * spec.width)
}

/** Columns that were taken out of what was received, made again when somebody asks for them. */
export type MadeColumns = { readonly [C in 'startTime' | 'endTime' | 'parentSpanId']?: () => Uint32Array }

/**
 * The table of what was received. `received` is plain values and typed arrays: another thread gets it by structured clone
 * (transfer the buffers) and puts the table together again with `knownTable`.
 */
function assembleSpanTable(received: Received): DecodedSpanTable {
  checkReceived(received)
  return knownTable(received)
}

/**
 * The table of what another thread has received and checked: costs the columns, not the rows. `made` stands in for columns
 * that are not in `received`.
 */
export function knownTable(received: Received, made: MadeColumns = {}): DecodedSpanTable {
  const { counts, columns } = received
  const here = entriesHere(received)
  const dictionary = new SegmentedDictionary(received.segments)
  const zeros = new Uint32Array(here.rows * 2 + Math.max(here.events, here.resources, here.scopes, here.links * 4))
  const zeroBytes = new Uint8Array(zeros.buffer, 0, zeros.length * 4)
  const column = (name: SectionColumn): Uint8Array | Uint16Array | Uint32Array => {
    const { element, owner, width } = SPECS[name]
    return (
      columns.get(name) ??
      (element === 'u8' ? zeroBytes.subarray(0, here[owner]) : zeros.subarray(0, here[owner] * width))
    )
  }
  const words = (name: SectionColumn) => column(name) as Uint32Array
  const attributes = (owner: Owner): AttributeColumns => new AttributeColumns(received.attributes[owner], counts[owner])
  const oneId = receivedIds(columns.get('traceId'), counts.rows)
  // One id for all rows is written out when someone asks: on screen nobody does, and it is 16 bytes a span.
  let ids = oneId.length === counts.rows * 4 ? oneId : undefined
  let parents: Uint32Array | undefined
  let starts: Uint32Array | undefined
  let ends: Uint32Array | undefined
  return {
    received,
    sections: new Set(SECTION_GROUPS.filter((_, i) => (received.groups & (1 << i)) !== 0)),
    rowCount: counts.rows,
    dictionary,
    get traceId() {
      return (ids ??= repeatedIds(oneId, counts.rows))
    },
    spanId: words('spanId'),
    get parentSpanId() {
      return (parents ??= made.parentSpanId?.() ?? words('parentSpanId'))
    },
    get startTime() {
      return (starts ??= made.startTime?.() ?? words('startTime'))
    },
    get endTime() {
      return (ends ??= made.endTime?.() ?? words('endTime'))
    },
    name: column('name'),
    kind: column('kind') as Uint8Array,
    status: column('status') as Uint8Array,
    marks: column('marks') as Uint8Array,
    statusMessage: words('statusMessage'),
    traceState: words('traceState'),
    flags: words('flags'),
    resource: column('resource'),
    scope: column('scope'),
    droppedAttributes: words('droppedAttributes'),
    droppedEvents: words('droppedEvents'),
    droppedLinks: words('droppedLinks'),
    attributes: attributes('rows'),
    eventCount: counts.events,
    eventEnd: words('eventEnd'),
    eventTime: words('eventTime'),
    eventName: words('eventName'),
    eventDroppedAttributes: words('eventDroppedAttributes'),
    eventAttributes: attributes('events'),
    linkCount: counts.links,
    linkEnd: words('linkEnd'),
    linkTraceId: words('linkTraceId'),
    linkSpanId: words('linkSpanId'),
    linkTraceState: words('linkTraceState'),
    linkFlags: words('linkFlags'),
    linkDroppedAttributes: words('linkDroppedAttributes'),
    linkAttributes: attributes('links'),
    resourceCount: counts.resources,
    resourceService: words('resourceService'),
    resourceSchemaUrl: words('resourceSchemaUrl'),
    resourceDroppedAttributes: words('resourceDroppedAttributes'),
    resourceAttributes: attributes('resources'),
    scopeCount: counts.scopes,
    scopeName: words('scopeName'),
    scopeVersion: words('scopeVersion'),
    scopeSchemaUrl: words('scopeSchemaUrl'),
    scopeDroppedAttributes: words('scopeDroppedAttributes'),
    scopeAttributes: attributes('scopes'),
  }
}

/** How many entries there are of what has come: only counts that a received column bears out may size anything. */
function entriesHere({ counts, columns }: Received): OwnerCounts {
  const here = { ...counts }
  for (const [owner, required] of REQUIRED) if (!columns.has(required)) here[owner] = 0
  return here
}

/** DecodeError for a column that is missing, or that refers to what is not there. */
function checkReceived(received: Received): void {
  const { counts, columns } = received
  if ((received.groups & 1) === 0) throw new DecodeError('the core of the span table is missing')
  for (const [owner, required] of REQUIRED) {
    if (counts[owner] > 0 && !columns.has(required) && owner !== 'events' && owner !== 'links') {
      throw new DecodeError('the column is missing', required)
    }
  }
  const here = entriesHere(received)
  const dictionary = new SegmentedDictionary(received.segments)
  for (const spec of COLUMN_SECTIONS) {
    const known = columns.get(spec.column)
    if (known !== undefined) check(known, spec, here, dictionary)
    else if (spec.required && here[spec.owner] > 0) throw new DecodeError('the column is missing', spec.column)
  }
  for (const owner of OWNERS) for (const one of received.attributes[owner]) checkAttributes(one, dictionary)
}

const SPECS = Object.fromEntries(COLUMN_SECTIONS.map(spec => [spec.column, spec])) as Record<
  SectionColumn,
  ColumnSection
>
/** The column that says that a count is not made up. */
const REQUIRED: readonly (readonly [Owner, SectionColumn])[] = [
  ['rows', 'spanId'],
  ['events', 'eventTime'],
  ['links', 'linkSpanId'],
  ['resources', 'resourceService'],
  ['scopes', 'scopeName'],
]

/** The ids as they came: one a row, or one for all rows. */
function receivedIds(known: Uint8Array | Uint16Array | Uint32Array | undefined, rows: number): Uint32Array {
  if (rows === 0) return new Uint32Array(0)
  if (!(known instanceof Uint32Array)) throw new DecodeError('the column is missing', 'traceId')
  return known
}

function repeatedIds(one: Uint32Array, rows: number): Uint32Array {
  const ids = new Uint32Array(rows * 4)
  for (let i = 0; i < ids.length; i++) ids[i] = one[i & 3]
  return ids
}

/** Loops by index: to go through a column with its iterator leaves an object a row to be collected. */
function check(
  values: Uint8Array | Uint16Array | Uint32Array,
  spec: ColumnSection,
  counts: Readonly<OwnerCounts>,
  dictionary: SegmentedDictionary,
): void {
  const { refers, column } = spec
  if (refers === undefined) return
  if (refers === 'dictionary' || refers === 'service') {
    checkIds(values, dictionary, column, refers === 'service')
    return
  }
  if (refers === 'resources' || refers === 'scopes') {
    const most = counts[refers]
    for (let i = 0; i < values.length; i++) {
      if (values[i] >= most) throw new DecodeError(`index ${values[i]} of ${most} ${refers}`, column)
    }
    return
  }
  let last = 0
  for (let i = 0; i < values.length; i++) {
    if (values[i] < last) throw new DecodeError('ends that do not ascend', column)
    last = values[i]
  }
  const owner = refers === 'end:events' ? 'events' : 'links'
  if (last !== counts[owner]) throw new DecodeError(`an end at ${last}; there are ${counts[owner]} ${owner}`, column)
}

function checkAttributes({ key, type, narrow }: AttributeColumn, dictionary: SegmentedDictionary): void {
  if (!dictionary.has(key)) throw new DecodeError(`key ${key} is not in the dictionary`, 'attribute column')
  if (isDictionaryType(type) && narrow !== undefined) checkIds(narrow, dictionary, dictionary.text(key), false)
}

function checkIds(
  ids: Uint8Array | Uint16Array | Uint32Array | Int32Array,
  dictionary: SegmentedDictionary,
  field: string,
  service: boolean,
): void {
  let last = 0
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]
    if (id === last) continue
    if (service && id === NO_SERVICE) continue
    if (!dictionary.has(id)) throw new DecodeError(`id ${id} is not in the dictionary`, field)
    last = id
  }
}
