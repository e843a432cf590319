/**
 * Clocks that disagree: how far each span is moved so that an answer lies within its call. Jaeger's way (WIRE.md 11): from
 * the roots down, a span of another host than its parent's that does not lie within it is put into its middle, or, when it
 * is longer, at its start; spans of the parent's host move with it.
 *
 * Narrower than Jaeger's in what counts as a call, because Jaeger pulls background work into what began it: only a server,
 * or what is below a client, must lie within its parent. Where hosts are not told, another resource is another host.
 */
import { attributesOf } from '#shared/spans/span.ts'
import type { SpanTable } from '#shared/spans/span-table.ts'
import { timeDifference } from '#shared/spans/time.ts'

const KIND_SERVER = 2
const KIND_CLIENT = 3
const KIND_CONSUMER = 5

/** What names a host, the first that is there; `ip` is Jaeger's own process tag. */
const HOST_KEYS = ['host.id', 'host.ip', 'host.name', 'ip']

export interface ClockShifts {
  /** ns to add to both times of each entry. */
  readonly shift: Float64Array
  /** How many entries move. */
  readonly count: number
  /** The farthest move, ns. */
  readonly mostNs: number
}

/**
 * The moves of a trace's entries (places in `rows`); undefined when none has to move. `parent`: entry of the parent, −1 for
 * a root, without rings; `start`: ns since one moment. Linear.
 */
export function clockShifts(
  table: SpanTable,
  rows: Uint32Array,
  parent: Int32Array,
  start: Float64Array,
): ClockShifts | undefined {
  const n = rows.length
  const hosts = hostsOf(table)
  const shift = new Float64Array(n)
  const known = new Uint8Array(n)
  const way: number[] = []
  let count = 0
  let mostNs = 0
  for (let i = 0; i < n; i++) {
    let at = i
    for (; at >= 0 && known[at] === 0; at = parent[at]) way.push(at)
    for (let entry = way.pop(); entry !== undefined; entry = way.pop()) {
      known[entry] = 1
      const above = parent[entry]
      if (above < 0) continue
      const by = shiftOf(table, rows, hosts, start, shift, entry, above)
      if (by === 0) continue
      shift[entry] = by
      count++
      mostNs = Math.max(mostNs, Math.abs(by))
    }
  }
  return count === 0 ? undefined : { shift, count, mostNs }
}

function shiftOf(
  table: SpanTable,
  rows: Uint32Array,
  hosts: Int32Array,
  start: Float64Array,
  shift: Float64Array,
  entry: number,
  above: number,
): number {
  const row = rows[entry]
  const parentRow = rows[above]
  const resource = table.resource[row]
  const parentResource = table.resource[parentRow]
  if (resource === parentResource) return shift[above]
  const host = hosts[resource]
  const parentHost = hosts[parentResource]
  if (host >= 0 && host === parentHost) return shift[above]
  const kind = table.kind[row]
  const isCall = kind === KIND_SERVER || (kind !== KIND_CONSUMER && table.kind[parentRow] === KIND_CLIENT)
  // A clock that nothing is known of: as sent where the hosts are known to differ, else the parent's.
  if (!isCall) return host >= 0 && parentHost >= 0 ? 0 : shift[above]
  const duration = timeDifference(table.endTime, row, table.startTime, row)
  const room = timeDifference(table.endTime, parentRow, table.startTime, parentRow)
  if (duration < 0 || room < 0) return 0
  const startsAfter = start[entry] - start[above] - shift[above]
  // Longer than its call: the caller gave up. Only a start before the call's is surely wrong.
  if (duration > room) return startsAfter < 0 ? -startsAfter : 0
  if (startsAfter >= 0 && startsAfter + duration <= room) return 0
  return Math.trunc((room - duration) / 2) - startsAfter
}

/** A number for each resource's host, −1 where none is told. */
function hostsOf(table: SpanTable): Int32Array {
  const hosts = new Int32Array(table.resourceCount + 1).fill(-1)
  const numbers = new Map<string, number>()
  for (let resource = 0; resource < table.resourceCount; resource++) {
    const name = hostOf(table, resource)
    if (name === undefined) continue
    const number = numbers.get(name) ?? numbers.size
    numbers.set(name, number)
    hosts[resource] = number
  }
  return hosts
}

function hostOf(table: SpanTable, resource: number): string | undefined {
  const attributes = attributesOf(table, table.resourceAttributes, resource)
  for (const wanted of HOST_KEYS) {
    for (const { key, value } of attributes) {
      if (key !== wanted) continue
      if (value.type === 'string' && value.value !== '') return value.value
      if (value.type === 'int') return String(value.value)
      const first = value.type === 'array' ? value.values[0] : undefined
      if (first?.type === 'string' && first.value !== '') return first.value
    }
  }
  return undefined
}
