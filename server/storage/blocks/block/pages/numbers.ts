/**
 * Unsigned 64-bit nanoseconds (durations, distances in time) as a bucket, 8 an octave, and the bits that the bucket leaves open.
 * The buckets alone are enough for heat maps, quantiles and for most of a filter by duration. Three pages: buckets (integers), residual
 * bits, and the words of what no bucket holds (above 54 minutes, or an end before its start).
 *
 *   0 zero   1 [1, 1024)   2 … 253 [(8 + t) · 2^(e−3), (9 + t) · 2^(e−3)), e = 10 + (b − 2) / 8, t = (b − 2) % 8   255 exception
 */
import { CODEC_STORED } from './compression.ts'
import { type EncodedPage, FORM_BYTES, FORM_RESIDUALS, type PageEntry } from './page.ts'

export const BUCKET_EXCEPTION = 255
const LAST_BUCKET = 253

/** Lower bound of each bucket, ns; `[254]` is the end of the last. */
export const BUCKET_START: Float64Array = Float64Array.from({ length: 256 }, (_, b) =>
  b === 0 ? 0 : b === 1 ? 1 : b === BUCKET_EXCEPTION ? Infinity : (8 + ((b - 2) & 7)) * 2 ** (7 + ((b - 2) >>> 3)),
)

const SCRATCH = new Float64Array(1)
const SCRATCH_WORDS = new Uint32Array(SCRATCH.buffer)

/** The bucket of a number of nanoseconds; negative or large: BUCKET_EXCEPTION. */
export function bucketOf(value: number): number {
  if (value < 1024) return value >= 1 ? 1 : value === 0 ? 0 : BUCKET_EXCEPTION
  SCRATCH[0] = value
  const high = SCRATCH_WORDS[1]
  const bucket = 2 + (((high >>> 20) - 1023 - 10) << 3) + ((high >>> 17) & 7)
  return bucket > LAST_BUCKET ? BUCKET_EXCEPTION : bucket
}

/** Clocks of microseconds and milliseconds leave digits that need no bits. */
const UNITS = [1_000_000, 1000, 1] as const

interface Residuals {
  /** The first multiple of the unit in each bucket, in units. */
  readonly first: Float64Array
  readonly bits: Uint8Array
}

function residualsOf(unit: number): Residuals {
  const first = new Float64Array(256)
  const bits = new Uint8Array(256)
  for (let b = 1; b <= LAST_BUCKET; b++) {
    first[b] = Math.ceil(BUCKET_START[b] / unit)
    const places = Math.ceil(BUCKET_START[b + 1] / unit) - first[b]
    bits[b] = places <= 1 ? 0 : Math.ceil(Math.log2(places))
  }
  return { first, bits }
}
const RESIDUALS = new Map<number, Residuals>(UNITS.map(unit => [unit, residualsOf(unit)]))

export interface EncodedNumbers {
  readonly buckets: Uint8Array
  readonly residuals: EncodedPage
  /** Undefined when every number has a bucket. */
  readonly exceptions: EncodedPage | undefined
}

/** Encodes numbers `from … to` given as words. */
export function encodeNumbers(low: Uint32Array, high: Uint32Array, from: number, to: number): EncodedNumbers {
  const count = to - from
  const buckets = new Uint8Array(count)
  const values = new Float64Array(count)
  let exceptions = 0
  let unit: number = UNITS[0]
  for (let i = 0; i < count; i++) {
    const value = high[from + i] * 4294967296 + low[from + i]
    const bucket = bucketOf(value)
    buckets[i] = bucket
    values[i] = value
    if (bucket === BUCKET_EXCEPTION) exceptions++
    else if (unit !== 1) while (value % unit !== 0) unit /= 1000
  }
  const { first, bits } = RESIDUALS.get(unit) ?? residualsOf(unit)
  let total = 0
  for (let i = 0; i < count; i++) total += bits[buckets[i]]
  const out = new Uint8Array(Math.ceil(total / 8))
  const words = new Uint32Array(exceptions * 2)
  let at = 0
  let pending = 0
  let held = 0
  let seen = 0
  for (let i = 0; i < count; i++) {
    const bucket = buckets[i]
    if (bucket === BUCKET_EXCEPTION) {
      words[seen++] = low[from + i]
      words[seen++] = high[from + i]
      continue
    }
    let width = bits[bucket]
    if (width === 0) continue
    const residual = (unit === 1 ? values[i] : values[i] / unit) - first[bucket]
    let part = residual >>> 0
    let upper = residual >= 4294967296 ? Math.floor(residual / 4294967296) : 0
    while (width > 0) {
      // At most 7 bits are held: 24 more fit.
      const take = width < 16 ? width : 16
      pending |= (part & ((1 << take) - 1)) << held
      held += take
      width -= take
      part = ((part >>> take) | (upper << (32 - take))) >>> 0
      upper >>>= take
      while (held >= 8) {
        out[at++] = pending
        pending >>>= 8
        held -= 8
      }
    }
  }
  if (held > 0) out[at] = pending
  return {
    buckets,
    residuals: {
      form: FORM_RESIDUALS,
      codec: CODEC_STORED,
      count,
      param: unit,
      rawLength: out.length,
      bytes: out,
    },
    exceptions:
      exceptions === 0
        ? undefined
        : {
            form: FORM_BYTES,
            codec: CODEC_STORED,
            count: words.byteLength,
            param: 0,
            rawLength: words.byteLength,
            bytes: new Uint8Array(words.buffer),
          },
  }
}

/** Numbers as words: exact. */
export interface Numbers {
  readonly low: Uint32Array
  readonly high: Uint32Array
}

/** `exceptions`: the bytes of the third page; empty when there is none. */
export function decodeNumbers(
  buckets: ArrayLike<number>,
  entry: PageEntry,
  bytes: Uint8Array,
  exceptions: Uint8Array,
): Numbers {
  const count = buckets.length
  const known = RESIDUALS.get(entry.param)
  if (entry.form !== FORM_RESIDUALS || known === undefined || entry.count !== count) {
    throw new Error(`${entry.count} residuals of unit ${entry.param} for ${count} numbers`)
  }
  const unit = entry.param
  const { first, bits } = known
  const low = new Uint32Array(count)
  const high = new Uint32Array(count)
  const words = new DataView(exceptions.buffer, exceptions.byteOffset, exceptions.byteLength)
  let seen = 0
  let at = 0
  let pending = 0
  let held = 0
  for (let i = 0; i < count; i++) {
    const bucket = buckets[i]
    if (bucket === BUCKET_EXCEPTION) {
      low[i] = words.getUint32(seen, true)
      high[i] = words.getUint32(seen + 4, true)
      seen += 8
      continue
    }
    let width = bits[bucket]
    let residual = 0
    let scale = 1
    while (width > 0) {
      // Fewer than 24 bits are held before the last byte is added.
      const take = width <= 24 ? width : 16
      while (held < take) {
        pending |= bytes[at++] << held
        held += 8
      }
      const part = pending & ((1 << take) - 1)
      residual = scale === 1 ? part : residual + part * scale
      pending >>>= take
      held -= take
      width -= take
      scale *= 65_536
    }
    const value = (first[bucket] + residual) * unit
    low[i] = value >>> 0
    high[i] = value >= 4294967296 ? (value / 4294967296) >>> 0 : 0
  }
  if (at > bytes.length) throw new Error('the residuals end early')
  return { low, high }
}
