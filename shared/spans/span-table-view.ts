/**
 * Another thread's span table, read while it grows. `refresh` takes the published counts; rows below `rowCount` never
 * change afterwards. Works on memory that a `SpanTableBuilder` with `shared: true` wrote and published.
 */
import { AttributeEntries } from './attributes.ts'
import { type ColumnArrays, type PoolCounts, POOLS, viewColumns } from './columns.ts'
import { ColumnDictionary, type Dictionary } from './dictionary.ts'
import type { SpanTable } from './span-table.ts'

/** What one thread tells another of a table: its memory and the capacities that say where the columns stand. */
export interface SharedTable {
  readonly buffer: ArrayBufferLike
  readonly capacity: Readonly<PoolCounts>
}

export interface SpanTableView extends SpanTable {
  /** Sees what was published since; returns the row count. */
  refresh(): number
}

/** Views a shared table; `refresh` has been called once. */
export function viewSpanTable(shared: SharedTable): SpanTableView {
  const columns: ColumnArrays = viewColumns(shared.buffer, shared.capacity)
  const header = new Uint32Array(shared.buffer, 0, POOLS.length)
  const counts: PoolCounts = { ...shared.capacity }
  const dictionary = new ColumnDictionary(
    0,
    columns.dictionaryOffset,
    columns.dictionaryLength,
    columns.dictionaryBytes,
    columns.dictionaryHash,
  )
  const entries = (owner: 'rows' | 'events' | 'links' | 'resources' | 'scopes') => {
    const of = (
      {
        rows: 'attribute',
        events: 'eventAttribute',
        links: 'linkAttribute',
        resources: 'resourceAttribute',
        scopes: 'scopeAttribute',
      } as const
    )[owner]
    return new AttributeEntries(() => counts[owner], {
      end: columns[`${of}End`],
      key: columns[`${of}Key`],
      type: columns[`${of}Type`],
      value: columns[`${of}Value`],
    })
  }
  const view: SpanTableView = {
    ...columns,
    get rowCount() {
      return counts.rows
    },
    get resourceCount() {
      return counts.resources
    },
    get scopeCount() {
      return counts.scopes
    },
    get dictionary(): Dictionary {
      return dictionary
    },
    attributes: entries('rows'),
    eventAttributes: entries('events'),
    linkAttributes: entries('links'),
    resourceAttributes: entries('resources'),
    scopeAttributes: entries('scopes'),
    refresh() {
      const rows = Atomics.load(header, 0)
      for (let i = 1; i < POOLS.length; i++) counts[POOLS[i]] = header[i]
      counts.rows = rows
      // Entries of other pools may already belong to rows that are not published yet: the ends of the last row decide.
      counts.attributes = rows === 0 ? 0 : columns.attributeEnd[rows - 1]
      counts.events = rows === 0 ? 0 : columns.eventEnd[rows - 1]
      counts.links = rows === 0 ? 0 : columns.linkEnd[rows - 1]
      dictionary.size = counts.dictionary
      return rows
    },
  }
  view.refresh()
  return view
}
