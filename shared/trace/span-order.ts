/** Spans as a table has them: sorted by a column, only those that count. */
import { BREATH, orderInSlices, type SlicedWork, sortInSlices } from './sliced-work.ts'
import { spanGroups } from './statistics-keys.ts'
import type { SelfTimes } from './self-time.ts'
import type { Trace } from './trace.ts'

/** What spans can be sorted by; `attribute`: of the span, else of its resource. */
export type SpanColumn =
  | { readonly kind: 'start' | 'name' | 'duration' | 'self' | 'status' | 'spanKind' }
  | { readonly kind: 'attribute'; readonly key: string }

export interface SpanOrder {
  readonly column: SpanColumn
  readonly ascending: boolean
}

/**
 * The counted spans in order, equal ones as the trace has them. Names: by service, then name. Attributes: numbers by size, then
 * texts; spans without the attribute stand last, whichever way.
 */
export function* spansInOrder(
  trace: Trace,
  self: SelfTimes,
  { column, ascending }: SpanOrder,
  included: Uint8Array | undefined,
): SlicedWork<Uint32Array> {
  const keys = yield* keysOf(trace, self, column)
  const { size } = trace
  let least = Infinity
  let most = -Infinity
  for (let i = 0; i < size; i++) {
    if (keys[i] === MISSING) continue
    if (keys[i] < least) least = keys[i]
    if (keys[i] > most) most = keys[i]
  }
  yield
  for (let i = 0; i < size; i++) {
    keys[i] = Math.round(keys[i] === MISSING ? most - least + 1 : ascending ? keys[i] - least : most - keys[i])
    if ((i & BREATH) === BREATH) yield
  }
  const order = yield* orderInSlices(keys)
  if (included === undefined) return order
  let count = 0
  for (let k = 0; k < size; k++) {
    if (included[order[k]] === 1) order[count++] = order[k]
    if ((k & BREATH) === BREATH) yield
  }
  return order.subarray(0, count)
}

const MISSING = Infinity

function* keysOf(trace: Trace, self: SelfTimes, column: SpanColumn): SlicedWork<Float64Array> {
  const { size, start, end, row, table } = trace
  const keys = new Float64Array(size)
  switch (column.kind) {
    case 'start':
      keys.set(start)
      return keys
    case 'self':
      keys.set(self)
      return keys
    case 'duration':
      for (let i = 0; i < size; i++) keys[i] = end[i] - start[i]
      return keys
    case 'status':
      for (let i = 0; i < size; i++) keys[i] = table.status[row[i]]
      return keys
    case 'spanKind':
      for (let i = 0; i < size; i++) keys[i] = table.kind[row[i]]
      return keys
    case 'name': {
      const names = yield* spanGroups(trace, { kind: 'name' })
      const ranks = yield* ranksOf(names.labels)
      const services = yield* ranksOf(trace.services)
      for (let i = 0; i < size; i++) {
        keys[i] = services[trace.service[i]] * (names.count + 1) + ranks[names.keys[i]]
        if ((i & BREATH) === BREATH) yield
      }
      return keys
    }
    case 'attribute': {
      const values = yield* spanGroups(trace, column)
      const ranks = yield* ranksOf(values.labels)
      for (let i = 0; i < size; i++) {
        keys[i] = values.labels[values.keys[i]] === undefined ? MISSING : ranks[values.keys[i]]
        if ((i & BREATH) === BREATH) yield
      }
      return keys
    }
  }
}

/** Place of each label among all: numbers by size, then texts by their characters; what has none first. */
function* ranksOf(labels: readonly (string | undefined)[]): SlicedWork<Uint32Array> {
  const numbers = labels.map(label => (label === undefined || label.trim() === '' ? NaN : Number(label)))
  yield
  const order = yield* sortInSlices(labels.length, (a, b) => {
    const [x, y] = [labels[a], labels[b]]
    if (x === undefined || y === undefined) return Number(x !== undefined) - Number(y !== undefined)
    const [isX, isY] = [Number.isNaN(numbers[a]), Number.isNaN(numbers[b])]
    if (isX !== isY) return isX ? 1 : -1
    if (!isX && numbers[a] !== numbers[b]) return numbers[a] < numbers[b] ? -1 : 1
    return x === y ? 0 : x < y ? -1 : 1
  })
  const ranks = new Uint32Array(labels.length)
  for (let k = 0; k < order.length; k++) ranks[order[k]] = k
  return ranks
}
