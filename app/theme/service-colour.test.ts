import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SERVICE_SLOTS, fnv1a32, serviceColour, serviceMark } from './service-colour.ts'

test('the hash is FNV-1a of the UTF-8 bytes (published vectors)', () => {
  expect(fnv1a32('')).toBe(0x811c9dc5)
  expect(fnv1a32('a')).toBe(0xe40c292c)
  expect(fnv1a32('foobar')).toBe(0xbf9cf968)
})

test('names beyond ASCII hash by their bytes, not by their UTF-16 units', () => {
  const bytes = [0xe6, 0x94, 0xaf] // 支
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  expect(fnv1a32('支')).toBe(hash)
})

test('slot and head come from different bits of the hash', () => {
  const hash = fnv1a32('payments')
  expect(serviceMark('payments')).toEqual({ slot: hash % 20, cap: (hash >>> 8) % 3 })
})

test('all 60 marks occur, none much more often than another', () => {
  const seen = new Map<string, number>()
  for (let i = 0; i < 6000; i++) {
    const { slot, cap } = serviceMark(`service-${i}`)
    seen.set(`${slot}/${cap}`, (seen.get(`${slot}/${cap}`) ?? 0) + 1)
  }
  expect(seen.size).toBe(60)
  // 100 expected a mark; six standard deviations away would be a broken hash.
  for (const count of seen.values()) expect(Math.abs(count - 100)).toBeLessThan(60)
})

test('every slot has its token', () => {
  const tokens = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')
  for (let slot = 0; slot < SERVICE_SLOTS; slot++) {
    const property = serviceColour(slot).slice(4, -1)
    expect(tokens).toContain(`${property}: light-dark(`)
  }
  expect(tokens).not.toContain(`--svc-${SERVICE_SLOTS}:`)
})
