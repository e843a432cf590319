/** Attribute conditions over a whole table: one walk over the entries of the key instead of one over each row's. */
import { attributeTest, rowTest, type RowTest, valueMatcher, valueTestOf } from '#shared/query/evaluate.ts'
import type { AttributeScope, Condition } from '#shared/query/tree.ts'
import type { Attributes } from '#shared/spans/attributes.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'

type OnAttribute = Extract<Condition, { node: 'exists' | 'compare' }>

/** As `rowTest`, for rows below `rows`. */
export function columnTest(where: OnAttribute, table: SpanTable, rows: number): RowTest {
  if (where.field.kind !== 'attribute') return rowTest(where, table)
  const { scope, key } = where.field
  const test = valueTestOf(where)
  const matches = test === undefined ? () => true : valueMatcher(table, test)
  const hits = new Uint8Array(rows)
  const id = table.dictionary.find(key)
  if (id >= 0) {
    if (asks(scope, 'span')) {
      table.attributes.forKey(id, (row, type, low, high) => {
        if (matches(type, low, high) && row < rows) hits[row] = 1
      })
    }
    const owned = (end: Uint32Array, attributes: Attributes): void => {
      let row = 0
      attributes.forKey(id, (owner, type, low, high) => {
        while (row < rows && end[row] <= owner) row++
        if (row < rows && matches(type, low, high)) hits[row] = 1
      })
    }
    if (asks(scope, 'event')) owned(table.eventEnd, table.eventAttributes)
    if (asks(scope, 'link')) owned(table.linkEnd, table.linkAttributes)
  }
  if (scope === 'span' || scope === 'event' || scope === 'link') return row => hits[row] === 1
  const shared = attributeTest(table, where.field, test, ['resource', 'instrumentation'])
  return row => hits[row] === 1 || shared(row)
}

function asks(scope: AttributeScope, one: AttributeScope): boolean {
  return scope === one || scope === 'any'
}
