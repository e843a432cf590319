/**
 * How large an open table is. Its memory is one SharedArrayBuffer of fixed size, laid out for far more entries than usual traffic
 * brings: pages that nobody has written to cost no memory, so room is free until it is used.
 */
import { HEADER_WORDS, layoutOf, type Pool, type PoolCounts, POOLS } from '#shared/spans/columns.ts'
import type { SharedTable } from '#shared/spans/span-table-view.ts'
import { type BuilderOptions, SpanTableBuilder } from '#shared/spans/span-table-builder.ts'

export const TABLE_ROWS = 262_144

/**
 * Most bytes of address space for one table. Columns are addressed with numbers of 32 bits in dictionaries and log records; a request
 * of 64 MiB that is made only of the smallest entries there are fits.
 */
export const MOST_TABLE_BYTES = 2 ** 31 - 65_536

/** Most rows of one table, which becomes one block: more than the largest request of 64 MiB usually holds. */
export const MOST_TABLE_ROWS = 2 ** 21

/** Entries for each row, and the least for a small table: so that rows run out first unless traffic is far from usual. */
const ROOM: { readonly [P in Pool]: readonly [perRow: number, least: number] } = {
  rows: [1, 1],
  attributes: [24, 2048],
  events: [2, 256],
  eventAttributes: [6, 1024],
  links: [1, 64],
  linkAttributes: [1, 64],
  resources: [1 / 4, 64],
  resourceAttributes: [4, 1024],
  scopes: [1 / 16, 64],
  scopeAttributes: [1 / 8, 64],
  dictionary: [8, 2048],
  dictionaryBytes: [384, 262_144],
}

/** The room of a usual table of `rows` rows. */
export function tableCapacity(rows = TABLE_ROWS): PoolCounts {
  const capacity = {} as PoolCounts
  for (const pool of POOLS) capacity[pool] = Math.max(Math.ceil(rows * ROOM[pool][0]), ROOM[pool][1])
  return capacity
}

/** Four times the room in one pool, or as much as there can be; undefined when there is next to no more to have. */
export function largerCapacity(capacity: Readonly<PoolCounts>, pool: Pool): PoolCounts | undefined {
  for (const factor of [4, 2, 1.5]) {
    const larger = { ...capacity, [pool]: Math.ceil((capacity[pool] * factor) / 4) * 4 }
    if (layoutOf(larger).bytes <= MOST_TABLE_BYTES && larger.rows <= MOST_TABLE_ROWS) return larger
  }
  return undefined
}

/** A builder over shared memory that remembers what it ran out of. */
export class OpenTableBuilder extends SpanTableBuilder {
  /** The pool of the TableFullError thrown last. */
  fullPool: Pool | undefined

  constructor(options: BuilderOptions) {
    super({ ...options, shared: true })
  }

  override reserve(pool: Pool, more: number): void {
    if (this.countOf(pool) + more > this.capacity[pool]) this.fullPool = pool
    super.reserve(pool, more)
  }
}

/** Words of the header after the counts, at an even place: when the latest visible row came in, ms since the epoch, as a double. */
const LAST_RECEIVED_WORD = POOLS.length + (POOLS.length % 2)
if (LAST_RECEIVED_WORD + 2 > HEADER_WORDS) throw new Error('the header of a span table is too small')

/** ms since the epoch: when the latest row that can be seen came in; 0 in a table without rows. */
export function lastReceivedMs(shared: SharedTable): number {
  return new Float64Array(shared.buffer, LAST_RECEIVED_WORD * 4, 1)[0]
}

/** Notes when the rows that are published next came in. */
export function setLastReceivedMs(shared: SharedTable, ms: number): void {
  new Float64Array(shared.buffer, LAST_RECEIVED_WORD * 4, 1)[0] = ms
}
