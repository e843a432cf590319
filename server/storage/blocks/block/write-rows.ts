/** The row groups of a block while it is written: base pages group by group, attribute values gathered for the column pages. */
import { rangeStart, STATUS_ERROR } from '#shared/spans/span-table.ts'
import { timeAt } from '#shared/spans/time.ts'
import { GENERIC_LIST, type OwnerKind, PAGE } from './block-format.ts'
import type { EntryTable } from './entry-table.ts'
import { ColumnSet, ColumnValues, type Entries } from './column-set.ts'
import { GenericLists, orderByPair, ownedBy, Words } from './group-pages.ts'
import { PairTable } from './pair-table.ts'
import { NO_PARENT, PARENT_MISSING } from './resolve-parents.ts'
import type { SortedRows } from './sort-rows.ts'
import { TextTable } from './text-table.ts'
import { ColumnPages, type WrittenColumn } from './write-columns.ts'
import type { GroupEntry, PageWriter } from './write-pages.ts'

const LIST_OF_ROW = 4
const LIST_OF_EVENT = 1

export class RowWriter {
  readonly texts: TextTable
  readonly owners: Readonly<Record<OwnerKind, ColumnSet>>
  readonly pairs = new PairTable(5)
  readonly eventPairs = new PairTable(2)
  /** Pair numbers in the block's order: `order[number]` is a pair of `pairs`. */
  readonly pairOrder: Uint32Array
  readonly eventPairOrder: Uint32Array
  /** Source indices of the resources and scopes in use. */
  readonly resources: number[] = []
  readonly scopes: number[] = []

  readonly #table: EntryTable
  readonly #sorted: SortedRows
  readonly #parents: Int32Array
  readonly #pages: PageWriter
  readonly #values: Readonly<Record<OwnerKind, ColumnValues>>
  /** Of each place in `sorted.rows`: pair and resource as the block numbers them. */
  readonly #pairOf: Uint32Array
  readonly #resourceOf: Uint32Array
  /** Of each event and link of the source. */
  readonly #eventPairOf: Uint32Array
  readonly #linkListOf: Uint32Array
  readonly #operationOfPair: Uint32Array
  readonly #operations = new PairTable(5)

  constructor(table: EntryTable, sorted: SortedRows, parents: Int32Array, pages: PageWriter) {
    this.#table = table
    this.#sorted = sorted
    this.#parents = parents
    this.#pages = pages
    const size = table.dictionary.size
    this.texts = new TextTable(table, size)
    const entries: Record<OwnerKind, Entries> = {
      rows: entriesOf(table, 'attribute'),
      events: entriesOf(table, 'eventAttribute'),
      links: entriesOf(table, 'linkAttribute'),
    }
    this.owners = {
      rows: new ColumnSet(entries.rows, size),
      events: new ColumnSet(entries.events, size),
      links: new ColumnSet(entries.links, size),
    }
    const rowCount = sorted.rows.length
    const most = table.rowCount - 1
    this.#pairOf = new Uint32Array(rowCount)
    this.#resourceOf = new Uint32Array(rowCount)
    this.#eventPairOf = new Uint32Array(table.eventEnd[most])
    this.#linkListOf = new Uint32Array(table.linkEnd[most])
    this.#findPairs()
    this.pairOrder = this.pairs.order(LIST_OF_ROW)
    this.eventPairOrder = this.eventPairs.order(LIST_OF_EVENT)
    renumber(this.#pairOf, this.pairOrder)
    renumber(this.#eventPairOf, this.eventPairOrder)
    this.#operationOfPair = Uint32Array.from(this.pairOrder, pair =>
      this.#operations.of(this.pairs.part(pair, 0), this.pairs.part(pair, 1), this.pairs.part(pair, 2), 0, 0),
    )
    this.#values = {
      rows: new ColumnValues(this.owners.rows, entries.rows),
      events: new ColumnValues(this.owners.events, entries.events),
      links: new ColumnValues(this.owners.links, entries.links),
    }
  }

  /** A number for (service, name, kind) of the row at a place. */
  operationOf(place: number): number {
    return this.#operationOfPair[this.#pairOf[place]]
  }

  /** Text numbers; -1: no service. */
  operation(operation: number): { service: number; name: number; kind: number } {
    const part = (k: number): number => this.#operations.part(operation, k)
    return { service: part(0) - 1, name: part(1), kind: part(2) }
  }

  /** How many rows have each resource and each pair, in the block's numbers. */
  resourceRows(): Uint32Array {
    return countEach(this.#resourceOf, this.resources.length)
  }
  pairRows(): Uint32Array {
    return countEach(this.#pairOf, this.pairOrder.length)
  }
  #findPairs(): void {
    const t = this.#table
    const { rows } = this.#sorted
    const { owners, texts } = this
    const resources = new Int32Array(t.resourceCount + 1).fill(-1)
    const scopes = new Int32Array(t.scopeCount + 1).fill(-1)
    const services = new Uint32Array(t.resourceCount + 1)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]
      const resource = t.resource[row]
      if (resources[resource] < 0) {
        resources[resource] = this.resources.push(resource) - 1
        const service = t.resourceService[resource]
        services[resource] = service === 0xffffffff || resource >= t.resourceCount ? 0 : texts.of(service) + 1
      }
      const scope = t.scope[row]
      if (scopes[scope] < 0) scopes[scope] = this.scopes.push(scope) - 1
      this.#resourceOf[i] = resources[resource]
      const list = owners.rows.listOf(row, t.statusMessage[row], t.traceState[row])
      this.#pairOf[i] = this.pairs.of(services[resource], texts.of(t.name[row]), t.kind[row], scopes[scope], list)
      for (let e = rangeStart(t.eventEnd, row); e < t.eventEnd[row]; e++) {
        this.#eventPairOf[e] = this.eventPairs.of(texts.of(t.eventName[e]), owners.events.listOf(e, 0, 0), 0, 0, 0)
      }
      for (let l = rangeStart(t.linkEnd, row); l < t.linkEnd[row]; l++) {
        this.#linkListOf[l] = owners.links.listOf(l, 0, t.linkTraceState[l])
      }
    }
  }

  /** Writes the traces from `firstTrace` to before `endTrace` as one group. */
  writeGroup(group: number, firstTrace: number, endTrace: number): GroupEntry {
    const { rows, traceEnd } = this.#sorted
    const from = firstTrace === 0 ? 0 : traceEnd[firstTrace - 1]
    const to = traceEnd[endTrace - 1]
    const placed = rows.subarray(from, to)
    this.#pages.integers(group, PAGE.pair, this.#pairOf, from, to)
    this.#pages.integers(group, PAGE.resource, this.#resourceOf, from, to)
    this.#writeFields(group, placed)
    this.#writeIdsAndParents(group, from, to)
    const starts = this.#writeTimes(group, firstTrace, endTrace)
    this.#gatherRows(group, from, to)
    const eventCount = this.#writeEvents(group, placed)
    const linkCount = this.#writeLinks(group, placed)
    return { rowCount: to - from, traceCount: endTrace - firstTrace, eventCount, linkCount, ...starts }
  }

  /** Writes the columns of all groups. */
  writeColumns(): Record<OwnerKind, WrittenColumn[]> {
    const writer = new ColumnPages(this.#pages, this.#table, this.#table.dictionary.size, this.texts)
    return {
      rows: writer.write('rows', this.owners.rows, this.#values.rows),
      events: writer.write('events', this.owners.events, this.#values.events),
      links: writer.write('links', this.owners.links, this.#values.links),
    }
  }

  #writeFields(group: number, placed: Uint32Array): void {
    const t = this.#table
    const column = (kind: number, of: Uint8Array | Uint32Array): void => {
      const values = new Uint32Array(placed.length)
      let any = 0
      for (let i = 0; i < placed.length; i++) any |= values[i] = of[placed[i]]
      if (any !== 0) this.#pages.integers(group, kind, values)
    }
    column(PAGE.status, t.status)
    column(PAGE.flags, t.flags)
    column(PAGE.marks, t.marks)
    column(PAGE.droppedAttributes, t.droppedAttributes)
    column(PAGE.droppedEvents, t.droppedEvents)
    column(PAGE.droppedLinks, t.droppedLinks)
  }

  #writeIdsAndParents(group: number, from: number, to: number): void {
    const { spanId, parentSpanId } = this.#table
    const { rows } = this.#sorted
    const ids = new Uint32Array((to - from) * 2)
    const codes = new Uint32Array(to - from)
    const missing: number[] = []
    for (let i = from; i < to; i++) {
      const row = rows[i]
      ids[(i - from) * 2] = spanId[row * 2]
      ids[(i - from) * 2 + 1] = spanId[row * 2 + 1]
      const parent = this.#parents[i]
      if (parent === NO_PARENT) codes[i - from] = 0
      else if (parent === PARENT_MISSING) {
        codes[i - from] = 1
        missing.push(parentSpanId[row * 2], parentSpanId[row * 2 + 1])
      } else codes[i - from] = 2 + (parent < i ? (i - parent) * 2 : (parent - i) * 2 - 1)
    }
    this.#pages.bytes(group, PAGE.spanId, new Uint8Array(ids.buffer), true)
    this.#pages.integers(group, PAGE.parent, codes)
    if (missing.length > 0) {
      this.#pages.bytes(group, PAGE.parentId, new Uint8Array(Uint32Array.from(missing).buffer), true)
    }
  }

  #writeTimes(
    group: number,
    firstTrace: number,
    endTrace: number,
  ): { firstStart: bigint; lastTraceStart: bigint; lastStart: bigint } {
    const t = this.#table
    const { rows, traceEnd } = this.#sorted
    const traces = endTrace - firstTrace
    const from = firstTrace === 0 ? 0 : traceEnd[firstTrace - 1]
    const count = traceEnd[endTrace - 1] - from
    const start = new Words(count)
    const duration = new Words(count)
    const traceStart = new Words(traces)
    const traceDuration = new Words(traces)
    const sizes = new Uint32Array(traces)
    const errors = new Uint32Array(traces)
    const roots = new Uint32Array(traces)
    const ids = [new Uint32Array(traces), new Uint32Array(traces), new Uint32Array(traces)]
    let previous = rows[from]
    let latest = rows[from]
    for (let k = 0; k < traces; k++) {
      const first = k === 0 ? from : traceEnd[firstTrace + k - 1]
      const end = traceEnd[firstTrace + k]
      const head = rows[first]
      sizes[k] = end - first
      for (let word = 0; word < 3; word++) ids[word][k] = t.traceId[head * 4 + word]
      traceStart.setDifference(k, t.startTime, head, t.startTime, previous)
      previous = head
      let last = head
      let root = -1
      let before = head
      for (let i = first; i < end; i++) {
        const row = rows[i]
        start.setDifference(i - from, t.startTime, row, t.startTime, before)
        before = row
        duration.setDifference(i - from, t.endTime, row, t.startTime, row)
        if (isLater(t.endTime, row, last)) last = row
        if (t.status[row] === STATUS_ERROR) errors[k]++
        if (root < 0 && this.#parents[i] < 0) root = i - first
      }
      roots[k] = Math.max(root, 0)
      traceDuration.setDifference(k, t.endTime, last, t.startTime, head)
      if (isLater(t.startTime, before, latest)) latest = before
    }
    const pages = this.#pages
    pages.numbers(group, PAGE.startNumbers, start.low, start.high)
    pages.numbers(group, PAGE.durationNumbers, duration.low, duration.high)
    pages.numbers(group, PAGE.traceStartNumbers, traceStart.low, traceStart.high)
    pages.numbers(group, PAGE.traceDurationNumbers, traceDuration.low, traceDuration.high)
    pages.integers(group, PAGE.traceRows, sizes)
    pages.integers(group, PAGE.traceErrors, errors)
    pages.integers(group, PAGE.traceRoot, roots)
    ids.forEach((words, word) => pages.integers(group, PAGE.traceId + word, words))
    return {
      firstStart: timeAt(t.startTime, rows[from]),
      lastTraceStart: timeAt(t.startTime, previous),
      lastStart: timeAt(t.startTime, latest),
    }
  }

  #gatherRows(group: number, from: number, to: number): void {
    const t = this.#table
    const { rows } = this.#sorted
    const values = this.#values.rows
    const order = orderByPair(this.#pairOf.subarray(from, to), this.pairOrder.length)
    const generic = new GenericLists()
    for (let k = 0; k < order.length; k++) {
      const place = from + order[k]
      const row = rows[place]
      const list = this.pairs.part(this.pairOrder[this.#pairOf[place]], LIST_OF_ROW)
      values.gather(row, list, t.statusMessage[row], t.traceState[row])
      if (list === GENERIC_LIST) {
        const fields = Number(t.statusMessage[row] !== 0) + Number(t.traceState[row] !== 0)
        const attributes = t.attributeEnd[row] - rangeStart(t.attributeEnd, row)
        generic.add(this.owners.rows.genericColumns(row, fields + attributes))
      }
    }
    values.endGroup()
    generic.write(this.#pages, group, 0)
  }

  #writeEvents(group: number, placed: Uint32Array): number {
    const t = this.#table
    const events = ownedBy(placed, t.eventEnd)
    const values = this.#values.events
    if (events.owned.length > 0) {
      this.#pages.integers(group, PAGE.eventCount, events.counts)
      const pairs = Uint32Array.from(events.owned, event => this.#eventPairOf[event])
      const times = new Words(events.owned.length)
      events.owned.forEach((event, k) => times.setDifference(k, t.eventTime, event, t.startTime, events.owners[k]))
      this.#pages.integers(group, PAGE.eventPair, pairs)
      this.#pages.numbers(group, PAGE.eventTimeNumbers, times.low, times.high)
      this.#sparse(group, PAGE.eventDropped, events.owned, t.eventDroppedAttributes)
      const generic = new GenericLists()
      for (const k of orderByPair(pairs, this.eventPairOrder.length)) {
        const event = events.owned[k]
        const list = this.eventPairs.part(this.eventPairOrder[pairs[k]], LIST_OF_EVENT)
        values.gather(event, list, 0, 0)
        const attributes = t.eventAttributeEnd[event] - rangeStart(t.eventAttributeEnd, event)
        if (list === GENERIC_LIST) generic.add(this.owners.events.genericColumns(event, attributes))
      }
      generic.write(this.#pages, group, 1)
    }
    values.endGroup()
    return events.owned.length
  }

  #writeLinks(group: number, placed: Uint32Array): number {
    const t = this.#table
    const links = ownedBy(placed, t.linkEnd)
    const values = this.#values.links
    if (links.owned.length > 0) {
      this.#pages.integers(group, PAGE.linkCount, links.counts)
      // List 0 has to come last, as it does for rows.
      const lists = Uint32Array.from(links.owned, link => this.#linkListOf[link])
      const last = this.owners.links.lists.length
      const keys = lists.map(list => (list === GENERIC_LIST ? last : list))
      this.#pages.integers(group, PAGE.linkPair, lists)
      const traceIds = new Uint32Array(links.owned.length * 4)
      const spanIds = new Uint32Array(links.owned.length * 2)
      links.owned.forEach((link, k) => {
        traceIds.set(t.linkTraceId.subarray(link * 4, link * 4 + 4), k * 4)
        spanIds.set(t.linkSpanId.subarray(link * 2, link * 2 + 2), k * 2)
      })
      this.#pages.bytes(group, PAGE.linkTraceId, new Uint8Array(traceIds.buffer), true)
      this.#pages.bytes(group, PAGE.linkSpanId, new Uint8Array(spanIds.buffer), true)
      this.#sparse(group, PAGE.linkFlags, links.owned, t.linkFlags)
      this.#sparse(group, PAGE.linkDropped, links.owned, t.linkDroppedAttributes)
      const generic = new GenericLists()
      for (const k of orderByPair(keys, last + 1)) {
        const link = links.owned[k]
        values.gather(link, lists[k], 0, t.linkTraceState[link])
        const attributes = t.linkAttributeEnd[link] - rangeStart(t.linkAttributeEnd, link)
        const state = Number(t.linkTraceState[link] !== 0)
        if (lists[k] === GENERIC_LIST) generic.add(this.owners.links.genericColumns(link, state + attributes))
      }
      generic.write(this.#pages, group, 2)
    }
    values.endGroup()
    return links.owned.length
  }

  #sparse(group: number, kind: number, owned: Uint32Array, of: Uint32Array): void {
    const values = owned.map(entry => of[entry])
    if (values.some(value => value !== 0)) this.#pages.integers(group, kind, values)
  }
}

function entriesOf(table: EntryTable, of: 'attribute' | 'eventAttribute' | 'linkAttribute'): Entries {
  return { end: table[`${of}End`], key: table[`${of}Key`], type: table[`${of}Type`], value: table[`${of}Value`] }
}

function countEach(numbers: Uint32Array, count: number): Uint32Array {
  const counts = new Uint32Array(count)
  for (let i = 0; i < numbers.length; i++) counts[numbers[i]]++
  return counts
}

function renumber(numbers: Uint32Array, order: Uint32Array): void {
  const rank = new Uint32Array(order.length)
  for (let k = 0; k < order.length; k++) rank[order[k]] = k
  for (let i = 0; i < numbers.length; i++) numbers[i] = rank[numbers[i]]
}

function isLater(times: Uint32Array, row: number, than: number): boolean {
  return (
    times[row * 2 + 1] > times[than * 2 + 1] ||
    (times[row * 2 + 1] === times[than * 2 + 1] && times[row * 2] > times[than * 2])
  )
}
