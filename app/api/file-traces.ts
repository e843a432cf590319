// The traces of a file, summed up table by table while it is read, and found again by what their spans hold.

import { NO_SERVICE } from '#shared/spans/columns.ts'
import { formatTraceId } from '#shared/spans/ids.ts'
import type { TraceId } from '#shared/spans/ids.ts'
import { STATUS_ERROR } from '#shared/spans/span-table.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { timeAt, timeDifference } from '#shared/spans/time.ts'

/** One trace of a file, as a list shows it. */
export interface FileTrace {
  readonly traceId: TraceId
  /** Of the earliest span without a parent, or the earliest of all. */
  readonly name: string
  readonly service: string | undefined
  /** Whether the span that names it has no parent. */
  readonly rooted: boolean
  readonly spanCount: number
  readonly errorCount: number
  /** First start, ns since the epoch. */
  readonly startTime: bigint
  /** First start to last end, ns; 0 or more. */
  readonly durationNs: number
}

/** Times are ns since the first start that was seen of the trace: numbers, exact where traces are. */
interface Sum {
  readonly traceId: TraceId
  readonly table: SpanTable
  readonly base: number
  rootTable: SpanTable
  root: number
  rootIsTop: boolean
  rootStart: number
  firstStart: number
  lastEnd: number
  spanCount: number
  errorCount: number
}

export class TraceSums {
  readonly #sums = new Map<string, Sum>()

  get size(): number {
    return this.#sums.size
  }

  /** One pass over the rows; spans of a trace mostly stand together, so most ids are those of the row before. */
  add(table: SpanTable): void {
    const { rowCount, traceId: ids, startTime, endTime, parentSpanId, status } = table
    let sum: Sum | undefined
    for (let row = 0; row < rowCount; row++) {
      if (sum === undefined || !sameTrace(ids, row, row - 1)) sum = this.#sumOf(table, row)
      sum.spanCount++
      if (status[row] === STATUS_ERROR) sum.errorCount++
      const start = timeDifference(startTime, row, sum.table.startTime, sum.base)
      const end = timeDifference(endTime, row, sum.table.startTime, sum.base)
      if (start < sum.firstStart) sum.firstStart = start
      if (end > sum.lastEnd) sum.lastEnd = end
      const isTop = (parentSpanId[row * 2] | parentSpanId[row * 2 + 1]) === 0
      if ((isTop && !sum.rootIsTop) || (isTop === sum.rootIsTop && start < sum.rootStart)) {
        sum.rootTable = table
        sum.root = row
        sum.rootIsTop = isTop
        sum.rootStart = start
      }
    }
  }

  #sumOf(table: SpanTable, row: number): Sum {
    const traceId = formatTraceId(table.traceId, row)
    let sum = this.#sums.get(traceId)
    if (sum === undefined) {
      sum = {
        traceId,
        table,
        base: row,
        rootTable: table,
        root: row,
        rootIsTop: false,
        rootStart: 0,
        firstStart: 0,
        lastEnd: 0,
        spanCount: 0,
        errorCount: 0,
      }
      this.#sums.set(traceId, sum)
    }
    return sum
  }

  /** In the order in which the file has them. */
  traces(): FileTrace[] {
    return [...this.#sums.values()].map(sum => {
      const { rootTable, root } = sum
      const service = rootTable.resourceService[rootTable.resource[root]]
      return {
        traceId: sum.traceId,
        name: rootTable.dictionary.text(rootTable.name[root]),
        service: service === NO_SERVICE ? undefined : rootTable.dictionary.text(service),
        rooted: sum.rootIsTop,
        spanCount: sum.spanCount,
        errorCount: sum.errorCount,
        startTime: timeAt(sum.table.startTime, sum.base) + BigInt(sum.firstStart),
        durationNs: Math.max(0, sum.lastEnd - sum.firstStart),
      }
    })
  }
}

/** Whether two rows have one trace id. */
export function sameTrace(ids: Uint32Array, row: number, other: number): boolean {
  for (let k = 0; k < 4; k++) if (ids[row * 4 + k] !== ids[other * 4 + k]) return false
  return true
}
