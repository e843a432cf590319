/** Writes what catalogue.ts reads. */
import { isDictionaryType } from '#shared/spans/attribute-value.ts'
import { NO_SERVICE } from '#shared/spans/columns.ts'
import type { Attributes } from '#shared/spans/attributes.ts'
import { OWNER_KINDS, type OwnerKind, ROLE_ATTRIBUTE } from './block-format.ts'
import type { EntryTable } from './entry-table.ts'
import { ByteWriter } from './bytes.ts'
import type { PairTable } from './pair-table.ts'
import type { WrittenColumn } from './write-columns.ts'
import type { RowWriter } from './write-rows.ts'

export function writeCatalogue(
  table: EntryTable,
  rows: RowWriter,
  written: Readonly<Record<OwnerKind, readonly WrittenColumn[]>>,
): Uint8Array {
  // Texts come first in the file but are only complete when everything else has been written.
  const to = new ByteWriter()
  const { texts } = rows
  const attributes = (of: Attributes, owner: number): void => {
    const entries: number[] = []
    of.forOwner(owner, (key, type, low, high) => entries.push(key, type, low, high))
    to.number(entries.length / 4)
    for (let i = 0; i < entries.length; i += 4) {
      to.number(texts.of(entries[i]))
      to.number(entries[i + 1])
      if (isDictionaryType(entries[i + 1])) to.number(texts.of(entries[i + 2]))
      else to.words(entries[i + 2], entries[i + 3])
    }
  }
  to.number(rows.resources.length)
  for (const resource of rows.resources) {
    // A row may name a resource that its table does not have: an empty one.
    const known = resource < table.resourceCount
    const service = known ? table.resourceService[resource] : NO_SERVICE
    to.number(service === NO_SERVICE ? 0 : texts.of(service) + 1)
    to.number(known ? texts.of(table.resourceSchemaUrl[resource]) : 0)
    to.number(known ? table.resourceDroppedAttributes[resource] : 0)
    if (known) attributes(table.resourceAttributes, resource)
    else to.number(0)
  }
  to.number(rows.scopes.length)
  for (const scope of rows.scopes) {
    const known = scope < table.scopeCount
    to.number(known ? texts.of(table.scopeName[scope]) : 0)
    to.number(known ? texts.of(table.scopeVersion[scope]) : 0)
    to.number(known ? texts.of(table.scopeSchemaUrl[scope]) : 0)
    to.number(known ? table.scopeDroppedAttributes[scope] : 0)
    if (known) attributes(table.scopeAttributes, scope)
    else to.number(0)
  }
  for (const kind of OWNER_KINDS) {
    const { columns, lists } = rows.owners[kind]
    to.number(columns.length)
    columns.forEach(({ key, type, occurrence, role }, column) => {
      to.number(role === ROLE_ATTRIBUTE ? texts.of(key) : 0)
      to.number(type)
      to.number(occurrence)
      to.number(role)
      to.number(written[kind][column].store)
      to.number(written[kind][column].distinct)
    })
    to.number(lists.length)
    for (const list of lists) {
      to.number(list.length)
      for (const column of list) to.number(column)
    }
  }
  pairs(to, rows.pairs, rows.pairOrder, 5)
  pairs(to, rows.eventPairs, rows.eventPairOrder, 2)
  for (const counts of [rows.resourceRows(), rows.pairRows()]) {
    for (const count of counts) to.number(count)
  }
  const whole = new ByteWriter()
  texts.write(whole)
  const head = whole.finish()
  const rest = to.finish()
  const bytes = new Uint8Array(head.length + rest.length)
  bytes.set(head)
  bytes.set(rest, head.length)
  return bytes
}

function pairs(to: ByteWriter, table: PairTable, order: Uint32Array, width: number): void {
  to.number(order.length)
  for (let part = 0; part < width; part++) for (const pair of order) to.number(table.part(pair, part))
}
