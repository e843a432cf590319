import { expect, test } from 'vitest'
import { encodeText } from './dictionary.ts'
import { foldedText, holdsFolded, isFolded } from './folded-text.ts'
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
