/** Rows of a block back into a span table. */
import {
  ATTRIBUTE_BOOL,
  ATTRIBUTE_DOUBLE,
  ATTRIBUTE_INT,
  type AttributeType,
  isDictionaryType,
} from '#shared/spans/attribute-value.ts'
import type { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import type { BlockGroup, ByteStrings } from './block-group.ts'
import { byteStrings } from './block-group.ts'
import {
  BLOCK_PAGES,
  columnPage,
  GENERIC_LIST,
  OVERFLOW_COLUMN,
  type OwnerKind,
  PAGE,
  ROLE_STATUS_MESSAGE,
  ROLE_TRACE_STATE,
  STORE_BOOL,
  STORE_NOTHING,
  STORE_TEXT_CODES,
  STORE_TEXT_PLAIN,
  STORE_WORD_CODES,
  STORE_WORD_PLAIN,
} from './block-format.ts'
import type { Catalogue, FlatAttributes } from './catalogue.ts'
import type { OwnerLayout } from './owner-layout.ts'
import type { Integers } from './pages/integers.ts'
import type { PageReader } from './read-pages.ts'

/** Takes one attribute or field. */
type Take = (role: number, key: number, type: AttributeType, low: number, high: number) => void

/** What is kept between traces of one group. */
interface GroupState {
  readonly group: number
  readonly attributes: OwnerValues
  readonly events: EventReader | undefined
  readonly links: LinkReader | undefined
  nextRow: number
  nextMissing: number
}

/** Copies rows of one block into one table; keep it for all rows that go there: it remembers what was interned. */
export class RowReader {
  readonly #pages: PageReader
  readonly #catalogue: Catalogue
  readonly #into: SpanTableBuilder
  readonly #texts = new Map<number, number>()
  readonly #resources = new Map<number, number>()
  readonly #scopes = new Map<number, number>()
  /** Of each owner kind and column: code -> dictionary id of the table. */
  readonly #codes = new Map<number, Map<number, number>>()
  #state: GroupState | undefined

  constructor(pages: PageReader, catalogue: Catalogue, into: SpanTableBuilder) {
    this.#pages = pages
    this.#catalogue = catalogue
    this.#into = into
  }

  /** Appends the rows from `from` to before `to` of one trace; `traceId` is its 4 words. */
  copy(group: BlockGroup, traceId: Uint32Array, from: number, to: number): number {
    const into = this.#into
    const { pairs } = this.#catalogue
    const pairOf = group.rows(PAGE.pair)
    const resourceOf = group.rows(PAGE.resource)
    const status = group.rows(PAGE.status, true)
    const flags = group.rows(PAGE.flags, true)
    const marks = group.rows(PAGE.marks, true)
    const droppedAttributes = group.rows(PAGE.droppedAttributes, true)
    const droppedEvents = group.rows(PAGE.droppedEvents, true)
    const droppedLinks = group.rows(PAGE.droppedLinks, true)
    const starts = group.startTimes()
    const durations = group.durations()
    const spanIds = words(group.pages.bytes(group.page, PAGE.spanId))
    const parents = group.rows(PAGE.parent)
    const missing = words(group.pages.bytes(group.page, PAGE.parentId))
    const state = this.#stateOf(group)
    const { attributes, events, links } = state
    // Rows are mostly read in order: counts the parents that are missing on from where the last trace ended.
    let missingAt = from >= state.nextRow ? state.nextMissing : 0
    for (let i = from >= state.nextRow ? state.nextRow : 0; i < from; i++) if (parents[i] === 1) missingAt++
    let copied = 0
    for (let row = from; row < to; row++) {
      const pair = pairOf[row]
      const target = into.beginSpan()
      for (let k = 0; k < 4; k++) into.traceId[target * 4 + k] = traceId[k]
      into.spanId[target * 2] = spanIds[row * 2]
      into.spanId[target * 2 + 1] = spanIds[row * 2 + 1]
      const parent = parents[row]
      if (parent === 1) {
        into.parentSpanId[target * 2] = missing[missingAt * 2]
        into.parentSpanId[target * 2 + 1] = missing[missingAt * 2 + 1]
        missingAt++
      } else if (parent > 1) {
        const other = parentRow(row, parent)
        into.parentSpanId[target * 2] = spanIds[other * 2]
        into.parentSpanId[target * 2 + 1] = spanIds[other * 2 + 1]
      }
      into.startTime[target * 2] = starts.low[row]
      into.startTime[target * 2 + 1] = starts.high[row]
      const endLow = starts.low[row] + durations.low[row]
      into.endTime[target * 2] = endLow
      into.endTime[target * 2 + 1] = starts.high[row] + durations.high[row] + (endLow > 0xffffffff ? 1 : 0)
      into.kind[target] = pairs.kind[pair]
      into.status[target] = status[row]
      into.flags[target] = flags[row]
      // Interning may replace the table's arrays: the value first, then the array.
      const name = this.#text(pairs.name[pair])
      const resource = this.#resource(resourceOf[row])
      const scope = this.#scope(pairs.scope[pair])
      into.name[target] = name
      into.resource[target] = resource
      into.scope[target] = scope
      attributes.each(row, (role, key, type, low, high) => {
        if (role === ROLE_STATUS_MESSAGE) into.statusMessage[target] = low
        else if (role === ROLE_TRACE_STATE) into.traceState[target] = low
        else into.addAttribute(this.#text(key), type, low, high)
      })
      events?.copyRow(row, starts.low[row], starts.high[row], into, this.#text)
      links?.copyRow(row, into, this.#text)
      // Last: adding may have counted what it dropped.
      into.marks[target] = marks[row]
      into.droppedAttributes[target] = droppedAttributes[row]
      into.droppedEvents[target] = droppedEvents[row]
      into.droppedLinks[target] = droppedLinks[row]
      if (into.endSpan()) copied++
    }
    state.nextRow = to
    state.nextMissing = missingAt
    return copied
  }

  #stateOf(group: BlockGroup): GroupState {
    if (this.#state?.group === group.index) return this.#state
    const values = (owner: OwnerKind): OwnerValues => new OwnerValues(this.#pages, group, owner, this.#intern)
    return (this.#state = {
      group: group.index,
      attributes: values('rows'),
      events: group.entry.eventCount > 0 ? new EventReader(group, values('events')) : undefined,
      links: group.entry.linkCount > 0 ? new LinkReader(group, values('links')) : undefined,
      nextRow: 0,
      nextMissing: 0,
    })
  }

  readonly #text = (number: number): number => {
    const known = this.#texts.get(number)
    if (known !== undefined) return known
    const bytes = this.#catalogue.texts.bytes(number)
    const id = internAll(this.#into, bytes, 0, bytes.length)
    this.#texts.set(number, id)
    return id
  }

  /** Id of a byte string; `column` and `code` name it when it may come again, -1 otherwise. */
  readonly #intern = (column: number, code: number, from: ByteStrings, at: number): number => {
    if (code < 0) return internAll(this.#into, from.bytes, from.starts[at], from.starts[at + 1] - from.starts[at])
    let codes = this.#codes.get(column)
    if (codes === undefined) this.#codes.set(column, (codes = new Map()))
    const known = codes.get(code)
    if (known !== undefined) return known
    const id = internAll(this.#into, from.bytes, from.starts[at], from.starts[at + 1] - from.starts[at])
    codes.set(code, id)
    return id
  }

  #flat(attributes: FlatAttributes, add: (key: number, type: AttributeType, low: number, high: number) => void): void {
    for (let i = 0; i < attributes.length; i += 4) {
      const type = attributes[i + 1] as AttributeType
      const low = isDictionaryType(type) ? this.#text(attributes[i + 2]) : attributes[i + 2]
      add(this.#text(attributes[i]), type, low, attributes[i + 3])
    }
  }

  #resource(index: number): number {
    const known = this.#resources.get(index)
    if (known !== undefined) return known
    const resource = this.#catalogue.resources[index]
    if (resource === undefined) throw new Error(`resource ${index} of ${this.#catalogue.resources.length}`)
    this.#flat(resource.attributes, (key, type, low, high) => this.#into.addResourceAttribute(key, type, low, high))
    const made = this.#into.endResource(this.#text(resource.schemaUrl), resource.dropped)
    this.#resources.set(index, made)
    return made
  }

  #scope(index: number): number {
    const known = this.#scopes.get(index)
    if (known !== undefined) return known
    const scope = this.#catalogue.scopes[index]
    this.#flat(scope.attributes, (key, type, low, high) => this.#into.addScopeAttribute(key, type, low, high))
    const [name, version, schemaUrl] = [this.#text(scope.name), this.#text(scope.version), this.#text(scope.schemaUrl)]
    const made = this.#into.endScope(name, version, schemaUrl, scope.dropped)
    this.#scopes.set(index, made)
    return made
  }
}

/** The row of a parent whose code (2 and above) is `code`. */
export function parentRow(row: number, code: number): number {
  const zigzag = code - 2
  return (zigzag & 1) === 0 ? row - zigzag / 2 : row + (zigzag + 1) / 2
}

/** Little-endian words of bytes that may stand at any offset. */
export function words(bytes: Uint8Array): Uint32Array {
  if (bytes.byteOffset % 4 === 0) return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2)
  return new Uint32Array(bytes.slice().buffer)
}

function internAll(into: SpanTableBuilder, bytes: Uint8Array, at: number, length: number): number {
  return into.internBytes(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at, length)
}

type Intern = (column: number, code: number, from: ByteStrings, at: number) => number

/** The attributes of the owners of one kind in one group. */
class OwnerValues {
  readonly #pages: PageReader
  readonly #group: BlockGroup
  readonly #owner: OwnerKind
  readonly #catalogue: Catalogue
  readonly #layout: OwnerLayout
  readonly #intern: Intern
  /** Column -> where its values begin, by present pair. */
  readonly #first: ({ readonly starts: Uint32Array; readonly genericValue: number } | undefined)[] = []
  readonly #readers: (ValueReader | undefined)[] = []

  constructor(pages: PageReader, group: BlockGroup, owner: OwnerKind, intern: Intern) {
    this.#pages = pages
    this.#group = group
    this.#owner = owner
    this.#catalogue = group.catalogue
    this.#layout = group.layout(owner)
    this.#intern = intern
  }

  /** The fields and attributes of an owner in their order. `key` is a text number; `low` of byte strings an id of the table. */
  each(owner: number, take: Take): void {
    const layout = this.#layout
    const place = layout.placeOf[owner]
    const present = layout.presentAt[place]
    const list = layout.presentLists[present]
    if (list !== GENERIC_LIST) {
      const columns = this.#catalogue.owners[this.#owner].lists[list]
      const rank = place - layout.presentStarts[present]
      let overflow = 0
      for (const column of columns) if (column === OVERFLOW_COLUMN) overflow++
      let seen = 0
      for (const column of columns) {
        const start = this.#firstOf(column).starts[present]
        const value = column === OVERFLOW_COLUMN ? start + rank * overflow + seen++ : start + rank
        this.#take(column, value, take)
      }
      return
    }
    const generic = place - layout.genericStart
    for (let k = layout.genericStarts[generic]; k < layout.genericStarts[generic + 1]; k++) {
      const column = layout.genericColumns[k]
      this.#take(column, this.#firstOf(column).genericValue + layout.genericRank[k], take)
    }
  }

  #firstOf(column: number): { readonly starts: Uint32Array; readonly genericValue: number } {
    return (this.#first[column] ??= this.#layout.firstValues(column))
  }

  #take(column: number, value: number, take: Take): void {
    const reader = (this.#readers[column] ??= this.#reader(column))
    reader(value, take)
  }

  #reader(column: number): ValueReader {
    const described = this.#catalogue.owners[this.#owner].columns[column]
    if (described === undefined) throw new Error(`column ${column} of ${this.#owner}`)
    const { role, key, type, store } = described
    const group = this.#group
    if (column === OVERFLOW_COLUMN) return this.#overflowReader()
    const id = columnPage(this.#owner, column, 0)
    switch (store) {
      case STORE_NOTHING:
        return (_, take) => take(role, key, type, 0, 0)
      case STORE_BOOL: {
        const values = group.columnIntegers(this.#owner, column, 0)
        return (at, take) => take(role, key, type, values[at], 0)
      }
      case STORE_TEXT_CODES: {
        const codes = group.columnIntegers(this.#owner, column, 0)
        const strings = byteStrings(this.#pages, BLOCK_PAGES, id)
        return (at, take) => take(role, key, type, this.#intern(id, codes[at], strings, codes[at]), 0)
      }
      case STORE_TEXT_PLAIN: {
        const strings = group.columnStrings(this.#owner, column)
        return (at, take) => take(role, key, type, this.#intern(id, -1, strings, at), 0)
      }
      case STORE_WORD_CODES: {
        const codes = group.columnIntegers(this.#owner, column, 0)
        const low = this.#pages.integers(BLOCK_PAGES, id)
        const high = this.#pages.integers(BLOCK_PAGES, id + 1)
        return (at, take) => take(role, key, type, low[codes[at]], high[codes[at]])
      }
      case STORE_WORD_PLAIN: {
        const low = group.columnIntegers(this.#owner, column, 0)
        const high = group.columnIntegers(this.#owner, column, 1)
        return (at, take) => take(role, key, type, low[at], high[at])
      }
      default:
        throw new Error(`column ${column} is stored as ${store}`)
    }
  }

  #overflowReader(): ValueReader {
    const keys: Integers = this.#group.columnIntegers(this.#owner, OVERFLOW_COLUMN, 0)
    const types: Integers = this.#group.columnIntegers(this.#owner, OVERFLOW_COLUMN, 1)
    const strings = this.#group.columnStrings(this.#owner, OVERFLOW_COLUMN)
    const view = new DataView(strings.bytes.buffer, strings.bytes.byteOffset, strings.bytes.byteLength)
    return (at, take) => {
      const type = types[at] as AttributeType
      const from = strings.starts[at]
      if (isDictionaryType(type)) take(0, keys[at], type, this.#intern(0, -1, strings, at), 0)
      else if (type === ATTRIBUTE_BOOL) take(0, keys[at], type, strings.bytes[from], 0)
      else if (type === ATTRIBUTE_INT || type === ATTRIBUTE_DOUBLE) {
        take(0, keys[at], type, view.getUint32(from, true), view.getUint32(from + 4, true))
      } else take(0, keys[at], type, 0, 0)
    }
  }
}

type ValueReader = (value: number, take: Take) => void

class EventReader {
  readonly #group: BlockGroup
  readonly #values: OwnerValues

  constructor(group: BlockGroup, values: OwnerValues) {
    this.#group = group
    this.#values = values
  }

  copyRow(row: number, startLow: number, startHigh: number, into: SpanTableBuilder, text: (n: number) => number): void {
    const group = this.#group
    const starts = group.eventStarts()
    if (starts[row] === starts[row + 1]) return
    const pairs = group.pages.integers(group.page, PAGE.eventPair)
    const times = group.pages.numbers(group.page, PAGE.eventTimeNumbers)
    const dropped = group.pages.integersOrZeros(group.page, PAGE.eventDropped, group.entry.eventCount)
    for (let event = starts[row]; event < starts[row + 1]; event++) {
      const low = startLow + times.low[event]
      const high = startHigh + times.high[event] + (low > 0xffffffff ? 1 : 0)
      const name = text(group.catalogue.eventPairs.name[pairs[event]])
      into.addEvent(low >>> 0, high >>> 0, name, dropped[event])
      this.#values.each(event, (_, key, type, l, h) => into.addEventAttribute(text(key), type, l, h))
    }
  }
}

class LinkReader {
  readonly #group: BlockGroup
  readonly #values: OwnerValues

  constructor(group: BlockGroup, values: OwnerValues) {
    this.#group = group
    this.#values = values
  }

  copyRow(row: number, into: SpanTableBuilder, text: (n: number) => number): void {
    const group = this.#group
    const starts = group.linkStarts()
    if (starts[row] === starts[row + 1]) return
    const traceIds = words(group.pages.bytes(group.page, PAGE.linkTraceId))
    const spanIds = words(group.pages.bytes(group.page, PAGE.linkSpanId))
    const flags = group.pages.integersOrZeros(group.page, PAGE.linkFlags, group.entry.linkCount)
    const dropped = group.pages.integersOrZeros(group.page, PAGE.linkDropped, group.entry.linkCount)
    for (let link = starts[row]; link < starts[row + 1]; link++) {
      // The trace state is a field of the list, but it is needed before the attributes: gathered first.
      const gathered: number[] = []
      let state = 0
      this.#values.each(link, (role, key, type, low, high) => {
        if (role === ROLE_TRACE_STATE) state = low
        else gathered.push(key, type, low, high)
      })
      into.addLink(traceIds, link * 4, spanIds, link * 2, state, flags[link], dropped[link])
      for (let k = 0; k < gathered.length; k += 4) {
        into.addLinkAttribute(text(gathered[k]), gathered[k + 1] as AttributeType, gathered[k + 2], gathered[k + 3])
      }
    }
  }
}
