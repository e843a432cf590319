/** Attribute conditions over a whole table: one walk over the entries of the key instead of one over each row's. */
import { rowTest, type RowTest, SPAN_WORDS } from '#shared/query/evaluate.ts'
import type { Condition } from '#shared/query/tree.ts'
import type { AttributeScope } from '#shared/query/tree.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'

type OnAttribute = Extract<Condition, { node: 'exists' | 'compare' }>

/**
 * As `rowTest`, for rows below `rows`. Rows that have the key in the span itself are found first; the test then runs on those alone when
 * nothing but the span is asked for.
 */
export function columnTest(where: OnAttribute, table: SpanTable, rows: number): RowTest {
  const test = rowTest(where, table)
  if (where.field.kind !== 'attribute') return test
  const { scope, key } = where.field
  const id = table.dictionary.find(key)
  const word = scope === 'any' && (SPAN_WORDS as readonly string[]).includes(key)
  if (word || scope === 'resource' || scope === 'instrumentation') return test
  const may = new Uint8Array(rows)
  if (id >= 0) {
    if (asks(scope, 'span')) table.attributes.forKey(id, row => mark(may, row))
    if (asks(scope, 'event')) markOwners(may, table.eventEnd, visit => table.eventAttributes.forKey(id, visit))
    if (asks(scope, 'link')) markOwners(may, table.linkEnd, visit => table.linkAttributes.forKey(id, visit))
    if (scope === 'any' && usedByOwners(table, id)) return test
  }
  return row => may[row] === 1 && test(row)
}

function asks(scope: AttributeScope, one: AttributeScope): boolean {
  return scope === one || scope === 'any'
}

function mark(may: Uint8Array, row: number): void {
  if (row < may.length) may[row] = 1
}

function markOwners(may: Uint8Array, end: Uint32Array, each: (visit: (owner: number) => void) => void): void {
  let row = 0
  each(owner => {
    while (row < may.length && end[row] <= owner) row++
    mark(may, row)
  })
}

/** True when a resource or a scope has the key. */
function usedByOwners(table: SpanTable, id: number): boolean {
  let used = false
  table.resourceAttributes.forKey(id, () => (used = true))
  table.scopeAttributes.forKey(id, () => (used = true))
  return used
}
