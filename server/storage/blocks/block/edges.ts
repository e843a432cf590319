/**
 * Calls between services inside one trace, and how a block keeps them: sums of the traces that lie in it alone, and one record each of
 * what changed for the traces that it shares with blocks sealed before (a record is taken back when a row that came later is the parent).
 */
import { serviceNameOf, UNKNOWN_SERVICE } from '#shared/spans/span.ts'
import { type SpanTable, STATUS_ERROR } from '#shared/spans/span-table.ts'
import { timeAt } from '#shared/spans/time.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { compareRows } from './order.ts'
import type { ParentResolver } from './resolve-parents.ts'

export interface EdgeSum {
  readonly parent: string
  readonly child: string
  readonly calls: number
  readonly errors: number
}

/** One call: a child of another service than its parent's. */
export interface EdgeRecord {
  readonly parent: string
  readonly child: string
  readonly error: boolean
  /** ns since the epoch: of the child. */
  readonly start: bigint
  /** 1, or -1 for a call that an earlier block counted and that is none. */
  readonly sign: 1 | -1
}

export interface BlockEdges {
  /** Of the traces that no earlier block has. */
  readonly sums: readonly EdgeSum[]
  /** Numbers, ascending, of the traces that earlier blocks have; what their spans changed stands in the records. */
  readonly split: readonly number[]
  readonly records: readonly EdgeRecord[]
}

/** The calls among some rows of one trace. `rows` is sorted in place. */
export function callsAmong(table: SpanTable, rows: Uint32Array, resolver: ParentResolver): EdgeRecord[] {
  rows.sort((a, b) => compareRows(table, a, b) || a - b)
  const parents = new Int32Array(rows.length)
  resolver.resolve(rows, 0, rows.length, parents)
  const calls: EdgeRecord[] = []
  for (let i = 0; i < rows.length; i++) {
    if (parents[i] < 0) continue
    const parent = serviceNameOf(table, rows[parents[i]]) ?? UNKNOWN_SERVICE
    const child = serviceNameOf(table, rows[i]) ?? UNKNOWN_SERVICE
    if (parent === child) continue
    const error = table.status[rows[i]] === STATUS_ERROR
    calls.push({ parent, child, error, start: timeAt(table.startTime, rows[i]), sign: 1 })
  }
  return calls
}

/** What has to be added to `before` to get `after`. */
export function callsDifference(before: readonly EdgeRecord[], after: readonly EdgeRecord[]): EdgeRecord[] {
  const counts = new Map<string, { record: EdgeRecord; count: number }>()
  const add = (record: EdgeRecord, sign: number): void => {
    const key = `${record.parent}\u0000${record.child}\u0000${record.error}\u0000${record.start}`
    const known = counts.get(key)
    if (known === undefined) counts.set(key, { record, count: sign })
    else known.count += sign
  }
  for (const record of before) add(record, -1)
  for (const record of after) add(record, 1)
  const difference: EdgeRecord[] = []
  for (const { record, count } of counts.values()) {
    for (let k = Math.abs(count); k > 0; k--) difference.push({ ...record, sign: count > 0 ? 1 : -1 })
  }
  return difference
}

export function writeEdges(edges: BlockEdges): Uint8Array {
  const numbers = new Map<string, number>()
  const number = (text: string): number => {
    const known = numbers.get(text)
    if (known !== undefined) return known
    numbers.set(text, numbers.size)
    return numbers.size - 1
  }
  const body = new ByteWriter()
  body.number(edges.sums.length)
  for (const { parent, child, calls, errors } of edges.sums) {
    body.number(number(parent))
    body.number(number(child))
    body.number(calls)
    body.number(errors)
  }
  body.number(edges.split.length)
  edges.split.forEach((trace, i) => body.number(trace - (edges.split[i - 1] ?? 0)))
  body.number(edges.records.length)
  for (const { parent, child, error, start, sign } of edges.records) {
    body.number(number(parent))
    body.number(number(child))
    body.number((error ? 1 : 0) + (sign === 1 ? 2 : 0))
    body.big(start)
  }
  const whole = new ByteWriter()
  whole.number(numbers.size)
  for (const text of numbers.keys()) whole.text(text)
  whole.bytes(body.finish())
  return whole.finish()
}

export function readEdges(bytes: Uint8Array): BlockEdges {
  const whole = new ByteReader(bytes)
  const texts = Array.from({ length: whole.count() }, () => whole.text())
  const from = new ByteReader(whole.bytes())
  const text = (): string => {
    const number = from.number()
    if (number >= texts.length) throw new Error(`text ${number} of ${texts.length}`)
    return texts[number]
  }
  const sums = Array.from({ length: from.count() }, (): EdgeSum => {
    const [parent, child] = [text(), text()]
    return { parent, child, calls: from.number(), errors: from.number() }
  })
  let trace = 0
  const split = Array.from({ length: from.count() }, () => (trace += from.number()))
  const records = Array.from({ length: from.count() }, (): EdgeRecord => {
    const [parent, child, bits] = [text(), text(), from.number()]
    return { parent, child, error: (bits & 1) === 1, sign: (bits & 2) === 2 ? 1 : -1, start: from.big() }
  })
  return { sums, split, records }
}
