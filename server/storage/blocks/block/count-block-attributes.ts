/** Attribute keys and values of a block: keys from the catalogue's counts, values from the codes of the groups. */
import { decodeAnyValue } from '#shared/spans/any-value.ts'
import { type AttributeType, isDictionaryType } from '#shared/spans/attribute-value.ts'
import { attributeText } from '#shared/query/evaluate-text.ts'
import { type BlockGroup, byteStrings } from './block-group.ts'
import {
  BLOCK_PAGES,
  columnPage,
  GENERIC_LIST,
  OVERFLOW_COLUMN,
  OWNER_KINDS,
  type OwnerKind,
  PAGE,
  ROLE_ATTRIBUTE,
  STORE_BOOL,
  STORE_NOTHING,
  STORE_TEXT_CODES,
  STORE_WORD_CODES,
} from './block-format.ts'
import { findText } from './block-plan.ts'
import type { BlockReader } from './block-reader.ts'
import type { Catalogue, FlatAttributes } from './catalogue.ts'
import type { KeyCounts, KeyScope } from './key-counts.ts'
import type { Stop } from './segment.ts'

const SCOPES = { rows: 'span', events: 'event', links: 'link' } as const satisfies Record<OwnerKind, KeyScope>

/** Text number of the service, -1 when the block has none of that name; undefined for all services. */
function serviceNumber(catalogue: Catalogue, service: string | undefined): number | undefined {
  if (service === undefined) return undefined
  const text = findText(catalogue.texts, service)
  return text < 0 ? -2 : text
}

export function countBlockKeys(reader: BlockReader, service: string | undefined, counts: KeyCounts, stop: Stop): void {
  const catalogue = reader.catalogue()
  const wanted = serviceNumber(catalogue, service)
  if (wanted === -2) return
  const { texts, pairs, owners } = catalogue
  eachShared(catalogue, wanted, (scope, attributes, rows) => {
    for (let i = 0; i < attributes.length; i += 4) counts.add(scope, texts.text(attributes[i]), attributes[i + 1], rows)
  })
  const byColumn = {
    rows: columnCounts(owners.rows),
    events: columnCounts(owners.events),
    links: columnCounts(owners.links),
  }
  let generic = false
  for (let pair = 0; pair < pairs.count; pair++) {
    if (wanted !== undefined && pairs.service[pair] !== wanted) continue
    generic ||= pairs.list[pair] === GENERIC_LIST
    for (const column of owners.rows.lists[pairs.list[pair]]) byColumn.rows[column] += pairs.rows[pair]
  }
  for (let index = 0; index < reader.groupCount; index++) {
    stop()
    const group = reader.group(index)
    for (const owner of OWNER_KINDS) {
      if (owner !== 'rows' || generic)
        countGroupColumns(group, owner, wanted, byColumn[owner], owner === 'rows', counts)
    }
  }
  for (const owner of OWNER_KINDS) {
    owners[owner].columns.forEach(({ key, type, role }, column) => {
      const count = byColumn[owner][column]
      if (role !== ROLE_ATTRIBUTE || column === OVERFLOW_COLUMN || count === 0) return
      counts.add(SCOPES[owner], texts.text(key), type, count)
    })
  }
}

function columnCounts({ columns }: { readonly columns: readonly unknown[] }): Float64Array {
  return new Float64Array(columns.length)
}

/** Counts the columns of a group's owners; `genericOnly`: of those that spell them out. The overflow is counted by its keys. */
function countGroupColumns(
  group: BlockGroup,
  owner: OwnerKind,
  service: number | undefined,
  byColumn: Float64Array,
  genericOnly: boolean,
  counts: KeyCounts,
): void {
  if (ownersIn(group, owner) === 0) return
  const layout = group.layout(owner)
  const isWanted = ownerFilter(group, owner, service)
  const { lists } = group.catalogue.owners[owner]
  for (let place = genericOnly ? layout.genericStart : 0; place < layout.order.length; place++) {
    if (!isWanted(layout.order[place])) continue
    if (place < layout.genericStart) {
      for (const column of lists[layout.presentLists[layout.presentAt[place]]]) byColumn[column]++
      continue
    }
    const k = place - layout.genericStart
    for (let i = layout.genericStarts[k]; i < layout.genericStarts[k + 1]; i++) byColumn[layout.genericColumns[i]]++
  }
  if (group.lacks(owner, OVERFLOW_COLUMN)) return
  const keys = group.columnIntegers(owner, OVERFLOW_COLUMN, 0)
  const types = group.columnIntegers(owner, OVERFLOW_COLUMN, 1)
  eachValue(group, owner, OVERFLOW_COLUMN, isWanted, at =>
    counts.add(SCOPES[owner], group.catalogue.texts.text(keys[at]), types[at], 1),
  )
}

export function countBlockValues(
  reader: BlockReader,
  key: string,
  service: string | undefined,
  add: (value: string, count: number) => void,
  stop: Stop,
): void {
  const catalogue = reader.catalogue()
  const wanted = serviceNumber(catalogue, service)
  const keyText = findText(catalogue.texts, key)
  if (wanted === -2 || keyText < 0) return
  eachShared(catalogue, wanted, (_, attributes, rows) => {
    for (let i = 0; i < attributes.length; i += 4) {
      if (attributes[i] === keyText) add(flatText(catalogue, attributes, i), rows)
    }
  })
  for (const owner of OWNER_KINDS) {
    catalogue.owners[owner].columns.forEach(({ key: own, role }, column) => {
      if (column !== OVERFLOW_COLUMN && own === keyText && role === ROLE_ATTRIBUTE) {
        countColumn(reader, owner, column, wanted, add, stop)
      }
    })
    for (let index = 0; index < reader.groupCount; index++) {
      stop()
      const group = reader.group(index)
      if (!group.lacks(owner, OVERFLOW_COLUMN)) countOverflow(group, owner, keyText, wanted, add)
    }
  }
}

/** Resources and scopes with the number of rows (of a service) that have them. */
function eachShared(
  catalogue: Catalogue,
  service: number | undefined,
  visit: (scope: KeyScope, attributes: FlatAttributes, rows: number) => void,
): void {
  const { resources, resourceRows, scopes, pairs } = catalogue
  resources.forEach((resource, i) => {
    if (service === undefined || resource.service === service) visit('resource', resource.attributes, resourceRows[i])
  })
  const scopeRows = new Float64Array(scopes.length)
  for (let pair = 0; pair < pairs.count; pair++) {
    if (service === undefined || pairs.service[pair] === service) scopeRows[pairs.scope[pair]] += pairs.rows[pair]
  }
  scopes.forEach((scope, i) => {
    if (scopeRows[i] > 0) visit('instrumentation', scope.attributes, scopeRows[i])
  })
}

function flatText({ texts }: Catalogue, attributes: FlatAttributes, i: number): string {
  const type = attributes[i + 1] as AttributeType
  return isDictionaryType(type)
    ? bytesText(type, texts.bytes(attributes[i + 2]))
    : wordsText(type, attributes[i + 2], attributes[i + 3])
}

function bytesText(type: AttributeType, bytes: Uint8Array): string {
  const one = { size: 1, text: () => Buffer.from(bytes).toString(), bytes: () => bytes, find: () => -1 }
  return attributeText(decodeAnyValue(one, type, 0, 0))
}

function wordsText(type: AttributeType, low: number, high: number): string {
  const none = { size: 0, text: () => '', bytes: () => new Uint8Array(0), find: () => -1 }
  return attributeText(decodeAnyValue(none, type, low, high))
}

function countColumn(
  reader: BlockReader,
  owner: OwnerKind,
  column: number,
  service: number | undefined,
  add: (value: string, count: number) => void,
  stop: Stop,
): void {
  const { type, store, distinct } = reader.catalogue().owners[owner].columns[column]
  const coded = store === STORE_TEXT_CODES || store === STORE_WORD_CODES || store === STORE_BOOL
  const uses = new Float64Array(coded ? Math.max(distinct, 2) : 1)
  for (let index = 0; index < reader.groupCount; index++) {
    stop()
    const group = reader.group(index)
    if (ownersIn(group, owner) === 0) continue
    const isWanted = ownerFilter(group, owner, service)
    if (store === STORE_NOTHING) {
      eachValue(group, owner, column, isWanted, () => uses[0]++)
      continue
    }
    if (group.lacks(owner, column)) continue
    if (coded) {
      const codes = group.columnIntegers(owner, column, 0)
      if (service === undefined) for (let i = 0; i < codes.length; i++) uses[codes[i]]++
      else eachValue(group, owner, column, isWanted, at => uses[codes[at]]++)
    } else if (isDictionaryType(type)) {
      const { starts, bytes } = group.columnStrings(owner, column)
      eachValue(group, owner, column, isWanted, at =>
        add(bytesText(type, bytes.subarray(starts[at], starts[at + 1])), 1),
      )
    } else {
      const [low, high] = [group.columnIntegers(owner, column, 0), group.columnIntegers(owner, column, 1)]
      eachValue(group, owner, column, isWanted, at => add(wordsText(type, low[at], high[at]), 1))
    }
  }
  if (store === STORE_NOTHING) {
    if (uses[0] > 0) add('', uses[0])
    return
  }
  if (!coded) return
  const page = columnPage(owner, column, 0)
  for (let code = 0; code < uses.length; code++) {
    if (uses[code] === 0) continue
    if (store === STORE_BOOL) add(String(code === 1), uses[code])
    else if (store === STORE_TEXT_CODES) {
      const { starts, bytes } = byteStrings(reader.pages, BLOCK_PAGES, page)
      add(bytesText(type, bytes.subarray(starts[code], starts[code + 1])), uses[code])
    } else {
      const low = reader.pages.integers(BLOCK_PAGES, page)[code]
      add(wordsText(type, low, reader.pages.integers(BLOCK_PAGES, page + 1)[code]), uses[code])
    }
  }
}

function countOverflow(
  group: BlockGroup,
  owner: OwnerKind,
  key: number,
  service: number | undefined,
  add: (value: string, count: number) => void,
): void {
  const keys = group.columnIntegers(owner, OVERFLOW_COLUMN, 0)
  if (!keys.includes(key)) return
  const types = group.columnIntegers(owner, OVERFLOW_COLUMN, 1)
  const { starts, bytes } = group.columnStrings(owner, OVERFLOW_COLUMN)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  eachValue(group, owner, OVERFLOW_COLUMN, ownerFilter(group, owner, service), at => {
    if (keys[at] !== key) return
    const type = types[at] as AttributeType
    const [from, to] = [starts[at], starts[at + 1]]
    if (isDictionaryType(type)) add(bytesText(type, bytes.subarray(from, to)), 1)
    else if (to - from === 8) add(wordsText(type, view.getUint32(from, true), view.getUint32(from + 4, true)), 1)
    else add(wordsText(type, to > from ? bytes[from] : 0, 0), 1)
  })
}

function ownersIn(group: BlockGroup, owner: OwnerKind): number {
  const { rowCount, eventCount, linkCount } = group.entry
  return owner === 'rows' ? rowCount : owner === 'events' ? eventCount : linkCount
}

/** Says of an owner whether its row is of the service. */
function ownerFilter(group: BlockGroup, owner: OwnerKind, service: number | undefined): (owner: number) => boolean {
  if (service === undefined) return () => true
  const pairs = group.rows(PAGE.pair)
  const services = group.catalogue.pairs.service
  if (owner === 'rows') return row => services[pairs[row]] === service
  const starts = owner === 'events' ? group.eventStarts() : group.linkStarts()
  const wanted = new Uint8Array(ownersIn(group, owner))
  for (let row = 0; row < pairs.length; row++) {
    if (services[pairs[row]] === service) wanted.fill(1, starts[row], starts[row + 1])
  }
  return index => wanted[index] === 1
}

/** Every value (by its number in the group) of a column whose owner passes. */
function eachValue(
  group: BlockGroup,
  owner: OwnerKind,
  column: number,
  isWanted: (owner: number) => boolean,
  visit: (value: number) => void,
): void {
  const layout = group.layout(owner)
  const { runs, genericValue } = layout.runs(column)
  for (const { from, to, value, each } of runs) {
    for (let place = from; place < to; place++) {
      if (!isWanted(layout.order[place])) continue
      for (let k = 0; k < each; k++) visit(value + (place - from) * each + k)
    }
  }
  let entry = 0
  let at = genericValue
  for (let k = 0; k < layout.genericColumns.length; k++) {
    while (layout.genericStarts[entry + 1] <= k) entry++
    if (layout.genericColumns[k] !== column) continue
    if (isWanted(layout.order[layout.genericStart + entry])) visit(at)
    at++
  }
}
