// A trace on its way from the worker that decoded it to the page: as small as it can be, in buffers that are handed over.

import type { DecodedSpanTable, Received } from '#shared/spans/binary/decode-span-table.ts'
import type { Numbers } from '#shared/spans/span-table.ts'
import { leftOut } from '#shared/trace/made-columns.ts'
import type { SelfTimes } from '#shared/trace/self-time.ts'
import type { TraceColumns } from '#shared/trace/trace.ts'
import type { LoadedTrace, PackedTrace } from './loaded-trace.ts'

/**
 * For `postMessage`, together with `buffersOf` (buffers-of.ts): what can be made again from the rest is left out, numbers are as wide as they
 * need be. `table` is the one that `loaded` was made from. `kept`: this thread goes on working with both, and everything is
 * copied; else they must not be used any more.
 */
export function packTrace({ trace, ...rest }: LoadedTrace, table: DecodedSpanTable, kept: boolean): PackedTrace {
  const { table: _, ...columns } = trace
  const left = leftOut(columns, table)
  const packed = {
    received: leanReceived(table.received, left),
    columns: narrowColumns(columns),
    left,
    ...rest,
    self: narrowTimes(rest.self),
    critical: { ...rest.critical, bounds: narrowTimes(rest.critical.bounds) },
  }
  return kept ? copied(packed) : packed
}

function leanReceived(received: Received, { times, parents }: PackedTrace['left']): Received {
  const columns = new Map(received.columns)
  if (times) {
    columns.delete('startTime')
    columns.delete('endTime')
  }
  if (parents !== undefined) columns.delete('parentSpanId')
  for (const name of ['name', 'resource', 'scope'] as const) {
    const known = columns.get(name)
    if (known !== undefined) columns.set(name, narrowed(known))
  }
  return { ...received, columns }
}

function narrowColumns(columns: TraceColumns): TraceColumns {
  const { depth, childCount, position, service } = columns
  return {
    ...columns,
    depth: narrowed(depth),
    childCount: narrowed(childCount),
    position: narrowed(position),
    service: narrowed(service),
  }
}

/** Whole and not negative, as self times are; in four bytes when none is too long. */
function narrowTimes(times: SelfTimes): SelfTimes {
  for (let i = 0; i < times.length; i++) if (times[i] > 0xffffffff) return times
  return Uint32Array.from(times)
}

/** The same numbers in the least width that holds them all. */
function narrowed(values: Numbers): Numbers {
  let most = 0
  for (let i = 0; i < values.length; i++) if (values[i] > most) most = values[i]
  if (most <= 0xff) return Uint8Array.from(values)
  return most > 0xffff || values instanceof Uint8Array ? values : Uint16Array.from(values)
}

/** As structured clones are, but of a view only what it shows, not all of its buffer. */
function copied<T>(value: T): T {
  if (ArrayBuffer.isView(value) && 'slice' in value && typeof value.slice === 'function') return value.slice() as T
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [key, copied(one)])) as T
  if (value instanceof Set) return new Set(value) as T
  if (Array.isArray(value)) return value.map(one => copied(one as unknown)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copied(one as unknown)])) as T
}
