import { crc32 as zlibCrc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { crc32 } from './crc32.ts'

test('the published check value', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
  expect(crc32(new Uint8Array(0))).toBe(0)
})

test('agrees with zlib at every alignment and length', () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => (i * 89 + 7) & 255)
  for (let from = 0; from < 9; from++) {
    for (let to = from; to < 60; to++) expect(crc32(bytes.subarray(from, to))).toBe(zlibCrc32(bytes.subarray(from, to)))
  }
  expect(crc32(bytes)).toBe(zlibCrc32(bytes))
})

test('goes on from what came before', () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i)
  expect(crc32(bytes.subarray(37), crc32(bytes.subarray(0, 37)))).toBe(crc32(bytes))
})
