import fc from 'fast-check'
import { expect, test } from 'vitest'
import { insetY, rowAt, rowsBefore, rowTop, rowUnder, rowY, sliceRows } from './row-places.ts'
import type { RowInset } from './row-places.ts'
import { MAX_NATIVE_HEIGHT, placeToShow, rowScroll, toNative, toVirtual } from './row-scroll.ts'

const ROW = 24
const inset: RowInset = { after: 2, height: 100 }

test('rows below the details stand lower by their height, the others where they did', () => {
  expect([0, 1, 2, 3, 4].map(row => rowTop(row, ROW, inset))).toEqual([0, 24, 48, 172, 196])
  expect([0, 1, 2, 3, 4].map(row => rowTop(row, ROW, undefined))).toEqual([0, 24, 48, 72, 96])
})

test('a place within the details is of the row above them', () => {
  expect([0, 71, 72, 171, 172, 196].map(y => rowAt(y, ROW, inset))).toEqual([0, 2, 2, 2, 3, 4])
  expect([0, 1, 72, 73, 172, 173].map(y => rowsBefore(y, ROW, inset))).toEqual([0, 1, 3, 3, 3, 4])
})

test('a window has the rows that are seen of it, whether details are above, in or below it', () => {
  const seen = (scrollTop: number, view: number): readonly number[] => {
    const { first, end, top } = sliceRows(10, ROW, scrollTop, view, inset)
    return [first, end, top]
  }
  expect(seen(0, 60)).toEqual([0, 3, 0])
  expect(seen(30, 60)).toEqual([1, 3, -6])
  // Nothing but details: their row is the one that is known, above the window.
  expect(seen(80, 60)).toEqual([2, 3, -32])
  expect(seen(150, 60)).toEqual([2, 5, -102])
  expect(seen(172, 48)).toEqual([3, 5, 0])
})

test('no row is under a point of the details', () => {
  const slice = sliceRows(10, ROW, 50, 200, inset)
  expect(insetY(slice, inset, ROW)).toBe(22)
  expect([0, 21, 22, 121, 122, 145, 146].map(y => rowUnder(slice, y, ROW))).toEqual([2, 2, -1, -1, 3, 3, 4])
})

test('details of a span without a row are above all rows', () => {
  const first: RowInset = { after: -1, height: 50 }
  const slice = sliceRows(10, ROW, 0, 100, first)
  expect([slice.first, slice.end, slice.top]).toEqual([0, 3, 50])
  expect(insetY(slice, first, ROW)).toBe(0)
  expect([0, 49, 50].map(y => rowUnder(slice, y, ROW))).toEqual([-1, -1, 0])
})

test('place and row agree for any details in any list', () => {
  const place = fc.record({
    rows: fc.integer({ min: 1, max: 2_000_000 }),
    after: fc.double({ min: 0, max: 1, noNaN: true }),
    height: fc.integer({ min: 0, max: 900 }),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    view: fc.integer({ min: 1, max: 1200 }),
  })
  fc.assert(
    fc.property(place, ({ rows, after, height, at, view }) => {
      const one: RowInset = { after: Math.floor(after * rows) - 1, height }
      const all = rowTop(rows, ROW, one)
      expect(all).toBe(rows * ROW + (one.after < rows ? height : 0))
      const scrollTop = Math.floor(at * Math.max(0, all - view))
      const slice = sliceRows(rows, ROW, scrollTop, view, one)
      for (let row = slice.first; row < slice.end; row++) {
        const y = rowY(slice, row, ROW)
        expect(y).toBe(rowTop(row, ROW, one) - scrollTop)
        expect(y).toBeLessThan(view)
        // The row is under its own points as far as they are seen.
        expect(rowUnder(slice, Math.max(0, y), ROW)).toBe(y + ROW > 0 ? row : -1)
        // Whatever is drawn is seen, but for the row whose details fill the window.
        expect(y + ROW > 0 || row === one.after).toBe(true)
      }
      // All that is seen is drawn.
      expect(slice.end === rows || rowTop(slice.end, ROW, one) >= scrollTop + view).toBe(true)
    }),
  )
})

test('the last of a million rows with details is reached by the native scroll bar, and they are shown whole', () => {
  const rows = 1_000_000
  const details: RowInset = { after: rows - 1, height: 420 }
  const scroll = rowScroll(rows, ROW, 600, details.height)
  expect(scroll.native).toBe(MAX_NATIVE_HEIGHT)
  expect(toVirtual(scroll, toNative(scroll, scroll.most))).toBe(scroll.most)
  const slice = sliceRows(rows, ROW, scroll.most, 600, details)
  expect([slice.first, slice.end]).toEqual([999_992, 1_000_000])
  expect(rowY(slice, rows - 1, ROW)).toBe(600 - 420 - ROW)
  expect(insetY(slice, details, ROW) + details.height).toBe(600)
})

test('a row is shown with its details, at the top where they are higher than the window', () => {
  const scroll = rowScroll(100, ROW, 600, 300)
  const from = 50 * ROW
  expect(placeToShow(scroll, from, from + ROW + 300, 0, 48)).toBe(from + ROW + 300 - 600 + 48)
  expect(placeToShow(scroll, from, from + ROW + 300, 2000, 48)).toBe(from - 48)
  expect(placeToShow(scroll, from, from + ROW + 300, from - 100, 48)).toBe(from - 100)
  for (const top of [0, from, from + 100, 2000]) expect(placeToShow(scroll, from, from + 700, top, 48)).toBe(from)
})
