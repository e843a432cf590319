import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { LimitError } from '#server/errors.ts'
import { DecodeError } from '#shared/spans/decode-error.ts'
import { inflate, parseEncoding, type Encoding } from './inflate.ts'

const MiB = 2 ** 20
const packers: readonly [string, Encoding, (bytes: Uint8Array) => Uint8Array][] = [
  ['gzip', 'gzip', gzipSync],
  ['zlib', 'deflate', deflateSync],
  ['raw deflate', 'deflate', deflateRawSync],
  ['zstd', 'zstd', zstdCompressSync],
]

/** Text that packs about four times. */
function text(bytes: number): Uint8Array {
  const out = new Uint8Array(bytes)
  let state = 1
  for (let i = 0; i < bytes; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    out[i] = 97 + ((state >>> 24) & 3)
  }
  return out
}

test.each(packers)('%s: all sizes come back, reserved before', (_, encoding, pack) => {
  for (const size of [0, 1, 100, 300, 70_000, 3 * MiB]) {
    const bytes = text(size)
    let reserved = 0
    const unpacked = inflate(pack(bytes), encoding, 64 * MiB, more => (reserved += more))
    expect(Buffer.compare(unpacked, bytes)).toBe(0)
    expect(reserved).toBeGreaterThanOrEqual(size)
  }
})

test.each(packers)('%s: a bomb stops at a hundred times its size, and at the limit', (_, encoding, pack) => {
  const bomb = pack(new Uint8Array(200 * MiB))
  const reserved: number[] = []
  const open = () => inflate(bomb, encoding, 150 * MiB, bytes => void reserved.push(bytes))
  expect(open).toThrow(LimitError)
  expect(reserved.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(Math.max(MiB, bomb.length * 100))
  expect(() => inflate(pack(text(3 * MiB)), encoding, 2 * MiB, () => {})).toThrow(
    /more than 2097152 bytes \(max-request-bytes\)/,
  )
})

test.each(packers)('%s: cut short or mutated: bytes or DecodeError or LimitError', (_, encoding, pack) => {
  const packed = pack(text(5000))
  for (let length = 0; length < packed.length; length += 7) {
    expect(() => inflate(packed.subarray(0, length), encoding, MiB, () => {})).toThrow(DecodeError)
  }
  const seed = Date.now() >>> 0
  let state = seed
  for (let round = 0; round < 2000; round++) {
    const copy = Uint8Array.from(packed)
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    copy[state % copy.length] ^= 1 << (state >>> 29)
    try {
      inflate(copy, encoding, MiB, () => {})
    } catch (error) {
      if (!(error instanceof DecodeError || error instanceof LimitError)) {
        throw new Error(`seed ${seed}, round ${round}`, { cause: error })
      }
    }
  }
})

test('a refused reservation stops before anything is unpacked', () => {
  const refuse = () => {
    throw new Error('no room')
  }
  expect(() => inflate(gzipSync(text(1000)), 'gzip', MiB, refuse)).toThrow('no room')
})

test.each([
  [undefined, 'identity'],
  ['', 'identity'],
  ['GZIP', 'gzip'],
  ['x-gzip', 'gzip'],
  ['zstd', 'zstd'],
  ['br', undefined],
  ['gzip, gzip', undefined],
])('encoding %s', (header, encoding) => {
  expect(parseEncoding(header)).toBe(encoding)
})
