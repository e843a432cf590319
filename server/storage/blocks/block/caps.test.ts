import { expect, test } from 'vitest'
import { Random } from '#shared/generator/random.ts'
import { ATTRIBUTE_INT, ATTRIBUTE_STRING } from '#shared/spans/attribute-value.ts'
import { SpanComparer } from '#shared/spans/equal-spans.ts'
import { rowTest } from '#shared/query/evaluate.ts'
import type { Condition } from '#shared/query/tree.ts'
import { SpanTableBuilder } from '#shared/spans/span-table-builder.ts'
import { attributeKeys, attributeValues } from './aggregate.ts'
import { MOST_COLUMNS, MOST_LISTS } from './block-format.ts'
import { BlockSegment } from './block-segment.ts'
import { segmentsOf } from './random-store.ts'
import { searchSegments } from './search.ts'
import { AS_STORED } from './settle.ts'
import { TableSegment } from './table-segment.ts'

/** More keys than columns and more lists than are kept, in one trace a span, each with a status message now and then. */
function manyKeys(): SpanTableBuilder {
  const random = new Random(9)
  const table = new SpanTableBuilder({ limits: AS_STORED })
  table.addResourceAttribute(table.internText('service.name'), ATTRIBUTE_STRING, table.internText('many'), 0)
  const resource = table.endResource(0, 0)
  for (let i = 0; i < 6000; i++) {
    const row = table.beginSpan()
    table.traceId.set([1, 2, 3, i + 1], row * 4)
    table.spanId.set([i + 1, 1], row * 2)
    table.startTime.set([i * 1000, 400_000_000], row * 2)
    table.endTime.set([i * 1000 + 500, 400_000_000], row * 2)
    table.resource[row] = resource
    const name = table.internText(random.chance(0.3) ? `op ${i}` : 'op')
    table.name[row] = name
    const message = random.chance(0.1) ? table.internText(`message ${i % 5}`) : 0
    table.statusMessage[row] = message
    for (let k = random.below(8); k >= 0; k--) {
      const key = table.internText(`key.${random.below(3000)}`)
      if (random.chance(0.5)) table.addAttribute(key, ATTRIBUTE_STRING, table.internText(`v${random.below(50)}`), 0)
      else table.addAttribute(key, ATTRIBUTE_INT, random.below(50), 0)
    }
    table.addEvent(0, 0, table.internText('e'), 0)
    table.addEventAttribute(table.internText(`key.${random.below(3000)}`), ATTRIBUTE_INT, i % 50, 0)
    table.endSpan()
  }
  return table
}

/** A question that nobody takes back. */
const go = (): undefined => undefined

test('beyond the caps on lists and columns nothing is lost and everything is found', () => {
  const table = manyKeys()
  const [block] = segmentsOf([table], 0)
  if (!(block instanceof BlockSegment)) throw new Error('no block')
  const { rows } = block.reader.catalogue().owners
  expect(rows.columns.length).toBe(MOST_COLUMNS + 1)
  expect(rows.lists.length).toBe(MOST_LISTS + 1)
  const back = new SpanTableBuilder({ limits: AS_STORED })
  expect(block.reader.readAll(back)).toBe(table.rowCount)
  const comparer = new SpanComparer(table, back)
  for (let row = 0; row < table.rowCount; row++) expect(comparer.equal(row, row), `row ${row}`).toBe(true)

  const random = new Random(10)
  const open = new TableSegment('open', table)
  for (let k = 0; k < 80; k++) {
    const where = randomWhere(random)
    const holds = rowTest(where, table)
    let expected = 0
    for (let row = 0; row < table.rowCount; row++) expected += Number(holds(row))
    const query = { where, from: 0n, to: 2n ** 64n - 1n, limit: 10_000 }
    for (const segment of [block, open]) {
      const asked = JSON.stringify(where, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v))
      expect(searchSegments([segment], query, { now: 0n }).traces.length, `${asked}`).toBe(expected)
    }
  }
  const limit = 100_000
  expect(attributeKeys([block], { limit }, go)).toEqual(attributeKeys([open], { limit }, go))
  for (let k = 0; k < 20; k++) {
    const key = `key.${random.below(3000)}`
    expect(attributeValues([block], { key, limit }, go)).toEqual(attributeValues([open], { key, limit }, go))
  }
})

function randomWhere(random: Random): Condition {
  const scope = random.pick(['span', 'any', 'event'] as const)
  const field = { kind: 'attribute', scope, key: `key.${random.below(3000)}` } as const
  const compare = { node: 'compare', field, operator: '=' } as const
  switch (random.below(4)) {
    case 0:
      return { node: 'exists', field }
    case 1:
      return { ...compare, value: { type: 'int', value: BigInt(random.below(50)) } }
    case 2:
      return { ...compare, value: { type: 'string', value: `v${random.below(50)}` } }
    default: {
      const message = { kind: 'intrinsic', name: 'statusMessage' } as const
      const value = random.chance(0.5) ? '' : `message ${random.below(5)}`
      return { node: 'compare', field: message, operator: '=', value: { type: 'string', value } }
    }
  }
}
