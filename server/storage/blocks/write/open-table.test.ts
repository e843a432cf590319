import { expect, test } from 'vitest'
import { layoutOf, POOLS } from '#shared/spans/columns.ts'
import { TableFullError } from '#shared/spans/span-table-builder.ts'
import { largerCapacity, MOST_TABLE_BYTES, MOST_TABLE_ROWS, OpenTableBuilder, tableCapacity } from './open-table.ts'

test('room that is not used costs no memory', () => {
  expect(layoutOf(tableCapacity()).bytes).toBeGreaterThan(200_000_000)
  const before = process.memoryUsage().rss
  const table = new OpenTableBuilder({ capacity: tableCapacity() })
  table.publish()
  expect(process.memoryUsage().rss - before).toBeLessThan(30_000_000)
})

test('a full table remembers of what', () => {
  const table = new OpenTableBuilder({ capacity: tableCapacity(4) })
  expect(table.fullPool).toBeUndefined()
  expect(() => table.reserve('links', 65)).toThrow(TableFullError)
  expect(table.fullPool).toBe('links')
})

test.for(POOLS)('%s grow to a bound', pool => {
  let capacity = tableCapacity()
  let steps = 0
  for (let next = largerCapacity(capacity, pool); next !== undefined; next = largerCapacity(capacity, pool)) {
    expect(next[pool]).toBeGreaterThan(capacity[pool])
    capacity = next
    steps++
  }
  expect(steps).toBeGreaterThan(0)
  expect(steps).toBeLessThan(20)
  expect(layoutOf(capacity).bytes).toBeLessThanOrEqual(MOST_TABLE_BYTES)
  expect(capacity.rows).toBeLessThanOrEqual(MOST_TABLE_ROWS)
})
