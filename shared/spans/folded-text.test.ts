import { expect, test } from 'vitest'
import { encodeText } from './dictionary.ts'
import { foldedText, holdsFolded, holdsInAscii, isAscii, isFolded } from './folded-text.ts'
import { SpanTableBuilder } from './span-table-builder.ts'

const LETTERS = ['a', 'B', 'c', 'k', 'é', 'É', '\u212A', 'İ', 'ß', '日', ' ', '0', '\u0000', '😀']

test('bytes tell the same as texts do, for every short text of letters that fold strangely', () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  let state = seed
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const word = (most: number): string =>
    Array.from({ length: random(most + 1) }, () => LETTERS[random(random(3) === 0 ? LETTERS.length : 3)]).join('')
  let undecided = 0
  const wrong: unknown[] = []
  for (let i = 0; i < 20_000; i++) {
    const [hay, needle] = [word(8), word(3)]
    const bytes = encodeText(`x${hay}y`)
    const held = holdsFolded(bytes, 1, bytes.length - 1, foldedText(needle))
    if (held === undefined) undecided++
    else if (held !== hay.toLowerCase().includes(needle.toLowerCase())) wrong.push({ seed, hay, needle, held })
    const same = isFolded(bytes, 1, bytes.length - 1, foldedText(needle))
    if (same !== undefined && same !== (hay.toLowerCase() === needle.toLowerCase())) {
      wrong.push({ seed, hay, needle, same })
    }
  }
  expect(wrong).toEqual([])
  expect(undecided).toBeGreaterThan(0)
  expect(undecided).toBeLessThan(15_000)
})

test('in ASCII the same is told without looking at each byte', () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  let state = seed
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const word = (most: number, letters = 'abAB@['): string =>
    Array.from({ length: random(most + 1) }, () => letters[random(letters.length)]).join('')
  const wrong: unknown[] = []
  for (let i = 0; i < 20_000; i++) {
    const [hay, needle] = [word(20), word(5)]
    const bytes = encodeText(`ab${hay}ab`)
    const held = holdsInAscii(bytes, 2, bytes.length - 2, foldedText(needle))
    if (held !== hay.toLowerCase().includes(needle.toLowerCase())) wrong.push({ seed, hay, needle, held })
  }
  expect(wrong).toEqual([])
  // Longer than a skip can be.
  const long = word(0) + 'aB@'.repeat(200)
  const place = encodeText(`${'b'.repeat(1000)}${long.toUpperCase()}x`)
  expect(holdsInAscii(place, 0, place.length, foldedText(long))).toBe(true)
  expect(holdsInAscii(place, 0, place.length, foldedText(`${long}y`))).toBe(false)
  expect(holdsInAscii(place, 0, 10, foldedText(long))).toBe(false)
})

test('one letter beyond ASCII is seen wherever it stands', () => {
  for (let length = 0; length < 20; length++) {
    for (let from = 0; from < 5; from++) {
      const bytes = new Uint8Array(32)
        .fill(0xc3)
        .subarray(from, from + length)
        .fill(0x61)
      expect(isAscii(bytes)).toBe(true)
      for (let at = 0; at < length; at++) expect(isAscii(bytes.slice().fill(0x80, at, at + 1))).toBe(false)
      for (let at = 0; at < length; at++) {
        bytes[at] = 0x80
        expect(isAscii(bytes)).toBe(false)
        bytes[at] = 0x61
      }
    }
  }
})

test('a dictionary asks bytes where they tell and texts where they do not', () => {
  const table = new SpanTableBuilder()
  const ids = ['SELECT Orders', 'Kelvin', 'Straße', ''].map(text => table.internText(text))
  const held = (needle: string): boolean[] => ids.map(id => table.dictionary.holds(id, foldedText(needle)))
  expect(held('select o')).toEqual([true, false, false, false])
  expect(held('kel')).toEqual([false, true, false, false])
  expect(held('AßE')).toEqual([false, false, true, false])
  expect(held('')).toEqual([true, true, true, true])
  const are = (text: string): boolean[] => ids.map(id => table.dictionary.is(id, foldedText(text)))
  expect(are('select orders')).toEqual([true, false, false, false])
  expect(are('kelvin')).toEqual([false, true, false, false])
  expect(are('STRAßE')).toEqual([false, false, true, false])
  expect(are('')).toEqual([false, false, false, true])
})
