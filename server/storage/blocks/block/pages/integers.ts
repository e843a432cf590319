/**
 * Unsigned 32-bit integers: codes, counts, offsets. Constants take no bytes, long runs are run lengths, narrow values that do not
 * compress are packed in bits, the rest are planes of bytes under the codec.
 */
import { type Codec, compress, CODEC_STORED, decompress } from './compression.ts'
import { type EncodedPage, FORM_BITS, FORM_CONSTANT, FORM_PLANES, FORM_RUNS, NO_BYTES, type PageEntry } from './page.ts'

export type Integers = Uint8Array | Uint16Array | Uint32Array

/** Runs are worth it when they are this much fewer than the values. */
const VALUES_A_RUN = 6
/** Bits are preferred to planes when they cost at most this much more: they decode without the codec. */
const BITS_MAY_COST = 1.06

/** Encodes `values[from … to)`. */
export function encodeIntegers(values: Integers, from: number, to: number, codec: Codec): EncodedPage {
  const count = to - from
  if (count === 0) return { form: FORM_CONSTANT, codec: CODEC_STORED, count, param: 0, rawLength: 0, bytes: NO_BYTES }
  let most = 0
  let runs = 1
  let before = values[from]
  for (let i = from; i < to; i++) {
    const value = values[i]
    if (value > most) most = value
    if (value !== before) {
      runs++
      before = value
    }
  }
  if (runs === 1) {
    return { form: FORM_CONSTANT, codec: CODEC_STORED, count, param: most, rawLength: 0, bytes: NO_BYTES }
  }
  if (runs * VALUES_A_RUN < count) return encodeRuns(values, from, to, runs, codec)
  const bits = 32 - Math.clz32(most)
  const packedLength = Math.ceil((count * bits) / 8)
  const planes = encodePlanes(values, from, to, bits <= 8 ? 1 : bits <= 16 ? 2 : bits <= 24 ? 3 : 4, codec)
  if (bits <= 24 && packedLength <= planes.bytes.length * BITS_MAY_COST + 16) {
    const bytes = packBits(values, from, to, bits)
    return { form: FORM_BITS, codec: CODEC_STORED, count, param: bits, rawLength: bytes.length, bytes }
  }
  return planes
}

function encodeRuns(values: Integers, from: number, to: number, runs: number, codec: Codec): EncodedPage {
  const raw = new Uint8Array(runs * 10)
  let at = 0
  for (let i = from; i < to;) {
    const value = values[i]
    let end = i + 1
    while (end < to && values[end] === value) end++
    for (let rest = end - i; ; rest >>>= 7) {
      if (rest < 128) {
        raw[at++] = rest
        break
      }
      raw[at++] = (rest & 127) | 128
    }
    for (let rest = value; ; rest >>>= 7) {
      if (rest < 128) {
        raw[at++] = rest
        break
      }
      raw[at++] = (rest & 127) | 128
    }
    i = end
  }
  const packed = compress(raw.subarray(0, at), codec)
  return { form: FORM_RUNS, codec: packed.codec, count: to - from, param: 0, rawLength: at, bytes: packed.bytes }
}

function encodePlanes(values: Integers, from: number, to: number, width: number, codec: Codec): EncodedPage {
  const count = to - from
  const raw = new Uint8Array(count * width)
  if (width === 1) for (let i = 0; i < count; i++) raw[i] = values[from + i]
  else if (width === 2) {
    for (let i = 0; i < count; i++) {
      const value = values[from + i]
      raw[i] = value
      raw[count + i] = value >>> 8
    }
  } else {
    for (let plane = 0; plane < width; plane++) {
      const at = plane * count
      const shift = plane * 8
      for (let i = 0; i < count; i++) raw[at + i] = values[from + i] >>> shift
    }
  }
  const packed = compress(raw, codec)
  return { form: FORM_PLANES, codec: packed.codec, count, param: width, rawLength: raw.length, bytes: packed.bytes }
}

function packBits(values: Integers, from: number, to: number, bits: number): Uint8Array {
  const out = new Uint8Array(Math.ceil(((to - from) * bits) / 8))
  let pending = 0
  let held = 0
  let at = 0
  // `held` stays below 8 before a value of at most 24 bits is added: 32 bits suffice.
  for (let i = from; i < to; i++) {
    pending |= values[i] << held
    held += bits
    while (held >= 8) {
      out[at++] = pending
      pending >>>= 8
      held -= 8
    }
  }
  if (held > 0) out[at] = pending
  return out
}

/** Decodes into the narrowest array that holds the page. Throws Error when the bytes are not what the entry says. */
export function decodeIntegers(entry: PageEntry, bytes: Uint8Array): Integers {
  const { count } = entry
  switch (entry.form) {
    case FORM_CONSTANT: {
      const values =
        entry.param < 256
          ? new Uint8Array(count)
          : entry.param < 65_536
            ? new Uint16Array(count)
            : new Uint32Array(count)
      if (entry.param !== 0) values.fill(entry.param)
      return values
    }
    case FORM_RUNS:
      return decodeRuns(count, decompress(bytes, entry.codec, entry.rawLength))
    case FORM_BITS:
      return unpackBits(count, entry.param, decompress(bytes, entry.codec, entry.rawLength))
    case FORM_PLANES: {
      const raw = decompress(bytes, entry.codec, entry.rawLength)
      if (raw.length !== count * entry.param) throw new Error(`${raw.length} bytes for ${count} values`)
      if (entry.param === 1) return raw
      if (entry.param === 2) {
        const values = new Uint16Array(count)
        for (let i = 0; i < count; i++) values[i] = raw[i] | (raw[count + i] << 8)
        return values
      }
      const values = new Uint32Array(count)
      const third = count * 2
      if (entry.param === 3) {
        for (let i = 0; i < count; i++) values[i] = raw[i] | (raw[count + i] << 8) | (raw[third + i] << 16)
        return values
      }
      const fourth = count * 3
      for (let i = 0; i < count; i++) {
        values[i] = raw[i] | (raw[count + i] << 8) | (raw[third + i] << 16) | (raw[fourth + i] << 24)
      }
      return values
    }
    default:
      throw new Error(`form ${entry.form} is not one of integers`)
  }
}

function decodeRuns(count: number, raw: Uint8Array): Integers {
  let values: Integers = new Uint16Array(count)
  let at = 0
  let i = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      if (at >= raw.length) throw new Error('the runs end early')
      const byte = raw[at++]
      value |= (byte & 127) << shift
      if (byte < 128) return value >>> 0
    }
    throw new Error('a number of more than 5 bytes')
  }
  while (i < count) {
    const length = varint()
    const value = varint()
    if (length === 0 || length > count - i) throw new Error(`a run of ${length} values; ${count - i} left`)
    if (value > 65_535 && values.BYTES_PER_ELEMENT === 2) values = Uint32Array.from(values)
    values.fill(value, i, i + length)
    i += length
  }
  return values
}

function unpackBits(count: number, bits: number, raw: Uint8Array): Integers {
  if (bits < 1 || bits > 24 || raw.length !== Math.ceil((count * bits) / 8)) {
    throw new Error(`${raw.length} bytes for ${count} values of ${bits} bits`)
  }
  const values = bits <= 8 ? new Uint8Array(count) : bits <= 16 ? new Uint16Array(count) : new Uint32Array(count)
  const mask = bits === 32 ? -1 : (1 << bits) - 1
  let pending = 0
  let held = 0
  let at = 0
  for (let i = 0; i < count; i++) {
    while (held < bits) {
      pending |= raw[at++] << held
      held += 8
    }
    values[i] = pending & mask
    pending >>>= bits
    held -= bits
  }
  return values
}
