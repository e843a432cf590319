/**
 * Spans by minute, service, name, kind and error, with their durations by bucket (pages/numbers.ts): rates, errors and quantiles without
 * a row being read. An operation that would make a block's roll-up too large counts under `other` of its service.
 */
import { ByteReader, ByteWriter } from './bytes.ts'

const NS_A_MINUTE = 60_000_000_000n
/** Entries: at most one in so many rows, but always LEAST_ENTRIES. */
const ROWS_AN_ENTRY = 16
const LEAST_ENTRIES = 1024

export interface RollupEntry {
  /** Minutes since the epoch, by the span's start. */
  readonly minute: number
  /** Text number of the service, or -1. */
  readonly service: number
  /** Text number of the name, or -1: other operations of the service. */
  readonly name: number
  readonly kind: number
  readonly error: boolean
  readonly count: number
  /** (bucket, count) one after the other, buckets ascending. */
  readonly buckets: readonly number[]
}

/** Collects one block's rows. */
export class RollupBuilder {
  /** Operation × 2 + error, by minute: histograms by bucket. */
  readonly #entries = new Map<number, Map<number, Map<number, number>>>()
  readonly #operationRows: number[] = []
  readonly #operationMinutes: number[] = []
  #rows = 0

  /** `minute` since the epoch; `operation`: any small number for (service, name, kind). */
  add(minute: number, operation: number, error: boolean, bucket: number): void {
    let byOperation = this.#entries.get(minute)
    if (byOperation === undefined) this.#entries.set(minute, (byOperation = new Map()))
    const key = operation * 2 + (error ? 1 : 0)
    let histogram = byOperation.get(key)
    if (histogram === undefined) {
      byOperation.set(key, (histogram = new Map()))
      this.#operationMinutes[operation] = (this.#operationMinutes[operation] ?? 0) + 1
    }
    histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1)
    this.#operationRows[operation] = (this.#operationRows[operation] ?? 0) + 1
    this.#rows++
  }

  /** `describe`: what an operation number stands for. */
  finish(describe: (operation: number) => { service: number; name: number; kind: number }): Uint8Array {
    const budget = Math.max(LEAST_ENTRIES, Math.floor(this.#rows / ROWS_AN_ENTRY))
    const operations = [...this.#operationRows.keys()].filter(operation => (this.#operationRows[operation] ?? 0) > 0)
    operations.sort((a, b) => this.#operationRows[b] - this.#operationRows[a])
    const own = new Set<number>()
    let entries = 0
    for (const operation of operations) {
      entries += this.#operationMinutes[operation]
      if (entries > budget) break
      own.add(operation)
    }
    const to = new ByteWriter()
    const minutes = [...this.#entries.keys()].sort((a, b) => a - b)
    to.number(minutes.length)
    let before = 0
    for (const minute of minutes) {
      to.number(minute - before)
      before = minute
      writeMinute(to, this.#entries.get(minute) ?? new Map(), own, describe)
    }
    return to.finish()
  }
}

interface Counted {
  readonly service: number
  readonly name: number
  readonly kind: number
  readonly error: number
  readonly buckets: Map<number, number>
}

function writeMinute(
  to: ByteWriter,
  byOperation: ReadonlyMap<number, Map<number, number>>,
  own: ReadonlySet<number>,
  describe: (operation: number) => { service: number; name: number; kind: number },
): void {
  const merged = new Map<string, Counted>()
  for (const [key, histogram] of byOperation) {
    const operation = Math.floor(key / 2)
    const { service, name, kind } = describe(operation)
    const entry = own.has(operation) ? { service, name, kind } : { service, name: -1, kind: 0 }
    const id = `${entry.service} ${entry.name} ${entry.kind} ${key % 2}`
    const known = merged.get(id)
    if (known === undefined) merged.set(id, { ...entry, error: key % 2, buckets: new Map(histogram) })
    else for (const [bucket, count] of histogram) known.buckets.set(bucket, (known.buckets.get(bucket) ?? 0) + count)
  }
  const entries = [...merged.values()].sort(
    (a, b) => a.service - b.service || a.name - b.name || a.kind - b.kind || a.error - b.error,
  )
  to.number(entries.length)
  for (const { service, name, kind, error, buckets } of entries) {
    to.number(service + 1)
    to.number(name + 1)
    to.number(kind * 2 + error)
    to.number(buckets.size)
    let last = 0
    for (const bucket of [...buckets.keys()].sort((a, b) => a - b)) {
      to.number(bucket - last)
      to.number(buckets.get(bucket) ?? 0)
      last = bucket
    }
  }
}

/** Reads what RollupBuilder wrote, minutes ascending. */
export function readRollup(bytes: Uint8Array): RollupEntry[] {
  const from = new ByteReader(bytes)
  const entries: RollupEntry[] = []
  let minute = 0
  for (let minutes = from.count(); minutes > 0; minutes--) {
    minute += from.number()
    for (let left = from.count(); left > 0; left--) {
      const service = from.number() - 1
      const name = from.number() - 1
      const kind = from.number()
      const buckets: number[] = []
      let bucket = 0
      let count = 0
      for (let size = from.count(); size > 0; size--) {
        bucket += from.number()
        const uses = from.number()
        buckets.push(bucket, uses)
        count += uses
      }
      entries.push({ minute, service, name, kind: kind >>> 1, error: (kind & 1) === 1, count, buckets })
    }
  }
  return entries
}

/** Minutes since the epoch of a time in words. */
export function minuteOf(low: number, high: number): number {
  return high < 0x200000
    ? Math.floor((high * 4294967296 + low) / 60_000_000_000)
    : Number(((BigInt(high) << 32n) | BigInt(low)) / NS_A_MINUTE)
}
