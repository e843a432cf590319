/** The traces of one answer, read one after the other while the answer is written: however many are asked for, one is held. */
import type { TraceReader } from '#server/storage/store.ts'
import type { JaegerError } from '#shared/formats/jaeger/ui-json.ts'
import type { TraceQuery } from '#shared/query/tree.ts'
import type { TraceId } from '#shared/spans/ids.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'

/** Summaries asked for at once: what the store gathers before the first trace can be sent. */
const PAGE = 500

/** An id as Jaeger writes it: 16 digits when the upper half is zero; `undefined` is the id of zeros. */
function jaegerTraceId(id: TraceId | undefined): string {
  return id === undefined ? '0'.repeat(16) : id.replace(/^0{16}/u, '')
}

/** Traces by their ids. Those that are not there become `errors`. */
export async function* tracesById(
  reader: TraceReader,
  ids: readonly (TraceId | undefined)[],
  errors: JaegerError[],
  signal: AbortSignal,
): AsyncGenerator<SpanTable> {
  // The same trace asked for twice, in whatever form, is sent once.
  const seen = new Set<string>()
  for (const id of ids) {
    const name = jaegerTraceId(id)
    if (seen.has(name)) continue
    seen.add(name)
    const table = id === undefined ? undefined : await reader.readTrace(id, signal)
    if (table === undefined || table.rowCount === 0) errors.push({ msg: 'trace not found', traceID: name })
    else yield table
  }
}

/** Whole traces that a search finds, up to its limit. Why an answer is not complete becomes one of `errors`. */
export async function* foundTraces(
  reader: TraceReader,
  query: TraceQuery,
  errors: JaegerError[],
  signal: AbortSignal,
): AsyncGenerator<SpanTable> {
  let left = query.limit
  let cursor: string | undefined
  do {
    const page = await reader.findTraces({ ...query, limit: Math.min(left, PAGE), cursor }, signal)
    for (const { traceId } of page.traces) {
      const table = await reader.readTrace(traceId, signal)
      // Gone since: its retention has ended.
      if (table.rowCount > 0) yield table
    }
    if (page.incomplete !== undefined) {
      errors.push({ msg: `the answer is not complete: ${page.incomplete}` })
      return
    }
    left -= page.traces.length
    cursor = page.cursor
  } while (cursor !== undefined && left > 0)
}

/** The same tables, the first of them read already: what fails before the answer has begun is answered with its status. */
export async function startOf(
  tables: AsyncGenerator<SpanTable>,
): Promise<{ readonly tables: AsyncIterable<SpanTable>; readonly isEmpty: boolean }> {
  const first = await tables.next()
  async function* all(): AsyncGenerator<SpanTable> {
    if (first.done === true) return
    yield first.value
    yield* tables
  }
  return { tables: all(), isEmpty: first.done === true }
}
